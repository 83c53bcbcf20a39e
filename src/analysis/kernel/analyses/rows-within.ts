/** The rows of one analysis within another. */
import type { RowJson } from '../../../shared/analysis-table.ts';
import type { Missing } from '../../../shared/result.ts';
import { cellsOf, MissingFacts } from './analysis-cells.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';
import { pause, type Analysis } from './analysis.ts';

/** A table of more is not needed within another. */
const mostRows = 1 << 16;

export interface RowsWithin {
  readonly rows: readonly RowJson[];
  readonly missing: readonly Missing[];
}

/** @param kernel with what the analysis needs; where that is missing there are no rows */
export function* rowsWithin(analysis: Analysis, kernel: AnalysisKernel): Generator<typeof pause, RowsWithin, undefined> {
  const missing = new MissingFacts();
  for (const need of analysis.table.needs) {
    const why = kernel.why(need);
    if (why !== undefined) missing.add({ what: need, why });
  }
  if (missing.all.length > 0) return { rows: [], missing: missing.all };
  const rows: RowJson[] = [];
  for (const step of analysis.run(kernel, {})) {
    if ('missing' in step) missing.add(step.missing);
    if ('row' in step) {
      const { cells, missing: unread } = cellsOf(analysis.table, step.row);
      for (const one of unread) missing.add(one);
      rows.push(cells);
      if (rows.length >= mostRows) {
        missing.add({ what: analysis.table.title, why: `more than ${mostRows} rows` });
        break;
      }
    }
    yield pause;
  }
  return { rows, missing: missing.all };
}
