/** Shows where in the address space the differences are: a canvas with one column per pixel. A click goes there. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { Result } from '../../../shared/rpc.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { RegionJson } from '../../../shared/structure-model.ts';
import { useDrawnWidth } from '../../hooks/use-drawn-width.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { countText } from '../../words/numbers.ts';
import { differenceKinds, kindTones, kindWord, toneColours } from './difference-kinds.ts';
import type { Pair } from './pair.ts';
import type { CompareRequest } from './use-comparison.ts';

type Bucket = Result<EngineProtocol, 'compareStrip'>['buckets'][number];

interface DifferenceStripProps {
  readonly pair: Pair;
  readonly request: CompareRequest;
  readonly end: bigint;
  readonly cursor: bigint;
  readonly regions: readonly RegionJson[];
  readonly onPick: (address: bigint) => void;
}

const height = 18;

export function DifferenceStrip({ pair, request, end, cursor, regions, onPick }: DifferenceStripProps) {
  const { engine, themes } = useWorkbench();
  const { shown } = useStore(themes.state);
  const tones = useMemo(() => kindTones(pair), [pair]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useDrawnWidth(canvas);
  const [buckets, setBuckets] = useState<readonly Bucket[]>([]);

  useEffect(() => {
    if (width < 1 || end === 0n) return undefined;
    const abort = new AbortController();
    engine.call('compareStrip', { ...request, start: 0n, end, buckets: Math.min(4096, width) }, { signal: abort.signal }).then(
      (answer) => setBuckets(answer.buckets),
      // The counts above show the same; a strip whose data is late stays empty.
      () => undefined,
    );
    return () => abort.abort();
  }, [engine, request, end, width]);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, { tones, buckets, end, cursor, regions });
  }, [tones, buckets, end, cursor, regions, width, shown]);

  const at = (x: number): bigint => (width === 0 ? 0n : (BigInt(Math.min(Math.max(0, Math.floor(x)), width - 1)) * end) / BigInt(width));
  const under = buckets[Number(end === 0n ? 0n : (cursor * BigInt(buckets.length)) / end)];
  const keys = (event: KeyboardEvent): void => {
    const step = end / 200n;
    const to = event.key === 'ArrowLeft' ? cursor - step : event.key === 'ArrowRight' ? cursor + step : undefined;
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onPick(to < 0n ? 0n : to >= end ? end - 1n : to);
  };
  const present = differenceKinds.filter((kind) => buckets.some((bucket) => bucket[kind] > 0));
  return (
    <div className="compare-strip">
      <canvas
        ref={canvas}
        data-testid="difference-strip"
        tabIndex={0}
        role="slider"
        aria-label="Differences over the address space"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={end === 0n ? 0 : Number((cursor * 100n) / end)}
        aria-valuetext={`absolute 0x${cursor.toString(16)}${under === undefined ? '' : `, ${countText(under.changed)} changed pages here`}`}
        style={{ height }}
        onKeyDown={keys}
        onClick={(event) => onPick(at(event.clientX - event.currentTarget.getBoundingClientRect().left))}
      />
      <div className="compare-legend">
        {present.map((kind) => (
          <span key={kind} className={`compare-kind ${tones[kind]}`}>
            {kindWord(pair, kind)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface Picture {
  readonly tones: ReturnType<typeof kindTones>;
  readonly buckets: readonly Bucket[];
  readonly end: bigint;
  readonly cursor: bigint;
  readonly regions: readonly RegionJson[];
}

function paint(canvas: HTMLCanvasElement, { tones, buckets, end, cursor, regions }: Picture): void {
  const width = canvas.clientWidth;
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  context.fillStyle = colour('--mem-zero');
  context.fillRect(0, 0, width, height);
  const column = width / Math.max(1, buckets.length);
  buckets.forEach((bucket, index) => {
    const kind = differenceKinds.find((one) => bucket[one] > 0);
    if (kind === undefined) return;
    context.fillStyle = colour(toneColours[tones[kind]]);
    context.fillRect(index * column, 0, Math.max(1, column), height);
  });
  if (end === 0n) return;
  const x = (address: bigint): number => (Number(address) / Number(end)) * width;
  context.strokeStyle = colour('--mem-outline');
  context.globalAlpha = 0.6;
  for (const region of regions) {
    if (region.kind !== 'crashkernel' && region.kind !== 'kernel') continue;
    const [from, to] = [x(BigInt(region.start)), x(BigInt(region.end))];
    context.strokeRect(from + 0.5, 0.5, Math.max(1, to - from - 1), height - 1);
  }
  context.globalAlpha = 1;
  context.fillStyle = colour('--accent');
  context.fillRect(Math.max(0, x(cursor) - 1), 0, 2, height);
}
