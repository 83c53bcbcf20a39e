/** Reports of the kernel in its log, by their kinds: a quotation, not a proof. */
import { recordMark, type LogMark } from '../../log/log-marks.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { isFailure } from '../../../../shared/result.ts';

const kinds: Readonly<Partial<Record<LogMark, { readonly title: string; readonly severity: 'warning' | 'error' }>>> = {
  hardware: { title: 'hardware errors', severity: 'error' },
  lockup: { title: 'stalls, lockups, or hung tasks', severity: 'error' },
  oops: { title: 'oopses', severity: 'error' },
  bug: { title: 'a BUG', severity: 'error' },
  memory: { title: 'lack of memory', severity: 'error' },
  warning: { title: 'warnings with a backtrace', severity: 'warning' },
};
const mostQuoted = 200;

export const logReports: ProblemRule = {
  id: 'log-reports',
  title: 'Reports in the log',
  threshold: 'any line with which the kernel reports trouble',
  source: 'log',
  see: 'log',
  *look({ kernel: { kernel, why } }) {
    const unread = why('log');
    if (unread !== undefined || isFailure(kernel.log)) {
      yield { missing: { what: 'reports in the log', why: unread ?? 'the log is not found' } };
      return;
    }
    const found = new Map<LogMark, { count: number; first: string }>();
    for (const record of kernel.log.value.records) {
      const mark = recordMark(record);
      if (mark === undefined || kinds[mark] === undefined) continue;
      const known = found.get(mark);
      if (known === undefined) found.set(mark, { count: 1, first: record.text });
      else known.count += 1;
    }
    for (const [mark, { count, first }] of found) {
      const kind = kinds[mark];
      if (kind === undefined) continue;
      yield {
        subject: mark,
        severity: kind.severity,
        text: `The log has ${count} ${count === 1 ? 'line' : 'lines'} about ${kind.title}.`,
        value: `${count} ${count === 1 ? 'line' : 'lines'}`,
        evidence: first.slice(0, mostQuoted),
      };
    }
  },
};
