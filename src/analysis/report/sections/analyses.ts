import { analysisCellText, isRightAligned } from '../../../shared/analysis-text.ts';
import type { ColumnJson, RowJson } from '../../../shared/analysis-table.ts';
import { memoryBarSvg } from '../../../shared/memory-bar.ts';
import { waitGraphSvg } from '../../../shared/wait-graph.ts';
import { type Block, heading, mono, paragraph, quoted, table, type TableColumn, type Text } from '../blocks.ts';
import type { ReportAnalysis } from '../report-model.ts';
import { shownAnalysis } from '../report-text.ts';
import type { ReportSection } from './section.ts';

const proseTypes: ReadonlySet<ColumnJson['type']> = new Set<ColumnJson['type']>(['text', 'flag', 'time']);
const kindOf = (column: ColumnJson): TableColumn['kind'] => (isRightAligned(column) ? 'number' : proseTypes.has(column.type) ? 'text' : 'mono');

function drawing({ drawing: kind, rows }: ReportAnalysis, at: number): readonly Block[] {
  const svg = kind === 'wait-graph' ? waitGraphSvg(rows, `waits-${at}`) : kind === 'memory-tree' ? memoryBarSvg(rows, `memory-${at}`) : undefined;
  return svg === undefined ? [] : [{ kind: 'drawing', svg, text: '' }];
}

/** Columns of a tree that its indented names say as well, and the one that names another analysis. */
const treeColumns: ReadonlySet<string> = new Set(['level', 'parent', 'path', 'see']);
const indent = (row: RowJson): string => '\u2003'.repeat(Math.min(8, Number(row.level ?? 0)));

function analysisBlocks(analysis: ReportAnalysis, at: number): readonly Block[] {
  const isTree = analysis.drawing === 'memory-tree';
  const { columns: all, rows, notes } = shownAnalysis(analysis);
  const columns = isTree ? all.filter(({ name }) => !treeColumns.has(name)) : all;
  const textOf = (row: RowJson, { name, type }: ColumnJson): string => `${isTree && name === 'name' ? indent(row) : ''}${analysisCellText(type, row[name])}`;
  const cell = (kind: TableColumn['kind'], text: string): Text => (kind === 'text' ? quoted(text) : mono(text));
  return [
    heading(analysis.title),
    paragraph(analysis.about),
    ...drawing(analysis, at),
    ...(columns.length === 0
      ? []
      : [
          table(
            columns.map((column) => [column.name, kindOf(column)] as const),
            rows.map((row) => columns.map((column) => cell(kindOf(column), textOf(row, column)))),
          ),
        ]),
    ...notes.map((note) => paragraph(quoted(note), 'plain')),
  ];
}

export const analysesSection: ReportSection = {
  id: 'analyses',
  title: 'Analyses',
  about: 'tables about the kernel: those that were chosen, else problems, hangs and memory',
  byDefault: true,
  parts: ['analyses'],
  content: ({ analyses = [] }) => analyses.flatMap(analysisBlocks),
};
