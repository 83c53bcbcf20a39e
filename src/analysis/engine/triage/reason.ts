/** Why the system probably died, in sentences, each from evidence of its own; what has none is said to have none (docs/conclusions.md). */
import { logName } from '../../kernel/log/log-record.ts';
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { andList } from '../../../shared/and-list.ts';
import { architectures } from '../../arch/index.ts';
import { explainWaitAddress } from '../../arch/s390x/wait-codes.ts';
import { againstPanicLine, noPanicOnStacks } from '../../kernel/verdict/contradicted-panic.ts';
import type { CrashEntry } from './crash-entry.ts';
import { isDisabledWait, withoutPsw } from './disabled-wait.ts';
import type { KernelWitnesses } from './kernel-witnesses.ts';
import type { LogWords } from './log-words.ts';
import { told, type Told } from './told.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export interface Evidence {
  /** CRASHTIME. */
  readonly crash: string | undefined;
  readonly log: LogWords;
  /** Whether the stacks of the CPUs were followed; an entry that is absent says nothing where they were not. */
  readonly areStacksRead: boolean;
  /** CPUs whose stacks could not be followed to their ends, where others could. */
  readonly unseenStacks: readonly string[];
  readonly entry: CrashEntry | undefined;
  /** Whether the stack of the CPU that ended the system is known. */
  readonly hasEndStack: boolean;
  readonly witnesses: KernelWitnesses;
  /** What shows that kdump has started. */
  readonly started: string | undefined;
}

/** panic() writes its line and is on the stack of its CPU; CRASHTIME and panic_cpu come from crash_kexec() too, which oopses and a PSW restart call. */
const isPanic = ({ log, entry }: Evidence): boolean => log.notes?.panic !== undefined || entry?.kind === 'panic';

/** Which of these variables could not be read, and why. */
function unseenText({ unseen }: KernelWitnesses, wanted: readonly string[]): string | undefined {
  const names = wanted.filter((name) => unseen.has(name));
  return names.length === 0 ? undefined : `${andList(names)} could not be read (${unseen.get(names[0] ?? '') ?? ''})`;
}

/** Signs of an oops or BUG that the log does not show. */
const died = ({ witnesses: { taint }, log }: Evidence): string =>
  taint?.died === true && log.notes === undefined ? ' The taint flag D is set: there was an oops or BUG.' : '';

/** What a log that was read does not have; undefined when there is none to speak of, which a sentence of its own says. */
const noLine = ({ log }: Evidence): string | undefined =>
  log.isRead
    ? `${log.file !== undefined ? `the log in the file ${log.file.name}, which is not from memory,` : log.gap === undefined ? 'the kernel log' : 'what can be read of the kernel log'} has no panic, oops, BUG, stall or hung task`
    : undefined;

const contradicted = 'The panic line is contradicted';

/** Why the panic line is contradicted; asked where neither CRASHTIME nor a disabled wait shows an end. */
function contradictedPanic({ log, entry, hasEndStack, witnesses, areStacksRead, unseenStacks }: Evidence): string | undefined {
  if (log.notes?.panic === undefined || entry !== undefined || hasEndStack) return undefined;
  const { panicCpu, systemState } = witnesses;
  return againstPanicLine({ isPanicCpuUnset: panicCpu?.kind === 'unset', systemState, areStacksRead, unseenStacks });
}

/** A kernel that has recorded CRASHTIME was on its way into kdump. */
function crashSentence(evidence: Evidence, crash: string, stopped: string | undefined): Told {
  const { entry, log } = evidence;
  const panicked = isPanic(evidence);
  const what = panicked ? `The kernel panicked at ${crash}` : `The kernel was on its way into kdump at ${crash}`;
  // CPUs of a system whose dump kdump wrote may have been stopped in any state.
  if (stopped !== undefined && evidence.started === undefined) return told(`${what}; ${stopped}`, ': kdump did not take over.');
  if (panicked) return told(what, ': it recorded CRASHTIME on its way into kdump.');
  if (entry?.kind === 'restart')
    return told(what, `: it recorded CRASHTIME. A PSW restart sent it there: ${entry.symbol} is on a stack, and no panic is recorded.`);
  if (entry?.kind === 'oops') return told(what, `: it recorded CRASHTIME. An oops sent it there: ${entry.symbol} is on a stack, and no panic is recorded.`);
  if (log.notes !== undefined) return told(what, `: it recorded CRASHTIME. The ${logName(log.file)} has no panic line.`);
  const stacks = evidence.areStacksRead ? noPanicOnStacks(evidence.unseenStacks) : 'the stacks of its CPUs could not be followed';
  return told(what, `: it recorded CRASHTIME. What sent it there is not known: ${andList([noLine(evidence), stacks])}.${died(evidence)}`);
}

/** Without CRASHTIME: a copy of vmcoreinfo that was made before the crash has none either. */
function withoutKdump(evidence: Evidence): Told {
  const { witnesses, entry, log } = evidence;
  const after = (gist: string, rest: string): Told => {
    if (log.notes?.panic !== undefined || entry === undefined) return told(gist, rest);
    return told('The kernel panicked', `: ${entry.symbol} is on a stack. ${gist}${rest}`);
  };
  if (witnesses.kdumpLoaded === false) return after('No kdump kernel was loaded', ': kexec_crash_image is null.');
  const loaded = witnesses.kdumpLoaded === true ? 'a kdump kernel was loaded (kexec_crash_image)' : unseenText(witnesses, ['kexec_crash_image']);
  const rest = `: vmcoreinfo has no CRASHTIME, but neither would a copy from before the crash${loaded === undefined ? '' : `; ${loaded}`}.`;
  return after('Whether kdump was started is not recorded', rest);
}

/** That no CPU is in a disabled wait, as far as PSWs are recorded; undefined where CPUs have none. */
function noWaitText(session: Session): string | undefined {
  if (!architectures[session.image.machine.arch].features.has('psw')) return undefined;
  const { cpus } = machineCpus(session);
  const unseen = withoutPsw(session).map((cpu) => cpuName(cpu, cpuNumbering(cpus)));
  if (unseen.length === cpus.length) return undefined;
  if (unseen.length === 0) return 'no CPU is in a disabled wait';
  return `none of the CPUs whose registers are known is in a disabled wait (the PSW of ${andList(unseen)} is not recorded)`;
}

/** Nothing shows an end: then what does show that the system was running, and what could not be seen. */
function runningSentence(session: Session, evidence: Evidence): Told {
  const { witnesses, log } = evidence;
  const { panicCpu, systemState } = witnesses;
  const noWait = noWaitText(session);
  const seen = andList(['vmcoreinfo has no CRASHTIME', panicCpu?.kind === 'unset' ? 'panic_cpu is unset' : undefined, noWait]);
  if (panicCpu?.kind === 'cpu') {
    const rest = `; ${andList(['vmcoreinfo has no CRASHTIME', noWait])}, and no panic line was found.${died(evidence)}`;
    return told(`panic_cpu names CPU ${panicCpu.value}, so a panic or a start of kdump had begun`, rest);
  }
  const isRunning = panicCpu?.kind === 'unset' && systemState === 'running';
  if (log.notes === undefined && log.isRead && log.gap === undefined) {
    const end = isRunning
      ? 'the system was running when it was dumped (system_state)'
      : `whether the system was running is not known: ${cannotTell(witnesses)}`;
    return told('No crash is recorded', `: ${seen}, and ${noLine(evidence) ?? ''}; ${end}.${died(evidence)}`);
  }
  if (isRunning) return told('The kernel had not panicked when it was dumped', `: ${seen}, and system_state is running.${died(evidence)}`);
  return told('No panic was found', `: ${seen}; whether the system was running is not known: ${cannotTell(witnesses)}.${died(evidence)}`);
}

const cannotTell = (witnesses: KernelWitnesses): string =>
  (witnesses.panicCpu?.kind === 'impossible' ? `panic_cpu is ${witnesses.panicCpu.value}, which is not a CPU of this kernel` : undefined) ??
  unseenText(witnesses, ['panic_cpu', 'system_state']) ??
  (witnesses.systemState === undefined ? 'the value of system_state is not a known one' : `system_state is ${witnesses.systemState}`);

/** A dump whose origin says how it came about: nothing of the kernel's end is concluded from what it cannot show. */
function originSentence({ image, knownVmcoreinfo }: Session, { crash }: Evidence): Told | undefined {
  const { origin, findings } = image;
  if (origin?.kind === 'xen-host') {
    const when = crash === undefined ? '' : ` CRASHTIME in the vmcoreinfo of domain 0 shows that it was on its way into kdump at ${crash}.`;
    return told(origin.title, `: ${origin.unplaced ?? ''}. Whether domain 0 or the hypervisor crashed is not known.${when}`);
  }
  const narrow = knownVmcoreinfo === undefined ? findings.find(({ id }) => id === 'container-complete/narrow-registers') : undefined;
  return narrow === undefined ? undefined : told(narrow.title, `: ${narrow.detail}.`);
}

function endSentence(session: Session, evidence: Evidence): Told | undefined {
  const { crash } = evidence;
  const { cpus } = machineCpus(session);
  const name = (cpu: CpuJson): string => cpuName(cpu, cpuNumbering(cpus));
  const waiting = cpus.filter(isDisabledWait);
  const coded = waiting.find((cpu) => explainWaitAddress(BigInt(cpu.psw?.address ?? '0x0')) !== undefined);
  if (coded !== undefined) return told(`${name(coded)} is in a disabled wait, ${explainWaitAddress(BigInt(coded.psw?.address ?? '0x0')) ?? ''}`, '.');
  const [stopped] = waiting;
  const stop = stopped === undefined ? undefined : `stopped itself in a disabled wait at ${stopped.psw?.address ?? ''}`;
  if (crash !== undefined) return crashSentence(evidence, crash, stopped === undefined || stop === undefined ? undefined : `${name(stopped)} then ${stop}`);
  if (stopped !== undefined && stop !== undefined) {
    const gist = `${name(stopped)} ${stop}, as the kernel does at the end of a panic`;
    if (isPanic(evidence)) return told(gist, '.');
    if (!evidence.log.isRead && !evidence.areStacksRead)
      return told(gist, `; whether it panicked could not be seen: neither the kernel log nor the stacks of its CPUs could be read.${died(evidence)}`);
    const line = evidence.log.notes === undefined ? noLine(evidence) : `the ${logName(evidence.log.file)} has no panic line`;
    return told(gist, `; that it panicked is not recorded${line === undefined ? '' : `: ${line}`}.${died(evidence)}`);
  }
  if (cpus.length === 0 || session.knownVmcoreinfo === undefined) return undefined;
  const against = contradictedPanic(evidence);
  if (against !== undefined) return told(contradicted, `: ${against}. ${withoutKdump(evidence).text}`);
  return isPanic(evidence) ? withoutKdump(evidence) : runningSentence(session, evidence);
}

/** Why the system probably died: what its log says first, then what CPUs, memory and vmcoreinfo show. */
export function probableReason(session: Session, evidence: Evidence): Told | undefined {
  const { log } = evidence;
  const origin = originSentence(session, evidence);
  if (origin !== undefined) return origin;
  const end = endSentence(session, evidence);
  // Where no vmcoreinfo is known there is no log to speak of: the check of that name says so.
  const gap = session.knownVmcoreinfo === undefined ? undefined : log.gap;
  const sentences = [log.told?.text, end?.text, gap].filter((sentence) => sentence !== undefined);
  const gist = end?.gist === contradicted ? contradicted : (log.told?.gist ?? end?.gist ?? gap);
  return gist === undefined ? undefined : { gist, text: sentences.join(' ') };
}
