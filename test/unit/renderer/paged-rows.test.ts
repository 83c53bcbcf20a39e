/** Rows that arrive page by page: only visible rows are requested, and few are kept. */
import { describe, expect, it } from 'vitest';
import { createPagedRows, pageRows } from '../../../src/renderer/state/paged-rows.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('rows in pages', () => {
  it('are requested as they come into view, each page once', async () => {
    const asked: number[] = [];
    const rows = createPagedRows<number>((start, count) => {
      asked.push(start);
      return Promise.resolve({ matching: 1_000_000, rows: Array.from({ length: count }, (_, at) => start + at) });
    });
    expect(rows.at(0)).toBeUndefined();
    rows.want(0, 10);
    await settled();
    expect([rows.matching(), rows.at(0), rows.at(pageRows)]).toEqual([1_000_000, 0, undefined]);
    rows.want(pageRows - 1, pageRows + 1);
    await settled();
    expect([rows.at(pageRows), asked]).toEqual([pageRows, [0, pageRows]]);
    // However far the user scrolls, few pages are kept.
    for (let page = 0; page < 200; page += 1) {
      rows.want(page * pageRows, page * pageRows + 1);
      await settled();
    }
    expect(Array.from({ length: 200 }, (_, page) => rows.at(page * pageRows)).filter((row) => row !== undefined)).toHaveLength(52);
  });

  it('cancel requests for rows out of view, and say why there are none', async () => {
    const signals: AbortSignal[] = [];
    const rows = createPagedRows<number>((_, __, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    rows.want(0, 1);
    rows.want(5000, 5001);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    rows.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    // A view that was hidden before its rows arrived requests them once it is shown again.
    rows.want(0, 1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);

    const failing = createPagedRows<number>(() => Promise.reject(new Error('no symbols')));
    failing.want(0, 1);
    await settled();
    expect(failing.error()?.message).toBe('no symbols');
  });
});
