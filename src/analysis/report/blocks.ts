/**
 * What a document for people is made of. Sections say their facts in blocks, formats render blocks: no section knows a format, and no format a section.
 */
import { defined } from '../../shared/defined.ts';

/** good, bad, doubtful: a verdict · plain: none was possible, or none is needed. Shown by shape and word as well as by colour. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'plain';

/**
 * A string is our own words. `quoted` are sentences with text from the dump in them, `mono` is what is typed or compared letter by letter: addresses,
 * names, bytes. `word` is a verdict.
 */
export type Piece = string | { readonly quoted: string } | { readonly mono: string } | { readonly word: string; readonly tone: Tone };
export type Text = Piece | readonly Piece[];

export const quoted = (text: string): Piece => ({ quoted: text });
export const mono = (text: string): Piece => ({ mono: text });
export const marked = (tone: Tone, word: string): Piece => ({ word, tone });

export const piecesOf = (text: Text): readonly Piece[] => (typeof text === 'object' && !('length' in text) ? [text] : typeof text === 'string' ? [text] : text);
/** The text alone. */
export const plainText = (text: Text): string =>
  piecesOf(text)
    .map((piece) => (typeof piece === 'string' ? piece : 'quoted' in piece ? piece.quoted : 'mono' in piece ? piece.mono : piece.word))
    .join('');

export interface TableColumn {
  readonly title: string;
  /** mark: a verdict, as narrow as its word · number: flush right. */
  readonly kind: 'text' | 'mono' | 'number' | 'mark';
}

export interface CodeLine {
  readonly text: string;
  /** The line that matters. */
  readonly marked?: boolean;
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: Text; readonly tone?: Tone }
  | { readonly kind: 'callout'; readonly tone: Tone; readonly title: Text; readonly lines: readonly Text[] }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: Text, value: Text])[] }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly Text[])[]; readonly leftOut: number }
  | { readonly kind: 'code'; readonly lines: readonly CodeLine[] }
  /** SVG text of a drawing in `src/shared`, in which text is escaped; `text` says the same in words. */
  | { readonly kind: 'drawing'; readonly svg: string; readonly text: Text }
  | { readonly kind: 'heading'; readonly text: Text }
  /** The sections of the document. */
  | { readonly kind: 'contents' };

export const paragraph = (text: Text, tone?: Tone): Block => ({ kind: 'paragraph', text, ...defined({ tone }) });
export const heading = (text: Text): Block => ({ kind: 'heading', text });
export const facts = (list: readonly (readonly [name: Text, value: Text | undefined])[]): Block => ({
  kind: 'facts',
  facts: list.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
});

/** Without columns of which no row knows anything. @param most rows that are shown: the number of the others is given */
export function table(all: readonly (readonly [title: string, kind: TableColumn['kind']])[], rows: readonly (readonly Text[])[], most = 200): Block {
  const shown = rows.slice(0, most);
  const kept = all.map((_, at) => shown.some((row) => plainText(row[at] ?? '') !== ''));
  return {
    kind: 'table',
    columns: all.map(([title, kind]) => ({ title, kind })).filter((_, at) => kept[at]),
    rows: shown.map((row) => row.filter((_, at) => kept[at])),
    leftOut: rows.length - shown.length,
  };
}
