/**
 * Which columns of a table are next to each other on a page. The cells of the others go below their row, over its whole width: nothing is cut off, and a
 * long text makes no high row. By estimate, because a document has no printer at hand; the sizes are those of html-style.ts.
 */
import { piecesOf, plainText, type TableColumn, type Text } from './blocks.ts';
import { longestPart } from './html-text.ts';

/** Points between the margins of A4, the narrower of the papers. */
const pageWidth = 493;

/** Points that a letter takes on average, and what is between two columns. */
interface Letters {
  readonly mono: number;
  readonly text: number;
  readonly gap: number;
}
const usualLetters: Letters = { mono: 4.8, text: 4.8, gap: 9 };
const smallLetters: Letters = { mono: 4.4, text: 3.8, gap: 6 };
/** From so many columns on letters are small. */
const manyColumns = 8;
/** Before a verdict. */
const markWidth = 11;
/** So many letters of a text are in one line before it is broken. */
const roomyText = 28;

export interface FittingColumns {
  readonly small: boolean;
  /** Positions of those next to each other, and of those below; both ascend. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

type Rows = readonly (readonly Text[])[];

/** @param roomy not as narrow as it can be, but so that texts can be read */
function columnWidth({ title, kind }: TableColumn, cells: readonly Text[], letters: Letters, roomy: boolean): number {
  const isMono = kind === 'number' || kind === 'mono' || cells.some((cell) => piecesOf(cell).some((piece) => typeof piece === 'object' && 'mono' in piece));
  const letter = isMono ? letters.mono : letters.text;
  const lettersOf = (text: string): number => {
    if (kind === 'number' || kind === 'mark') return text.length;
    return Math.max(longestPart(text), roomy ? Math.min(text.length, roomyText) : 0);
  };
  const widest = cells.reduce((most, cell) => Math.max(most, lettersOf(plainText(cell))), 0);
  return Math.max(title.length * letters.text, widest * letter + (kind === 'mark' ? markWidth : 0));
}

/** All of them where they fit; else those that come first, which are the ones that tell rows apart. */
export function fittingColumns(columns: readonly TableColumn[], rows: Rows): FittingColumns {
  const widths = (letters: Letters, roomy: boolean): readonly number[] =>
    columns.map((column, at) => columnWidth(column, rows.map((row) => row[at] ?? ''), letters, roomy) + (at === 0 ? 0 : letters.gap)); // prettier-ignore
  const fits = (list: readonly number[]): boolean => list.reduce((sum, width) => sum + width, 0) <= pageWidth;
  const all = columns.map((_, at) => at);
  const small = columns.length >= manyColumns || !fits(widths(usualLetters, false));
  if (fits(widths(small ? smallLetters : usualLetters, false))) return { small, upper: all, lower: [] };
  const roomy = widths(smallLetters, true);
  let count = all.length;
  while (count > 1 && !fits(roomy.slice(0, count))) count -= 1;
  return { small, upper: all.slice(0, count), lower: all.slice(count) };
}
