/** `doctor` on machines that lack something: each fault is made, and named with what it means. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFileSync } from 'node:child_process';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeInstallationList } from '../../../scripts/installation-list.mjs';
import { doctorSchema, machinePartIds, type MachinePart } from '../../../src/shared/doctor-model.ts';
import { runCliProcess } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const folder = scratchFolder();
const usual = { ...process.env, LANG: 'C.UTF-8', XDG_CACHE_HOME: join(folder, 'cache') };

/** What it finds, and how it ends. */
async function examined(
  env: NodeJS.ProcessEnv = {},
  entry?: string,
): Promise<{ code: number | null; part: (id: MachinePart['id']) => MachinePart | undefined }> {
  const { code, out, err } = await runCliProcess(['doctor', '--json'], { env: { ...usual, ...env }, ...(entry === undefined ? {} : { entry }) });
  // Every command says so where the usual folder is not used.
  expect(err.replaceAll(/^dumpbench: .* not used for the cache: .*\n/gm, '')).toBe('');
  const { parts } = v.parse(doctorSchema, JSON.parse(out));
  expect(parts.map(({ id }) => id)).toEqual(machinePartIds);
  expect(parts.filter(({ state, effect, remedy }) => (state === 'fine') !== (effect === undefined && remedy === undefined))).toEqual([]);
  return { code, part: (id) => parts.find((one) => one.id === id) };
}

describe('doctor', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'cache'));
  });

  it('finds nothing broken where commands work, and leaves only the cache folder', async () => {
    const { code, part } = await examined();
    expect(code).toBe(0);
    for (const id of ['node', 'sqlite', 'cache-folder', 'temporary-folder', 'threads'] as const) expect(part(id)?.state, id).toBe('fine');
    expect(execFileSync('find', [join(folder, 'cache'), '-name', '*probe*'], { encoding: 'utf8' })).toBe('');
  });

  it.skipIf(process.platform !== 'linux')('says that the usual cache folder is not used, and that there is none at all', async () => {
    // A file where the folder would be, which the superuser cannot write below either.
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const other = await examined({ XDG_CACHE_HOME: file, TMPDIR: folder });
    expect(other.part('cache-folder')).toMatchObject({ state: 'limited' });
    expect(other.part('cache-folder')?.found).toContain(file);
    const none = await examined({ XDG_CACHE_HOME: '/proc', TMPDIR: '/proc', HOME: '/proc' });
    expect(none.code).toBe(1);
    expect(none.part('cache-folder')).toMatchObject({ state: 'broken' });
    expect(none.part('temporary-folder')).toMatchObject({ state: 'limited' });
  });

  it.skipIf(process.platform !== 'linux')('says that no home folder is known', async () => {
    for (const HOME of ['relative', '']) {
      const { part } = await examined({ HOME, XDG_CACHE_HOME: '', TMPDIR: folder });
      expect(part('cache-folder'), HOME).toMatchObject({ state: 'limited', found: expect.stringContaining('no home folder is known') as string });
    }
  });

  it.skipIf(process.platform !== 'linux')('says that a folder is full', async () => {
    const { part } = await examined({ TMPDIR: '/proc/self' });
    expect(part('temporary-folder')?.state).toBe('limited');
  });

  it('says that the binary of SQLite does not load', async () => {
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli']);
    const installed = join(folder, 'installed');
    cpSync(join(root, 'out', 'cli'), join(installed, 'out', 'cli'), { recursive: true });
    cpSync(join(root, 'node_modules', 'better-sqlite3'), join(installed, 'node_modules', 'better-sqlite3'), { recursive: true });
    const entry = join(installed, 'out', 'cli', 'main.cjs');
    expect((await examined({}, entry)).part('sqlite')?.state).toBe('fine');

    // As a package lists its files; the changed one is the last that a look at the program's start would find.
    writeInstallationList(installed);
    expect((await examined({}, entry)).part('installation')).toMatchObject({
      state: 'fine',
      found: expect.stringContaining('as they were packaged') as string,
    });
    const wasm = join(installed, 'out', 'cli', 'capstone.wasm');
    const changed = readFileSync(wasm);
    changed[changed.length >> 1]! ^= 1;
    writeFileSync(wasm, changed);
    rmSync(join(installed, 'node_modules', 'better-sqlite3', 'LICENSE'));
    const altered = await examined({}, entry);
    expect(altered.code).toBe(1);
    expect(altered.part('installation')?.state).toBe('broken');
    for (const named of ['out/cli/capstone.wasm was changed', 'better-sqlite3/LICENSE: ']) expect(altered.part('installation')?.found).toContain(named);

    for (const name of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
      writeFileSync(join(installed, 'node_modules', 'better-sqlite3', 'prebuilds', `${name}.node`), 'no library');
    const { code, part } = await examined({}, entry);
    expect(code).toBe(1);
    expect(part('sqlite')).toMatchObject({ state: 'broken', effect: expect.stringContaining('page indexes cannot be built') as string });
    rmSync(join(installed, 'node_modules'), { recursive: true });
    expect((await examined({}, entry)).part('sqlite')?.state).toBe('broken');
  });

  it.skipIf(process.platform !== 'linux')('names display and locale by what the environment says', async () => {
    const { part } = await examined({ DISPLAY: '', WAYLAND_DISPLAY: '', LANG: 'C', LC_ALL: '', LC_CTYPE: '' });
    expect(part('display')).toMatchObject({ state: 'limited', found: 'Neither DISPLAY nor WAYLAND_DISPLAY is set.' });
    expect(part('locale')).toMatchObject({ state: 'limited', found: 'C' });
  });

  it('prints it as lines of text', async () => {
    const { code, out } = await runCliProcess(['doctor'], { env: { ...usual } });
    expect(code).toBe(0);
    expect(out).toMatch(/^fine +SQLite +SQLite \d/m);
  });
});
