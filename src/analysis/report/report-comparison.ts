/** A comparison as reports show it: a sentence, then named lists of lines. */
import { comparisonDoubt, type ComparedAnalysis } from '../../shared/analysis-compare.ts';
import { comparedCounts, comparedFacts, namingColumns, rowDifferenceText, rowKeyText } from '../../shared/analysis-text.ts';
import {
  differenceSections,
  hasDifferences,
  reasonText,
  type CompareJson,
  type Difference,
  type DifferenceSection,
  type RegionCounts,
} from '../../shared/compare-model.ts';
import type { DifferenceTable, ReportComparison } from './report-model.ts';

/** A report is read by people; all of it is in `compare --json`. */
const mostLines = 200;

const titles: Readonly<Record<DifferenceSection, string>> = {
  cpus: 'CPU registers that differ',
  lowcore: 'Lowcore fields that differ',
  osinfo: 'os_info fields and decisions about kdump that differ',
  vmcoreinfo: 'vmcoreinfo lines that differ',
  regions: 'Regions that differ',
  notes: 'Notes that differ',
};

const sentence = (compared: CompareJson): string => {
  const { pages, method } = compared;
  const how = method === 'exact' ? 'byte by byte' : 'by fingerprint';
  const fields = differenceSections.reduce((sum, section) => sum + compared[section].filter(({ ignoredBy }) => ignoredBy === undefined).length, 0);
  const found = hasDifferences(compared)
    ? `${pages.changed} of ${pages.common} common pages differ (${how}), ${pages.onlyLeft} are only in this dump, ${pages.onlyRight} only in the other; ${fields} fields differ.`
    : `No difference in ${pages.common} common pages (${how}).`;
  return compared.comparable ? found : `Not comparable: ${(compared.reasons ?? []).map(reasonText).join('; ')}. ${found}`;
};

const differenceLine = ({ cpu, field, left, right, ignoredBy }: Difference): string =>
  `${cpu === undefined ? '' : `CPU ${cpu} `}${field}: ${left ?? 'not there'} / ${right ?? 'not there'}${ignoredBy === undefined ? '' : ` (ignored by the rule ${ignoredBy})`}`;

const here = 'this dump';
const there = 'the other dump';

const differenceTable = (list: readonly Difference[]): DifferenceTable => ({
  columns: ['CPU', 'Field', here, there, 'Ignored by'],
  rows: list.map(({ cpu, field, left = 'not there', right = 'not there', ignoredBy = '' }) => [
    cpu === undefined ? '' : String(cpu),
    field,
    left,
    right,
    ignoredBy,
  ]),
});

const regionTable = (regions: readonly RegionCounts[]): DifferenceTable => ({
  columns: ['Region', 'Range', 'Pages', 'Changed', 'Only here', 'Only in the other'],
  rows: regions.map(({ name, start, end, pages, changed, onlyLeft, onlyRight }) => [
    name,
    start === undefined ? '' : `${start}-${end ?? ''}`,
    ...[pages, changed, onlyLeft, onlyRight].map(String),
  ]),
});

function regionLine(region: RegionCounts): string {
  const place = region.start === undefined ? '' : ` ${region.start}-${region.end ?? ''}`;
  const counts = [`${region.pages} pages`, `${region.changed} changed`, `${region.onlyLeft} only here`, `${region.onlyRight} only in the other`];
  return `${region.name}${place}: ${[...counts, ...(region.ignored === undefined ? [] : [`${region.ignored} ignored`])].join(', ')}`;
}

/** Rows that differ, the weightiest first; the doubt before them, where a dump gave only a part. */
function analysisLines(compared: ComparedAnalysis): readonly string[] {
  const { columns, differences } = compared;
  const doubt = comparisonDoubt(compared);
  const shown = differences.filter(({ kind }) => kind !== 'moved');
  const whose = { onlyLeft: 'only here: ', onlyRight: 'only in the other: ', changed: '', moved: '' } as const;
  return [
    ...(doubt === undefined ? [] : [doubt]),
    comparedCounts(compared, ['only here', 'only in the other'], String),
    ...comparedFacts(compared),
    ...shown.map(
      (one) => `${whose[one.kind]}${rowKeyText(namingColumns(compared), columns, one.left ?? one.right ?? {})}: ${rowDifferenceText(compared, one)}`,
    ),
  ];
}

const inLine = (parts: ReportComparison['parts']): ReportComparison['parts'] => parts.map((one) => ({ ...one, inLine: true }));

/** @param compared the reported dump is its left one */
export function reportComparison(compared: CompareJson): ReportComparison {
  const part = (title: string, lines: readonly string[], more = 0, table?: DifferenceTable): ReportComparison['parts'] => {
    const left = lines.length - Math.min(lines.length, mostLines) + more;
    const shown = [...lines.slice(0, mostLines), ...(left === 0 ? [] : [`and ${left} more`])];
    const rows = table === undefined ? {} : { table: { ...table, rows: table.rows.slice(0, mostLines) }, ...(left === 0 ? {} : { leftOut: left }) };
    return shown.length === 0 ? [] : [{ title, lines: shown, ...rows }];
  };
  const { pages, ignoring } = compared;
  const counts = Object.entries({
    'in both': pages.common,
    equal: pages.equal,
    changed: pages.changed,
    'only here': pages.onlyLeft,
    'only in the other': pages.onlyRight,
    moved: pages.moved,
    ignored: pages.ignored,
    unreadable: pages.unreadable,
  }).flatMap(([name, count]) => (count === undefined ? [] : [`${name}: ${count}`]));
  return {
    with: { fileName: compared.right.file, identity: compared.right.identity },
    summary: sentence(compared),
    parts: [
      ...part(
        'Remarks',
        (compared.remarks ?? []).map(({ text }) => text),
      ),
      ...(ignoring === undefined ? [] : part(`Ignore rules: ${ignoring.name}`, ignoring.rules)),
      ...inLine(part('Pages', counts)),
      ...part('Pages by region', pages.byRegion.map(regionLine), 0, regionTable(pages.byRegion)),
      ...inLine(
        part(
          'Changed ranges',
          pages.changedRanges.map(({ start, end }) => `${start}-${end}`),
          pages.changedRangesLeftOut,
        ),
      ),
      ...differenceSections.flatMap((section) => part(titles[section], compared[section].map(differenceLine), 0, differenceTable(compared[section]))),
      ...(compared.analyses ?? []).flatMap((one) => part(`Analysis ${one.id}`, analysisLines(one), one.differencesLeftOut)),
    ],
  };
}
