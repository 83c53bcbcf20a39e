/** When a log ends: one rule for the verdict and for the analyses that count ages from it. */
import { expect, it } from 'vitest';
import { logEnd, type LogSearch } from '../../../src/analysis/kernel/log/log-record.ts';
import { failed } from '../../../src/shared/result.ts';

const log = (...times: readonly (bigint | undefined)[]): LogSearch =>
  ({ value: { records: times.map((time) => (time === undefined ? { text: 'x' } : { text: 'x', time })) } }) as unknown as LogSearch;

it('is the time of its last line that has one', () => {
  expect(logEnd(log(1n, 5n, 9n))).toBe(9n);
  expect(logEnd(log(1n, 5n, undefined))).toBe(5n);
  expect(logEnd(log())).toBeUndefined();
  expect(logEnd(failed('the kernel log', 'no symbols'))).toBeUndefined();
});
