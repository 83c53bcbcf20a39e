/** A kernel log that was saved as text and attached, against the log in memory and the names of the kernel. */
import { failed, notRecorded, passed, type Check } from '../check.ts';

export const logFileCheck: Check = {
  id: 'log-file',
  title: 'Attached kernel log',
  failure: 'The attached kernel log is of another boot or kernel, or it contradicts the log in memory.',
  gravity: 31,
  cost: 'headers',
  concerns: ({ givenLog }) => givenLog !== undefined,
  run({ givenLog }) {
    if (givenLog === undefined) return notRecorded('no kernel log is attached');
    const { name, steps, contradiction, proof, inPlaceOf } = givenLog;
    if (contradiction !== undefined) return failed(`${name}: ${contradiction}; none of it is used`, { steps });
    const used = inPlaceOf === undefined ? '' : '; it is read in place of the log in memory';
    const right = steps.filter((step) => step.passed === true).map(({ check, detail }) => `${check}: ${detail}`);
    // The release is that of every boot of this kernel: it does not show that the lines are of this one.
    if (proof === 'log' || proof === 'kernel-offset') return passed(`${name}: ${right.join('; ')}${used}`, { steps });
    const [first] = steps;
    const open = right.length === 0 ? 'nothing shows that it is of the dumped system' : `${right.join('; ')}; nothing shows which boot it is of`;
    return { ...notRecorded(`${name}: ${open}${first === undefined ? '' : ` (${first.detail})`}${used}`), steps };
  },
};
