/** The menu items for an address, wherever it is shown. */
import type { Workbench } from '../workbench.ts';
import type { PointedAddress } from '../state/address-card.ts';
import type { ContextItem } from '../state/context-menu.ts';
import { positionText, type Position } from '../state/position.ts';

/** Shows a place in an additional hex grid, in a pane on the right. */
function openBeside({ places, dock }: Pick<Workbench, 'places' | 'dock'>, dump: string, position: Position): void {
  places.openGrid(dump, position);
  dock.widget()?.split('right');
}

/** Only virtual addresses can be disassembled. */
const hasInstructions = ({ space }: Position): boolean => space === 'virtual';

export function addressItems(workbench: Workbench, dump: string, position: Position, box: PointedAddress['box']): readonly ContextItem[] {
  const { addressCards, markDraft, places, shell, tell } = workbench;
  const text = positionText(position);
  const isMemory = position.space !== 'file';
  const copy = (copied: string) => () => void shell.call('copyText', { text: copied }).catch(tell);
  return [
    { label: 'Show in hex', run: () => places.goTo(dump, position) },
    { label: 'Open in hex to the side', run: () => openBeside(workbench, dump, position) },
    ...(hasInstructions(position) ? [{ label: 'Disassemble', run: () => places.goTo(dump, { ...position, length: 2 }, 'disassembly') }] : []),
    ...(isMemory ? [{ label: 'Explain the address', run: () => addressCards.hold({ dump, text, box }) }] : []),
    { label: 'Copy the address', run: copy(`0x${position.address.toString(16)}`) },
    { label: 'Copy the address with its space', run: copy(text) },
    { label: 'Bookmark this place…', run: () => markDraft.set({ dump, kind: 'bookmark', position }) },
    { label: 'Annotate this place…', run: () => markDraft.set({ dump, kind: 'annotation', position }) },
  ];
}
