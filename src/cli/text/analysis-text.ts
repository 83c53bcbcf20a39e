/** Analyses as text: the catalogue, a table, and what is missing from it. */
import { comparisonDoubt, type ComparedAnalysis } from '../../shared/analysis-compare.ts';
import type { AnalysisJson, AnalysisTable } from '../../shared/analysis-table.ts';
import {
  analysisCellText,
  isRightAligned,
  comparedCounts,
  comparedFacts,
  missingText,
  namingColumns,
  rowDifferenceText,
  rowKeyText,
} from '../../shared/analysis-text.ts';
import type { Style } from './style.ts';
import { brokenLines, columns } from './table.ts';

/** A terminal that reports less does not know its width. */
const leastWidth = 40;

/** @param width of the terminal; without it lines are not broken: they go to another program */
export function analysisCatalogueText(tables: readonly AnalysisTable[], style: Style, width: number | undefined): string {
  const indented = (pieces: readonly string[]): readonly string[] =>
    brokenLines(pieces, Math.max(leastWidth, width ?? Infinity) - 2).map((line) => `  ${line}`);
  const entries = tables.map(({ id, about, parameters }) => {
    const options = parameters.map(({ name, type, required }) => (required === true ? `--${name} <${type}>` : `[--${name} <${type}>]`));
    return [style.strong(id), ...indented(about.split(' ')), ...indented(options).map(style.dim)].join('\n');
  });
  return `${entries.join('\n')}\n`;
}

/** Columns without a value in any row are left out. */
export function analysisTableText({ columns: declared, rows, note }: AnalysisJson, style: Style): string {
  if (rows.length === 0) return `${note ?? 'no rows'}\n`;
  const shown = declared.filter(({ name }) => rows.some((row) => row[name] !== undefined));
  const right = shown.flatMap((column, at) => (isRightAligned(column) ? [at] : []));
  const head = shown.map(({ name }) => style.dim(name));
  return `${columns([head, ...rows.map((row) => shown.map(({ name, type }) => analysisCellText(type, row[name])))], '', right)}\n${note === undefined ? '' : `${note}\n`}`;
}

/** Lines for standard error when only part of a dump could be read. */
export const partialLines = ({ missing }: AnalysisJson): readonly string[] => [
  'dumpbench: only part could be read; missing:',
  ...missing.map((one) => `  ${missingText(one)}`),
];

/** The most important; --json has more. */
const shownDifferences = 100;

/** Whole stacks name rows too. */
const mostOfName = 100;
const short = (text: string): string => (text.length > mostOfName ? `${text.slice(0, mostOfName)}...` : text);

/** Rows of two dumps that differ, the weightiest first, each with its key; those that only moved are counted. */
export function comparedAnalysisText(compared: ComparedAnalysis, style: Style): string {
  const { columns: declared, counts, differences } = compared;
  const words = { changed: style.warn('changed'), moved: 'moved', onlyLeft: style.bad('only left'), onlyRight: style.bad('only right') } as const;
  const listed = differences.filter(({ kind }) => kind !== 'moved');
  const rows = listed
    .slice(0, shownDifferences)
    .map((one) => [words[one.kind], short(rowKeyText(namingColumns(compared), declared, one.left ?? one.right ?? {})), rowDifferenceText(compared, one)]);
  const more = counts.changed + counts.onlyLeft + counts.onlyRight - rows.length;
  const summary = [comparedCounts(compared, ['only left', 'only right'], String), ...comparedFacts(compared)].join('\n');
  const doubt = comparisonDoubt(compared);
  const note = doubt === undefined ? '' : `${style.warn(doubt)}\n`;
  return `${rows.length === 0 ? '' : `${columns(rows, '')}\n`}${more === 0 ? '' : style.dim(`and ${more} more (--json lists all)\n`)}${summary}\n${note}`;
}
