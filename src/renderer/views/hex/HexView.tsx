/** Bytes of a dump in any address space, with an inspector for what is under the cursor. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import type { Laid } from '../../state/laid.ts';
import { firstPosition, handleOf, infoOf, memoryEnd, type OpenDump } from '../../state/open-dump.ts';
import { cursorKey } from '../../state/tabs.ts';
import { useWorkbench } from '../../workbench.ts';
import { usePane } from '../../widgets/pane.ts';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { HexGridView } from '../../widgets/hex-grid/HexGridView.tsx';
import { FindBar } from './FindBar.tsx';
import { gridMarks, hitsIn } from './grid-marks.ts';
import { HexToolbar } from './HexToolbar.tsx';
import { Inspector } from './Inspector.tsx';
import { memoryGaps } from './memory-gaps.ts';
import { formOf } from './row-form.ts';
import { Refused } from './Refused.tsx';
import { useHexMenu } from './use-hex-menu.ts';
import { StructurePane } from './StructurePane.tsx';
import { ViewAs } from './ViewAs.tsx';
import './hex.css';

const all64 = 1n << 64n;
const without = <T,>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

export function HexView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places, marks, laidTypes, hexTabs, preferences, gridLinks } = useWorkbench();
  // An additional grid of the dump has its own cursor.
  const pane = usePane();
  const owner = (pane === undefined ? undefined : cursorKey(pane)) ?? dump.key;
  const cursor = useStore(places.cursors)[owner];
  const position = cursor ?? firstPosition(dump);
  const openMenu = useHexMenu(dump.key, owner);
  const { laid: overlay, isFinding } = useStore(hexTabs.all)[owner] ?? hexTabs.of(owner);
  const setOverlay = (next: Laid | undefined): void => hexTabs.change(owner, { laid: next });
  const found = useStore(hexTabs.find(owner).state);
  const hits = useMemo(() => hitsIn(found.hits, position.space), [found.hits, position.space]);
  const form = formOf(useStore(preferences.hexRows), dump);
  const [refused, setRefused] = useState<Error>();
  const { space, cpu } = position;
  const handle = handleOf(dump);
  const size = space === 'file' ? BigInt(infoOf(dump)?.file.bytes ?? 0) : all64;
  // A link may have applied a type somewhere.
  const laid = useStore(laidTypes)[dump.key];
  const lay = useEffectEvent(setOverlay);
  useEffect(() => {
    if (laid === undefined) return;
    laidTypes.update((old) => without(old, dump.key));
    lay({ layout: laid.type, isKernelType: true, at: { ...laid.at, length: 1 } });
  }, [laid, laidTypes, dump.key]);
  const notes = useStore(marks.all)[dump.key];
  const shown = useMemo(() => gridMarks({ checks: dump.checks, marks: notes ?? [], overlay, space, cpu }), [dump.checks, notes, overlay, space, cpu]);
  const ranges = infoOf(dump)?.memory.ranges;
  const gaps = useMemo(() => (space === 'absolute' ? memoryGaps(ranges ?? []) : []), [space, ranges]);
  return (
    <div className="hex-view" data-keys="hex">
      <HexToolbar dump={dump} owner={owner} position={position} />
      {isFinding ? <FindBar dump={dump} owner={owner} position={position} /> : null}
      {dump.reading === undefined ? null : <ProgressBar fraction={dump.reading.fraction} label="Reading the headers of the dump" />}
      <div className="hex-panes">
        <SplitPane name="hex" label="Width of the bytes" share={0.72} least={[280, 240]} stackBelow={940} stackedShare={0.62}>
          <div className="hex-left">
            <div
              className="hex-main"
              onContextMenu={openMenu}
              // A focused grid always has a cursor: copies and annotations refer to it.
              onFocus={() => {
                if (cursor === undefined) places.moveCursor(owner, position);
              }}
            >
              <HexGridView
                sourceKey={handle === undefined ? undefined : `${handle}/${dump.generation}/${space}/${cpu ?? ''}`}
                size={size}
                memoryEnd={space === 'file' ? size : memoryEnd(dump)}
                read={async (address, length, signal) => {
                  if (handle === undefined) throw new Error('the dump is being opened');
                  const of = space === 'real' || space === 'virtual' ? { cpu: cpu ?? 0 } : {};
                  const { data, absent } = await engine.call('read', { dump: handle, space, address, length, ...of }, { signal });
                  return { data, absent: absent.map((gap) => ({ start: BigInt(gap.start), end: BigInt(gap.end), state: gap.state })) };
                }}
                selection={position}
                form={form}
                marks={shown}
                hits={hits}
                link={gridLinks.join}
                gaps={gaps}
                label={`Bytes of ${dump.name}, ${space} addresses. Arrows move the cursor, Shift selects.`}
                onSelect={({ address, length }) => places.moveCursor(owner, { ...position, address, length })}
                onRefused={setRefused}
              />
              {refused === undefined ? null : <Refused dump={dump.key} position={position} error={refused} />}
            </div>
            {overlay === undefined ? null : <StructurePane key={owner} dump={dump} owner={owner} laid={overlay} position={position} />}
          </div>
          <Inspector dump={dump} position={position}>
            <ViewAs dump={dump} position={position} overlay={overlay} onOverlay={setOverlay} />
          </Inspector>
        </SplitPane>
      </div>
    </div>
  );
}
