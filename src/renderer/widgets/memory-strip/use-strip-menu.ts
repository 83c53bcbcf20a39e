/** The menu of a memory strip at a place: actions on the page there, and those of its view. */
import type { ContextItem } from '../../state/context-menu.ts';
import { positionText, type Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';

/** @param more further items, for the address that was pointed at */
export function useStripMenu(
  dump: string,
  more: (address: bigint) => readonly ContextItem[] = () => [],
): (address: bigint, at: { readonly left: number; readonly top: number }) => void {
  const { contextMenu, places, addressCards, markDraft, shell, tell } = useWorkbench();
  return (pointed, { left, top }) => {
    const position: Position = { space: 'absolute', address: pointed & ~0xfffn, length: 1 };
    const text = positionText(position);
    contextMenu.set({
      left,
      top,
      items: [
        { label: `Show the bytes at ${text}`, run: () => places.goTo(dump, position) },
        { label: 'Explain the address', run: () => addressCards.hold({ dump, text, box: { left, top, bottom: top } }) },
        { label: 'Copy the address', run: () => void shell.call('copyText', { text }).catch(tell) },
        { label: 'Bookmark this page…', run: () => markDraft.set({ dump, kind: 'bookmark', position }) },
        ...more(pointed),
      ],
    });
  };
}
