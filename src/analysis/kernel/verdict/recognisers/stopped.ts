/** Ends that leave nothing but their place: a disabled wait without a panic, a kdump system that did not finish. */
import { logProof, stackProof } from '../end-of-system.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { Recogniser } from '../recogniser.ts';

/** Why a panic before the wait could not have been seen; empty where the log was read whole and panic_cpu or the stacks as well. */
function unseenPanic({ logGap, noStacks, panicCpu, unseen }: VerdictEvidence): readonly string[] {
  const isEndSeen = noStacks === undefined || panicCpu !== undefined;
  const why = unseen.get('panic_cpu');
  return [logGap, ...(isEndSeen ? [] : [noStacks, why === undefined ? 'panic_cpu is not known' : `panic_cpu could not be read (${why})`])].filter(
    (one) => one !== undefined,
  );
}

/** crash_kexec() sets panic_cpu and records CRASHTIME, for a panic as for an oops and a PSW restart (kernel/crash_core.c). */
function begunEnd({ panicCpu, crashTime }: VerdictEvidence): string | undefined {
  if (crashTime !== undefined) return `vmcoreinfo has CRASHTIME, ${crashTime}`;
  return typeof panicCpu === 'number' ? `panic_cpu names CPU ${panicCpu}` : undefined;
}

export const disabledWait: Recogniser = {
  id: 'disabled-wait',
  classes: ['disabled-wait'],
  about:
    'A CPU whose PSW waits with all interruptions disabled, where neither the log nor a stack shows a panic; the code in its address is explained. "Without a panic" only where the log was read whole, and panic_cpu or the stacks as well.',
  recognise(evidence) {
    const { disabledWait: stopped, panic, entry } = evidence;
    if (stopped === undefined || ((panic !== undefined || entry !== undefined) && stopped.code === undefined)) return [];
    const { cpu, address, code } = stopped;
    const text = `the PSW of ${cpu} is a disabled wait at ${address}${code === undefined ? '' : `: ${code}`}`;
    const unseen = unseenPanic(evidence);
    const begun = begunEnd(evidence);
    const withoutCode =
      begun !== undefined
        ? 'Disabled wait after a panic or a start of kdump'
        : unseen.length > 0
          ? 'Disabled wait; whether a panic came before it could not be seen'
          : 'Disabled wait without a panic';
    const isOpen = code === undefined && (begun !== undefined || unseen.length > 0);
    return [
      {
        class: 'disabled-wait',
        tie: 'end',
        what: code === undefined ? withoutCode : `Disabled wait: ${code}`,
        frames: [],
        evidence: [{ text }, ...(isOpen && begun !== undefined ? [{ text: begun }] : [])],
        ...(isOpen ? { isOpen } : {}),
      },
    ];
  },
};

export const kdumpFailed: Recogniser = {
  id: 'kdump-failed',
  classes: ['kdump-failed'],
  about: 'The dump holds two systems: the kdump system was still running, or had crashed itself, when the dump was taken.',
  recognise(evidence) {
    const { isKdumpSystem, kdumpUnfinished, panic, entry } = evidence;
    if (!kdumpUnfinished) return [];
    const text = 'a kdump system was running from absolute 0 when the dump was taken: it had not finished';
    const isCrash = isKdumpSystem && (panic !== undefined || entry !== undefined);
    const tie = isCrash ? 'end' : isKdumpSystem ? 'request' : 'finished';
    const what = isCrash ? 'Crash of the kdump system' : 'Kdump did not finish';
    return [
      {
        class: 'kdump-failed',
        tie,
        what,
        frames: isCrash ? (evidence.end?.site ?? []) : [],
        evidence: [{ text }, ...(isCrash ? [...stackProof(evidence), ...logProof(panic)] : [])],
      },
    ];
  },
};
