/** Analyses as text: the catalogue, a table, and what of it is missing. */
import type { AnalysisJson, AnalysisTable } from '../../shared/analysis-table.ts';
import { analysisCellText, isRightAligned, missingText } from '../../shared/analysis-text.ts';
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

/** What is said on standard error when a dump gives only a part. */
export const partialText = ({ missing }: AnalysisJson): string =>
  ['dumpbench: only a part could be read; missing:', ...missing.map((one) => `  ${missingText(one)}`)].join('\n');
