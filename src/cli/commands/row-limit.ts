/** `--rows`: how many rows are requested. */
import { UsageError } from '../io.ts';
import { wholeNumber } from './address-argument.ts';

/**
 * @param most what one question to the engine can ask for
 * @throws UsageError for none, and for more than that
 */
export function rowLimit(typed: string, most: number): number {
  const rows = wholeNumber(typed, '--rows');
  if (rows === 0) throw new UsageError('--rows: 0 rows are no answer');
  if (rows > most) throw new UsageError(`--rows: at most ${most}`);
  return rows;
}
