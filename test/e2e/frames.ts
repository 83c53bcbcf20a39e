/**
 * What frames cost: the main thread's work for each (script, style, layout, paint; in processor time, so that other work on the
 * machine does not count) and the time between them, which is the screen's and the machine's too.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Desk } from './desk.ts';

export interface Frames {
  /** Milliseconds between frames, in ascending order. */
  readonly intervals: readonly number[];
  /** Milliseconds of processor time of the page's main thread for each frame, in ascending order. */
  readonly work: readonly number[];
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

/** Processor time of the tasks up to the end of each one that fired animation frames. */
function workPerFrame(events: readonly TraceEvent[]): number[] {
  const fired = events.filter(({ name }) => name === 'FireAnimationFrame');
  const [first] = fired;
  const tasks = events.filter(({ name, ph, pid, tid }) => name === 'RunTask' && ph === 'X' && pid === first?.pid && tid === first.tid);
  tasks.sort((left, right) => left.ts - right.ts);
  fired.sort((left, right) => left.ts - right.ts);
  const work: number[] = [];
  let sum = 0;
  let next = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    sum += tdur;
    const end = ts + dur;
    if ((fired[next]?.ts ?? Infinity) > end) continue;
    while ((fired[next]?.ts ?? Infinity) <= end) next += 1;
    work.push(sum / 1000);
    sum = 0;
  }
  return work;
}

/** What is done before each frame: a square that moves over the window and nothing else, the wheel by a notch, by leaps, a key. */
export type Motion = 'square' | 'wheel' | 'leaps' | 'keys';

/** Moves the hex grid of the page and says what its frames cost. */
export async function measureFrames({ app, page, folder }: Desk, motion: Motion): Promise<Frames> {
  const file = join(folder, 'frames.json');
  await app.evaluate(({ contentTracing }, included) => contentTracing.startRecording({ included_categories: included }), categories);
  const intervals = await page.evaluate(
    async ([kind, frames]) => {
      const grid = document.querySelector<HTMLElement>('[data-testid="hex-grid"]')!;
      const cover = document.createElement('div');
      const square = document.createElement('div');
      cover.style.cssText = 'position:fixed;inset:0;z-index:9999;background:black';
      square.style.cssText = 'width:50px;height:50px;background:white;will-change:transform';
      cover.append(square);
      if (kind === 'square') document.body.append(cover);
      const wheel = (deltaY: number): boolean => grid.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
      const found: number[] = [];
      let last = performance.now();
      for (let frame = 0; frame < frames; frame += 1) {
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
      return found;
    },
    [motion, warmUp + measured] as const,
  );
  await app.evaluate(({ contentTracing }, path) => contentTracing.stopRecording(path), file);
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceEvent[] };
  rmSync(file);
  return { intervals: intervals.slice(warmUp).sort(ascending), work: workPerFrame(traceEvents).slice(warmUp).sort(ascending) };
}
