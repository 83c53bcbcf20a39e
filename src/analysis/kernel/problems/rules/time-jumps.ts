/** Times of the log that go back: its records are in the order in which they were written. */
import type { ProblemRule } from '../problem-rule.ts';
import { isFailure } from '../../../../shared/result.ts';

const second = 1_000_000_000n;

export const timeJumps: ProblemRule = {
  id: 'time-jumps',
  title: 'Time that goes backwards',
  threshold: 'a record of the log is a second or more older than the one before it',
  source: 'log',
  see: 'log',
  *look({ kernel: { kernel, why } }) {
    const unread = why('log');
    if (unread !== undefined || isFailure(kernel.log)) {
      yield { missing: { what: 'times of the log', why: unread ?? 'the log is not found' } };
      return;
    }
    let before: bigint | undefined;
    let jumps = 0;
    let largest = { by: 0n, text: '' };
    for (const { time, text } of kernel.log.value.records) {
      if (time === undefined) continue;
      const by = before === undefined ? 0n : before - time;
      before = time;
      if (by < second) continue;
      jumps += 1;
      if (by > largest.by) largest = { by, text };
    }
    if (jumps === 0) return;
    const seconds = `${(Number(largest.by) / 1e9).toFixed(3)} s`;
    yield {
      severity: 'warning',
      text: `Times of the log go backwards ${jumps} ${jumps === 1 ? 'time' : 'times'}, by at most ${seconds}: clocks of CPUs differ, or records are damaged.`,
      value: seconds,
      evidence: largest.text.slice(0, 200),
    };
  },
};
