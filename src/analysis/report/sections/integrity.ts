import { plural } from '../../../shared/count-text.ts';
import type { CheckResult } from '../../../shared/check-model.ts';
import { sentence } from '../../../shared/sentence.ts';
import { type Block, facts, heading, mono, paragraph, quoted, table, type Text } from '../blocks.ts';
import { hexRows } from '../hex-rows.ts';
import { isDoubtful, passedMark, verdictMark } from '../marks.ts';
import { verdictSentence, type ReportModel } from '../report-model.ts';
import { placeText } from '../report-text.ts';
import type { ReportSection } from './section.ts';

/** Ranges that a document names of one check. */
const mostRanges = 16;

/** Failed ones first, the gravest of them before the others. */
export const doubtfulChecks = ({ checks }: Pick<ReportModel, 'checks'>): readonly CheckResult[] => {
  const rank = ({ verdict, gravity = 0 }: CheckResult): number => (verdict === 'failed' ? -1 - gravity : 0);
  return checks.filter(isDoubtful).sort((one, other) => rank(one) - rank(other));
};

function placesOf({ ranges = [] }: CheckResult): Text | undefined {
  if (ranges.length === 0) return undefined;
  const named = ranges.slice(0, mostRanges).flatMap((range, at) => [...(at === 0 ? [] : [', ']), mono(placeText(range))]);
  return ranges.length > mostRanges ? [...named, ` and ${ranges.length - mostRanges} more`] : named;
}

function bytesOf({ checkBytes = [] }: ReportModel, { id }: CheckResult): readonly Block[] {
  return checkBytes
    .filter(({ check }) => check === id)
    .flatMap(({ where, hex, bytes }): Block[] => {
      const shown = Math.floor(hex.length / 2);
      return [
        paragraph(['Bytes at ', mono(placeText(where)), ...(shown < bytes ? [`, the first ${shown} of ${plural(bytes, 'byte')}`] : []), ':']),
        { kind: 'code', lines: hexRows(where, hex) },
      ];
    });
}

function checkBlocks(report: ReportModel, check: CheckResult): readonly Block[] {
  const { title, verdict, detail, failure, recorded, computed, steps = [], findings = [] } = check;
  const shownSteps = steps.map((step): Text[] => [passedMark(step.passed), quoted(step.check), quoted(step.detail)]);
  return [
    heading([verdictMark(verdict), ' ', quoted(title)]),
    paragraph(failure === undefined || verdict !== 'failed' ? quoted(detail) : [quoted(failure), ' ', quoted(sentence(detail))]),
    ...(recorded === undefined && computed === undefined && check.ranges === undefined
      ? []
      : [
          facts([
            ['Recorded', recorded === undefined ? undefined : mono(recorded)],
            ['Computed', computed === undefined ? undefined : mono(computed)],
            ['Where', placesOf(check)],
          ]),
        ]),
    ...(shownSteps.length === 0
      ? []
      : [
          table(
            [
              ['Result', 'mark'],
              ['Step', 'text'],
              ['Detail', 'text'],
            ],
            shownSteps,
            40,
          ),
        ]),
    ...findings
      .filter(({ severity }) => severity === 'error')
      .slice(0, mostRanges)
      .map((one) => paragraph([quoted(one.title), ': ', quoted(one.detail)])),
    ...bytesOf(report, check),
  ];
}

export const integritySection: ReportSection = {
  id: 'integrity',
  title: 'Failed and doubtful checks',
  about: 'each with what was recorded and what was computed, and the bytes',
  byDefault: true,
  parts: ['checkBytes'],
  content(report) {
    const list = doubtfulChecks(report);
    if (list.length === 0) return [paragraph(verdictSentence(report.health), report.health.passed > 0 ? 'good' : 'plain')];
    return list.flatMap((check) => checkBlocks(report, check));
  },
};
