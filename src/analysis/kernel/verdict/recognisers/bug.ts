/** BUG() and BUG_ON(). */
import { isOops, logProof, oopsReport, siteOf, stackProof } from '../end-of-system.ts';
import type { Recogniser } from '../recogniser.ts';

const line = /^[kK]ernel BUG at|Oops - BUG/;

export const bug: Recogniser = {
  id: 'bug',
  classes: ['bug'],
  about:
    'An oops by the instruction that BUG() is made of (a monitor call on s390x, ud2 on x86_64), which is where the code was interrupted; else a line "kernel BUG at" of the last report in the log.',
  recognise(evidence) {
    const report = oopsReport(evidence);
    const isEnd =
      isOops(evidence) && (evidence.end?.fault?.kind === 'bug' || (report !== undefined && [report.text, ...report.lines].some((text) => line.test(text))));
    const { fault } = evidence.end ?? {};
    const proofs = fault?.kind === 'bug' ? [{ text: fault.detail }] : [];
    const survived = evidence.events.filter(
      ({ mark, text, time }) => mark === 'bug' && line.test(text) && (report?.time === undefined || time === undefined || time < report.time),
    );
    return [
      ...(isEnd
        ? [
            {
              class: 'bug',
              tie: 'end',
              what: 'BUG',
              frames: siteOf(evidence, report),
              evidence: [...proofs, ...stackProof(evidence), ...logProof(report)],
            } as const,
          ]
        : []),
      ...survived.map((event) => ({ class: 'bug', tie: 'finished', what: 'BUG', frames: event.frames, evidence: logProof(event) }) as const),
    ];
  },
};
