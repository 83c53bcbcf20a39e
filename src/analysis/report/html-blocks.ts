/** Blocks as HTML. */
import { type Block, type Piece, piecesOf, type TableColumn, type Text } from './blocks.ts';
import { breakableHtml, escapeHtml } from './html-text.ts';
import type { DocumentSection } from './sections/index.ts';

/** A table with so few rows is not torn apart. */
const shortTable = 8;
/** From so many columns on letters are smaller. */
const wideTable = 8;

function pieceHtml(piece: Piece): string {
  if (typeof piece === 'string') return escapeHtml(piece);
  if ('quoted' in piece) return breakableHtml(piece.quoted);
  if ('mono' in piece) return `<code>${breakableHtml(piece.mono)}</code>`;
  return `<span class="verdict ${piece.tone}">${escapeHtml(piece.word)}</span>`;
}

export const textHtml = (text: Text): string => piecesOf(text).map(pieceHtml).join('');

const cell = ({ kind }: TableColumn, text: Text): string => `<td class="${kind}">${textHtml(text)}</td>`;

function tableHtml({ columns, rows, leftOut }: Extract<Block, { kind: 'table' }>): string {
  if (rows.length === 0) return '';
  const heads = columns.map(({ title, kind }) => `<th scope="col" class="${kind}">${escapeHtml(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((column, at) => cell(column, row[at] ?? '')).join('')}</tr>`).join('\n');
  const more = leftOut === 0 ? '' : `<p class="plain">${leftOut} more are in the JSON report.</p>`;
  const names = [...(rows.length <= shortTable ? ['short'] : []), ...(columns.length >= wideTable ? ['wide'] : [])];
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
