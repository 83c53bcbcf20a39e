/** Actions about the bytes under the cursor, and about how hex views show them. */
import { byteText } from '../../shared/units.ts';
import { rowLengths } from '../../shared/shell-protocol.ts';
import { findStep } from '../state/find-in-hex.ts';
import { frontHex } from '../state/hex-tabs.ts';
import { followPointer } from '../state/follow-pointer.ts';
import { infoOf } from '../state/open-dump.ts';
import { nextRange } from '../state/shown-range.ts';
import { copyFormats, type CopyFormat } from '../views/hex/copy-formats.ts';
import { copySelection, findSelected } from '../views/hex/selected-bytes.ts';
import { showsEbcdic } from '../views/hex/row-form.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';
import { focusActivePane, focusFind } from './focus.ts';

export function hexActions(workbench: Workbench): readonly Action[] {
  const { places, dock, dumps, tell, preferences, hexTabs, gridLinks, copyFormat } = workbench;
  const hasHex = (): boolean => frontHex(places) !== undefined;
  /** Runs something on the selection of the hex view in front, and shows the outcome there. */
  const onSelection = (run: (dump: string, owner: string, position: NonNullable<ReturnType<typeof places.position>>) => Promise<string> | string) => () => {
    const front = frontHex(places);
    const position = places.position();
    if (front === undefined || position === undefined) return;
    void (async () => hexTabs.change(front.owner, { said: await run(front.dump, front.owner, position) }))().catch(tell);
  };
  const copy = (format: () => CopyFormat) => onSelection((dump, _, position) => copySelection(workbench, dump, position, format()));
  const find = (by: 1 | -1) => () => {
    const front = frontHex(places);
    if (front !== undefined) void findStep(workbench, front.dump, front.owner, by).catch(tell);
  };
  const { hexRows, chooseHexRows } = preferences;
  const shownDump = () => dumps.find(places.tabs.get().dump ?? '');

  return [
    {
      id: 'hex.follow',
      title: 'Follow the pointer at the cursor',
      keys: 'Ctrl+Enter',
      keysIn: 'outside-fields',
      enabled: () => places.tabs.get().dump !== undefined,
      run: () => {
        const { dump } = places.tabs.get();
        const position = places.position();
        if (dump !== undefined && position !== undefined) void followPointer(workbench, dump, position).catch(tell);
      },
    },
    { id: 'hex.copy', title: 'Copy the selected bytes', keys: 'Ctrl+C', keysIn: 'hex-grid', enabled: hasHex, run: copy(copyFormat.get) },
    ...copyFormats.map(({ id, words }) => ({ id: `hex.copy.${id}`, title: `Copy the selected bytes as ${words}`, enabled: hasHex, run: copy(() => id) })),
    {
      id: 'hex.selectRange',
      title: 'Expand the selection to the structure, region, or page around it',
      keys: 'Ctrl+A',
      keysIn: 'hex-grid',
      enabled: hasHex,
      run: onSelection((key, owner, position) => {
        const dump = dumps.find(key);
        const { laid } = hexTabs.of(owner);
        const info = dump === undefined ? undefined : infoOf(dump);
        const around = { laid, regions: dump?.regions ?? [], memory: info?.memory.ranges ?? [], fileBytes: BigInt(info?.file.bytes ?? 0) };
        const range = nextRange(position, around);
        if (range === undefined) return position.length > 1 ? 'There is nothing larger around the selection' : 'The dump has no memory here';
        const length = Number(range.end - range.start);
        places.moveCursor(owner, { ...position, address: range.start, length });
        return `Selected: ${range.name}, ${byteText(length)}`;
      }),
    },
    {
      id: 'hex.find',
      title: 'Find in memory…',
      keys: 'Ctrl+F',
      keysIn: 'hex',
      enabled: hasHex,
      run: () => {
        const front = frontHex(places);
        if (front === undefined) return;
        hexTabs.change(front.owner, { isFinding: true });
        requestAnimationFrame(() => focusFind(front.owner));
      },
    },
    { id: 'hex.findNext', title: 'Next hit', keys: 'F3', keysIn: 'hex', enabled: hasHex, run: find(1) },
    { id: 'hex.findPrevious', title: 'Previous hit', keys: 'Shift+F3', keysIn: 'hex', enabled: hasHex, run: find(-1) },
    {
      id: 'hex.findSelected',
      title: 'Find the selected bytes elsewhere',
      keys: 'Ctrl+F3',
      keysIn: 'hex',
      enabled: hasHex,
      run: onSelection((dump, owner, position) => findSelected(workbench, dump, owner, position)),
    },
    ...rowLengths.map((bytes) => ({ id: `hex.rows.${bytes}`, title: `Hex: ${bytes} bytes a row`, run: () => chooseHexRows({ ...hexRows.get(), bytes }) })),
    {
      id: 'hex.ebcdic',
      title: 'Hex: show or hide the EBCDIC column',
      enabled: hasHex,
      run: () => {
        const dump = shownDump();
        if (dump !== undefined) chooseHexRows({ ...hexRows.get(), ebcdic: !showsEbcdic(hexRows.get(), dump) });
      },
    },
    { id: 'hex.link', title: 'Hex: scroll all hex views together, or each on its own', enabled: hasHex, run: gridLinks.toggle },
    {
      id: 'hex.disassembly',
      title: 'Disassembly next to the bytes',
      enabled: hasHex,
      run: () => {
        const front = frontHex(places);
        const tab = places.tabs.get().active;
        if (front === undefined || tab === undefined) return;
        const isOpen = places.tabs.get().open.some(({ view, dump }) => view === 'disassembly' && dump === front.dump);
        places.show('disassembly', front.dump);
        if (!isOpen) dock.widget()?.split('right');
        places.activate(tab);
        requestAnimationFrame(focusActivePane);
      },
    },
  ];
}
