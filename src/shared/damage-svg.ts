/** The lanes of the damage map as SVG text: what the window draws, with marks that are distinguished without colours. */
import { plural } from './count-text.ts';
import type { Lane, LaneMark } from './damage-lanes.ts';
import { svgDrawing, svgText } from './svg-text.ts';

const width = 680;
const labelWidth = 170;
const trackWidth = width - labelWidth - 4;
const laneHeight = 40;
const barHeight = 14;
const leastMark = 2;
/** Characters that a label has room for. */
const mostCharacters = 28;

const cut = (text: string): string => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`);

function mark({ entry, at, share }: LaneMark, y: number): string {
  const x = labelWidth + Math.min(at * trackWidth, trackWidth - leastMark);
  const w = Math.min(Math.max(leastMark, share * trackWidth), labelWidth + trackWidth - x);
  const isError = entry.severity === 'error';
  // An error fills its lane and has a triangle below; anything less is a frame.
  const bar = `<rect class="damage-${entry.severity}" x="${x.toFixed(2)}" y="${y}" width="${w.toFixed(2)}" height="${barHeight}"${isError ? '' : ' fill-opacity="0.25" stroke="currentColor"'}/>`;
  return isError ? `${bar}<path class="damage-error" d="M${(x + w / 2).toFixed(2)} ${y + barHeight + 1}l3.5 6h-7z"/>` : bar;
}

/** @param id unlike that of any other element of the page */
export function damageLanesSvg(lanes: readonly Lane[], id: string): string {
  const body = lanes.map((lane, at) => {
    const y = at * laneHeight + 4;
    const ends =
      `<text x="${labelWidth}" y="${y + barHeight + 16}" fill="currentColor" fill-opacity="0.8">${svgText(lane.from)}</text>` +
      `<text x="${labelWidth + trackWidth}" y="${y + barHeight + 16}" text-anchor="end" fill="currentColor" fill-opacity="0.8">${svgText(lane.to)}</text>`;
    return (
      `<text x="0" y="${y + 11}" fill="currentColor">${svgText(cut(lane.label))}</text>` +
      `<rect x="${labelWidth}" y="${y}" width="${trackWidth}" height="${barHeight}" fill="none" stroke="currentColor" stroke-width="0.5"/>` +
      `${lane.marks.map((one) => mark(one, y)).join('')}${ends}`
    );
  });
  const words = lanes.map(({ label, marks }) => `${label}: ${plural(marks.length, 'damaged place')}`).join('; ');
  return svgDrawing(id, 'damage-lanes', [width, lanes.length * laneHeight], 'Where the damage is', `${words}.`, body.join(''));
}
