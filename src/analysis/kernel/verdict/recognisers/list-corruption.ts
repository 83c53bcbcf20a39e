/** Lists whose links do not fit, as DEBUG_LIST finds them (lib/list_debug.c). */
import { called, isSoonAfter, lastReport, logProof, oopsReport, siteOf, stackProof } from '../end-of-system.ts';
import type { LogEvent } from '../log-events.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

const checks = /^__list_(?:add|del)_(?:entry_)?valid/;
const line = /^list_(?:add|del) (?:corruption|double add)/;

/** The check prints its line, then the BUG() in it is reported. */
const isOfOops = (line: LogEvent, oops: LogEvent): boolean => /^[kK]ernel BUG at/.test(oops.text) && isSoonAfter(oops, line);

export const listCorruption: Recogniser = {
  id: 'list-corruption',
  classes: ['list-corruption'],
  about:
    'The code that ended the system is the check of a list (__list_add_valid, __list_del_entry_valid); else a line "list_add corruption" of the log in its last report.',
  recognise(evidence) {
    const report = lastReport(
      evidence.events.filter(({ text }) => line.test(text)),
      new Set(['bug']),
    );
    const checker = called(evidence).find((name) => checks.test(name));
    const oops = oopsReport(evidence);
    const isEnd = checker !== undefined || (evidence.end === undefined && report !== undefined && oops !== undefined && isOfOops(report, oops));
    const trouble = { class: 'list-corruption', what: 'List corruption' } as const;
    if (isEnd) return [{ ...trouble, tie: 'end', frames: siteOf(evidence, report), evidence: [...stackProof(evidence), ...logProof(report)] }];
    return report === undefined ? [] : [{ ...trouble, tie: 'finished', frames: report.frames, evidence: logProof(report) } satisfies Trouble];
  },
};
