/** The whole address range: a zoomable strip, shares of states and classes, and every region by name. */
import { useMemo, useState } from 'react';
import { byteText } from '../../../shared/units.ts';
import { memoryEnd, type OpenDump } from '../../state/open-dump.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Legend } from '../../widgets/memory-strip/Legend.tsx';
import { Minimap } from '../../widgets/memory-strip/Minimap.tsx';
import { MemoryStrip } from '../../widgets/memory-strip/MemoryStrip.tsx';
import { failingSpans, outlinesOf } from '../../../shared/strip-marks.ts';
import { sumCounts } from '../../../shared/memory-kinds.ts';
import { panSpan, zoomSpan, type Span } from '../../../shared/strip-layout.ts';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';
import { useStrip } from '../../widgets/memory-strip/use-strip.ts';
import { IconButton } from '../../widgets/IconButton.tsx';
import { useStripMenu } from '../../widgets/memory-strip/use-strip-menu.ts';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { PageCharts } from './PageCharts.tsx';
import { RegionPanes } from './RegionPanes.tsx';
import './regions.css';

/** Closest zoom: a few pixels per page. */
const minSpan = 64n * 4096n;

export function RegionsView({ dump }: { readonly dump: OpenDump }) {
  const { places, exports } = useWorkbench();
  const { position: cursor } = useFollowedCursor(dump.key);
  const end = memoryEnd(dump);
  const whole = useMemo<Span>(() => ({ start: 0n, end }), [end]);
  const [zoomed, setZoomed] = useState<Span>();
  const span = zoomed ?? whole;
  const { strip, onWidth } = useStrip(dump, span);
  const all = useStrip(dump, whole);
  const shown = strip.value?.span === span ? strip.value.buckets : undefined;
  const address = cursor?.space === 'absolute' ? cursor.address : undefined;
  const picture = useMemo(
    () => ({ span, buckets: shown ?? [], outlines: outlinesOf(dump.regions ?? []), failing: failingSpans(dump.checks), cursor: address }),
    [span, shown, dump.regions, dump.checks, address],
  );
  const counts = useMemo(() => (strip.value === undefined ? undefined : sumCounts(strip.value.buckets)), [strip.value]);
  const zoom = (around: bigint, factor: number): void => setZoomed(zoomSpan(span, whole, around, factor, minSpan));
  const middle = (span.start + span.end) / 2n;
  const openMenu = useStripMenu(dump.key, (pointed) => [
    { label: 'Zoom in here', run: () => zoom(pointed, 0.25) },
    { label: 'Show all memory', enabled: zoomed !== undefined, run: () => setZoomed(undefined) },
    { label: 'Export the memory shown in the strip…', run: () => exports.draft.set({ dump: dump.key, range: span }) },
  ]);
  if (end === 0n) return <p className="view message">This dump contains no memory.</p>;
  return (
    <div className="view regions-view">
      <section className="card" aria-label="Memory strip">
        <div className="card-head">
          <h2 className="caption">
            Memory · absolute{' '}
            <span className="plain-case" data-testid="strip-span">
              <HexNumber value={span.start} /> – <HexNumber value={span.end} /> · {byteText(span.end - span.start)}
            </span>
          </h2>
          <div className="zoom" role="group" aria-label="Zoom">
            <IconButton
              icon="zoom-in"
              label="Zoom in"
              onPress={() => zoom(address !== undefined && address >= span.start && address < span.end ? address : middle, 0.5)}
            />
            <IconButton icon="zoom-out" label="Zoom out" onPress={() => zoom(middle, 2)} />
            <IconButton icon="screen-full" label="Show all memory" onPress={() => setZoomed(undefined)} disabled={zoomed === undefined} />
          </div>
        </div>
        <MemoryStrip
          picture={picture}
          label="Memory strip, zoomable"
          onWidth={onWidth}
          onPick={(picked) => places.goTo(dump.key, { space: 'absolute', address: picked & ~0xfffn, length: 1 })}
          onZoom={zoom}
          onMenu={openMenu}
          onSpan={(drawn) => setZoomed(alignedSpan(drawn, whole))}
          onPan={(share) => setZoomed(panSpan(span, whole, BigInt(Math.round(Number(span.end - span.start) * share))))}
        />
        <Minimap
          whole={whole}
          span={span}
          buckets={all.strip.value?.buckets ?? []}
          onWidth={all.onWidth}
          onSpan={setZoomed}
          onZoom={zoom}
          onAll={() => setZoomed(undefined)}
        />
        <div className="memory-legend">
          {counts === undefined ? (
            <span className="dim">{strip.error === undefined ? 'Reading…' : <Hostile text={`The strip could not be read: ${strip.error.message}`} />}</span>
          ) : (
            <Legend counts={counts} failing={picture.failing.length} />
          )}
        </div>
        <Unconfirmed text={strip.value?.unconfirmed} />
      </section>
      <SplitPane
        name="regions"
        label="Width of the list of regions"
        share={0.7}
        least={[260, 240]}
        stackBelow={828}
        stackedShare={0.5}
        className="regions-below"
      >
        <RegionPanes dump={dump} onShow={(region) => setZoomed(zoomTo(region, whole))} />
        {counts === undefined ? null : <PageCharts counts={counts} zoomed={zoomed !== undefined} />}
      </SplitPane>
    </div>
  );
}

/** A range drawn with the pointer, at least as large as the closest zoom. */
function alignedSpan({ start, end }: Span, whole: Span): Span {
  const middle = (start + end) / 2n;
  return zoomSpan({ start, end }, whole, middle, 1, minSpan);
}

/** A region with some margin around it. */
function zoomTo({ start, end }: Span, whole: Span): Span {
  const size = end - start;
  const room = size / 4n > minSpan ? size / 4n : minSpan;
  const from = start > whole.start + room ? start - room : whole.start;
  const to = end + room < whole.end ? end + room : whole.end;
  return alignedSpan({ start: from, end: to }, whole);
}
