/** Actions about what a person writes: bookmarks, annotations, the session. */
import { markPosition, type Mark } from '../state/marks.ts';
import type { Position } from '../state/position.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function noteActions({ places, marks, markDraft, sessions }: Workbench): readonly Action[] {
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
  return [
    { id: 'mark.bookmark', title: 'Bookmark this place…', keys: 'Ctrl+D', enabled: () => here() !== undefined, run: () => draft('bookmark') },
    { id: 'mark.annotate', title: 'Annotate the selected range…', keys: 'Ctrl+Shift+A', enabled: () => here() !== undefined, run: () => draft('annotation') },
    { id: 'mark.next', title: 'Next bookmark or annotation', keys: 'F2', enabled: some, run: () => step(1) },
    { id: 'mark.previous', title: 'Previous bookmark or annotation', keys: 'Shift+F2', enabled: some, run: () => step(-1) },
    { id: 'session.export', title: 'Export the session…', run: sessions.exportFile },
    { id: 'session.import', title: 'Import a session…', run: sessions.importFile },
  ];
}
