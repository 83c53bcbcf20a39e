/** Bookmarks and annotations of all open dumps as rows of one list. */
import { markPosition, type Mark, type Marks } from '../../state/marks.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText } from '../../state/position.ts';
import { plural } from '../../words/numbers.ts';
import type { SortBy } from '../../widgets/virtual-table/sort-by.ts';

export interface AnnotationRow {
  readonly dump: Pick<OpenDump, 'key' | 'name'>;
  readonly mark: Mark;
}

export type AnnotationColumn = 'text' | 'place' | 'bytes' | 'kind' | 'dump' | 'made';

/** "2026-11-30 04:12:09": in UTC, as all times that are not of a dump. */
const madeText = (made: string | undefined): string => (made === undefined ? '' : made.slice(0, 19).replace('T', ' '));

export function cellText({ dump, mark }: AnnotationRow, column: AnnotationColumn): string {
  switch (column) {
    case 'text':
      return mark.text;
    case 'place':
      return positionText(markPosition(mark));
    case 'bytes':
      return mark.kind === 'bookmark' ? '' : plural(Number(mark.end - mark.start), 'byte');
    case 'kind':
      return mark.kind;
    case 'dump':
      return dump.name;
    case 'made':
      return madeText(mark.made);
  }
}

const keyOf = (row: AnnotationRow, column: AnnotationColumn): string | bigint => {
  if (column === 'place') return row.mark.start;
  return column === 'bytes' ? row.mark.end - row.mark.start : cellText(row, column).toLowerCase();
};

/**
 * The rows that have all the words, in any of their cells.
 * @param by as they came, by dump and address, without it
 */
export function annotationRows(
  dumps: readonly Pick<OpenDump, 'key' | 'name'>[],
  marks: Marks,
  words: readonly string[],
  by: SortBy | undefined,
): readonly AnnotationRow[] {
  const all = dumps.flatMap(({ key, name }) => (marks[key] ?? []).map((mark) => ({ dump: { key, name }, mark })));
  const columns = ['text', 'place', 'kind', 'dump', 'made'] as const;
  const fitting = all.filter((row) => {
    const text = columns.map((column) => cellText(row, column).toLowerCase()).join(' ');
    return words.every((word) => text.includes(word));
  });
  if (by === undefined) return fitting;
  const column = by.column as AnnotationColumn;
  const sign = by.descending ? -1 : 1;
  return fitting.toSorted((left, right) => {
    const [a, b] = [keyOf(left, column), keyOf(right, column)];
    return sign * (a < b ? -1 : a > b ? 1 : 0);
  });
}
