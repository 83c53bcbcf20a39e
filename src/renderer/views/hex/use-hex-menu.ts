/** The context menu of bytes: actions on the selection. */
import type { MouseEvent } from 'react';
import { followPointer } from '../../state/follow-pointer.ts';
import { positionText } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { copyFormats } from './copy-formats.ts';
import { copySelection, findSelected } from './selected-bytes.ts';

export function useHexMenu(dump: string, owner: string): (event: MouseEvent) => void {
  const workbench = useWorkbench();
  const { contextMenu, exports, addressCards, markDraft, shell, tell, places, hexTabs } = workbench;
  return (event) => {
    event.preventDefault();
    // Read now: the press that opened the menu may have moved the cursor.
    const position = places.cursors.get()[owner];
    if (position === undefined) return;
    const { space, address, length } = position;
    const box = { left: event.clientX, top: event.clientY, bottom: event.clientY };
    const isMemory = space !== 'file';
    const say = (words: Promise<string>): void => void words.then((said) => hexTabs.change(owner, { said }), tell);
    contextMenu.set({
      left: event.clientX,
      top: event.clientY,
      items: [
        ...copyFormats.map(({ id, words }) => ({ label: `Copy as ${words}`, run: () => say(copySelection(workbench, dump, position, id)) })),
        { label: 'Copy the address', run: () => void shell.call('copyText', { text: positionText(position) }).catch(tell) },
        { label: 'Find these bytes elsewhere', run: () => say(findSelected(workbench, dump, owner, position)) },
        { label: 'Follow the pointer', run: () => void followPointer(workbench, dump, position).catch(tell) },
        { label: 'Explain the address', enabled: isMemory, run: () => addressCards.hold({ dump, text: positionText(position), box }) },
        { label: 'Show the instructions here', enabled: isMemory, run: () => places.show('disassembly', dump) },
        { label: 'Bookmark this place…', run: () => markDraft.set({ dump, kind: 'bookmark', position }) },
        { label: 'Annotate the selected range…', run: () => markDraft.set({ dump, kind: 'annotation', position }) },
        {
          label: space === 'absolute' ? 'Export the memory of the selection…' : 'Export the memory of the selection: absolute addresses only',
          enabled: space === 'absolute' && length > 0,
          run: () => exports.draft.set({ dump, range: { start: address, end: address + BigInt(length) } }),
        },
      ],
    });
  };
}
