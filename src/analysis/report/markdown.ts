/**
 * Markdown for tickets and mails. There are no tables, because renderers disagree on how a bar in a cell is escaped: a row is an item of a list.
 */
import { plainText, type Block } from './blocks.ts';
import { codeBlock, plainWords, textMarkdown } from './markdown-text.ts';
import { documentTitle } from './report-text.ts';
import type { DocumentChoice, ReportFormat, ReportModel } from './report-model.ts';
import { documentSections, type DocumentSection } from './sections/index.ts';

/** With so few cells names of columns say nothing. */
const fewCells = 2;

/** A verdict, what the row is about, and the other cells: with the names of their columns where there are many. */
function rowLine({ columns }: Extract<Block, { kind: 'table' }>, row: Extract<Block, { kind: 'table' }>['rows'][number]): string {
  const cells = columns.map(({ title, kind }, at) => ({ title, isMark: kind === 'mark', cell: row[at] ?? '' })).filter(({ cell }) => plainText(cell) !== '');
  const marks = cells.filter(({ isMark }) => isMark).map(({ cell }) => textMarkdown(cell));
  const [first, ...others] = cells.filter(({ isMark }) => !isMark);
  const named = columns.filter(({ kind }) => kind !== 'mark').length > fewCells;
  const rest = others.map(({ title, cell }) => `${named ? `${plainWords(title)}: ` : ''}${textMarkdown(cell)}`).join(', ');
  return `- ${[...marks, first === undefined ? '' : `${textMarkdown(first.cell)}${rest === '' ? '' : ': '}`].filter((part) => part !== '').join(' ')}${rest}`;
}

function blockLines(block: Block, sections: readonly DocumentSection[]): readonly string[] {
  switch (block.kind) {
    case 'paragraph':
      return [textMarkdown(block.text)];
    case 'callout':
      return [`**${textMarkdown(block.title)}**`, '', ...block.lines.map((line) => `- ${textMarkdown(line)}`)];
    case 'facts':
      return block.facts.map(([name, value]) => `- ${textMarkdown(name)}: ${textMarkdown(value)}`);
    case 'table':
      return [...block.rows.map((row) => rowLine(block, row)), ...(block.leftOut === 0 ? [] : [`- ${block.leftOut} more are in the JSON report`])];
    case 'code':
      return codeBlock(block.lines);
    case 'drawing':
      return [];
    case 'heading':
      return [`### ${textMarkdown(block.text)}`];
    case 'contents':
      return [`Contents: ${sections.filter(({ blocks }) => !blocks.includes(block)).map(({ title }) => plainWords(title)).join(', ')}`];
  }
} // prettier-ignore

const ownParagraph = (text: string | undefined): readonly string[] => (text === undefined ? [] : ['', plainWords(text)]);

function render(report: ReportModel, choice: DocumentChoice = {}): string {
  const sections = documentSections(report, choice);
  const { template = {} } = choice;
  const lines = [
    `# ${textMarkdown(documentTitle(report))}`,
    '',
    `${report.tool.name} ${report.tool.version}`,
    ...[template.name, template.contact, ...(template.opening ?? [])].flatMap(ownParagraph),
    ...sections.flatMap(({ title, blocks }, at) => [
      ...(at === 0 && blocks.some(({ kind }) => kind === 'contents') ? [] : ['', `## ${plainWords(title)}`]),
      ...blocks.flatMap((block) => {
        const own = blockLines(block, sections);
        return own.length === 0 ? [] : ['', ...own];
      }),
    ]),
    ...(template.closing ?? []).flatMap(ownParagraph),
  ];
  return `${lines.join('\n')}\n`;
}

export const markdownReport: ReportFormat = {
  id: 'markdown',
  title: 'Markdown report',
  about: 'for tickets and mails',
  mediaType: 'text/markdown',
  extension: 'md',
  render,
};
