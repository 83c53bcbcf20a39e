/** The thin React wrapper of the hex grid. */
import { useEffect, useEffectEvent, useRef } from 'react';
import { HexGrid, type HexSelection } from './hex-grid.ts';
import type { HexMark } from './hex-mark.ts';
import type { RowForm } from './hex-row.ts';
import type { SortedRange } from '../../state/sorted-ranges.ts';
import type { Gap } from './row-map.ts';
import { createHexSource, type ReadBytes } from './hex-source.ts';
import type { LinkedGrid } from '../../state/grid-links.ts';
import './hex-grid.css';

interface HexGridViewProps {
  /** Identifies what is read: another key reads it again. Undefined shows nothing, as while the engine is down. */
  readonly sourceKey: string | undefined;
  readonly size: bigint;
  readonly memoryEnd: bigint;
  readonly read: ReadBytes;
  readonly selection: HexSelection;
  readonly form: RowForm;
  readonly marks: readonly HexMark[];
  /** Hits, in ascending order. */
  readonly hits: readonly SortedRange[];
  /** Ranges without bytes that are shown as one row each; ascending. */
  readonly gaps: readonly Gap[];
  readonly label: string;
  readonly onSelect: (selection: HexSelection) => void;
  readonly onRefused: (error: Error | undefined) => void;
  /** Links scrolling with other grids. Returns a function that ends it. */
  readonly link: (grid: LinkedGrid) => () => void;
}

export function HexGridView({ sourceKey, size, memoryEnd, read, selection, form, marks, hits, gaps, label, onSelect, onRefused, link }: HexGridViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<HexGrid>(undefined);
  const top = useRef<bigint>(undefined);
  const scrolled = useRef<(top: bigint) => void>(undefined);
  const select = useEffectEvent(onSelect);
  const refused = useEffectEvent(onRefused);
  const reader = useEffectEvent(read);
  const linked = useEffectEvent(link);

  useEffect(() => {
    if (host.current === null) return undefined;
    const made = new HexGrid(host.current, {
      onSelect: (now) => select(now),
      onRefused: (error) => refused(error),
      onScroll: (address) => scrolled.current?.(address),
    });
    grid.current = made;
    // A new grid has no read error yet.
    refused(undefined);
    return () => {
      // A tab shows the same rows when it is shown again.
      top.current = made.topAddress;
      made.destroy();
      grid.current = undefined;
    };
  }, []);
  useEffect(() => {
    grid.current?.setForm(form);
  }, [form]);
  useEffect(() => {
    const made = grid.current;
    if (made === undefined || sourceKey === undefined) return undefined;
    const source = createHexSource(
      size,
      (address, length, signal) => reader(address, length, signal),
      () => made.refresh(),
    );
    made.setSource(source, memoryEnd);
    if (top.current !== undefined) made.scrollTo(top.current);
    top.current = undefined;
    return () => {
      source.close();
    };
  }, [sourceKey, size, memoryEnd]);
  useEffect(() => {
    grid.current?.setMarks(marks);
  }, [marks]);
  useEffect(() => {
    grid.current?.setHits(hits);
  }, [hits]);
  useEffect(() => {
    grid.current?.setGaps(gaps);
  }, [gaps]);
  const { address, length } = selection;
  useEffect(() => {
    grid.current?.select({ address, length });
  }, [sourceKey, address, length]);
  // Last, so that it joins the others at its current place.
  useEffect(() => {
    const made = grid.current;
    if (made === undefined || sourceKey === undefined) return undefined;
    return linked({
      top: () => made.topAddress,
      scrollTo: (at) => made.scrollTo(at),
      onScroll(listener) {
        scrolled.current = listener;
      },
    });
  }, [sourceKey]);

  return (
    <div
      ref={host}
      className="hex-grid code"
      role="application"
      aria-roledescription="hex grid"
      aria-label={label}
      tabIndex={0}
      data-testid="hex-grid"
      data-pane-focus
      data-keys="hex-grid"
      data-keys-default
    />
  );
}
