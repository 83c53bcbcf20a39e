/** What the ways of building an index have in common: their limits, and how their answers are worded. */
import { engineBytes } from '../../analysis/page-index/crew-plan.ts';
import { defined } from '../../shared/defined.ts';
import type { IndexJson, PageCounts } from '../../shared/memory-model.ts';
import { byteText, pageSize } from '../../shared/units.ts';
import type { OptionValues } from '../command.ts';
import { say, UsageError, type CliIo, type OutputOptions } from '../io.ts';
import type { Style } from '../text/style.ts';
import { columns } from '../text/table.ts';
import { byteArgument, numberArgument } from './byte-argument.ts';

/** @throws UsageError */
export function limitsOf(options: OptionValues): { readonly memory?: number; readonly workers?: number } {
  const memory = byteArgument('--memory', options.memory);
  if (memory !== undefined && memory < engineBytes)
    throw new UsageError(`--memory must be at least ${byteText(engineBytes)}: the engine needs that much even without page workers`);
  return defined({ memory, workers: numberArgument('--workers', options.workers) });
}

const workersText = (workers: number): string => (workers === 0 ? 'in one thread' : workers === 1 ? 'with one page worker' : `with ${workers} page workers`);

export const workText = ({ resumed, bytesRead, seconds, workers }: Pick<IndexJson, 'resumed' | 'bytesRead' | 'seconds' | 'workers'>): string =>
  resumed && bytesRead === 0
    ? 'already complete; nothing was read'
    : `${resumed ? 'resumed; ' : ''}read ${byteText(bytesRead)} in ${seconds.toFixed(1)} s ${workersText(workers)}`;

export function pageCountsText(pages: PageCounts, style: Style): string {
  const rows = Object.entries(pages).map(([state, count]) => [state, String(count ?? 0), style.dim(byteText((count ?? 0) * pageSize))]);
  return `${columns(rows, '', [1])}\n`;
}

/** @param then what becomes of pages there */
export function sayReadErrors(io: CliIo, output: OutputOptions, readErrors: IndexJson['readErrors'], then: string): void {
  if (readErrors === undefined) return;
  for (const { file, offset, bytes, why } of readErrors) say(io, output, `${file}, offset 0x${offset.toString(16)}: ${bytes} bytes: ${why}`);
  say(io, output, then);
}
