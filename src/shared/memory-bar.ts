/**
 * Rows of the analysis `memory` as a bar of what memory is made of, with the same in words below it. SVG text that the window and reports share: its
 * parts have classes that both colour for light and dark, and numbers that tell them apart without colours.
 */
import type { RowJson } from './analysis-table.ts';
import { byteText } from './units.ts';
import { visibleLine } from './visible-text.ts';

/** The branch whose parts are drawn one by one. */
export const allocatorBranch = 'memory of the page allocator';
/** Colours that the style sheets have: memory-part-0 to memory-part-11. */
const colours = 12;
const mostParts = 2 * colours;

const margin = 8;
const barWidth = 720;
const barHeight = 28;
const lineHeight = 20;
const legendTop = 54;
const columnWidth = 360;
/** A part of less has no room for its number. */
const leastForNumber = 18;

interface Part {
  readonly name: string;
  readonly bytes: number;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const bytesOf = ({ bytes }: RowJson): number => (bytes === undefined ? 0 : Number(bytes));
const percentText = (part: number, whole: number): string => {
  const percent = (part / whole) * 100;
  return percent >= 1 || percent === 0 ? `${Math.round(percent)} %` : 'less than 1 %';
};

function partsOf(rows: readonly RowJson[], root: RowJson): readonly Part[] {
  const below = (path: RowJson[string] | undefined): readonly RowJson[] => rows.filter(({ parent, bytes }) => parent === path && bytes !== undefined);
  return below(root.path)
    .flatMap((row) => (row.name === allocatorBranch ? (below(row.path).length === 0 ? [row] : below(row.path)) : [row]))
    .map((row) => ({ name: visibleLine(String(row.name)), bytes: bytesOf(row) }))
    .filter(({ bytes }) => bytes > 0)
    .slice(0, mostParts);
}

/**
 * @param rows of the analysis `memory`, in its order
 * @param id unlike that of any other element of the page
 * @returns undefined where it is not known how much memory there is
 */
export function memoryBarSvg(rows: readonly RowJson[], id: string): string | undefined {
  const root = rows.find(({ level }) => level === 0);
  const whole = root === undefined ? 0 : bytesOf(root);
  if (root === undefined || whole <= 0) return undefined;
  const parts = partsOf(rows, root);
  if (parts.length === 0) return undefined;
  let x = margin;
  const segments = parts.map(({ bytes }, at) => {
    const width = Math.min((bytes / whole) * barWidth, margin + barWidth - x);
    const rect = `<rect class="memory-part-${at % colours}" x="${x.toFixed(2)}" y="${margin}" width="${width.toFixed(2)}" height="${barHeight}" stroke="currentColor" stroke-width="0.5"/>`;
    const number =
      width < leastForNumber ? '' : `<text class="memory-number" x="${(x + width / 2).toFixed(2)}" y="${margin + 18}" text-anchor="middle">${at + 1}</text>`;
    x += width;
    return `${rect}${number}`;
  });
  const perColumn = Math.ceil(parts.length / 2);
  const legend = parts.map(({ name, bytes }, at) => {
    const [left, top] = [margin + Math.floor(at / perColumn) * columnWidth, legendTop + (at % perColumn) * lineHeight];
    const text = `${at + 1}  ${name}: ${byteText(bytes)}, ${percentText(bytes, whole)}`;
    return `<rect class="memory-part-${at % colours}" x="${left}" y="${top - 10}" width="12" height="12" stroke="currentColor" stroke-width="0.5"/><text x="${left + 20}" y="${top}" fill="currentColor">${escaped(text)}</text>`;
  });
  const unread = rows.filter(({ level, bytes }) => level === 2 && bytes === undefined).map(({ name }) => visibleLine(String(name)));
  const title = `Breakdown of ${byteText(whole)} of memory`;
  const notRead = unread.length === 0 ? '' : ` Not read: ${unread.join(', ')}.`;
  const description = `${parts.map(({ name, bytes }) => `${name}: ${byteText(bytes)}, ${percentText(bytes, whole)}`).join('; ')}.${notRead}`;
  const height = legendTop + perColumn * lineHeight + (unread.length === 0 ? 0 : lineHeight);
  const note =
    unread.length === 0
      ? ''
      : `<text x="${margin}" y="${legendTop + perColumn * lineHeight}" fill="currentColor">${escaped(`Not read: ${unread.length === 1 ? '1 part' : `${unread.length} parts`}, see the table.`)}</text>`;
  const width = barWidth + 2 * margin;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="memory-bar" role="img" aria-labelledby="${id}-title ${id}-text" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-size="12">` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>${segments.join('')}${legend.join('')}${note}</svg>`
  );
}
