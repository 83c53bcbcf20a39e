import { describe, expect, it } from 'vitest';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { EngineFailure } from '../../../src/shared/rpc.ts';
import type { ScanProgress } from '../../../src/shared/scan-progress.ts';
import type { EngineLink, EngineStatus } from '../../../src/renderer/engine/engine-link.ts';
import { memoryEnd } from '../../../src/renderer/state/open-dump.ts';
import { createOpenDumps, type OpenDumps } from '../../../src/renderer/state/open-dumps.ts';
import { createStore } from '../../../src/renderer/state/store.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const health = { passed: 1, failed: 0, notRecorded: 0, notApplicable: 0, unreadable: 0, notRun: 0 };
const answers: Readonly<Record<string, unknown>> = {
  triage: { health, checks: [], info: { memory: { ranges: [] } } },
  regions: { regions: [] },
  osinfo: undefined,
  close: {},
};

/** An engine that answers from a table; `dies` names paths that end it. */
function fakeEngine(dies: ReadonlySet<string> = new Set()) {
  const status = createStore<EngineStatus>({ state: 'starting', generation: 0 });
  const calls: string[] = [];
  const start = (): void => status.set({ state: 'ready', generation: status.get().generation + 1 });
  const stop = (): void => status.set({ state: 'gone', generation: status.get().generation });
  const call = (method: string, params: { readonly path?: string; readonly dump?: string }): Promise<unknown> => {
    calls.push(`${method} ${params.path ?? params.dump ?? ''}`);
    const { path = '' } = params;
    if (dies.has(path)) {
      stop();
      return Promise.reject(new EngineFailure('gone'));
    }
    if (path.endsWith('.txt')) return Promise.reject(new DumpError('not-this-format', { file: path, offset: 0 }, 'it looks like a text file', 'a header'));
    if (method === 'open') return Promise.resolve({ dump: `g${status.get().generation}:${path}`, identity: 'i' });
    return Promise.resolve(answers[method]);
  };
  return { link: { status, call, onShellEvent: () => undefined } as unknown as EngineLink, calls, start, stop };
}

const phases = (dumps: OpenDumps): string[] => dumps.all.get().map(({ phase }) => (phase.kind === 'open' ? phase.handle : phase.kind));
const quiet = { onOpened: () => undefined, onTriaged: () => undefined, onClosed: () => undefined };

describe('open dumps', () => {
  it('wait for the engine, and are opened once per path', async () => {
    const engine = fakeEngine();
    const dumps = createOpenDumps(engine.link, quiet);
    const key = dumps.open('/a.elf');
    expect(dumps.open('/a.elf')).toBe(key);
    await settled();
    expect(engine.calls).toEqual([]);
    engine.start();
    await settled();
    expect(phases(dumps)).toEqual(['g1:/a.elf']);
    expect(dumps.find(key)?.health).toEqual(health);
  });

  it('show the progress of reading long headers, and the first facts meanwhile', async () => {
    const engine = fakeEngine();
    const info = { file: { bytes: 4096 }, memory: { ranges: [], end: '0x2000' } };
    let answer = (_: unknown): void => undefined;
    let told = (_: ScanProgress): void => undefined;
    const call = (method: string, params: object, options?: { readonly onProgress?: (value: ScanProgress) => void }): Promise<unknown> => {
      if (method === 'info') return Promise.resolve(info);
      if (method !== 'triage') return engine.link.call(method as 'open', params as never);
      told = options?.onProgress ?? told;
      return new Promise((resolve) => (answer = resolve));
    };
    const dumps = createOpenDumps({ ...engine.link, call } as unknown as EngineLink, quiet);
    const key = dumps.open('/a.s390');
    engine.start();
    await settled();
    told({ phase: 'headers', done: 25, total: 100, unit: 'bytes' });
    told({ phase: 'headers', done: 50, total: 100, unit: 'bytes' });
    await settled();
    const dump = dumps.find(key);
    expect(dump?.reading).toEqual({ fraction: 0.5, info });
    expect(dump === undefined ? undefined : memoryEnd(dump)).toBe(0x2000n);
    answer(answers.triage);
    await settled();
    expect(dumps.find(key)).toMatchObject({ reading: undefined, health });
  });

  it('are two dumps if two systems of one file are shown, or other volumes are named', () => {
    const dumps = createOpenDumps(fakeEngine().link, quiet);
    const key = dumps.open('/a.elf');
    const kdump = dumps.open('/a.elf', { view: 'kdump' });
    expect(kdump).not.toBe(key);
    expect(dumps.open('/a.elf', { view: 'all' })).toBe(key);
    expect(dumps.open('/a.elf', { view: 'kdump' })).toBe(kdump);
    const named = dumps.open('/a.elf', { volumes: ['/b'] });
    expect(named).not.toBe(key);
    expect(dumps.open('/a.elf', { volumes: ['/b'] })).toBe(named);
  });

  it('are reopened after a restart, and keep what was known', async () => {
    const engine = fakeEngine();
    const dumps = createOpenDumps(engine.link, quiet);
    engine.start();
    const key = dumps.open('/a.elf');
    await settled();
    engine.stop();
    expect(phases(dumps)).toEqual(['opening']);
    expect(dumps.find(key)?.triage).toBeDefined();
    engine.start();
    await settled();
    expect(phases(dumps)).toEqual(['g2:/a.elf']);
  });

  it('say why a file cannot be opened, in separate parts', async () => {
    const engine = fakeEngine();
    const dumps = createOpenDumps(engine.link, quiet);
    engine.start();
    const key = dumps.open('/notes.txt');
    await settled();
    expect(dumps.find(key)?.phase).toEqual({
      kind: 'failed',
      failure: { kind: 'not-this-format', what: 'it looks like a text file', expected: 'a header', offset: 0 },
    });
  });

  it('give up on a file that ends the engine twice, and keep the others', async () => {
    const engine = fakeEngine(new Set(['/hostile']));
    const dumps = createOpenDumps(engine.link, quiet);
    engine.start();
    dumps.open('/good');
    await settled();
    dumps.open('/hostile');
    await settled();
    engine.start();
    await settled();
    engine.start();
    await settled();
    expect(phases(dumps)).toEqual(['g3:/good', 'failed']);
  });

  it('close a dump that was opened for a tab closed meanwhile', async () => {
    const engine = fakeEngine();
    const dumps = createOpenDumps(engine.link, quiet);
    engine.start();
    dumps.close(dumps.open('/a.elf'));
    await settled();
    expect(engine.calls).toEqual(['open /a.elf', 'close g1:/a.elf']);
  });
});
