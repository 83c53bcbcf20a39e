/** `--seconds` and `--memory`: what one dump may take of the process that opens it. */
import type { OptionValues } from '../command.ts';
import { UsageError } from '../io.ts';
import { byteArgument, numberArgument } from './byte-argument.ts';

/** @throws UsageError */
export function engineLimits(options: OptionValues): { readonly seconds: number; readonly bytes: number } {
  const seconds = numberArgument('--seconds', options.seconds) ?? 900;
  if (seconds < 1 || seconds > 86_400) throw new UsageError('--seconds: from 1 to 86400');
  return { seconds, bytes: byteArgument('--memory', options.memory) ?? 2 * 2 ** 30 };
}
