/** The verdict: of all that recognisers found, what evidence ties to the end of the system; what else was wrong contributes. */
import type { VerdictClass, VerdictJson } from '../../../shared/verdict-model.ts';
import type { Proof, VerdictEvidence } from './evidence.ts';
import { exclusions } from './exclusions.ts';
import { logProof, plain, siteOf, stackProof } from './end-of-system.ts';
import { recognisers } from './recognisers/index.ts';
import type { Tie, Trouble } from './recogniser.ts';
import { signed } from './signature.ts';

/** Consequences of each other: tasks that hang because of a lock or of I/O are not trouble of their own. */
const hangs: ReadonlySet<VerdictClass> = new Set(['deadlock', 'lock-held', 'io-stall', 'cpu-loop', 'hung-task']);

/** Who asked for a dump was no trouble. */
const requests: ReadonlySet<VerdictClass> = new Set(['operator-request', 'hypervisor-request']);

/** A watchdog's panic and a request do not hide the trouble that lasted until them. */
const order: readonly Tie[] = ['end', 'lasting', 'detector', 'request'];

export const troublesOf = (evidence: VerdictEvidence): readonly Trouble[] => recognisers.flatMap((one) => one.recognise(evidence));

/** Whether the end is known without looking at tasks and locks. */
export const isSettled = (troubles: readonly Trouble[]): boolean =>
  troubles.some(({ tie, class: found }) => tie === 'end' && found !== 'early-boot' && found !== 'disabled-wait');

/** The stack names what ended the system, and it is of no class: a panic that the code itself asked for. */
function unclassed(evidence: VerdictEvidence): Trouble {
  const { panic, entry, end, contradictedPanic } = evidence;
  const message = panic === undefined ? '' : plain(panic.text.replace('Kernel panic - not syncing: ', ''));
  const frames = panic === undefined && entry === undefined ? [] : siteOf(evidence, panic);
  const isPanic = panic !== undefined || entry?.kind === 'panic';
  const unknown = contradictedPanic === undefined ? 'Cause not known' : 'Panic line in the log that memory and stacks contradict';
  const what = isPanic ? `Panic${message === '' ? '' : ` (${message})`}` : unknown;
  return {
    class: 'unknown',
    tie: 'end',
    what,
    frames,
    evidence: [...(end === undefined || frames.length === 0 ? [] : stackProof(evidence)), ...logProof(panic)],
  };
}

/** A system that ran, with nothing that speaks of trouble. */
function isRunning({ panic, contradictedPanic, entry, crashTime, panicCpu, systemState, disabledWait }: VerdictEvidence): boolean {
  return (
    (panic ?? contradictedPanic) === undefined &&
    entry === undefined &&
    crashTime === undefined &&
    panicCpu === 'unset' &&
    systemState === 'running' &&
    disabledWait === undefined
  );
}

/** "without a trouble" is said where all of them were looked for. */
function runningTitle({ hangs, logGap, noStacks, unseenStacks }: VerdictEvidence, troubles: readonly Trouble[]): string {
  if (troubles.some(({ tie }) => tie === 'finished')) return 'Running system after troubles that its log reports';
  const isSeen = hangs.looked > 0 && hangs.unseen.length === 0 && logGap === undefined && noStacks === undefined && unseenStacks.length === 0;
  if (!isSeen) return 'Running system that could not be fully examined';
  return hangs.unfollowed === 0 ? 'Running system without trouble' : 'Running system in which no trouble was found';
}

const contradictionProof = ({ contradictedPanic }: VerdictEvidence): readonly Proof[] =>
  contradictedPanic === undefined ? [] : [...logProof(contradictedPanic.line), { text: `this line is contradicted: ${contradictedPanic.why}` }];

/** Whatever rests on a log from a file says so. */
const fileProof = ({ logFile: file }: VerdictEvidence): readonly Proof[] =>
  file === undefined ? [] : [{ text: `the log is from the file ${file.name}, not from memory (${file.why}); ${file.shown}` }];

const runningProof = { text: 'panic_cpu is unset and system_state is running in memory; vmcoreinfo has no CRASHTIME' };

/** Troubles of one CPU rest on the same observation. */
const eachOnce = (proofs: readonly Proof[]): Proof[] => proofs.filter((proof, at) => proofs.findIndex(({ text }) => text === proof.text) === at);

/** A trouble that contributes is not excluded by one of the places where it would show. */
const withoutFound = (excluded: NonNullable<VerdictJson['excluded']>, found: readonly Trouble[]): NonNullable<VerdictJson['excluded']> =>
  excluded.flatMap((one) => {
    const classes = one.classes.filter((name) => !found.some((trouble) => trouble.class === name));
    return classes.length === 0 && one.classes.length > 0 ? [] : [{ ...one, classes }];
  });

export function judge(evidence: VerdictEvidence, troubles: readonly Trouble[] = troublesOf(evidence)): VerdictJson {
  const found = order.flatMap((tie) => troubles.filter((one) => one.tie === tie))[0];
  const running: Trouble | undefined = isRunning(evidence)
    ? { class: 'running', tie: 'end', what: runningTitle(evidence, troubles), frames: [], evidence: [runningProof] }
    : undefined;
  const chosen = found ?? running ?? unclassed(evidence);
  const isConsequence = (one: Trouble): boolean => hangs.has(chosen.class) && hangs.has(one.class) && (one.tie !== 'lasting' || one.class === 'hung-task');
  const others = troubles.filter((one) => !requests.has(one.class) && one.class !== chosen.class && one.tie !== 'end' && !isConsequence(one));
  const known = found !== undefined && found.tie !== 'request' && found.isOpen !== true && found.class !== 'unknown';
  return {
    class: chosen.class,
    contributing: [...new Set(others.map((one) => one.class))],
    ...signed(chosen, evidence.buildId),
    evidence: eachOnce([...chosen.evidence, ...contradictionProof(evidence), ...others.flatMap((one) => one.evidence.slice(0, 1)), ...fileProof(evidence)]),
    ...(known ? {} : { excluded: withoutFound(exclusions(evidence), others) }),
  };
}
