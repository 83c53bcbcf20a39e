/** Runs an analysis: its rows are counted, paged and handed on in bundles, and others get their turn between two steps. */
import type { RowJson } from '../../../shared/analysis-table.ts';
import { defined } from '../../../shared/defined.ts';
import type { Missing } from '../../../shared/result.ts';
import { createPace } from '../../jobs/pace.ts';
import { cellsOf, MissingFacts } from './analysis-cells.ts';
import type { Analysis, CellValue } from './analysis.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';
import { isFailure } from '../../../shared/result.ts';

export interface AnalysisRun {
  readonly parameters: Readonly<Record<string, CellValue | undefined>>;
  /** Rows that are passed over. */
  readonly first: number;
  /** Rows that are handed on; one more is looked for, to know whether there is one. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Called when progress is due and when a bundle is full. @param rows those since the call before */
  readonly report: (rows: readonly RowJson[], found: number) => void;
}

export interface AnalysisOutcome {
  /** Rows that were not reported yet. */
  readonly rows: readonly RowJson[];
  readonly note?: string;
  readonly missing: readonly Missing[];
  readonly complete: boolean;
}

/** Rows that wait for the next report. */
const bundle = 1024;

/** What rests on a log from a file says so, and is not a whole answer of the dump's. */
function lostLog({ needs, uses }: Analysis['table'], { kernel }: AnalysisKernel): readonly Missing[] {
  const file = [...needs, ...uses].includes('log') && !isFailure(kernel.log) ? kernel.log.value.file : undefined;
  if (file === undefined) return [];
  return [{ what: 'the kernel log in memory', why: `${file.why}; what is given by the log is from the file ${file.name}, not from memory (${file.shown})` }];
}

/** @throws Cancelled */
export async function runAnalysis(analysis: Analysis, kernel: AnalysisKernel, run: AnalysisRun): Promise<AnalysisOutcome> {
  const missing = new MissingFacts();
  for (const need of analysis.table.needs) {
    const why = kernel.why(need);
    if (why !== undefined) missing.add({ what: need, why });
  }
  if (missing.all.length > 0) return { rows: [], missing: missing.all, complete: false };
  const pace = createPace(run.signal);
  let waiting: RowJson[] = [];
  let found = 0;
  let note: string | undefined;
  const report = (): void => {
    run.report(waiting, found);
    waiting = [];
  };
  for (const step of analysis.run(kernel, run.parameters)) {
    if ('missing' in step) missing.add(step.missing);
    if ('note' in step) ({ note } = step);
    if ('row' in step) {
      const { cells, missing: unread } = cellsOf(analysis.table, step.row);
      for (const one of unread) missing.add(one);
      // A row of which nothing is known says nothing.
      if (Object.keys(cells).length > 0) {
        if (found >= run.first + run.limit) {
          missing.add({ what: 'rows', why: `more than ${found} exist` });
          break;
        }
        if (found >= run.first) waiting.push(cells);
        found += 1;
        if (waiting.length >= bundle) report();
      }
    }
    await pace.breathe(report);
  }
  for (const one of lostLog(analysis.table, kernel)) missing.add(one);
  return { rows: waiting, ...defined({ note }), missing: missing.all, complete: missing.all.length === 0 };
}
