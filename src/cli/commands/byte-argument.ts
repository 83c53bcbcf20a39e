/** Sizes and counts on the command line. */
import { UsageError } from '../io.ts';

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Bytes that an option names: `536870912`, `512M`, `512MiB`, `2G`.
 * @returns undefined when the option is not given
 * @throws UsageError
 */
export function byteArgument(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const match = typeof value === 'string' ? /^(\d{1,15})(?:([KMGT])(?:i?B)?)?$/i.exec(value) : null;
  const bytes = Number(match?.[1]) * (units[(match?.[2] ?? '').toUpperCase()] ?? 1);
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`${option} expects a size such as 536870912, 512MiB or 2G, not ${JSON.stringify(value)}`);
  return bytes;
}

/**
 * A count that an option names.
 * @returns undefined when the option is not given
 * @throws UsageError
 */
export function numberArgument(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^\d{1,6}$/.test(value)) throw new UsageError(`${option} expects a number, not ${JSON.stringify(value)}`);
  return Number(value);
}
