/** Child process of exports.test.ts: exports a dump and is killed when its writer takes a block, or comes to its end. */
import { exportPlan } from '../../src/analysis/engine/export/plan.ts';
import { openSession } from '../../src/analysis/engine/session/session.ts';
import { runExport } from '../../src/analysis/export/export-job.ts';
import type { ExportWriter } from '../../src/analysis/export/export-writer.ts';
import { exportWriters } from '../../src/analysis/export/writers.ts';
import { openResumable } from '../../src/files/resumable-output.ts';
import { exportFormats } from '../../src/shared/export-model.ts';

const [, , dump = '', path = '', wanted = '', stop = ''] = process.argv;
const format = exportFormats.find((one) => one === wanted) ?? 'elf';
const known = exportWriters[format];
let left = Number(stop);
const writer: ExportWriter = {
  format,
  *begin(plan, output, state) {
    const run = yield* known.begin(plan, output, state);
    return {
      missing: run.missing,
      async add(block) {
        if (left-- === 0) process.kill(process.pid, 'SIGKILL');
        await run.add(block);
      },
      state: () => run.state(),
      finish: () => run.finish(),
    };
  },
};
const { signal } = new AbortController();
const { plan } = await exportPlan(openSession(dump), { format, output: path }, signal);
const output = openResumable(path, { kind: 'export', key: 'c'.repeat(64) });
const { sha256, resumedAt } = await runExport(plan, writer, output, { signal, progress: () => undefined, checkpointMilliseconds: 0 });
output.finish();
process.send?.({ sha256, resumedAt });
process.disconnect?.();
