/** How wide columns are: in characters of the code font, as they were declared or as the user made them. */
import type { DataColumn } from './table-parts.ts';

export const leastWidth = 4;
export const mostWidth = 400;
const gap = 16;

export type Widths = Readonly<Record<string, number>>;

export const boundedWidth = (characters: number): number => Math.round(Math.max(leastWidth, Math.min(mostWidth, characters)) * 10) / 10;

/** The tracks of a row's grid. A column that the user made wider or narrower does not grow. */
export const columnTracks = <Row>(columns: readonly DataColumn<Row>[], widths: Widths): string =>
  columns
    .map(({ id, width, grow }) => {
      const chosen = widths[id];
      if (chosen !== undefined) return `${chosen}ch`;
      return grow === undefined ? `${width}ch` : `minmax(${width}ch, ${grow}fr)`;
    })
    .join(' ');

/** The least width of all columns side by side, without what is around them. Rows are laid out each on its own: all have to be given the same. */
export const tableWidth = <Row>(columns: readonly DataColumn<Row>[], widths: Widths): string =>
  `calc(${columns.reduce((sum, { id, width }) => sum + (widths[id] ?? width), 0)}ch + ${Math.max(0, columns.length - 1) * gap}px)`;

/** As wide as title and texts need. @param texts of some of its cells */
export function fittedWidth<Row>({ title, kind }: DataColumn<Row>, texts: Iterable<string>): number {
  // Next to the title there is room for the sign of the order. Numbers in hexadecimal are shown with all their digits and a gap.
  let most = title.length + 3;
  for (const text of texts) most = Math.max(most, kind === 'hex' && text !== '' ? 20 : 0, text.length + 1);
  return boundedWidth(most);
}
