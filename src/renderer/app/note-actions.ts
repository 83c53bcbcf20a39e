/** Actions on what the user writes: bookmarks, annotations, the session. */
import { holds, markPosition, type Mark } from '../state/marks.ts';
import type { Position } from '../state/position.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function noteActions({ places, marks, markDraft, markEdits, sessions }: Workbench): readonly Action[] {
  const here = (): { readonly dump: string; readonly position: Position } | undefined => {
    const { dump } = places.tabs.get();
    const position = places.position();
    return dump === undefined || position === undefined ? undefined : { dump, position };
  };
  const draft = (kind: Mark['kind']): void => {
    const place = here();
    if (place !== undefined) markDraft.set({ kind, ...place });
  };
  const step = (by: 1 | -1): void => {
    const place = here();
    const dump = places.tabs.get().dump;
    if (dump === undefined) return;
    const list = marks.of(dump);
    const at = place?.position.address ?? -1n;
    const next = by === 1 ? (list.find(({ start }) => start > at) ?? list[0]) : (list.findLast(({ start }) => start < at) ?? list.at(-1));
    if (next !== undefined) places.goTo(dump, markPosition(next));
  };
  const some = (): boolean => marks.of(places.tabs.get().dump ?? '').length > 0;
  /** The narrowest one at the cursor: a bookmark takes precedence over an annotation around it. */
  const atCursor = (): { readonly dump: string; readonly position: Position; readonly mark: Mark } | undefined => {
    const place = here();
    if (place === undefined) return undefined;
    const mark = marks
      .of(place.dump)
      .filter((one) => holds(one, place.position))
      .toSorted((left, right) => Number(left.end - left.start - right.end + right.start))[0];
    return mark === undefined ? undefined : { ...place, position: markPosition(mark), mark };
  };
  const edit = (): void => {
    const found = atCursor();
    if (found !== undefined) markDraft.set({ ...found, kind: found.mark.kind });
  };
  const remove = (): void => {
    const found = atCursor();
    if (found !== undefined) markEdits.remove(found.dump, found.mark.id);
  };
  const marked = (): boolean => atCursor() !== undefined;
  return [
    { id: 'mark.edit', title: 'Edit the bookmark or annotation at the cursor…', keys: 'Ctrl+Shift+E', keysIn: 'outside-fields', enabled: marked, run: edit },
    { id: 'mark.delete', title: 'Delete the bookmark or annotation at the cursor', enabled: marked, run: remove },
    {
      id: 'mark.bookmark',
      title: 'Bookmark this place…',
      keys: 'Ctrl+D',
      keysIn: 'outside-fields',
      enabled: () => here() !== undefined,
      run: () => draft('bookmark'),
    },
    {
      id: 'mark.annotate',
      title: 'Annotate the selected range…',
      keys: 'Ctrl+Shift+A',
      keysIn: 'outside-fields',
      enabled: () => here() !== undefined,
      run: () => draft('annotation'),
    },
    { id: 'mark.next', title: 'Next bookmark or annotation', keys: 'F2', keysIn: 'outside-fields', enabled: some, run: () => step(1) },
    { id: 'mark.previous', title: 'Previous bookmark or annotation', keys: 'Shift+F2', keysIn: 'outside-fields', enabled: some, run: () => step(-1) },
    { id: 'session.export', title: 'Export the session…', run: sessions.exportFile },
    { id: 'session.import', title: 'Import a session…', run: sessions.importFile },
  ];
}
