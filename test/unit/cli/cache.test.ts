/** `cache` lists and prunes whatever is ours in the cache folder, and nothing else. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { codeFolder } from '../../../src/files/cache-folder.ts';
import { removeAbandoned } from '../../../src/files/other-cached.ts';
import { cacheSchema, type CacheJson } from '../../../src/shared/cache-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const root = join(folder, 'cache', 'dumpbench');
const at = (...names: string[]): string => join(root, ...names);
for (const name of ['XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, join(folder, 'cache'));
vi.stubEnv('HOME', folder);
vi.stubEnv('TMPDIR', folder);

const cache = async (...words: string[]): Promise<CacheJson> => {
  const { out, err } = await runInProcess(['cache', ...words, '--json']);
  expect(err).toBe('');
  return v.parse(cacheSchema, JSON.parse(out));
};
/** An hour ago, so that nobody can be at work on it. */
const age = (path: string, minutes = 90): void => {
  const then = Date.now() / 1000 - 60 * minutes;
  utimesSync(path, then, then);
};
/** Of a process that is gone. */
const ended = spawnSync('true').pid;
const hex = (digit: string, length = 32): string => digit.repeat(length);

const foreign: string[] = [];
const left: string[] = [];

beforeAll(async () => {
  const dump = buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390');
  writeFileSync(join(folder, 'dump.gz'), gzipSync(dump));
  expect((await runInProcess(['index', join(folder, 'dump.gz')])).code).toBe(0);
  // A process of its own keeps its compiled modules.
  spawnSync(process.execPath, [join(process.cwd(), 'src/cli/main.ts'), '--version'], { env: process.env });
  const write = (list: string[], path: string, text = ''): string => {
    writeFileSync(path, text);
    list.push(path);
    return path;
  };
  mkdirSync(at('lock'), { recursive: true });
  age(write(left, at('unpacked', `${hex('a', 64)}.dump.${ended}.1700000000000.part`), 'half'));
  age(write(left, at('unpacked', `${hex('b', 64)}.part`), 'half'));
  write(left, at('lock', `${hex('c')}.lock`));
  write(left, at('index', `${hex('d')}.${hex('e')}.sqlite`));
  write(left, at('index', `${hex('f')}.${hex('e')}.sqlite-wal`), 'begun');
  write(left, at('index', `${hex('f', 64)}.sqlite.lock`));
  for (const [part, name] of [
    ['unpacked', 'notes.txt'],
    ['unpacked', 'evidence.dump'],
    ['unpacked', 'evidence.part'],
    ['index', 'other.sqlite'],
    ['index', 'x.sqlite-wal'],
    ['lock', 'evidence.lock'],
    ['code', 'evidence'],
    ['.', 'dump.s390'],
  ] as const)
    age(write(foreign, at(part, name), 'somebody else’s'));
  write(foreign, join(folder, 'evidence'), 'evidence');
  for (const [make, name] of [
    [symlinkSync, `${hex('1', 64)}.dump`],
    [linkSync, `${hex('2', 64)}.dump`],
  ] as const) {
    make(join(folder, 'evidence'), at('unpacked', name));
    foreign.push(at('unpacked', name));
  }
  mkdirSync(at('unpacked', `${hex('3', 64)}.dump`));
  foreign.push(at('unpacked', `${hex('3', 64)}.dump`));
});

describe('cache', () => {
  it('lists all that is ours and nothing else', async () => {
    const { indexes, others, otherBytes } = await cache();
    expect(indexes.map(({ complete }) => complete)).toEqual([true]);
    const kinds = (kind: string): string[] => others.filter((one) => one.kind === kind).map(({ path }) => path);
    expect(kinds('unpacked').length).toBeGreaterThan(0);
    expect(readFileSync(kinds('unpacked').find((path) => path.endsWith('.dump'))!).length).toBeGreaterThan(65_536);
    expect(kinds('modules').length).toBe(1);
    expect([...kinds('unfinished'), ...kinds('lock')].sort()).toEqual(left.toSorted());
    expect(others.filter(({ path }) => foreign.includes(path))).toEqual([]);
    expect(otherBytes).toBe(others.reduce((sum, { bytes }) => sum + bytes, 0));
    const { out } = await runInProcess(['cache']);
    for (const text of ['unpacked dump', 'half written', 'compiled modules', 'lock', 'complete']) expect(out).toContain(text);
  });

  it('removes leftovers first, whatever may stay', async () => {
    const { indexes, others, removed, removedOthers } = await cache('prune', '--max', '1GiB');
    expect(removedOthers?.map(({ path }) => path).sort()).toEqual(left.toSorted());
    expect([indexes.length, removed]).toEqual([1, []]);
    expect(others.map(({ kind }) => kind)).toContain('unpacked');
    for (const path of left) expect(existsSync(path), path).toBe(false);
    for (const path of foreign) expect(existsSync(path), path).toBe(true);
  });

  it('leaves what a process is using', async () => {
    const running = spawn('sleep', ['60']);
    const part = at('unpacked', `${hex('a', 64)}.dump.${running.pid}.1700000000000.part`);
    writeFileSync(part, 'half');
    age(part);
    const young = at('unpacked', `${hex('b', 64)}.dump.${ended}.1700000000000.part`);
    writeFileSync(young, 'half');
    try {
      const { busy, others } = await cache('prune', '--max', '1GiB');
      expect(busy?.toSorted()).toEqual([part, young]);
      expect(others.filter(({ kind }) => kind === 'unfinished').map(({ path }) => path)).toEqual([part, young]);
      removeAbandoned(at('unpacked'));
      expect([existsSync(part), existsSync(young)]).toEqual([true, true]);
    } finally {
      running.kill('SIGKILL');
      await new Promise((done) => running.once('exit', done));
    }
    age(young);
    removeAbandoned(at('unpacked'));
    expect([existsSync(part), existsSync(young)]).toEqual([false, false]);
    for (const path of foreign) expect(existsSync(path), path).toBe(true);
  });

  it('removes what a killed run left when the next dump is unpacked', async () => {
    const part = at('unpacked', `${hex('a', 64)}.dump.${ended}.1700000000000.part`);
    writeFileSync(part, 'half');
    age(part);
    writeFileSync(join(folder, 'other.gz'), gzipSync(buildCase('memory 128 KiB\ncpu prefix=0x8000\nformat s390')));
    expect((await runInProcess(['info', join(folder, 'other.gz')])).code).toBe(0);
    expect(existsSync(part)).toBe(false);
  });

  it('removes the rest from the one used longest ago on', async () => {
    const copies = (await cache()).others.filter(({ kind, path }) => kind === 'unpacked' && path.endsWith('.dump')).map(({ path }) => path);
    expect(copies.length).toBe(2);
    // The record of a copy says when it was used.
    for (const path of [copies[0]!, copies[0]!.replace(/\.dump$/, '.json')]) age(path, 1000);
    const before = await cache();
    const { removed, removedOthers } = await cache('prune', '--max', String(before.bytes + before.otherBytes - 1));
    expect([removed, removedOthers?.map(({ path }) => path)]).toEqual([[], [copies[0]]]);
    const all = await cache('prune');
    expect([all.indexes, all.others]).toEqual([[], []]);
    for (const path of foreign) expect(existsSync(path), path).toBe(true);
    expect(readdirSync(at('unpacked')).sort()).toEqual(
      foreign
        .filter((path) => path.startsWith(at('unpacked')))
        .map((path) => path.slice(at('unpacked').length + 1))
        .sort(),
    );
  });

  it('does not let compiled modules of old versions pile up', () => {
    const version = at('code', 'v24.0.0-x64-0-0');
    mkdirSync(version, { recursive: true, mode: 0o700 });
    for (let number = 0; number <= 4096; number += 1) writeFileSync(join(version, number.toString(16).padStart(8, '0')), '');
    const own = join(version, 'notes.txt');
    writeFileSync(own, '');
    expect(codeFolder()).toBe(at('code'));
    expect(readdirSync(version)).toEqual(['notes.txt']);
  });
});
