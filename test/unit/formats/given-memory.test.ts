/** Raw memory at addresses that the user gives, by the registry and by the command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpIdentity } from '../../../src/analysis/formats/dump-identity.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { lime } from '../../../src/samples/lime.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongPages } from './described-memory.ts';

const system = s390xSystem({ cpuCount: 2 });
const { memory } = system;
const half = memory.size / 2;
const parts = [memory.read(0, half), memory.read(half, half)] as const;
const low = memorySource('low', parts[0]);
const high = memorySource('high', parts[1]);
const context = (memoryAt: readonly bigint[]) => ({ companions: () => [high], named: memoryAt.length > 1, memoryAt }) as const;

describe('memory at given addresses', () => {
  it('is one memory of several files, and finds its machine', () => {
    const image = openDump(low, context([0n, BigInt(half)]));
    expect(image.format).toBe('memory');
    expect(image.machine).toMatchObject({ arch: 's390x', endian: 'big' });
    expect(image.machine.archSource).toMatch(/in vmcoreinfo at absolute 0x/);
    expect(wrongPages(image.memory, { memory })).toEqual([]);
    expect(image.container.volumes?.map(({ path }) => path)).toEqual(['low', 'high']);
  });

  it('is another dump at another address', () => {
    const given = { ...context([0n]), machine: 's390x' } as const;
    const [one, other] = [openDump(low, given), openDump(low, { ...given, memoryAt: [0x1000n] })];
    expect(dumpIdentity(one)).not.toBe(dumpIdentity(other));
    expect(other.memory.read(0n, new Uint8Array(0x1000))[0]?.state).toBe('missing');
  });

  it('refuses what does not fit', () => {
    expect(() => openDump(low, context([0n, 1n, 2n]))).toThrow(/2 files and 3 addresses/);
    expect(() => openDump(low, { ...context([1n << 53n]), machine: 's390x' })).toThrow(/below 2\^53/);
    expect(() => openDump(memorySource('empty', new Uint8Array(0)), { ...context([0n]), machine: 's390x' })).toThrow(/empty/);
    expect(() => openDump(memorySource('zeros', new Uint8Array(0x2000)), context([0n]))).toThrow(/does not name its machine/);
    const found = openDump(low, { ...context([0x10n]), machine: 's390x' }).findings[0];
    expect(found).toMatchObject({ id: 'container-complete/address', severity: 'warning' });
  });
});

describe('the command line', () => {
  const folder = scratchFolder();
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  it('answers as it does for a dump with headers of the same memory', async () => {
    const files = ['--volume', write('high.raw', parts[1]), '--memory-at', '0x0', '--memory-at', `0x${half.toString(16)}`];
    const raw = write('low.raw', parts[0]);
    const same = write('same.lime', lime(system));
    const root = async (...args: readonly string[]): Promise<unknown> =>
      (JSON.parse((await runInProcess(['verify', '--json', ...args])).out) as { digests: { memoryRoot: string } }).digests.memoryRoot;
    expect(await root(raw, ...files)).toBe(await root(same));
    for (const command of ['dmesg', 'kernel'] as const) {
      const [one, other] = [await runInProcess([command, raw, ...files]), await runInProcess([command, same])];
      expect([command, one.code, one.out.split('\n').length > 3]).toEqual([command, 0, true]);
      if (command === 'dmesg') expect(one.out).toBe(other.out);
    }
    const sql = await runInProcess(['sql', raw, 'SELECT count(*) AS n FROM analysis_log', '--json', ...files]);
    expect(sql.code, sql.err).toBe(0);
    const index = await runInProcess(['index', raw, '--json', '--index', join(folder, 'index.sqlite'), ...files]);
    expect(JSON.parse(index.out)).toMatchObject({ pages: { total: memory.size / 4096, missing: 0 } });
  });

  it('wants an address for each file', async () => {
    const raw = write('one.raw', parts[0]);
    const wrong = async (...args: readonly string[]): Promise<string> => {
      const { code, err } = await runInProcess(args);
      expect(code).toBe(2);
      return err;
    };
    expect(await wrong('info', raw, '--memory-at', '0x0', '--memory-at', '0x1000')).toContain('give one for each file');
    expect(await wrong('info', raw, '--memory-at', 'low')).toContain('is not an address');
    expect(await wrong('triage', raw, raw, '--memory-at', '0')).toContain('name only one file');
  });
});
