/** Why the system probably died, in one sentence, from structures alone. */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { architectures } from '../../arch/index.ts';
import { explainWaitAddress } from '../../arch/s390x/wait-codes.ts';
import { deathNotes, type DeathLine } from '../../kernel/log/log-marks.ts';
import { isDisabledWait } from './disabled-wait.ts';
import { secondsText } from '../kernel/dmesg.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

/** What the kernel's log says of its end, in a sentence. */
function lastWords(session: Session): string | undefined {
  const { log } = session.knownKernel;
  const notes = log.found ? deathNotes(log.log.records) : undefined;
  if (notes === undefined) return undefined;
  const { last, cause } = notes;
  const at = (line: DeathLine): string => (line.time === undefined ? '' : `, ${secondsText(line.time).slice(0, -3)} s after boot`);
  return `${last.text} (kernel log${at(last)}${cause === undefined ? '' : `; before it${at(cause)}: ${cause.text}`}).`;
}

/** Why the system probably died: what its log says first, then what CPUs and vmcoreinfo show. */
export function probableReason(session: Session, crash: string | undefined): string | undefined {
  const words = lastWords(session);
  const sentences = [words, traces(session, crash, words !== undefined)].filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/** Whether the kernel's log ends in a panic. */
export const logHasPanic = (session: Session): boolean => lastWords(session) !== undefined;

function traces(session: Session, crash: string | undefined, isPanicLogged: boolean): string | undefined {
  const { cpus } = machineCpus(session);
  const name = (cpu: CpuJson): string => cpuName(cpu, cpuNumbering(cpus));
  const waiting = cpus.filter(isDisabledWait);
  const coded = waiting.find((cpu) => explainWaitAddress(BigInt(cpu.psw?.address ?? '0x0')) !== undefined);
  if (coded !== undefined) return `${name(coded)} is in a disabled wait, ${explainWaitAddress(BigInt(coded.psw?.address ?? '0x0')) ?? ''}.`;
  const [stopped] = waiting;
  if (crash !== undefined && stopped !== undefined) {
    return `The kernel panicked at ${crash}; ${name(stopped)} then stopped itself in a disabled wait at ${stopped.psw?.address ?? ''}: kdump did not take over.`;
  }
  if (crash !== undefined) return `The kernel panicked at ${crash}: it recorded CRASHTIME on its way into kdump.`;
  if (stopped !== undefined) {
    return `${name(stopped)} stopped itself in a disabled wait at ${stopped.psw?.address ?? ''}, as the kernel does at the end of a panic.`;
  }
  if (cpus.length === 0 || session.knownVmcoreinfo === undefined) return undefined;
  if (isPanicLogged) return 'vmcoreinfo has no CRASHTIME: kdump did not take over.';
  // Only a machine with a PSW stops in a disabled wait; elsewhere a panicked CPU spins.
  const sign = architectures[session.image.machine.arch].features.has('psw')
    ? 'no CPU is in a disabled wait'
    : 'the kernel log, where it can be read, has no panic';
  return `No crash is recorded: vmcoreinfo has no CRASHTIME and ${sign}; the system was running when it was dumped.`;
}
