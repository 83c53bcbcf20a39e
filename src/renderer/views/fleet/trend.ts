/** How often an issue occurred over the time span of its catalogue, as bars and as text. */
import type { TrendSpan } from '../../../shared/fleet-protocol.ts';
import { plural } from '../../words/numbers.ts';

export interface TrendBar {
  /** Fractions of the drawing's width and height, from the left and from the bottom. */
  readonly x: number;
  readonly width: number;
  readonly height: number;
}

/** One bar for each part that is not empty; the highest fills the drawing. */
export function trendBars(trend: readonly number[]): readonly TrendBar[] {
  const most = trend.reduce((highest, dumps) => Math.max(highest, dumps), 1);
  const width = 1 / Math.max(1, trend.length);
  return trend.flatMap((dumps, part) => (dumps === 0 ? [] : [{ x: part * width, width, height: dumps / most }]));
}

export const dayText = (iso: string): string => iso.slice(0, 10);

/** When a part begins: "2026-03-04". */
export function partStart({ start, end }: TrendSpan, part: number, parts: number): string {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return dayText(new Date(from + ((to - from) * part) / parts).toISOString());
}

/** "14 dumps from 2026-01-05 to 2026-11-30, most of them (9) from 2026-03-04 on" */
export function trendText(trend: readonly number[], span: TrendSpan | undefined): string {
  const sum = trend.reduce((all, dumps) => all + dumps, 0);
  if (span === undefined || sum === 0) return 'no times are known';
  const most = trend.reduce((highest, dumps) => Math.max(highest, dumps), 0);
  const where = `${plural(sum, 'dump')} between ${dayText(span.start)} and ${dayText(span.end)}`;
  return most === sum ? `${where}, from ${partStart(span, trend.indexOf(most), trend.length)} on` : `${where}, most (${most}) from ${partStart(span, trend.indexOf(most), trend.length)} on`; // prettier-ignore
}
