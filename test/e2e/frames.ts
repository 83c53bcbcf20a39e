/**
 * Measures the cost of frames: the main thread's work for each (script, style, layout, paint; in processor time, so that other work on the machine
 * does not count) and the time between them, which also depends on the screen and the machine.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Desk } from './desk.ts';

export interface Frames {
  /** Milliseconds between frames, in ascending order. */
  readonly intervals: readonly number[];
  /** Milliseconds of processor time of the page's main thread for each frame, in ascending order. */
  readonly work: readonly number[];
  /** How often the page was laid out for each frame, in ascending order: more than once means that a script read sizes in between. */
  readonly layouts: readonly number[];
  /** Elements added to or removed from the grid while its frames were measured. */
  readonly replaced: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds; `tdur` is processor time. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** The page's own categories of a trace: tasks, and what happens in them. */
const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
const warmUp = 20;
const measured = 120;
const ascending = (left: number, right: number): number => left - right;

/** @param share 0.5 is the median */
export const quantile = (values: readonly number[], share: number): number => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/** Processor time and number of layouts of the tasks up to the end of each one that fired animation frames. */
function costOfFrames(events: readonly TraceEvent[]): { readonly work: readonly number[]; readonly layouts: readonly number[] } {
  const fired = events.filter(({ name }) => name === 'FireAnimationFrame');
  const [first] = fired;
  const ofPage = events.filter(({ pid, tid }) => pid === first?.pid && tid === first.tid);
  const tasks = ofPage.filter(({ name, ph }) => name === 'RunTask' && ph === 'X');
  const laidOut = ofPage.filter(({ name, ph }) => name === 'Layout' && (ph === 'X' || ph === 'B'));
  for (const list of [tasks, fired, laidOut]) list.sort((left, right) => left.ts - right.ts);
  const work: number[] = [];
  const layouts: number[] = [];
  let sum = 0;
  let next = 0;
  let count = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    sum += tdur;
    const end = ts + dur;
    if ((fired[next]?.ts ?? Infinity) > end) continue;
    while ((fired[next]?.ts ?? Infinity) <= end) next += 1;
    work.push(sum / 1000);
    const before = count;
    while ((laidOut[count]?.ts ?? Infinity) <= end) count += 1;
    layouts.push(count - before);
    sum = 0;
  }
  return { work, layouts };
}

/** The action before each frame: only a square moving over the window, the wheel by a notch, by leaps, a key. */
export type Motion = 'square' | 'wheel' | 'leaps' | 'keys';

/** Moves the hex grid of the page and returns the cost of its frames. */
export async function measureFrames({ app, page, folder }: Desk, motion: Motion): Promise<Frames> {
  const file = join(folder, 'frames.json');
  await app.evaluate(({ contentTracing }, included) => contentTracing.startRecording({ included_categories: included }), categories);
  const { intervals, replaced } = await page.evaluate(
    async ([kind, frames, warmUp]) => {
      const grid = document.querySelector<HTMLElement>('[data-testid="hex-grid"]')!;
      const cover = document.createElement('div');
      const square = document.createElement('div');
      cover.style.cssText = 'position:fixed;inset:0;z-index:9999;background:black';
      square.style.cssText = 'width:50px;height:50px;background:white;will-change:transform';
      cover.append(square);
      if (kind === 'square') document.body.append(cover);
      const wheel = (deltaY: number): boolean => grid.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
      const found: number[] = [];
      let elements = 0;
      const observer = new MutationObserver((changes) => {
        for (const { addedNodes, removedNodes } of changes)
          elements += [...addedNodes, ...removedNodes].filter((node) => node.nodeType === Node.ELEMENT_NODE).length;
      });
      let last = performance.now();
      for (let frame = 0; frame < frames; frame += 1) {
        if (frame === warmUp) observer.observe(grid, { subtree: true, childList: true });
        if (kind === 'square') square.style.transform = `translateX(${frame}px)`;
        else if (kind === 'wheel') wheel(100);
        else if (kind === 'leaps') wheel(frame % 3 === 0 ? 4000 : 300);
        else grid.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }));
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        found.push(now - last);
        last = now;
      }
      cover.remove();
      observer.disconnect();
      return { intervals: found, replaced: elements };
    },
    [motion, warmUp + measured, warmUp] as const,
  );
  await app.evaluate(({ contentTracing }, path) => contentTracing.stopRecording(path), file);
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceEvent[] };
  rmSync(file);
  const { work, layouts } = costOfFrames(traceEvents);
  const sorted = (values: readonly number[]): number[] => values.slice(warmUp).sort(ascending);
  return { intervals: sorted(intervals), work: sorted(work), layouts: sorted(layouts), replaced };
}
