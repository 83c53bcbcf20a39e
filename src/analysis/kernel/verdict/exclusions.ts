/** What was looked for where nothing was found: a class is excluded by what was seen, never by what could not be. */
import type { VerdictClass, VerdictJson } from '../../../shared/verdict-model.ts';
import type { VerdictEvidence } from './evidence.ts';
import { longSeconds, longWait } from './hangs/long-waits.ts';

type Exclusion = NonNullable<VerdictJson['excluded']>[number];

const faults: VerdictClass[] = ['null-pointer', 'bad-pointer', 'protection', 'illegal-operation', 'privileged-operation', 'data-exception', 'bug'];
const sleeping: VerdictClass[] = ['hung-task', 'deadlock', 'io-stall'];
/** Shown by the stacks of CPUs. */
const looping: VerdictClass[] = ['lock-held', 'cpu-loop'];

/** What says that an end had begun, so that what is not in log and stacks is not excluded. */
function begun({ crashTime, panicCpu, contradictedPanic }: VerdictEvidence): string | undefined {
  if (contradictedPanic !== undefined) return 'the kernel log has a panic line, although all else contradicts it';
  if (crashTime !== undefined) return 'CRASHTIME says that a panic or a start of kdump had begun';
  return typeof panicCpu === 'number' ? `panic_cpu names CPU ${panicCpu}: a panic or a start of kdump had begun` : undefined;
}

function byLog({ events, logGap, taint }: VerdictEvidence): readonly Exclusion[] {
  if (logGap !== undefined) return [];
  const log = 'the kernel log in the dump';
  const has = (...marks: readonly string[]): boolean => events.some(({ mark }) => marks.includes(mark));
  const flag = taint === undefined ? '' : ', and taint flag D is clear';
  return [
    ...(has('oops', 'bug') || taint?.died === true ? [] : [{ classes: faults, why: `${log} has no oops and no BUG${flag}` }]),
    ...(has('memory') ? [] : [{ classes: ['out-of-memory' as const], why: `${log} has no report of the OOM killer` }]),
    ...(has('hardware') ? [] : [{ classes: ['machine-check' as const], why: `${log} has no report of a hardware error` }]),
  ];
}

function byTasks({ hangs, unseenStacks, noStacks }: VerdictEvidence): readonly Exclusion[] {
  if (hangs.looked === 0 || hangs.unseen.length > 0) return [];
  const { looked } = hangs;
  const asleep = hangs.blocked.filter(({ isInterruptible }) => !isInterruptible);
  const long = asleep.filter(longWait);
  // Some threads sleep so between two pieces of work; a lock or I/O that is waited for long is none of them.
  if (long.some(({ wait }) => wait.for !== 'event')) return [];
  const ages = long.length === 0 ? 'none for long' : `${long.length} of them for ${longSeconds} s or more, for something else than a lock or I/O`;
  const tasks = `${looked} tasks were looked at: ${asleep.length === 0 ? 'none slept uninterruptibly' : `${asleep.length} slept uninterruptibly, ${ages}`}`;
  const areCpusSeen = noStacks === undefined && unseenStacks.length === 0;
  return [areCpusSeen ? { classes: [...sleeping, ...looping], why: `${tasks}; no CPU was found to loop` } : { classes: sleeping, why: tasks }];
}

export function exclusions(evidence: VerdictEvidence): Exclusion[] {
  const { logGap, noStacks, hangs, taint, panic, entry, traces, disabledWait, unseenStacks, unseenPsws } = evidence;
  const excluded: Exclusion[] = [...byLog(evidence)];
  const end = begun(evidence);
  if (logGap === undefined && noStacks === undefined && unseenStacks.length === 0 && end === undefined && panic === undefined && entry === undefined)
    excluded.push({
      classes: ['warning-panic', 'stack-overflow', 'early-boot', 'root-file-system'],
      why: 'the kernel log in the dump has no panic line, and no stack shows a panic',
    });
  if (taint?.badPage === false) excluded.push({ classes: ['slab-corruption'], why: 'taint flag B in tainted_mask is clear' });
  for (const one of byTasks(evidence)) excluded.push(one);
  if (traces.length > 0 && disabledWait === undefined && noStacks === undefined && unseenPsws?.length === 0)
    excluded.push({ classes: ['disabled-wait'], why: 'no CPU is in a disabled wait' });
  const gaps = [
    logGap,
    noStacks,
    ...unseenStacks.map((cpu) => `the stack of ${cpu}, which could not be followed to its end`),
    ...(unseenPsws ?? []).map((cpu) => `the PSW of ${cpu}, which is not recorded`),
    ...hangs.unseen,
  ].filter((one) => one !== undefined);
  for (const why of gaps) excluded.push({ classes: [], why: `not excluded, since it could not be seen: ${why}` });
  if (end !== undefined && panic === undefined && entry === undefined) excluded.push({ classes: [], why: `not excluded: a panic, since ${end}` });
  return excluded;
}
