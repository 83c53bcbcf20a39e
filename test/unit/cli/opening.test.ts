/** The options that belong to opening a dump: --volume and --view. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { runCli } from '../../../src/cli/run.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { twoSystems } from '../../../src/samples/two-systems.ts';

let folder = '';
const mib = 0x100000;
const { dumped, production, kdump } = twoSystems();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'opening-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  writeFileSync(join(folder, 'two.s390'), s390Standalone(dumped));
  writeFileSync(join(folder, 'one.s390.gz'), zlib.gzipSync(s390Standalone(s390xSystem({ cpuCount: 1 }))));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string; json: () => unknown }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(argv, {
    out: (text) => out.push(text),
    outBytes: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    err: (text) => err.push(text),
    isTerminal: false,
    errIsTerminal: false,
    columns: 80,
    signal: new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join(''), json: () => JSON.parse(out.join('')) as unknown };
}

describe('--volume', () => {
  it('names the other files, wherever they lie', async () => {
    const folders = [0, 1].map((index) => mkdtempSync(join(folder, `volume-${index}-`)));
    const paths = s390MvExt(s390xSystem({ cpuCount: 2 }), { partitions: [3 * mib, 6 * mib] }).map((bytes, index) => {
      const path = join(folders[index] ?? folder, 'partition');
      writeFileSync(path, bytes);
      return path;
    });
    const [first = '', second = ''] = paths;
    const alone = await run('info', first, '--json');
    expect(alone.json()).toMatchObject({ container: { complete: false } });
    const both = await run('info', second, '--volume', first, '--json');
    expect(both.code).toBe(0);
    expect(both.json()).toMatchObject({
      container: {
        complete: true,
        volumes: [
          { path: first, number: 0 },
          { path: second, number: 1 },
        ],
      },
    });
    expect((await run('triage', first, second, '--volume', second)).code).toBe(2);
    expect((await run('info', first, '--volume', join(folder, 'nothing'))).err).toMatch(/no such file/);
  });

  it('is an error where it is no part of the dump', async () => {
    const [first = '', second = ''] = s390MvExt(s390xSystem({ cpuCount: 2 }), { partitions: [3 * mib, 6 * mib] }).map((bytes, index) => {
      const path = join(mkdtempSync(join(folder, `stray-${index}-`)), 'partition');
      writeFileSync(path, bytes);
      return path;
    });
    const single = join(folder, 'two.s390');
    for (const [dump, volume, why] of [
      [single, first, /two\.s390 is a dump in one file \(s390\), not one of a set: .*partition is not part of it/],
      [first, single, /two\.s390 is not a volume of such a dump/],
      [join(folder, 'one.s390.gz'), first, /is a dump in one file \(s390\), not one of a set/],
    ] as const)
      for (const command of ['info', 'triage', 'verify', 'regions']) {
        const { code, out, err } = await run(command, dump, '--volume', volume);
        expect({ code, out }, `${command} ${dump}`).toEqual({ code: 2, out: '' });
        expect(err).toMatch(why);
      }
    expect((await run('info', first, '--volume', second)).code).toBe(0);
  });

  it('exists wherever a dump is opened', async () => {
    for (const command of commands) {
      const { out } = await run(command.name, '--help');
      const dumps = command.args.filter((argument) => argument.startsWith('<file'));
      // Of two dumps it would not say whose volume it is.
      expect(out.includes('--volume'), command.name).toBe(dumps.length === 1);
      expect(out.includes('--view'), command.name).toBe(dumps.length > 0);
    }
  });
});

describe('--view', () => {
  it('shows the system that is asked for', async () => {
    const path = join(folder, 'two.s390');
    const info = async (view: string) =>
      (await run('info', path, '--view', view, '--json')).json() as { kernel: { release: string }; machine: { cpuCount: number } };
    expect((await info('prod')).kernel.release).toBe(production.uts.release);
    expect((await info('prod')).machine.cpuCount).toBe(production.cpus.length);
    expect((await info('kdump')).kernel.release).toBe(kdump.uts.release);
    const bytes = await run('read', path, '0xe18', '8', '--view', 'prod', '--raw');
    expect(bytes.out).toBe(Buffer.from(production.memory.read(0xe18, 8)).toString('latin1'));
  });

  it('is refused where there is one system, and for words that are no view', async () => {
    const single = join(folder, 'one.s390.gz');
    const refused = await run('info', single, '--view', 'prod');
    expect(refused.code).toBe(3);
    expect(refused.err).toMatch(/there is one system in this dump/);
    expect((await run('info', single, '--view', 'other')).code).toBe(2);
  });
});
