/** Engine method `export`: writes the memory of a dump into a new file of another format. */
import * as v from 'valibot';
import { exportPreviewSchema, exportRequestEntries, exportSchema } from './export-model.ts';
import { scanProgressSchema } from './scan-progress.ts';
import { onView } from './wire-types.ts';

export const exportProtocol = {
  export: {
    params: v.strictObject({ ...onView, ...exportRequestEntries }),
    result: exportSchema,
    /** Phase `export` in pages of the source, then `digest` of what was written and read again. */
    progress: scanProgressSchema,
  },
  /** What an export would hold, before one is begun: nothing is read but headers and the kernel's own books. */
  exportPreview: { params: v.strictObject({ ...onView, ranges: exportRequestEntries.ranges }), result: exportPreviewSchema },
} as const;
