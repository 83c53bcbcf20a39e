/** Undo and redo. */
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function undoActions({ undo }: Pick<Workbench, 'undo'>): readonly Action[] {
  const { undo: before, redo: after } = undo.next.get();
  const about = (label: string | undefined): string => (label === undefined ? '' : `: ${label}`);
  return [
    { id: 'edit.undo', title: `Undo${about(before)}`, keys: 'Ctrl+Z', keysIn: 'outside-fields', enabled: () => before !== undefined, run: undo.undo },
    { id: 'edit.redo', title: `Redo${about(after)}`, keys: 'Ctrl+Shift+Z', keysIn: 'outside-fields', enabled: () => after !== undefined, run: undo.redo },
  ];
}
