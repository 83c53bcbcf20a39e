/** The memory strip: a canvas that shows the contents of memory at each place; a click goes there. */
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useDrawnLook } from '../../hooks/use-drawn-look.ts';
import { useDrawnWidth } from '../../hooks/use-drawn-width.ts';
import { groupedHex } from '../../words/numbers.ts';
import { countsText, kindCounts } from '../../../shared/memory-kinds.ts';
import { addressAt, pixelOf, type Span } from '../../../shared/strip-layout.ts';
import { paintStrip, stripMargin, type StripPicture } from './strip-painter.ts';
import './memory-strip.css';

interface MemoryStripProps {
  readonly picture: StripPicture;
  readonly label: string;
  readonly onPick: (address: bigint) => void;
  /** The width in CSS pixels, for the number of buckets to ask for. */
  readonly onWidth: (width: number) => void;
  readonly onZoom?: (around: bigint, factor: number) => void;
  readonly onPan?: (share: number) => void;
  /** A range was drawn with the pointer. */
  readonly onSpan?: (span: Span) => void;
  /** Opens the menu for an address: on a right click, or the menu key. */
  readonly onMenu?: (address: bigint, at: { readonly left: number; readonly top: number }) => void;
}

/** Pixels that a pointer must move before it draws a range instead of clicking. */
const dragPixels = 5;

const place = (picture: StripPicture, address: bigint): string => {
  const { start, end } = picture.span;
  const bucket = end > start ? picture.buckets[Number(((address - start) * BigInt(picture.buckets.length)) / (end - start))] : undefined;
  const what = bucket === undefined ? '' : ` · ${countsText(kindCounts(bucket))} pages`;
  const within = picture.outlines.filter((one) => address >= one.start && address < one.end).map((one) => one.label);
  const broken = picture.failing.some((one) => address >= one.start && address < one.end) ? ['failed check'] : [];
  return `absolute:${groupedHex(address & ~0xfffn)}${what}${[...within, ...broken].map((name) => ` · ${name}`).join('')}`;
};

export function MemoryStrip({ picture, label, onPick, onWidth, onZoom, onPan, onSpan, onMenu }: MemoryStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = useDrawnLook();
  const [pointed, setPointed] = useState<bigint>();
  const width = useDrawnWidth(canvas);
  /** Where a drag began, in CSS pixels of the page, and whether it has become one. */
  const [drag, setDrag] = useState<{ readonly from: bigint; readonly x: number; readonly drawn: boolean }>();

  useEffect(() => {
    if (width > 0) onWidth(width);
  }, [width, onWidth]);
  useEffect(() => {
    if (canvas.current !== null) paintStrip(canvas.current, picture);
  }, [picture, width, look]);

  const inner = Math.max(1, width - 2 * stripMargin);
  const under = (event: { readonly clientX: number }): bigint => {
    const left = canvas.current?.getBoundingClientRect().left ?? 0;
    return addressAt(event.clientX - left - stripMargin, picture.span, inner);
  };

  // React's wheel listeners are passive; this one prevents the page from scrolling.
  const wheel = useEffectEvent((event: WheelEvent) => {
    if (onZoom === undefined || onPan === undefined) return;
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) onPan((event.deltaX || event.deltaY) / 1000);
    else onZoom(under(event), event.deltaY > 0 ? 1.25 : 0.8);
  });
  const zooms = onZoom !== undefined;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || !zooms) return undefined;
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [zooms]);

  const at = pointed ?? picture.cursor ?? picture.span.start;
  const size = picture.span.end - picture.span.start;
  const step = (share: number): void => {
    const next = at + BigInt(Math.round(Number(size) * share));
    setPointed(next < picture.span.start ? picture.span.start : next >= picture.span.end ? picture.span.end - 1n : next);
  };
  const keys = (event: KeyboardEvent): void => {
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowLeft: () => (event.shiftKey ? onPan?.(-0.2) : step(-1 / 200)),
      ArrowRight: () => (event.shiftKey ? onPan?.(0.2) : step(1 / 200)),
      Home: () => step(-1),
      End: () => step(1),
      Enter: () => onPick(at),
      '+': onZoom && (() => onZoom(at, 0.5)),
      '-': onZoom && (() => onZoom(at, 2)),
    };
    const action = event.ctrlKey || event.altKey || event.metaKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const dragBox = (from: bigint, to: bigint): { readonly left: number; readonly width: number } => {
    const [left, right] = [pixelOf(from < to ? from : to, picture.span, inner), pixelOf(from < to ? to : from, picture.span, inner)];
    return { left: stripMargin + left, width: right - left };
  };
  const text = size > 0n ? place(picture, at) : 'no memory';
  return (
    <div className="memory-strip">
      <canvas
        ref={canvas}
        data-testid="memory-strip"
        className="memory-strip-canvas"
        tabIndex={0}
        role="slider"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={size === 0n ? 0 : Number(((at - picture.span.start) * 100n) / size)}
        aria-valuetext={text}
        onKeyDown={keys}
        onPointerDown={(event: PointerEvent<HTMLCanvasElement>) => {
          if (onSpan === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: under(event), x: event.clientX, drawn: false });
        }}
        onPointerMove={(event: PointerEvent) => {
          setPointed(under(event));
          if (drag !== undefined && !drag.drawn && Math.abs(event.clientX - drag.x) >= dragPixels) setDrag({ ...drag, drawn: true });
        }}
        onPointerUp={(event: PointerEvent) => {
          if (drag?.drawn !== true) return;
          const to = under(event);
          onSpan?.(drag.from < to ? { start: drag.from, end: to } : { start: to, end: drag.from });
        }}
        onContextMenu={(event) => {
          if (onMenu === undefined || size === 0n) return;
          event.preventDefault();
          event.stopPropagation();
          const box = event.currentTarget.getBoundingClientRect();
          // The menu key has no pointer position: it applies to the place reached by keys.
          if (event.button === 2) onMenu(under(event), { left: event.clientX, top: event.clientY });
          else onMenu(at, { left: box.left + stripMargin + pixelOf(at, picture.span, inner), top: box.bottom });
        }}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setPointed(undefined)}
        onBlur={() => setPointed(undefined)}
        onClick={(event) => {
          // The click that ends a drag selects nothing.
          if (drag?.drawn !== true) onPick(under(event));
          setDrag(undefined);
        }}
      />
      {drag?.drawn === true && pointed !== undefined ? <div className="memory-strip-drag" style={dragBox(drag.from, pointed)} aria-hidden="true" /> : null}
      <div className="memory-strip-place code" aria-hidden="true" data-testid="strip-readout">
        {pointed === undefined ? '' : text}
      </div>
    </div>
  );
}
