/** A comparison for people: the verdict, its basis, then where to look. */
import { differenceSections, hasDifferences, reasonText, type CompareJson, type Difference, type DifferenceSection } from '../../shared/compare-model.ts';
import { byteText, pageSize } from '../../shared/units.ts';
import { visibleLine, visibleText } from '../../shared/visible-text.ts';
import { comparedAnalysisText } from './analysis-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

const shownRanges = 20;
const shownDifferences = 40;

const count = (value: number): string => value.toLocaleString('en-US');
const pageWord = (pages: number): string => (pages === 1 ? 'page' : 'pages');

const sectionTitles: Readonly<Record<DifferenceSection, string>> = {
  cpus: 'CPUs',
  lowcore: 'lowcore',
  osinfo: 'os_info and decisions about kdump',
  vmcoreinfo: 'vmcoreinfo',
  regions: 'regions',
  notes: 'notes',
};

function verdict(compared: CompareJson, style: Style): string {
  const { pages, method } = compared;
  const how = method === 'exact' ? 'byte by byte' : 'by fingerprint';
  const lines = (compared.reasons ?? []).map((reason) => `  ${style.warn(visibleLine(reasonText(reason)))}`);
  const head = compared.comparable ? [] : [style.bad('These two are not comparable:'), ...lines, ''];
  if (!hasDifferences(compared)) {
    const ignored = pages.ignored !== undefined || differenceSections.some((section) => compared[section].length > 0);
    return [...head, style.ok(`No difference in ${count(pages.common)} common pages, ${how}${ignored ? ', apart from ignored differences' : ''}.`)].join('\n');
  }
  const differing = pages.changed + pages.onlyLeft + pages.onlyRight + (pages.unreadable ?? 0);
  const sentence =
    differing === 0
      ? `All ${count(pages.common)} common pages are equal, ${how}; fields differ.`
      : pages.changed === 0
        ? `The ${count(pages.common)} common pages are equal, ${how}; ${count(differing)} ${pageWord(differing)} are not in both.`
        : `${count(pages.changed)} of ${count(pages.common)} common pages differ, ${how}.`;
  return [...head, style.strong(sentence)].join('\n');
}

function pageRows({ pages }: CompareJson, style: Style): string {
  const row = (name: string, value: number | undefined, note = ''): string[][] =>
    value === undefined ? [] : [[name, count(value), style.dim(note === '' ? byteText(value * pageSize) : note)]];
  return columns(
    [
      ...row('in both', pages.common),
      ...row('equal', pages.equal),
      ...row('changed', pages.changed),
      ...row('only left', pages.onlyLeft),
      ...row('only right', pages.onlyRight),
      ...row('ignored', pages.ignored),
      ...row('unreadable', pages.unreadable),
      ...row('moved', pages.moved, 'pages of the right dump whose contents are at a different address in the left one'),
    ],
    '  ',
    [1],
  );
}

function regionRows({ pages }: CompareJson, style: Style): string {
  const rows = pages.byRegion.map((region) => {
    const differing = region.changed + region.onlyLeft + region.onlyRight + (region.unreadable ?? 0);
    return [
      visibleLine(region.name),
      region.start === undefined ? '' : `${region.start}-${region.end ?? ''}`,
      count(region.pages),
      differing === 0 ? (region.pages === 0 ? style.dim('not in the dumps') : style.ok('identical')) : style.warn(count(differing)),
    ];
  });
  return columns([['region', 'addresses', 'pages', 'differ'].map(style.dim), ...rows], '  ', [2]);
}

/** Long values are hex dumps and texts; the first of them is enough to see that they differ. */
const short = (value: string | undefined): string => {
  if (value === undefined) return '-';
  const text = visibleText(value).replaceAll('\n', '\\n');
  return text.length > 50 ? `${text.slice(0, 47)}...` : text;
};

function differenceRows(title: string, differences: readonly Difference[], style: Style): string {
  const counted = differences.filter(({ ignoredBy }) => ignoredBy === undefined).length;
  const ignored = differences.length - counted;
  const head = `${style.strong(title)} ${style.dim(`${count(counted)} ${counted === 1 ? 'field differs' : 'fields differ'}${ignored === 0 ? '' : `, ${count(ignored)} ignored`}`)}`;
  const shown = differences.slice(0, shownDifferences).map(({ cpu, field, left, right, ignoredBy }) => {
    const cells = [
      cpu === undefined ? '' : `CPU ${cpu}`,
      visibleLine(field),
      short(left),
      short(right),
      ignoredBy === undefined ? '' : `ignored: ${visibleLine(ignoredBy)}`,
    ];
    return ignoredBy === undefined ? cells : cells.map(style.dim);
  });
  const rest = differences.length - shown.length;
  return [head, columns(shown), ...(rest > 0 ? [style.dim(`  and ${count(rest)} more (--json lists all)`)] : [])].join('\n');
}

function rangeRows({ pages }: CompareJson, style: Style): string {
  const total = pages.changedRanges.length + (pages.changedRangesLeftOut ?? 0);
  const pagesOf = ({ start, end }: { readonly start: string; readonly end: string }): number => Number((BigInt(end) - BigInt(start)) / BigInt(pageSize));
  const longest = pages.changedRanges
    .map((range, index) => ({ range, index, length: pagesOf(range) }))
    .sort((a, b) => b.length - a.length || a.index - b.index)
    .slice(0, shownRanges);
  const rows = longest.map(({ range, length }) => [range.start, range.end, `${count(length)} ${pageWord(length)}`]);
  const rest = total - longest.length;
  const head = `${style.strong('changed ranges')} ${style.dim(`${count(total)}, longest first`)}`;
  return [head, columns(rows, '  ', [0, 1, 2]), ...(rest > 0 ? [style.dim(`  and ${count(rest)} more (--json lists all)`)] : [])].join('\n');
}

export function compareText(compared: CompareJson, style: Style): string {
  const { left, right, ignoring } = compared;
  const about = [
    ['left', visibleLine(left.file)],
    ['right', visibleLine(right.file)],
    ...(compared.shift === undefined ? [] : [['shift', `${compared.shift} bytes`]]),
    ...(ignoring === undefined ? [] : [['ignoring', `${visibleLine(ignoring.name)}: ${ignoring.rules.map((rule) => visibleLine(rule)).join(', ')}`]]),
    ...(compared.remarks ?? []).map(({ text }) => ['note', visibleLine(text)]),
  ];
  const blocks = [
    verdict(compared, style),
    columns(about),
    pageRows(compared, style),
    regionRows(compared, style),
    ...differenceSections.flatMap((section) => (compared[section].length === 0 ? [] : [differenceRows(sectionTitles[section], compared[section], style)])),
    ...(compared.analyses ?? []).map((one) => `${style.strong(`analysis ${one.id}`)}\n${comparedAnalysisText(one, style).trimEnd()}`),
    ...(compared.pages.changedRanges.length === 0 ? [] : [rangeRows(compared, style)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}
