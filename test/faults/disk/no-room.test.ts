/**
 * No room, no rights, no cache: every command answers as far as it needs no place to write, and as it does where it has one.
 * What needs one ends with a sentence and leaves nothing.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { generateKeyPairSync } from 'node:crypto';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../requirements.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { doctorSchema } from '../../../src/shared/doctor-model.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles, jsonCommands } from '../../unit/cli/command-files.ts';
import { runCommands, type Answer } from '../run-commands.ts';
import { failingDisk, type FailingDisk, type Faults } from './failing-disk.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
const packed = `${files.healthy}.gz`;
writeFileSync(packed, zlib.gzipSync(readFileSync(files.healthy)));
const key = join(folder, 'key.pem');
writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

interface Condition {
  readonly name: string;
  readonly faults: (place: string) => Faults;
  readonly env: (place: string) => NodeJS.ProcessEnv;
}

/** Nowhere else to go: temporary files would lie there too. */
const inPlace = (place: string): NodeJS.ProcessEnv => ({ HOME: place, XDG_CACHE_HOME: join(place, 'cache'), TMPDIR: place });
const noPlace = (): NodeJS.ProcessEnv => ({ HOME: '/proc/1/x', XDG_CACHE_HOME: '/proc/1/x', TMPDIR: '/proc/1/x' });
const conditions: readonly Condition[] = [
  { name: 'a full disk', faults: (place) => ({ FULL: place }), env: inPlace },
  { name: 'a disk that fills up', faults: (place) => ({ FULL: place, ROOM: 300_000 }), env: inPlace },
  { name: 'a disk that can only be read', faults: (place) => ({ READONLY: place }), env: inPlace },
  { name: 'folders without rights', faults: (place) => ({ DENIED: place }), env: inPlace },
  { name: 'no cache folder and no home', faults: () => ({}), env: noPlace },
];

/** What needs a place for an index or an unpacked dump. */
const needsCache = new Set(['index', 'sql', 'search', 'cache']);

/** What hangs on the page index, and what no two runs have in common: times, and how dumps were compared (without an index by every byte). */
const ofIndex = new Set(['seconds', 'method', 'remarks', 'summary', 'sig']);

function comparable(out: string): unknown {
  if (!out.startsWith('{')) return out;
  return JSON.parse(out, (key, value: unknown) => {
    if (ofIndex.has(key)) return undefined;
    // What an attestation signs.
    if (key === 'payload' && typeof value === 'string') return comparable(Buffer.from(value, 'base64').toString());
    // The rest of what verify and report found stays.
    return key === 'checks' ? (value as { readonly id: string }[]).filter(({ id }) => id !== 'index-digest') : value;
  });
}

const calls: readonly (readonly string[])[] = [
  ...Object.entries(jsonCommands)
    .filter(([name]) => name !== 'sample' && name !== 'export' && name !== 'doctor')
    .map(([name, { args }]) => [name, ...args(files, folder), '--json']),
  ['verify', files.damaged, '--json'],
  ['compare', files.healthy, files.damaged, '--json'],
  ['report', '--format', 'json', files.damaged],
  ['report', '--quick', '--format', 'json', files.healthy],
  ['attest', files.healthy, '--key', key],
  ['search', files.healthy, 'Linux', '--json'],
  ['sql', files.healthy, 'select count(*) from analysis_log()', '--json'],
];

describeNeeding('failing-disk', 'writing', () => {
  let disk: FailingDisk | undefined;
  beforeAll(() => {
    disk = failingDisk();
  });
  afterAll(() => {
    disk?.remove();
  });

  /** Commands with a disk of their own, in a folder that is there. */
  async function run(list: readonly (readonly string[])[], { faults, env }: Pick<Condition, 'faults' | 'env'>, place: string): Promise<readonly Answer[]> {
    if (disk === undefined) throw new Error('no failing disk');
    return runCommands(list, { env: { ...process.env, ...env(place), ...disk.start(faults(place)).env }, outCharacters: 8 << 20 });
  }
  const sound = { faults: () => ({}), env: inPlace };
  let expected: readonly Answer[] = [];
  beforeAll(async () => {
    expected = await run(calls, sound, mkdtempSync(join(folder, 'sound-')));
  });

  it('is tried with every command', () => {
    const tried = new Set(['doctor', ...calls.map(([name = '']) => name), ...outputs('').map(([name = '']) => name)]);
    expect(commands.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual(['open']);
    // All of them answer where there is room, but for rows of an index that nobody built.
    for (const { argv, code, err } of expected) expect([0, 1], `${argv.join(' ')}: ${err}`).toContain(code);
  });

  it.each(conditions)('$name: answers are those of an intact disk', async (condition) => {
    const place = mkdtempSync(join(folder, 'place-'));
    const found = await run(calls, condition, place);
    for (const [index, { argv, code, out, err }] of found.entries()) {
      const what = `${argv.join(' ')}: ${err}`;
      const before = expected[index];
      const wantsIndex =
        needsCache.has(argv[0] ?? '') && (argv.includes('--class') || argv[0] === 'index' || argv[0] === 'cache' || (argv[2] ?? '').includes('from page'));
      if (wantsIndex && code !== 0) {
        expect(code, what).toBe(3);
        expect(out, what).toBe('');
        expect(err.trimEnd().split('\n').at(-1), what).toMatch(/^dumpbench: .*(index|cache)/);
        expect(err, what).not.toMatch(/SQLITE|internal error/);
        continue;
      }
      expect(code, what).toBe(before?.code);
      if (!wantsIndex) expect(comparable(out), what).toEqual(comparable(before?.out ?? ''));
    }
    expect(leftovers(place)).toEqual([]);
  });

  it.each(conditions)('$name: outputs fail with a message, and nothing is left', async (condition) => {
    const place = mkdtempSync(join(folder, 'outputs-'));
    const target = condition.env === noPlace ? '/proc/1/x' : place;
    const whole: string[] = [];
    for (const { argv, code, out, err } of await run(outputs(target), condition, place)) {
      // Some are smaller than what is left.
      if (condition.name === 'a disk that fills up' && code <= 1) {
        whole.push(argv.at(-1) ?? '');
        continue;
      }
      const what = `${argv.join(' ')}: ${err}`;
      expect(code, what).toBe(3);
      expect(out, what).toBe('');
      expect(err.trimEnd().split('\n').at(-1), what).toMatch(/^dumpbench: .*(full|read-only|no permission|no such file|no folder|room)/);
    }
    // An index that was begun is gone on with by the next run.
    const begun = condition.name === 'a disk that fills up' ? ['index.sqlite'] : [];
    expect(readdirSync(place).filter((name) => name !== 'cache' && !whole.includes(join(place, name)) && !begun.includes(name))).toEqual([]);
  });

  it.each(conditions)('$name: doctor says so', async (condition) => {
    const place = mkdtempSync(join(folder, 'doctor-'));
    const [answer] = await run([['doctor', '--json']], { ...condition, faults: (at) => ({ ...condition.faults(at), ROOM: 0 }) }, place);
    const { parts } = v.parse(doctorSchema, JSON.parse(answer?.out ?? ''));
    const stateOf = (id: string) => parts.find((part) => part.id === id)?.state;
    expect([answer?.code, stateOf('cache-folder'), stateOf('temporary-folder')]).toEqual([1, 'broken', 'limited']);
    expect(leftovers(place)).toEqual([]);
  });

  it.each(conditions)('$name: a packed dump is refused with a message', async (condition) => {
    const place = mkdtempSync(join(folder, 'packed-'));
    const [info] = await run([['info', packed]], condition, place);
    expect(info?.code, info?.err).toBe(3);
    expect(info?.err.trimEnd().split('\n').at(-1)).toMatch(/^dumpbench: .*(the disk .*is full|room|there is no folder for the cache)/);
    expect(leftovers(place)).toEqual([]);
  });

  it("an error of the cache's disk is not reported as one of the packed dump", async () => {
    const place = mkdtempSync(join(folder, 'failing-'));
    const [info] = await run([['info', packed]], { faults: () => ({ FULL: join(place, 'cache'), WRITE: constants.errno.EIO }), env: inPlace }, place);
    expect([info?.code, info?.out]).toEqual([3, '']);
    const last = info?.err.trimEnd().split('\n').at(-1) ?? '';
    expect(last.startsWith(`dumpbench: ${join(place, 'cache')}/`), last).toBe(true);
    expect(last).toContain(`.dump: the device reports an error, while the unpacked form of ${packed} is written there (expected a cache folder`);
    expect(leftovers(place)).toEqual([]);
  });
});

/** Every way to write what a person asked for. */
function outputs(place: string): readonly (readonly string[])[] {
  const to = (name: string): string => join(place, name);
  return [
    ['sample', to('samples')],
    ['sample', place],
    ['report', files.damaged, '--quick', '-o', to('report.html')],
    ['manifest', files.damaged, '-o', to('manifest')],
    ['attest', files.damaged, '--key', key, '-o', to('attestation')],
    ['capsule', 'make', files.damaged, '--key', key, '-o', to('case.dumpcase')],
    ['export', files.damaged, '--format', 'elf', '-o', to('exported')],
    ['index', files.damaged, '--index', to('index.sqlite')],
    ['fleet', 'init', '--catalogue', to('fleet')],
  ];
}

/** Files of ours that hold something, or that no later run would take up. */
function leftovers(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && /\.part$|\.tmp$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
