/** Bookmarks and annotations of all open dumps as rows of one list. */
import { markPosition, type Mark, type Marks } from '../../state/marks.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText } from '../../state/position.ts';
import { plural } from '../../words/numbers.ts';

export interface AnnotationRow {
  readonly dump: Pick<OpenDump, 'key' | 'name'>;
  readonly mark: Mark;
}

export type AnnotationColumn = 'text' | 'place' | 'bytes' | 'kind' | 'dump' | 'made';

/** "2026-11-30 04:12:09": in UTC, like all times outside dumps. */
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

/** Sort keys of rows: places and sizes as numbers, texts ignoring case. */
export function orderedBy(row: AnnotationRow, column: AnnotationColumn): string | bigint {
  if (column === 'place') return row.mark.start;
  return column === 'bytes' ? row.mark.end - row.mark.start : cellText(row, column).toLowerCase();
}

/** Ordered by dump, then by address. */
export const annotationRows = (dumps: readonly Pick<OpenDump, 'key' | 'name'>[], marks: Marks): readonly AnnotationRow[] =>
  dumps.flatMap(({ key, name }) => (marks[key] ?? []).map((mark) => ({ dump: { key, name }, mark })));
