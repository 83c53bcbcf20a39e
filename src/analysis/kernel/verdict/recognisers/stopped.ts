/** Ends that leave nothing but their place: a disabled wait without a panic, a kdump system that did not finish. */
import { logProof, stackProof } from '../end-of-system.ts';
import type { Recogniser } from '../recogniser.ts';

export const disabledWait: Recogniser = {
  id: 'disabled-wait',
  classes: ['disabled-wait'],
  about: 'A CPU whose PSW waits with all interruptions disabled, where neither the log nor a stack shows a panic; the code in its address is explained.',
  recognise({ disabledWait: stopped, panic, entry }) {
    if (stopped === undefined || ((panic !== undefined || entry !== undefined) && stopped.code === undefined)) return [];
    const { cpu, address, code } = stopped;
    const text = `the PSW of ${cpu} is a disabled wait at ${address}${code === undefined ? '' : `: ${code}`}`;
    return [
      {
        class: 'disabled-wait',
        tie: 'end',
        what: code === undefined ? 'Disabled wait without a panic' : `Disabled wait: ${code}`,
        frames: [],
        evidence: [{ text }],
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
