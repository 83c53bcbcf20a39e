/** Bookmarks and annotations: changes can be undone, and they form one list. */
import { describe, expect, it } from 'vitest';
import { createMarkEdits } from '../../../src/renderer/state/mark-edits.ts';
import { createMarkBook, holds, type Mark } from '../../../src/renderer/state/marks.ts';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import { createUndoStack } from '../../../src/renderer/state/undo.ts';
import { annotationRows, cellText, orderedBy, type AnnotationRow } from '../../../src/renderer/views/annotations/annotation-rows.ts';
import { arrangedRows, orderColumn } from '../../../src/renderer/widgets/data-table/arranged-rows.ts';
import type { SortBy } from '../../../src/renderer/widgets/data-table/sort-by.ts';
import type { DataColumn } from '../../../src/renderer/widgets/data-table/table-parts.ts';

const made = '2026-11-30T04:12:09.123Z';
function desk() {
  const notice = createStore<Notice | undefined>(undefined);
  const undo = createUndoStack(notice);
  const marks = createMarkBook();
  return { notice, undo, marks, edits: createMarkEdits(marks, undo, () => made) };
}
const annotation = { kind: 'annotation', space: 'absolute', start: 0x10n, end: 0x20n, text: 'early', colour: 'green' } as const;

describe("the user's notes", () => {
  it('can be undone and redone, each step', () => {
    const { notice, undo, marks, edits } = desk();
    const texts = (): readonly string[] => marks.of('a').map(({ text, colour }) => `${text} ${colour}`);
    edits.add('a', annotation);
    const id = marks.of('a')[0]?.id ?? -1;
    expect(marks.of('a')).toEqual([{ ...annotation, made, id }]);
    edits.change('a', id, { text: 'later' });
    // A change without effect is not a step.
    edits.change('a', id, { text: 'later', colour: 'green' });
    edits.remove('a', id);
    expect(texts()).toEqual([]);
    expect(notice.get()).toMatchObject({ text: 'Deleted the annotation at absolute:0x10', actions: [{ label: 'Undo' }] });
    undo.undo();
    expect(texts()).toEqual(['later green']);
    undo.undo();
    expect(texts()).toEqual(['early green']);
    undo.undo();
    expect(texts()).toEqual([]);
    undo.redo();
    undo.redo();
    expect(texts()).toEqual(['later green']);
    expect(marks.of('a')[0]?.id).toBe(id);
  });

  it('are found at the cursor within their bytes', () => {
    const mark: Mark = { ...annotation, id: 1 };
    expect(holds(mark, { space: 'absolute', address: 0x1fn, length: 1 })).toBe(true);
    expect(holds(mark, { space: 'absolute', address: 0x20n, length: 1 })).toBe(false);
    expect(holds(mark, { space: 'file', address: 0x10n, length: 1 })).toBe(false);
  });

  it('form a list over all dumps, filtered by words and ordered', () => {
    const { marks, edits } = desk();
    edits.add('a', annotation);
    edits.add('b', { ...annotation, kind: 'bookmark', start: 0x8n, end: 0x9n, text: 'Zero page' });
    edits.add('a', { ...annotation, start: 0x100n, end: 0x108n, text: 'late' });
    const dumps = [
      { key: 'a', name: 'one.elf' },
      { key: 'b', name: 'two.elf' },
    ];
    const rows = annotationRows(dumps, marks.all.get());
    const columns = (['text', 'place', 'bytes', 'kind', 'dump', 'made'] as const).map((id): DataColumn<AnnotationRow> => ({
      id,
      title: id,
      width: 8,
      text: (row) => cellText(row, id),
      value: (row) => orderedBy(row, id),
    }));
    const texts = (words: readonly string[], by?: SortBy): readonly string[] => {
      const order = arrangedRows({ rows, columns, words, by: orderColumn(columns, by) });
      return [...(order ?? rows.keys())].map((place) => rows[place]!).map((row) => cellText(row, 'text'));
    };
    expect(texts([])).toEqual(['early', 'late', 'Zero page']);
    expect(texts(['two', 'zero'])).toEqual(['Zero page']);
    expect(texts(['0x100'])).toEqual(['late']);
    expect(texts([], { column: 'place', descending: false })).toEqual(['Zero page', 'early', 'late']);
    expect(texts([], { column: 'bytes', descending: true })).toEqual(['early', 'late', 'Zero page']);
    const [row] = rows;
    expect(row === undefined ? '' : cellText(row, 'made')).toBe('2026-11-30 04:12:09');
  });
});
