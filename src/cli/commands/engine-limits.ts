/** `--seconds` and `--memory`: what one dump may take of the process that opens it. */
import type { OptionValues } from '../command.ts';
import { UsageError } from '../io.ts';
import { byteArgument, numberArgument } from './byte-argument.ts';

/** Less than the process takes before it opens anything. */
const leastMemory = 64 * 2 ** 20;

/** @throws UsageError */
export function engineLimits(options: OptionValues): { readonly seconds: number; readonly bytes: number } {
  const seconds = numberArgument('--seconds', options.seconds) ?? 900;
  if (seconds < 1 || seconds > 86_400) throw new UsageError('--seconds: from 1 to 86400');
  const bytes = byteArgument('--memory', options.memory) ?? 2 * 2 ** 30;
  if (bytes < leastMemory) throw new UsageError('--memory must be at least 64 MiB');
  return { seconds, bytes };
}
