/** Widths of columns in characters of the code font, as declared or as set by the user. */
import type { DataColumn } from './table-parts.ts';

export const leastWidth = 4;
export const mostWidth = 400;
const gap = 16;

export type Widths = Readonly<Record<string, number>>;

export const boundedWidth = (characters: number): number => Math.round(Math.max(leastWidth, Math.min(mostWidth, characters)) * 10) / 10;

/** The tracks of a row's grid. A column resized by the user does not grow. */
export const columnTracks = <Row>(columns: readonly DataColumn<Row>[], widths: Widths): string =>
  columns
    .map(({ id, width, grow }) => {
      const chosen = widths[id];
      if (chosen !== undefined) return `${chosen}ch`;
      return grow === undefined ? `${width}ch` : `minmax(${width}ch, ${grow}fr)`;
    })
    .join(' ');

/** The minimum width of all columns side by side, without padding. Rows are laid out independently, so all must be given the same width. */
export const tableWidth = <Row>(columns: readonly DataColumn<Row>[], widths: Widths): string =>
  `calc(${columns.reduce((sum, { id, width }) => sum + (widths[id] ?? width), 0)}ch + ${Math.max(0, columns.length - 1) * gap}px)`;

/** The width needed by the title and the texts. @param texts of some of its cells */
export function fittedWidth<Row>({ title, kind }: DataColumn<Row>, texts: Iterable<string>): number {
  // Leaves room for the sort sign next to the title. Hexadecimal numbers are shown with all their digits and a gap.
  let most = title.length + 3;
  for (const text of texts) most = Math.max(most, kind === 'hex' && text !== '' ? 20 : 0, text.length + 1);
  return boundedWidth(most);
}
