/** What was looked for where nothing was found: a class is excluded by what was seen, never by what could not be. */
import type { TraceJson } from '../../../shared/task-model.ts';
import type { VerdictClass, VerdictJson } from '../../../shared/verdict-model.ts';
import { functionName, idlesIn } from '../stacks/crash-path.ts';
import { isRequested } from './end-of-system.ts';
import type { VerdictEvidence } from './evidence.ts';
import { knownOwner, unseenHangs, type BlockedTask, type BusyCpu, type Hangs } from './hangs/hangs.ts';
import { longSeconds, longWait } from './hangs/long-waits.ts';
import { beforeInterrupt } from './meaningful-frames.ts';

type Exclusion = NonNullable<VerdictJson['excluded']>[number];

const faults: VerdictClass[] = ['null-pointer', 'bad-pointer', 'protection', 'illegal-operation', 'privileged-operation', 'data-exception', 'bug'];

/** What says that an end had begun, so that what is not in log and stacks is not excluded. */
function begun({ crashTime, panicCpu, contradictedPanic }: VerdictEvidence): string | undefined {
  if (contradictedPanic !== undefined) return 'the kernel log has a panic line, although everything else contradicts it';
  if (crashTime !== undefined) return 'CRASHTIME says that a panic or a start of kdump had begun';
  return typeof panicCpu === 'number' ? `panic_cpu names CPU ${panicCpu}: a panic or a start of kdump had begun` : undefined;
}

function byLog({ events, logGap, taint, entry }: VerdictEvidence): readonly Exclusion[] {
  if (logGap !== undefined) return [];
  const log = 'the kernel log in the dump';
  const has = (...marks: readonly string[]): boolean => events.some(({ mark }) => marks.includes(mark));
  const flag = taint === undefined ? '' : ', and taint flag D is clear';
  return [
    ...(has('oops', 'bug') || taint?.died === true || entry?.kind === 'oops' ? [] : [{ classes: faults, why: `${log} has no oops and no BUG${flag}` }]),
    ...(has('memory') ? [] : [{ classes: ['out-of-memory' as const], why: `${log} has no report of the OOM killer` }]),
    ...(has('hardware') ? [] : [{ classes: ['machine-check' as const], why: `${log} has no report of a hardware error` }]),
  ];
}

/** "12 tasks were looked at: none slept uninterruptibly" */
function sleepersText(looked: number, asleep: readonly BlockedTask[], long: readonly BlockedTask[]): string {
  if (asleep.length === 0) return `${looked} tasks were looked at: none slept uninterruptibly`;
  const ages = long.length === 0 ? 'none for long' : `${long.length} of them for ${longSeconds} s or more, for something other than a lock or I/O`;
  return `${looked} tasks were looked at: ${asleep.length} slept uninterruptibly, ${ages}`;
}

/** Some threads sleep so between two pieces of work: a lock or I/O that is waited for long, or nobody knows how long, is none of them. */
const mayHang = ({ seconds, wait }: BlockedTask): boolean => wait.for !== 'event' && (seconds === undefined || seconds >= longSeconds);

/** Whoever it waits for is known: a circle would have been seen. */
const hasKnownOwner = ({ wait }: BlockedTask): boolean => wait.for === 'io' || wait.for === 'event' || knownOwner(wait) !== undefined;

const isShort = ({ seconds }: BusyCpu): boolean => seconds !== undefined && seconds < longSeconds;

/**
 * Its task asked for the crash by a write to /proc/sysrq-trigger, so it did not loop. What a key interrupted may loop, and so may what another
 * request of sysrq does.
 */
function askedForCrash({ frames }: BusyCpu): boolean {
  const border = frames.findIndex(({ kind }, at) => at > 0 && kind === 'interrupted');
  const own = frames.slice(0, border === -1 ? undefined : border).filter(({ kind }) => kind !== 'guess');
  return isRequested(own) && own.some(({ symbol }) => functionName(symbol) === 'write_sysrq_trigger');
}

/** @param what could have been the trouble */
const open = (what: string, why: string): string => `${what} cannot be excluded: ${why}`;

const mayLoop = ({ cpu, name, seconds }: BusyCpu): string =>
  open(`A loop on CPU ${cpu}`, seconds === undefined ? `how long ${name} has run on it is not known` : `${name} has run on it for ${Math.floor(seconds)} s`);

/** What was looked at, and does not tell whether it is a trouble. */
function unclear({ blocked, busy }: Hangs): readonly string[] {
  const ageless = blocked.filter(({ seconds, isInterruptible }) => seconds === undefined && !isInterruptible).length;
  const ownerless = blocked.filter((one) => !hasKnownOwner(one)).length;
  return [
    ...(ageless === 0 ? [] : [open('Hung tasks', `how long ${ageless} of the tasks have slept uninterruptibly is not known`)]),
    ...(ownerless === 0 ? [] : [open('A deadlock', `who holds what ${ownerless} ${ownerless === 1 ? 'task waits' : 'tasks wait'} for is not known`)]),
    ...busy.filter(({ spins }) => spins !== undefined).map(({ cpu }) => open('A held lock', `how long CPU ${cpu} has spun for a lock is not known`)),
    ...busy.filter((one) => !isShort(one) && !askedForCrash(one)).map(mayLoop),
  ];
}

function byTasks({ hangs }: VerdictEvidence): readonly Exclusion[] {
  const { looked, unseen, blocked, busy, unfollowed } = hangs;
  if (looked === 0 || unseen.length > 0) return [];
  const asleep = blocked.filter(({ isInterruptible }) => !isInterruptible);
  const excluded: Exclusion[] = [];
  const areAgesKnown = asleep.every(({ seconds }) => seconds !== undefined);
  if (areAgesKnown && !asleep.some(mayHang)) excluded.push({ classes: ['hung-task', 'io-stall'], why: sleepersText(looked, asleep, asleep.filter(longWait)) });
  const waiters = blocked.filter(({ wait }) => wait.for === 'lock').length;
  const circle =
    waiters === 0 ? 'no task waits for a lock' : `${waiters} ${waiters === 1 ? 'task waits' : 'tasks wait'} for locks, none for an owner that waits for it`;
  if (unfollowed === 0 && busy.every(({ spins }) => spins === undefined) && blocked.every(hasKnownOwner)) excluded.push({ classes: ['deadlock'], why: circle });
  return excluded;
}

/** A CPU whose idle task was stopped outside of idling worked on an interruption. */
function isQuiet({ task, frames, crashFrames }: TraceJson): boolean {
  if (task?.pid !== 0) return true;
  const work = beforeInterrupt(frames.slice(crashFrames ?? 0));
  const border = work.findIndex(({ kind }, at) => at > 0 && kind === 'interrupted');
  const names = work.slice(0, border === -1 ? undefined : border).map(({ symbol }) => functionName(symbol));
  // The instruction that waits may have a function of its own.
  return [0, 1, 2].some((at) => idlesIn(names.slice(at)));
}

function byCpus({ hangs, unseenStacks, noStacks, traces }: VerdictEvidence): readonly Exclusion[] {
  const { looked, unseen, blocked, busy, unfollowed } = hangs;
  if (looked === 0 || unseen.length > 0 || noStacks !== undefined || unseenStacks.length > 0 || traces.length === 0) return [];
  const excluded: Exclusion[] = [];
  if (unfollowed === 0 && busy.every(({ spins }) => spins === undefined) && !blocked.some(mayHang))
    excluded.push({ classes: ['lock-held'], why: 'no task has waited long for a lock, and no CPU spins for one' });
  const others = busy.filter((one) => !askedForCrash(one));
  const asked = others.length === busy.length ? '' : ', besides the one that asked for the crash';
  const work =
    others.length === 0
      ? `no CPU was at work in kernel code${asked}`
      : `${others.length === 1 ? 'the task of 1 CPU was' : `tasks of ${others.length} CPUs were`} at work in kernel code${asked}, none for ${longSeconds} s`;
  if (others.every(isShort) && traces.every(isQuiet)) excluded.push({ classes: ['cpu-loop'], why: work });
  return excluded;
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
  if (taint?.badPage === false) excluded.push({ classes: ['slab-corruption'], why: 'taint flag B in tainted_mask is clear: no allocator has reported any' });
  for (const one of [...byTasks(evidence), ...byCpus(evidence)]) excluded.push(one);
  if (traces.length > 0 && disabledWait === undefined && noStacks === undefined && unseenPsws?.length === 0)
    excluded.push({ classes: ['disabled-wait'], why: 'no CPU is in a disabled wait' });
  const gaps = [
    ...(logGap === undefined ? [] : [open('Faults, lack of memory, and hardware errors', logGap.replace(/^The /, 'the ').replace(/\.$/, ''))]),
    ...(noStacks === undefined ? [] : [open('Looping CPUs and held locks', noStacks)]),
    ...unseenStacks.map((cpu) => open(`Trouble on ${cpu}`, 'its stack could not be followed to its end')),
    ...(unseenPsws ?? []).map((cpu) => open(`A disabled wait of ${cpu}`, 'its PSW is not recorded')),
    ...unseenHangs(hangs).map((why) => open('Hangs and deadlocks', why)),
    ...unclear(hangs),
    ...(end === undefined || panic !== undefined || entry !== undefined ? [] : [open('A panic', end)]),
  ];
  for (const why of gaps) excluded.push({ classes: [], why });
  return excluded;
}
