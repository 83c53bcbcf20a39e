import { classLine } from '../../../shared/verdict-text.ts';
import { type Block, facts, mono, quoted, type Text, type Tone } from '../blocks.ts';
import { caseFacts } from '../case-facts.ts';
import { nextSteps } from '../next-steps.ts';
import { verdictSentence, type ReportModel } from '../report-model.ts';
import { doubtfulChecks } from './integrity.ts';
import type { ReportSection } from './section.ts';

const calm: ReadonlySet<ReportModel['verdict']['class']> = new Set<ReportModel['verdict']['class']>(['running', 'operator-request', 'hypervisor-request']);
const toneOf = ({ verdict }: ReportModel): Tone => (verdict.class === 'unknown' ? 'doubtful' : calm.has(verdict.class) ? 'plain' : 'bad');

function verdict(report: ReportModel): Block {
  const { verdict: found, reason } = report;
  const { signature, knownIssues = [] } = found;
  const lines: Text[] = [
    ['Class: ', quoted(classLine(found))],
    ...(reason === undefined ? [] : [[quoted(reason)]]),
    ...(signature.exact === undefined ? [] : [['Exact key: ', mono(signature.exact)]]),
    ...(signature.stack === undefined ? [] : [['Stack key: ', mono(signature.stack)]]),
    ...knownIssues.map(({ text, link }): Text => ['Known issue: ', quoted(link === undefined ? text : `${text} (${link})`)]),
  ];
  return { kind: 'callout', tone: toneOf(report), title: quoted(found.title), lines };
}

/** The outcome of all checks in one line, with the titles of those that failed. */
function integrity(report: ReportModel): Text {
  const failed = doubtfulChecks(report).filter((check) => check.verdict === 'failed');
  const named = failed.slice(0, 4).map(({ title }) => title);
  const more = failed.length - named.length;
  return [verdictSentence(report.health), ...(named.length === 0 ? [] : [' Failed: ', quoted(named.join('; ')), more > 0 ? ` and ${more} more.` : '.'])];
}

export const caseSection: ReportSection = {
  id: 'case',
  title: 'The case',
  about: 'the first page: verdict, machine, kernel, times, integrity in one line, the next step, and the contents',
  byDefault: true,
  content(report) {
    return [
      verdict(report),
      facts([...caseFacts(report), ['Integrity', integrity(report)], ['Next step', nextSteps(report)]]),
      // A comparison comes first, and has them.
      ...(report.comparison === undefined ? [{ kind: 'contents' } as const] : []),
    ];
  },
};
