/** Blocks as HTML. */
import { type Block, type Piece, piecesOf, plainText, type TableColumn, type Text } from './blocks.ts';
import { fittingColumns } from './fitting-columns.ts';
import { breakableHtml, escapeHtml } from './html-text.ts';
import type { DocumentSection } from './sections/index.ts';

/** A table with so few rows is not torn apart. */
const shortTable = 8;

function pieceHtml(piece: Piece): string {
  if (typeof piece === 'string') return escapeHtml(piece);
  if ('quoted' in piece) return breakableHtml(piece.quoted);
  if ('mono' in piece) return `<code>${breakableHtml(piece.mono)}</code>`;
  return `<span class="verdict ${piece.tone}">${escapeHtml(piece.word)}</span>`;
}

export const textHtml = (text: Text): string => piecesOf(text).map(pieceHtml).join('');

const cell = ({ kind }: TableColumn, text: Text): string => `<td class="${kind}">${textHtml(text)}</td>`;

type Table = Extract<Block, { kind: 'table' }>;

/** The cells that do not fit next to the others, each after the name of its column. */
function lowerRow(columns: Table['columns'], row: Table['rows'][number], lower: readonly number[], width: number): string {
  const cells = lower.flatMap((at) => {
    const text = row[at] ?? '';
    return plainText(text) === '' ? [] : [`<span class="cell"><b>${escapeHtml(columns[at]?.title ?? '')}</b> ${textHtml(text)}</span>`];
  });
  return cells.length === 0 ? '' : `\n<tr class="lower"><td colspan="${width}">${cells.join(' ')}</td></tr>`;
}

function tableHtml({ columns, rows, leftOut }: Table): string {
  if (rows.length === 0) return '';
  const { small, upper, lower } = fittingColumns(columns, rows);
  const shown = upper.flatMap((at) => columns[at] ?? []);
  const heads = shown.map(({ title, kind }) => `<th scope="col" class="${kind}">${escapeHtml(title)}</th>`).join('');
  const body = rows
    .map((row) => {
      const below = lowerRow(columns, row, lower, upper.length);
      return `<tr${below === '' ? '' : ' class="upper"'}>${shown.map((column, at) => cell(column, row[at] ?? '')).join('')}</tr>${below}`;
    })
    .join('\n');
  const more = leftOut === 0 ? '' : `<p class="plain">${leftOut} more are in the JSON report.</p>`;
  const names = [...(rows.length <= shortTable ? ['short'] : []), ...(small ? ['wide'] : [])];
  return `<table${names.length === 0 ? '' : ` class="${names.join(' ')}"`}><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>${more}`;
}

/** @param sections of the document, for its contents */
export function blockHtml(block: Block, sections: readonly DocumentSection[]): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p class="${block.tone ?? 'prose'}">${textHtml(block.text)}</p>`;
    case 'callout':
      return `<div class="callout ${block.tone}"><p class="callout-title">${textHtml(block.title)}</p>${block.lines.map((line) => `<p>${textHtml(line)}</p>`).join('')}</div>`;
    case 'facts':
      return `<table class="facts"><tbody>${block.facts.map(([name, value]) => `<tr><th scope="row">${textHtml(name)}</th><td>${textHtml(value)}</td></tr>`).join('\n')}</tbody></table>`;
    case 'table':
      return tableHtml(block);
    case 'code':
      return `<pre>${block.lines.map(({ text, marked }) => `<span class="${marked === true ? 'line death' : 'line'}">${breakableHtml(text)}</span>`).join('\n')}</pre>`;
    case 'drawing':
      return `<div class="drawing">${block.svg}</div>${textHtml(block.text) === '' ? '' : `<p class="plain">${textHtml(block.text)}</p>`}`;
    case 'heading':
      return `<h3>${textHtml(block.text)}</h3>`;
    case 'contents':
      return `<nav aria-label="Contents"><ol class="contents">${sections
        .filter(({ blocks }) => !blocks.includes(block))
        .map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`)
        .join('')}</ol></nav>`;
  }
}
