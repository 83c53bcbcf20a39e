/** CPUs that do not get on: by RCU, or by a report of a stall that is of the same stretch of work. */
import { lastReport } from '../end-of-system.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { LogEvent } from '../log-events.ts';
import type { BusyCpu } from './hangs.ts';
import { longSeconds } from './long-waits.ts';

const line = /self-detected stall|detected stalls? on CPUs|soft lockup|hard LOCKUP|detected expedited stalls/;
const lockups = new Set(['lockup']);

/** The last report of a stall or lockup in the log. */
export const stallReport = ({ events }: VerdictEvidence): LogEvent | undefined =>
  lastReport(
    events.filter(({ text }) => line.test(text)),
    lockups,
  );

/** The number of the CPU that a report is about. */
export function reportedCpu({ text, lines }: LogEvent): number | undefined {
  const all = [text, ...lines];
  // RCU lists the CPUs that it waits for, the stalled one first; the CPU that asks for their stacks is another (kernel/rcu/tree_stall.h).
  const listed = lines.map((one) => /^(?:rcu: )?\s+(\d+)-[.oON!?\d]+/.exec(one)?.[1]).find((cpu) => cpu !== undefined);
  if (listed !== undefined && /\bstalls?\b/.test(text)) return Number(listed);
  const found = all.map((one) => /(?:CPU#|CPU: |cpu |on CPU )(\d+)\b/i.exec(one)?.[1]).find((cpu) => cpu !== undefined);
  return found === undefined ? undefined : Number(found);
}

/** A task that works long without giving up its CPU may do that in user space too; RCU waits for none that does. */
export function isStuck({ cpu, graceSeconds, since }: BusyCpu, report: LogEvent | undefined): boolean {
  if ((graceSeconds ?? 0) >= longSeconds) return true;
  return report?.time !== undefined && reportedCpu(report) === cpu && since !== undefined && since < report.time;
}
