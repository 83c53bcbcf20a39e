/** Somebody asked: sysrq, a PSW restart, a dump of a running system. */
import { endsThrough, hasOopsed, isRequested, lastOops, logProof, siteOf, stackProof } from '../end-of-system.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

/** A dump of a system that had come to its end is not a request; where nothing can be read of that, nothing is known. */
const ran = ({ panic, contradictedPanic, entry, crashTime, panicCpu, systemState, disabledWait, logGap }: VerdictEvidence): boolean =>
  (logGap === undefined || systemState === 'running') &&
  (panic ?? contradictedPanic) === undefined &&
  entry === undefined &&
  crashTime === undefined &&
  typeof panicCpu !== 'number' &&
  disabledWait === undefined;

const dumped = ({ systemState, panicCpu }: VerdictEvidence): string =>
  systemState === 'running' && panicCpu === 'unset' ? 'dump of a running system' : 'dump of a system';

const crashing = new Set(['sysrq_handle_crash', '__handle_sysrq', 'write_sysrq_trigger']);
const line = 'sysrq triggered crash';

export const operatorRequest: Recogniser = {
  id: 'operator-request',
  classes: ['operator-request'],
  about:
    'The stack of the panic goes through sysrq_handle_crash, or the panic line says so, or the code that failed is sysrq_handle_crash itself (before Linux 5.0); a PSW restart by __do_restart on a stack; a dump of a running system that was written by the stand-alone dumper. It never hides trouble that lasted until then.',
  recognise(evidence): readonly Trouble[] {
    const { panic, entry, request, events } = evidence;
    const isOfOops = hasOopsed(evidence) && isRequested(siteOf(evidence, lastOops(evidence)));
    if (isOfOops || endsThrough(evidence, crashing) !== undefined || panic?.text.includes(line) === true) {
      const asked = events.findLast(({ mark }) => mark === 'request');
      return [
        {
          class: 'operator-request',
          tie: 'request',
          what: 'Crash requested by sysrq',
          frames: [],
          evidence: [...stackProof(evidence), ...logProof(asked), ...logProof(panic)],
        },
      ];
    }
    if (entry?.kind === 'restart' && panic === undefined)
      return [
        {
          class: 'operator-request',
          tie: 'request',
          what: 'PSW restart',
          frames: [],
          evidence: [{ text: `${entry.symbol} is on the stack of CPU ${entry.cpu}, and no panic is recorded` }],
        },
      ];
    if (request?.by !== 'operator' || !ran(evidence)) return [];
    return [{ class: 'operator-request', tie: 'request', what: `Stand-alone ${dumped(evidence)}`, frames: [], evidence: [{ text: request.why }] }];
  },
};

export const hypervisorRequest: Recogniser = {
  id: 'hypervisor-request',
  classes: ['hypervisor-request'],
  about:
    'A hypervisor wrote the dump of a running system, or the panic came from an interrupt that it injected. It never hides trouble that lasted until then.',
  recognise(evidence): readonly Trouble[] {
    const { request, panic } = evidence;
    if (panic !== undefined && /NMI: Not continuing|unknown NMI|panic_on_unrecovered_nmi/i.test(panic.text))
      return [
        { class: 'hypervisor-request', tie: 'request', what: 'Panic by a non-maskable interrupt of unknown origin', frames: [], evidence: logProof(panic) },
      ];
    if (request?.by !== 'hypervisor' || !ran(evidence)) return [];
    return [{ class: 'hypervisor-request', tie: 'request', what: `Hypervisor's ${dumped(evidence)}`, frames: [], evidence: [{ text: request.why }] }];
  },
};
