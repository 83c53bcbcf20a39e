/** Hardware errors. */
import { endsThrough, logProof, siteOf, stackProof } from '../end-of-system.ts';
import type { LogEvent } from '../log-events.ts';
import type { Recogniser } from '../recogniser.ts';

/** arch/s390/kernel/nmi.c, arch/x86/kernel/cpu/mce, arch/arm64/kernel/traps.c, drivers/acpi/apei. */
const handlers = new Set([
  's390_handle_damage',
  'mce_panic',
  'arm64_serror_panic',
  'do_serror',
  '__ghes_panic',
  'mce_machine_check',
  'machine_check_exception',
]);
const panicLine = /[mM]achine check|Fatal hardware error|Asynchronous SError|hardware error|Not all CPUs entered broadcast exception handler/;

/** Firmware hands over what it kept of errors before the boot (drivers/acpi/apei/bert.c): lines without the marks of others follow that one at once. */
function ofThisBoot(events: readonly LogEvent[]): readonly LogEvent[] {
  const handed = events.filter(({ text }) => text.startsWith('BERT: '));
  return events.filter((event) => {
    const { mark, text } = event;
    return mark === 'hardware' && !text.startsWith('BERT: ') && !(text.startsWith('[Hardware Error]') && handed.some((one) => isAtOnce(one, event)));
  });
}

const isAtOnce = (earlier: LogEvent, later: LogEvent): boolean =>
  earlier.time === undefined || later.time === undefined || (later.time >= earlier.time && later.time - earlier.time <= 1_000_000_000n);

export const machineCheck: Recogniser = {
  id: 'machine-check',
  classes: ['machine-check'],
  about:
    'The stack of the end goes through the handler of a machine check; else the panic line says so. Hardware errors that the log reports and the system survived contribute.',
  recognise(evidence) {
    const { panic, events } = evidence;
    const through = endsThrough(evidence, handlers);
    const report = ofThisBoot(events).at(-1);
    if (through !== undefined || (panic !== undefined && panicLine.test(panic.text)))
      return [
        {
          class: 'machine-check',
          tie: 'end',
          what: 'Machine check',
          frames: siteOf(evidence, report),
          evidence: [...stackProof(evidence), ...logProof(report), ...logProof(panic)],
        },
      ];
    return report === undefined ? [] : [{ class: 'machine-check', tie: 'finished', what: 'Hardware error', frames: [], evidence: logProof(report) }];
  },
};
