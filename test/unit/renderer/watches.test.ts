import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keysOf, matchesKeys } from '../../../src/renderer/app/keymap.ts';
import { watchEngine } from '../../../src/renderer/state/engine-watch.ts';
import { watchFiles } from '../../../src/renderer/state/file-watch.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import type { EngineStatus } from '../../../src/renderer/engine/engine-link.ts';
import { newDump, type OpenDump } from '../../../src/renderer/state/open-dump.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an engine', () => {
  it('that does not answer is noticed, and cleared when it does', async () => {
    const status = createStore<EngineStatus>({ state: 'ready', generation: 1 });
    const answers: (() => void)[] = [];
    const call = (): Promise<never> => new Promise((resolve) => answers.push(() => resolve({} as never)));
    const watch = watchEngine({ status, call }, { silenceMs: 10, everyMs: 2 });
    await vi.advanceTimersByTimeAsync(8);
    expect(answers.length).toBe(1);
    expect(watch.silentSince.get()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(8);
    expect(watch.silentSince.get()).toBeDefined();
    answers[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(watch.silentSince.get()).toBeUndefined();
    // A new engine starts without earlier delays.
    await vi.advanceTimersByTimeAsync(20);
    expect(watch.silentSince.get()).toBeDefined();
    status.set({ state: 'ready', generation: 2 });
    await vi.advanceTimersByTimeAsync(2);
    expect(watch.silentSince.get()).toBeUndefined();
    watch.stop();
  });
});

describe('a file', () => {
  it('that vanishes or changes is reported, until it is opened again', async () => {
    const open: OpenDump = { ...newDump('a', '/a'), phase: { kind: 'open', handle: 'd1', identity: 'x' } };
    const all = createStore<readonly OpenDump[]>([open]);
    let file: { bytes?: number; modified?: number } = { bytes: 1, modified: 1 };
    const call = (() => Promise.resolve({ files: [file] })) as never;
    const watch = watchFiles({ all }, { call });
    await watch.look();
    expect(watch.troubles.get()).toEqual({});
    file = { bytes: 1, modified: 2 };
    await watch.look();
    expect(watch.troubles.get()).toEqual({ a: 'changed' });
    file = {};
    await watch.look();
    expect(watch.troubles.get()).toEqual({ a: 'gone' });
    file = { bytes: 1, modified: 2 };
    watch.accept('a');
    await watch.look();
    expect(watch.troubles.get()).toEqual({});
    all.set([]);
    await watch.look();
    watch.stop();
  });
});

describe('keys', () => {
  const press = { key: 'x', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  it('are written in the form in which they are read', () => {
    for (const one of [
      { ...press, ctrlKey: true },
      { ...press, key: 'ArrowLeft', altKey: true, shiftKey: true },
      { ...press, key: 'F7' },
      { ...press, key: ' ', ctrlKey: true },
    ]) {
      const keys = keysOf(one, false);
      expect(keys === undefined ? false : matchesKeys(one, keys, false)).toBe(true);
    }
    expect(keysOf(press, false)).toBeUndefined();
    expect(keysOf({ ...press, key: 'Control', ctrlKey: true }, false)).toBeUndefined();
  });
});
