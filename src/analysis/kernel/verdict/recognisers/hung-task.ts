/** A task that waits, of which nothing says what for. */
import { functionName } from '../../stacks/crash-path.ts';
import type { VerdictEvidence } from '../evidence.ts';
import { logProof } from '../end-of-system.ts';
import { meaningful } from '../meaningful-frames.ts';
import type { LogEvent } from '../log-events.ts';
import { knownOwner, type BlockedTask } from '../hangs/hangs.ts';
import { longest, longWait, waitProof } from '../hangs/long-waits.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

const line = /^INFO: task .* blocked for more than/;

/** kernel/hung_task.c: its panic is on the stack of khungtaskd. */
const isDetector = ({ panic, end }: VerdictEvidence): boolean =>
  panic?.text.includes('hung_task: blocked tasks') === true ||
  (end?.comm === 'khungtaskd' && end.site.some(({ symbol }) => functionName(symbol) === 'watchdog'));

/** The time after which khungtaskd reports a task unless it is set: some threads sleep so between two pieces of work. */
const untilReported = 120;

/** Nanoseconds: two of its rounds. Of a wait that it reported before them the log does not say whether it lasted. */
const recent = BigInt(2 * untilReported) * 1_000_000_000n;

/** A wait for something else than a lock is a hang where khungtaskd said so, or would have. */
const isHang = (task: BlockedTask, reports: readonly LogEvent[]): boolean =>
  longWait(task) &&
  ((task.wait.for !== 'event' && task.wait.for !== 'unknown') ||
    (task.seconds ?? 0) >= untilReported ||
    reports.some(({ text }) => text.includes(reportName(task))));

/** "order (pid 7)" is "order:7" in its reports. */
const reportName = ({ name }: BlockedTask): string => ` ${name.replace(/ \(pid (\d+)\)$/, ':$1')} blocked`;

const waitsAlone = ({ wait, isKillable }: BlockedTask): boolean => wait.for !== 'io' && knownOwner(wait) === undefined && !isKillable;

export const hungTask: Recogniser = {
  id: 'hung-task',
  classes: ['hung-task'],
  about:
    'A task in uninterruptible sleep for a long time by the clocks of the scheduler, whose lock names no owner, or that waits for something else than a lock; else the reports of khungtaskd in the log, which are taken for a wait that lasts only where tasks could not be looked at and the log ends soon after them. A panic of khungtaskd is never the cause.',
  recognise(evidence): readonly Trouble[] {
    const { hangs, events } = evidence;
    const reports = events.filter(({ text }) => line.test(text));
    const [report] = reports;
    const alone = longest(hangs.blocked.filter((task) => waitsAlone(task) && isHang(task, reports)));
    const common = { class: 'hung-task', what: 'Task hangs' } as const;
    if (alone !== undefined) {
      return [{ ...common, tie: 'lasting', frames: alone.frames, evidence: [waitProof(alone), ...logProof(report)] }];
    }
    if (report === undefined) return [];
    const place = meaningful(report.frames)[0];
    const proofs = [...logProof(report), ...logProof(evidence.panic)];
    if (isDetector(evidence)) return [{ ...common, tie: 'detector', frames: report.frames, place, evidence: proofs }];
    // It reports each task a few times at most, so silence after it is not an end of the wait.
    const unseen = hangs.looked === 0 || hangs.unseen.length > 0;
    const { after } = reports.at(-1) ?? report;
    if (!unseen || after === undefined || after > recent) return [{ ...common, tie: 'finished', frames: report.frames, place, evidence: proofs }];
    const caveat = { text: `whether the task still waited could not be seen${hangs.unseen.map((why) => `: ${why}`)[0] ?? ''}` };
    return [{ ...common, tie: 'lasting', isOpen: true, frames: report.frames, place, evidence: [...proofs, caveat] }];
  },
};
