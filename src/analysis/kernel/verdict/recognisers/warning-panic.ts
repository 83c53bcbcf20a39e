/** WARN() under panic_on_warn. */
import { endsThrough, interruptedSite, lastReport, logProof, siteOf, stackProof } from '../end-of-system.ts';
import type { Recogniser } from '../recogniser.ts';

const warns = new Set(['check_panic_on_warn', '__warn', 'warn_slowpath_fmt', '__warn_printk']);

export const warningPanic: Recogniser = {
  id: 'warning-panic',
  classes: ['warning-panic'],
  about: 'The stack of the panic goes through __warn or check_panic_on_warn; else the panic line says that panic_on_warn is set.',
  recognise(evidence) {
    const through = endsThrough(evidence, warns);
    const { panic } = evidence;
    if (through === undefined && panic?.text.includes('panic_on_warn set') !== true) return [];
    const report = lastReport(evidence.events, new Set(['warning']));
    const frames = interruptedSite(siteOf(evidence, report));
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
