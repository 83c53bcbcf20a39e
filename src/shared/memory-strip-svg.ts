/** The memory strip as SVG text: the bands, frames and marks that the window draws, with a legend. Colours are those of the page's style sheet. */
import { countText } from './count-text.ts';
import { countsText, memoryKinds, pagesOf, sumCounts, type MemoryKind, type Pattern, type StripBucket } from './memory-kinds.ts';
import { bandsOf, pixelOf, type Band, type Span, type StripOutline } from './strip-layout.ts';
import { svgDrawing, svgText } from './svg-text.ts';
import { byteText, hex, pageSize } from './units.ts';

export interface StripDrawing {
  readonly span: Span;
  readonly buckets: readonly StripBucket[];
  readonly outlines: readonly StripOutline[];
  /** Ranges of failed checks. */
  readonly failing: readonly Span[];
}

const width = 680;
const margin = 2;
const inner = width - 2 * margin;
const top = 20;
const stripHeight = 44;
const bottom = top + stripHeight;
const axisY = bottom + 22;
const legendTop = axisY + 16;
const legendLine = 16;
const legendColumns = 3;
/** A character of a label takes about so much. */
const characterWidth = 5.6;
const mostFailing = 200;

/** Lines of a hatch are so far apart, dots half as far. */
const hatchStep = 6;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function steps(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, at) => Number((from + at * step).toFixed(2)));
}

/** Lines over a box, and beyond its edges: whoever draws them clips. Printed, a pattern of SVG would be a picture of dots. */
function ink(pattern: Pattern, { x, y, w, h }: Box): string {
  const slanted = steps(x - h, x + w, hatchStep);
  const line = (d: string): string => `<path d="${d}" fill="none" stroke="currentColor" stroke-width="0.7"/>`;
  const rising = slanted.map((at) => `M${at} ${y + h}l${h}-${h}`).join('');
  const falling = slanted.map((at) => `M${at} ${y}l${h} ${h}`).join('');
  switch (pattern) {
    case 'solid':
      return '';
    case 'hatch':
      return line(rising);
    case 'back-hatch':
      return line(falling);
    case 'cross':
      return line(rising + falling);
    case 'dots':
      return steps(y + 1.5, y + h, hatchStep / 2)
        .map((at, row) => `<path d="M${x + (row % 2) * 3} ${at}h${w}" fill="none" stroke="currentColor" stroke-dasharray="1 5"/>`)
        .join('');
  }
}

const ground = ({ colour }: MemoryKind): string => `style="fill:var(${colour})"`;

const rect = (x: number, y: number, w: number, h: number, paint: string): string =>
  `<rect x="${Number(x.toFixed(2))}" y="${Number(y.toFixed(2))}" width="${Number(w.toFixed(2))}" height="${Number(h.toFixed(2))}" ${paint}/>`;

const sameBands = (one: readonly Band[], other: readonly Band[]): boolean =>
  one.length === other.length && one.every(({ kind, from, to }, at) => other[at]?.kind === kind && other[at].from === from && other[at].to === to);

/** What each kind covers. Neighbours that look the same are one rectangle. */
function areas(buckets: readonly StripBucket[]): ReadonlyMap<string, readonly Box[]> {
  const step = inner / Math.max(1, buckets.length);
  const found = new Map<string, Box[]>();
  const bands = buckets.map(bandsOf);
  for (let at = 0; at < bands.length;) {
    const own = bands[at] ?? [];
    let end = at + 1;
    while (end < bands.length && sameBands(own, bands[end] ?? [])) end += 1;
    for (const { kind, from, to } of own) {
      const box = { x: margin + at * step, y: top + from * stripHeight, w: (end - at) * step, h: (to - from) * stripHeight };
      const others = found.get(kind);
      if (others === undefined) found.set(kind, [box]);
      else others.push(box);
    }
    at = end;
  }
  return found;
}

/** One path for all of a kind, its lines clipped to it. */
function bars(id: string, buckets: readonly StripBucket[]): string {
  const found = areas(buckets);
  const number = (value: number): number => Number(value.toFixed(2));
  return memoryKinds
    .map((kind) => {
      const boxes = found.get(kind.id) ?? [];
      if (boxes.length === 0) return '';
      const outline = boxes.map(({ x, y, w, h }) => `M${number(x)} ${number(y)}h${number(w)}v${number(h)}h-${number(w)}z`).join('');
      const lines = ink(kind.pattern, { x: margin, y: top, w: inner, h: stripHeight });
      const clip = lines === '' ? '' : `<clipPath id="${id}-${kind.id}"><path d="${outline}"/></clipPath><g clip-path="url(#${id}-${kind.id})">${lines}</g>`;
      return `<path d="${outline}" ${ground(kind)}/>${clip}`;
    })
    .join('');
}

/** A square of the legend. */
const swatch = (x: number, y: number, kind: MemoryKind): string =>
  `<svg x="${x}" y="${y}" width="10" height="10"><rect width="10" height="10" ${ground(kind)}/>${ink(kind.pattern, { x: 0, y: 0, w: 10, h: 10 })}</svg>`;

function frames({ outlines, span }: StripDrawing, place: (address: bigint) => number): string {
  let free = 0;
  return outlines
    .filter(({ start, end }) => end > span.start && start < span.end)
    .sort((left, other) => (left.start < other.start ? -1 : 1))
    .map(({ start, end, label }) => {
      const x = place(start);
      const w = Math.max(3, place(end) - x);
      const frame = rect(x, top - 3, w, stripHeight + 6, 'fill="none" stroke="currentColor" stroke-opacity="0.75"');
      const length = label.length * characterWidth;
      const at = Math.min(Math.max(x, free), width - margin - length);
      // Labels that would lie over one another are left out: the table of regions has them all.
      if (at < free || at > x + w + 60) return frame;
      free = at + length + 12;
      return `${frame}<text x="${at.toFixed(1)}" y="${top - 8}" fill="currentColor">${svgText(label)}</text>`;
    })
    .join('');
}

const failure = (place: (address: bigint) => number, { start, end }: Span): string => {
  const x = place(start);
  return (
    rect(x, top, 1.5, stripHeight, 'class="strip-failing"') +
    rect(x, bottom - 1, Math.max(1.5, place(end) - x), 3, 'class="strip-failing"') +
    `<path class="strip-failing" d="M${(x + 0.75).toFixed(2)} ${bottom + 3}l4 7h-8z"/>`
  );
};

/** @param id unlike that of any other element of the page */
export function memoryStripSvg(drawing: StripDrawing, id: string): string {
  const { span, buckets, failing } = drawing;
  const place = (address: bigint): number => margin + Math.min(inner, Math.max(0, pixelOf(address, span, inner)));
  const counts = sumCounts(buckets);
  const shown = memoryKinds.filter((kind) => counts[kind.id] > 0);
  const seen = failing.filter(({ start, end }) => end > span.start && start < span.end);
  const total = pagesOf(counts);
  const entries = [
    ...shown.map((kind) => ({ square: (x: number, y: number) => swatch(x, y, kind), text: `${kind.label}: ${countText(counts[kind.id])} pages` })),
    ...(seen.length === 0 ? [] : [{ square: (x: number, y: number) => rect(x, y, 10, 10, 'class="strip-failing"'), text: 'a check failed here' }]),
  ];
  const column = inner / legendColumns;
  const legend = entries
    .map(({ square, text }, at) => {
      const [x, y] = [margin + (at % legendColumns) * column, legendTop + Math.floor(at / legendColumns) * legendLine];
      return `${square(x, y)}${rect(x, y, 10, 10, 'fill="none" stroke="currentColor" stroke-width="0.5"')}<text x="${(x + 16).toFixed(1)}" y="${y + 9}" fill="currentColor">${svgText(text)}</text>`;
    })
    .join('');
  const axis =
    `<text x="${margin}" y="${axisY}" fill="currentColor">${svgText(hex(span.start))}</text>` +
    `<text x="${width - margin}" y="${axisY}" text-anchor="end" fill="currentColor">${svgText(hex(span.end))}</text>`;
  const height = legendTop + Math.ceil(entries.length / legendColumns) * legendLine;
  const words = `${countText(total)} pages of ${byteText(pageSize)}: ${countsText(counts, memoryKinds.length)}.`;
  return svgDrawing(
    id,
    'memory-strip',
    [width, height],
    `Memory from ${hex(span.start)} to ${hex(span.end)}`,
    words,
    `${bars(id, buckets)}${rect(margin, top, inner, stripHeight, 'fill="none" stroke="currentColor" stroke-width="0.5"')}${frames(drawing, place)}${seen
      .slice(0, mostFailing)
      .map((one) => failure(place, one))
      .join('')}${axis}${legend}`,
  );
}
