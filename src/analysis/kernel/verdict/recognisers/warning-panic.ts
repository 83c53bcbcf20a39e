/** WARN() under panic_on_warn. */
import { endsThrough, interruptedSite, isSoonAfter, lastReport, logProof, siteOf, stackProof } from '../end-of-system.ts';
import type { Recogniser } from '../recogniser.ts';

const warns = new Set(['check_panic_on_warn', '__warn', 'warn_slowpath_fmt', '__warn_printk']);

/** check_panic_on_warn(), kernel/panic.c. */
const line = /panic_on_warn set|Warned too often/;

export const warningPanic: Recogniser = {
  id: 'warning-panic',
  classes: ['warning-panic'],
  about:
    'The stack of the panic goes through __warn or check_panic_on_warn; else the panic line says that panic_on_warn is set, or that there were too many warnings.',
  recognise(evidence) {
    const through = endsThrough(evidence, warns);
    const { panic } = evidence;
    if (through === undefined && !line.test(panic?.text ?? '')) return [];
    const warning = lastReport(evidence.events, new Set(['warning']));
    // UBSAN and others print no such line: an older one is of something else.
    const report = warning !== undefined && isSoonAfter(panic, warning) ? warning : undefined;
    const frames = interruptedSite(siteOf(evidence, report ?? panic));
    return [
      {
        class: 'warning-panic',
        tie: 'end',
        what: 'Warning turned into a panic',
        frames,
        evidence: [...stackProof(evidence), ...logProof(report), ...logProof(panic)],
      },
    ];
  },
};
