/** Whatever carries the messages, the engine behind it behaves the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { DumpError } from '../src/shared/dump-error.ts';
import { engineProtocol, type ScanProgress } from '../src/shared/engine-protocol.ts';
import { Cancelled, EngineFailure } from '../src/shared/rpc.ts';
import { bundledSamples } from '../src/samples/bundled.ts';
import { buildCase } from '../src/samples/case-text.ts';
import type { EngineHost, RunningEngine } from './engine-hosts.ts';
import { scratchFolder } from './scratch-folder.ts';

const folder = scratchFolder();
const healthy = join(folder, 'healthy.vmcore');
const damaged = join(folder, 'damaged.s390');
const hole = join(folder, 'hole.vmcore');
const [one, other] = bundledSamples();
writeFileSync(healthy, one?.bytes ?? '');
writeFileSync(damaged, other?.bytes ?? '');
writeFileSync(hole, buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x8000\nload 0xa000 0x6000\nformat elf-vmcore'));

/** What each method without side effects answers for an open dump. */
const questions = ['info', 'triage', 'cpus', 'notes', 'regions', 'vmcoreinfo', 'osinfo'] as const;

/** The conformance suite of an engine host. Nothing in it needs a page index: a host may be without SQLite. */
export function describeEngine(host: EngineHost): void {
  describe(`engine ${host.name}`, () => {
    let engine: RunningEngine;
    beforeEach(() => {
      engine = host.start();
    });
    afterEach(() => engine.close());

    it('answers every question in its schema', async () => {
      const { dump, identity } = await engine.client.call('open', { path: healthy });
      expect(identity).toMatch(/^[0-9a-f]{64}$/);
      for (const method of questions) expect(v.is(engineProtocol[method].result, await engine.client.call(method, { dump })), method).toBe(true);
      expect(await engine.client.call('close', { dump })).toEqual({});
    });

    it('keeps two dumps apart', async () => {
      const first = await engine.client.call('open', { path: healthy });
      const second = await engine.client.call('open', { path: damaged });
      expect(first.dump).not.toBe(second.dump);
      expect(first.identity).not.toBe(second.identity);
      const [left, right] = await Promise.all([engine.client.call('info', { dump: first.dump }), engine.client.call('info', { dump: second.dump })]);
      expect([left.container.format, right.container.format]).toEqual(['elf-vmcore', 's390']);
      await engine.client.call('close', { dump: first.dump });
      await expect(engine.client.call('info', { dump: first.dump })).rejects.toThrow(/no open dump/);
      expect((await engine.client.call('info', { dump: second.dump })).container.format).toBe('s390');
    });

    it('knows a copy of a dump', async () => {
      const copy = join(folder, 'copy of healthy');
      writeFileSync(copy, one?.bytes ?? '');
      const [first, second] = await Promise.all([engine.client.call('open', { path: healthy }), engine.client.call('open', { path: copy })]);
      expect(first.identity).toBe(second.identity);
      expect(first.dump).not.toBe(second.dump);
    });

    it('carries bytes and 64-bit addresses, and says what is absent', async () => {
      const { dump } = await engine.client.call('open', { path: hole });
      const lowcore = await engine.client.call('read', { dump, space: 'file', address: 0n, length: 4 });
      expect([...lowcore.data]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
      const around = await engine.client.call('read', { dump, space: 'absolute', address: 0x7ffcn, length: 0x2008 });
      expect(around.data.length).toBe(0x2008);
      expect(around.absent).toMatchObject([{ start: '0x8000', end: '0xa000', state: 'missing' }]);
      const top = await engine.client.call('read', { dump, space: 'absolute', address: (1n << 64n) - 16n, length: 16 });
      expect(top.absent).toMatchObject([{ start: '0xfffffffffffffff0', end: '0x10000000000000000', state: 'missing' }]);
      await expect(engine.client.call('read', { dump, space: 'absolute', address: (1n << 64n) - 8n, length: 16 })).rejects.toThrow(/64-bit address space/);
    });

    it('refuses bad files with a DumpError', async () => {
      const path = join(folder, 'not-there');
      const error: unknown = await engine.client.call('open', { path }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DumpError);
      expect(error).toMatchObject({ kind: 'io', where: { file: path } });
    });

    it('refuses wrong calls and lives on', async () => {
      const { dump } = await engine.client.call('open', { path: healthy });
      await expect(engine.client.call('read', { dump, space: 'absolute', address: 0n, length: 65537 })).rejects.toThrow(EngineFailure);
      await expect(engine.client.call('read', { dump, space: 'absolute', address: 1, length: 1 } as never)).rejects.toThrow(EngineFailure);
      await expect(engine.client.call('info', { dump: 'd999' })).rejects.toThrow(/no open dump is named d999/);
      await expect(engine.client.call('report', { dump, format: 'papyrus', quick: true })).rejects.toThrow(/no report format "papyrus"/);
      for (const junk of [{}, { t: 'call', id: 'x', method: 'info' }, { t: 'call', id: 5, method: 'constructor', params: {} }, 'text']) engine.post(junk);
      expect((await engine.client.call('info', { dump })).machine.arch).toBe('s390x');
    });

    it('reports progress of checks', async () => {
      const { dump } = await engine.client.call('open', { path: damaged });
      const seen: ScanProgress[] = [];
      const verified = await engine.client.call('verify', { dump, quick: true }, { onProgress: (value) => seen.push(value) });
      expect(verified.checks.find(({ id }) => id === 'os-info-page')?.verdict).toBe('failed');
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.map(({ done }) => done)).toEqual([...seen.keys()]);
      expect(seen.every(({ unit, total }) => unit === 'checks' && total === verified.checks.length)).toBe(true);
    });

    it('can be cancelled', async () => {
      const { dump } = await engine.client.call('open', { path: damaged });
      const abort = new AbortController();
      const running = engine.client.call(
        'verify',
        { dump, quick: true },
        {
          signal: abort.signal,
          onProgress: () => {
            abort.abort();
          },
        },
      );
      await expect(running).rejects.toThrow(Cancelled);
      expect((await engine.client.call('info', { dump })).container.format).toBe('s390');
    });

    it('that goes away rejects what is under way and everything after', async () => {
      const { dump } = await engine.client.call('open', { path: damaged });
      const running = engine.client.call('verify', { dump, quick: true });
      engine.kill();
      await expect(running).rejects.toThrow(EngineFailure);
      await expect(engine.client.call('info', { dump })).rejects.toThrow(EngineFailure);
    });
  });
}
