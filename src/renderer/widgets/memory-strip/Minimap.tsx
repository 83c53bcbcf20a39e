/** All memory as a thin bar, with a frame around what the strip shows, which can be drawn, moved and resized with the pointer or by keys. */
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useDrawnLook } from '../../hooks/use-drawn-look.ts';
import { byteText, hex } from '../../../shared/units.ts';
import { useDrawnWidth } from '../../hooks/use-drawn-width.ts';
import type { StripBucket } from '../../../shared/memory-kinds.ts';
import { addressAt, panSpan, pixelOf, type Span } from '../../../shared/strip-layout.ts';
import { paintBar } from './strip-painter.ts';
import './memory-strip.css';

interface MinimapProps {
  readonly whole: Span;
  readonly span: Span;
  readonly buckets: readonly StripBucket[];
  readonly onWidth: (width: number) => void;
  readonly onSpan: (span: Span) => void;
  readonly onZoom: (around: bigint, factor: number) => void;
  readonly onAll: () => void;
}

export function Minimap({ whole, span, buckets, onWidth, onSpan, onZoom, onAll }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useDrawnWidth(canvas);
  const look = useDrawnLook();
  useEffect(() => {
    if (width > 0) onWidth(width);
  }, [width, onWidth]);
  useEffect(() => {
    if (canvas.current !== null) paintBar(canvas.current, buckets);
  }, [buckets, width, look]);
  const size = span.end - span.start;
  const middle = span.start + size / 2n;
  const centre = (event: PointerEvent<HTMLElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    onSpan(panSpan(span, whole, addressAt(event.clientX - left, whole, Math.max(1, width)) - middle));
  };
  const pan = (share: number): void => onSpan(panSpan(span, whole, BigInt(Math.round(Number(size) * share))));
  const keys = (event: KeyboardEvent): void => {
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowLeft: () => pan(-0.1),
      ArrowRight: () => pan(0.1),
      PageUp: () => pan(-1),
      PageDown: () => pan(1),
      Home: () => onSpan(panSpan(span, whole, whole.start - span.start)),
      End: () => onSpan(panSpan(span, whole, whole.end - span.end)),
      '+': () => onZoom(middle, 0.5),
      '-': () => onZoom(middle, 2),
      '0': onAll,
    };
    const action = event.ctrlKey || event.altKey || event.metaKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const left = pixelOf(span.start, whole, width);
  return (
    <div
      className="minimap"
      tabIndex={0}
      role="slider"
      aria-label="Visible part of all memory"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={whole.end === whole.start ? 0 : Number(((span.start - whole.start) * 100n) / (whole.end - whole.start))}
      aria-valuetext={`${hex(span.start)} to ${hex(span.end)}, ${byteText(size)} of ${byteText(whole.end - whole.start)}`}
      title="All memory, with a frame around the visible part. Arrow keys move the frame, + and - zoom, 0 shows all memory"
      onKeyDown={keys}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        centre(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) centre(event);
      }}
      data-testid="minimap"
    >
      <canvas ref={canvas} className="minimap-canvas" aria-hidden="true" />
      <div
        className="minimap-frame"
        style={{ left, width: Math.max(3, pixelOf(span.end, whole, width) - left) }}
        aria-hidden="true"
        data-testid="minimap-frame"
      />
    </div>
  );
}
