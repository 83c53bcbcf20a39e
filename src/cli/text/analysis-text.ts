/** Analyses as text: the catalogue, a table, and what of it is missing. */
import { comparisonDoubt, type ComparedAnalysis } from '../../shared/analysis-compare.ts';
import type { AnalysisJson, AnalysisTable } from '../../shared/analysis-table.ts';
import { analysisCellText, isRightAligned, missingText, rowDifferenceText, rowKeyText } from '../../shared/analysis-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

export function analysisCatalogueText(tables: readonly AnalysisTable[], style: Style): string {
  const rows = tables.map(({ id, about, parameters }) => [
    style.strong(id),
    parameters.map(({ name, type, required }) => (required === true ? `--${name} <${type}>` : `[--${name} <${type}>]`)).join(' '),
    about,
  ]);
  return `${columns(rows, '')}\n`;
}

/** Columns of which no row knows anything are left out. */
export function analysisTableText({ columns: declared, rows }: AnalysisJson, style: Style): string {
  if (rows.length === 0) return 'no rows\n';
  const shown = declared.filter(({ name }) => rows.some((row) => row[name] !== undefined));
  const right = shown.flatMap((column, at) => (isRightAligned(column) ? [at] : []));
  const head = shown.map(({ name }) => style.dim(name));
  return `${columns([head, ...rows.map((row) => shown.map(({ name, type }) => analysisCellText(type, row[name])))], '', right)}\n`;
}

/** What is said on standard error when a dump gives only a part, by lines. */
export const partialLines = ({ missing }: AnalysisJson): readonly string[] => [
  'dumpbench: only a part could be read; missing:',
  ...missing.map((one) => `  ${missingText(one)}`),
];

const shownDifferences = 1000;

/** Rows of two dumps that differ, each with its key; those that differ in addresses alone are counted. */
export function comparedAnalysisText(compared: ComparedAnalysis, style: Style): string {
  const { key, columns: declared, counts, differences } = compared;
  const words = { changed: style.warn('changed'), moved: 'moved', onlyLeft: style.bad('only left'), onlyRight: style.bad('only right') } as const;
  const listed = differences.filter(({ kind }) => kind !== 'moved');
  const rows = listed
    .slice(0, shownDifferences)
    .map((one) => [words[one.kind], rowKeyText(key, declared, one.left ?? one.right ?? {}), one.kind === 'changed' ? rowDifferenceText(compared, one) : '']);
  const more = counts.changed + counts.onlyLeft + counts.onlyRight - rows.length;
  const summary = `${counts.equal} equal, ${counts.changed} changed, ${counts.onlyLeft} only left, ${counts.onlyRight} only right, ${counts.moved} differ in addresses alone`;
  const doubt = comparisonDoubt(compared);
  const note = doubt === undefined ? '' : `${style.warn(doubt)}\n`;
  return `${rows.length === 0 ? '' : `${columns(rows, '')}\n`}${more === 0 ? '' : style.dim(`and ${more} more: --json has them\n`)}${summary}\n${note}`;
}
