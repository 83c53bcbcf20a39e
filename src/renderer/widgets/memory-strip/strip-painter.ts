/** Draws a memory strip on a canvas. Colours are read from the theme's tokens on each paint. */
import { memoryKinds, type MemoryKind, type Pattern, type StripBucket } from '../../../shared/memory-kinds.ts';
import { bandsOf, pixelOf, type Span, type StripOutline } from '../../../shared/strip-layout.ts';

export interface StripPicture {
  readonly span: Span;
  readonly buckets: readonly StripBucket[];
  readonly outlines: readonly StripOutline[];
  /** Ranges of failed checks: red lines, with a triangle below. */
  readonly failing: readonly Span[];
  readonly cursor: bigint | undefined;
}

/** Heights in CSS pixels: labels above, triangles below; the strip between them gets the rest of the canvas. */
const labelsHeight = 18;
const marksHeight = 14;
/** Margin at both ends, so that an outline around everything is not cut off. */
export const stripMargin = 1;

const tileSize = 6;

function patternTile(pattern: Pattern, ground: string, ink: string): HTMLCanvasElement | undefined {
  if (pattern === 'solid') return undefined;
  const tile = document.createElement('canvas');
  const scale = 2;
  tile.width = tileSize * scale;
  tile.height = tileSize * scale;
  const context = tile.getContext('2d');
  if (context === null) return undefined;
  context.scale(scale, scale);
  context.fillStyle = ground;
  context.fillRect(0, 0, tileSize, tileSize);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = 0.8;
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  };
  // Lines extend over the edges so that tiles join.
  const falling = (): void => [-tileSize, 0, tileSize].forEach((x) => line(x, 0, x + tileSize, tileSize));
  const rising = (): void => [-tileSize, 0, tileSize].forEach((x) => line(x, tileSize, x + tileSize, 0));
  if (pattern === 'hatch' || pattern === 'cross') rising();
  if (pattern === 'back-hatch' || pattern === 'cross') falling();
  if (pattern === 'dots') {
    context.fillRect(1, 1, 1, 1);
    context.fillRect(4, 4, 1, 1);
  }
  return tile;
}

/** Colour and pattern of a kind, for the tokens that apply to an element. */
export function kindFill(context: CanvasRenderingContext2D, at: Element, { colour, pattern }: Pick<MemoryKind, 'colour' | 'pattern'>): string | CanvasPattern {
  const style = getComputedStyle(at);
  const ground = style.getPropertyValue(colour).trim();
  const tile = patternTile(pattern, ground, style.getPropertyValue('--mem-hatch'));
  const fill = tile === undefined ? null : context.createPattern(tile, 'repeat');
  fill?.setTransform(new DOMMatrix().scale(0.5));
  return fill ?? ground;
}

/** Fill style of each kind. */
export const kindFills = (
  context: CanvasRenderingContext2D,
  at: Element,
  kinds: readonly MemoryKind[] = memoryKinds,
): ReadonlyMap<string, string | CanvasPattern> => new Map(kinds.map((kind) => [kind.id, kindFill(context, at, kind)]));

/** Sizes a canvas to its box on screen and clears it. Undefined if it has no size. */
function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext('2d');
  if (context === null || canvas.clientWidth === 0) return undefined;
  const scale = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

/** Pages alone, over the whole height: a small picture of all memory. */
export function paintBar(canvas: HTMLCanvasElement, buckets: readonly StripBucket[]): void {
  const context = cleared(canvas);
  if (context !== undefined) paintBuckets(context, canvas, { buckets }, { top: 0, height: canvas.clientHeight, width: canvas.clientWidth });
}

export function paintStrip(canvas: HTMLCanvasElement, picture: StripPicture): void {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = cleared(canvas);
  if (context === undefined) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  const inner = width - 2 * stripMargin;
  const box: StripBox = { top: labelsHeight, height: height - labelsHeight - marksHeight, width };
  const bottom = box.top + box.height;
  const place = (address: bigint): number => stripMargin + Math.min(inner, Math.max(0, pixelOf(address, picture.span, inner)));

  paintBuckets(context, canvas, picture, box);
  for (const { start, end } of picture.failing) {
    if (end <= picture.span.start || start >= picture.span.end) continue;
    const x = place(start);
    const w = Math.max(2, place(end) - x);
    context.fillStyle = colour('--bad');
    // A line at the start and a bar below, so that the contents of the pages stay visible.
    context.fillRect(x, box.top, 2, box.height);
    context.fillRect(x, bottom - 1, w, 3);
    triangle(context, x + 1, bottom + 5);
  }
  paintOutlines(context, picture, place, box, { ink: colour('--mem-outline'), words: colour('--dim'), font: style.fontFamily });
  if (picture.cursor !== undefined && picture.cursor >= picture.span.start && picture.cursor < picture.span.end) {
    context.fillStyle = colour('--accent');
    context.fillRect(place(picture.cursor) - 1, box.top - 3, 2, box.height + 6);
  }
}

/** Where the strip itself is on the canvas. */
interface StripBox {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

function paintBuckets(
  context: CanvasRenderingContext2D,
  canvas: HTMLCanvasElement,
  { buckets }: Pick<StripPicture, 'buckets'>,
  { top, height, width }: StripBox,
): void {
  const fills = kindFills(context, canvas);
  const step = (width - 2 * stripMargin) / Math.max(1, buckets.length);
  buckets.forEach((bucket, index) => {
    // Whole pixels: no seams between neighbours.
    const x = stripMargin + Math.round(index * step);
    const w = stripMargin + Math.round((index + 1) * step) - x;
    for (const { kind, from, to } of bandsOf(bucket)) {
      context.fillStyle = fills.get(kind) ?? 'transparent';
      const y = top + Math.round(from * height);
      context.fillRect(x, y, w, top + Math.round(to * height) - y);
    }
  });
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 5, y + 8);
  context.lineTo(x - 5, y + 8);
  context.closePath();
  context.fill();
}

interface OutlineInk {
  readonly font: string;
  readonly ink: string;
  readonly words: string;
}

function paintOutlines(
  context: CanvasRenderingContext2D,
  { outlines, span }: StripPicture,
  place: (address: bigint) => number,
  { top, height, width: right }: StripBox,
  { ink, words, font }: OutlineInk,
): void {
  context.font = `11px ${font}`;
  context.textBaseline = 'alphabetic';
  let free = 0;
  const inView = outlines.filter(({ start, end }) => end > span.start && start < span.end).sort((left, other) => (left.start < other.start ? -1 : 1));
  for (const { start, end, label } of inView) {
    const x = place(start);
    const w = Math.max(3, place(end) - x);
    context.strokeStyle = ink;
    context.globalAlpha = 0.75;
    context.lineWidth = 1;
    context.strokeRect(Math.round(x) - 0.5, top - 3.5, Math.round(w) + 1, height + 7);
    context.globalAlpha = 1;
    const length = context.measureText(label).width;
    const at = Math.min(Math.max(x, free), right - length - stripMargin);
    // Labels that would overlap are omitted: the table below has them all.
    if (at < free || at > x + w + 60) continue;
    context.fillStyle = words;
    context.fillText(label, at, top - 7);
    free = at + length + 12;
  }
}
