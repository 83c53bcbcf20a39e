/**
 * Attacks on a user without rights, whose home is their own: everything else belongs to somebody else. Root's files in every place of the
 * cache, folders that cannot be read or written, planted files, links and locks, the sticky temporary folder. Every command answers from
 * the dump or says in a sentence why not; nothing of the others changes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { cacheParts } from '../../src/files/cache-folder.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { cliEntry } from '../cli-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles, jsonCommands } from '../unit/cli/command-files.ts';
import { runCommands, type Answer } from './run-commands.ts';

const nobody = 65534;
const root = scratchFolder();
const evidence = join(root, 'evidence');
mkdirSync(evidence);
const files = commandFiles(evidence);
const dump = join(evidence, 'dump.s390');
const packed = join(evidence, 'dump.gz');
const home = join(root, 'home');
const temporary = join(root, 'tmp');
const cache = join(home, '.cache', 'dumpbench');

const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
const asNobody = (...list: readonly (readonly string[])[]): Promise<readonly Answer[]> => runCommands(list, { env, user: nobody });
/** As a process of its own, which keeps compiled modules. */
function started(...argv: readonly string[]): { readonly code: number | null; readonly err: string } {
  const { status, stderr } = spawnSync(process.execPath, [cliEntry, ...argv], { uid: nobody, gid: nobody, encoding: 'utf8', cwd: '/', env });
  return { code: status, err: stderr };
}

/** Everything below a folder that is somebody else's. */
function stateOf(folder: string): readonly { readonly name: string; readonly mtimeNs: bigint }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const { uid, ino, mode, size, mtimeNs } = lstatSync(path, { bigint: true });
      if (uid === BigInt(nobody)) return [];
      return [{ name, ino, mode, size, mtimeNs, bytes: lstatSync(path).isFile() ? readFileSync(path, 'base64') : '' }];
    });
}

const own = (path: string): string => {
  chownSync(path, nobody, nobody);
  return path;
};
function ownFolder(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return path;
  ownFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
  return own(path);
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('unprivileged-user: only root can give files to others, so attacks on a user without rights are NOT tested');
const canRun = isRoot && started('--version').code === 0;
if (isRoot && !canRun) console.warn('unprivileged-user: nobody cannot read this folder, so attacks on a user without rights are NOT tested');

describe.skipIf(!canRun)('an unprivileged user', () => {
  writeFileSync(dump, buildCase('memory 64 KiB\ncpu prefix=0x8000\nlines 0x2000 0x4000\nformat s390'));
  writeFileSync(packed, gzipSync(readFileSync(dump)));
  for (const name of readdirSync(evidence, { recursive: true, encoding: 'utf8' })) {
    const path = join(evidence, name);
    chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o444);
  }
  let before: unknown;
  beforeEach(() => {
    for (const path of [home, temporary]) rmSync(path, { recursive: true, force: true });
    mkdirSync(home, { mode: 0o700 });
    own(home);
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777);
  });

  const sound = (answers: readonly Answer[], about = ''): void => {
    for (const { argv, code, err } of answers) {
      expect(err, `${argv.join(' ')} ${about}`).not.toMatch(/internal error|at file:/);
      expect(code, `${argv.join(' ')} ${about}: ${err}`).toBe(0);
    }
  };
  const texts = (answers: readonly Answer[]): string => answers.map(({ err }) => err).join('');
  /** What needs each part of the cache, and what needs none. */
  const needing: readonly (readonly string[])[] = [
    ['info', dump],
    ['index', dump],
    ['sql', dump, 'SELECT count(*) FROM page'],
    ['info', packed],
    ['verify', packed],
    ['cache'],
    ['cache', 'prune', '--max', '0'],
  ];

  it('can use every command on a dump in a folder of root', async () => {
    before = stateOf(root);
    const list = Object.entries(jsonCommands)
      .map(([name, { args }]) => [name, ...args(files, evidence)])
      .filter(([name, ...words]) => name !== 'sample' && name !== 'doctor' && !words.includes('--output'));
    for (const { argv, code, err } of await asNobody(['index', files.healthy], ...list)) {
      expect(err, argv.join(' ')).not.toMatch(/internal error/);
      expect(code, `${argv.join(' ')}: ${err}`).toBeOneOf([0, 1]);
    }
    expect(stateOf(root)).toEqual(before);
  });

  it('can run doctor, which leaves nothing in the temporary folder except its changed time', async () => {
    /** It tries whether a file can be made there, as everybody may. */
    const state = () => stateOf(root).map((one) => (one.name === 'tmp' ? { ...one, mtimeNs: 0n } : one));
    const atFirst = state();
    const [{ code, err } = { code: undefined, err: '' }] = await asNobody(['doctor', '--json']);
    expect(code, err).toBeOneOf([0, 1]);
    expect(state()).toEqual(atFirst);
    expect(readdirSync(temporary).filter((name) => name.startsWith('dumpbench-probe'))).toEqual([]);
  });

  it.each(cacheParts)('does not get answers from what somebody else has put there: %s', async (part) => {
    ownFolder(cache);
    mkdirSync(join(cache, part), { mode: 0o777 });
    chmodSync(join(cache, part), 0o777);
    writeFileSync(join(cache, part, 'planted'), 'theirs');
    before = stateOf(home);
    const answers = await asNobody(...needing);
    sound(answers);
    expect(texts(answers)).toMatch(/\.cache\/dumpbench is not used for the cache: .*belongs to another user \(0\)/);
    expect(started('info', dump).code).toBe(0);
    expect(stateOf(home)).toEqual(before);
    expect(readdirSync(join(cache, part))).toEqual(['planted']);
  });

  it.each(['.', ...cacheParts])('gets answers although a folder of the cache cannot be read: %s', async (part) => {
    for (const one of cacheParts) ownFolder(join(cache, one));
    sound(await asNobody(...needing.slice(0, 5)));
    chmodSync(join(cache, part), 0);
    const answers = await asNobody(...needing);
    chmodSync(join(cache, part), 0o700);
    sound(answers);
    expect(texts(answers)).toMatch(/\.cache\/dumpbench is not used for the cache: .*no permission; .* is used instead/);
  });

  it('unpacks elsewhere if the cache is read-only, and uses what is in it', async () => {
    const part = join(cache, 'unpacked');
    ownFolder(part);
    chmodSync(part, 0o500);
    const first = await asNobody(['info', packed]);
    sound(first);
    expect(texts(first)).toMatch(/unpacked: no permission; .* is used instead/);
    expect(readdirSync(part)).toEqual([]);
    chmodSync(part, 0o700);
    sound(await asNobody(['info', packed]));
    expect(readdirSync(part).length).toBe(2);
    chmodSync(part, 0o500);
    const last = await asNobody(['info', packed]);
    sound(last);
    expect(texts(last)).toBe('');
    chmodSync(part, 0o700);
  });

  const plant: readonly (readonly [what: string, make: (path: string) => void])[] = [
    [
      'a file of root',
      (path) => {
        copyFileSync(dump, path);
        chmodSync(path, 0o666);
      },
    ],
    ['a symbolic link', (path) => symlinkSync(dump, path)],
    ['a hard link', (path) => linkSync(dump, path)],
    ['a pipe', (path) => own((spawnSync('mkfifo', ['-m', '666', path]), path))],
    ['a folder', (path) => mkdirSync(path)],
  ];
  it.each(plant)('does not get answers from %s in place of its own, in any part', async (what, make) => {
    sound(await asNobody(...needing.slice(0, 5)));
    expect(started('info', dump).code).toBe(0);
    const mine = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(cache, name)).isFile());
    const index = join(cache, mine.find((name) => name.startsWith('index/') && name.endsWith('.sqlite')) ?? '');
    // A lock is there while an index is built: its name follows from the place of the index.
    const lock = join(cache, 'lock', `${createHash('sha256').update(realpathSync(index)).digest('hex').slice(0, 32)}.lock`);
    const firstOf = (part: string): string =>
      part === 'lock' ? lock : join(cache, mine.find((name) => name.startsWith(`${part}/`) && !name.endsWith('.json')) ?? '');
    const evidenceBefore = stateOf(evidence);
    for (const part of cacheParts) {
      const path = firstOf(part);
      const kept = part === 'lock' ? Buffer.alloc(0) : readFileSync(path);
      rmSync(path, { force: part === 'lock' });
      make(path);
      const answers = await asNobody(...needing.slice(0, 5));
      sound(answers, `${what} as ${path}`);
      if (part !== 'code') expect(texts(answers), `${what} as ${path}`).toContain(`${path}: it `);
      else expect(started('info', dump).code).toBe(0);
      rmSync(path, { recursive: true });
      writeFileSync(path, kept);
      own(path);
      chmodSync(path, 0o600);
    }
    expect(stateOf(evidence)).toEqual(evidenceBefore);
  });

  it('uses the next folder if its place in the sticky folder was taken', async () => {
    chmodSync(home, 0o500);
    const names = [1, 2, 3, 4].map((number) => join(temporary, `dumpbench-${nobody}${number === 1 ? '' : `.${number}`}`)) as [string, string, string, string];
    mkdirSync(names[0], { mode: 0o777 });
    symlinkSync(home, names[1]);
    writeFileSync(names[2], 'theirs');
    before = stateOf(temporary);
    const answers = await asNobody(...needing);
    sound(answers);
    expect(texts(answers)).toContain(`${names[3]} is used instead`);
    expect(stateOf(temporary)).toEqual(before);
    // And where all are taken, what needs a place says so, and nothing else needs one.
    rmSync(names[3], { recursive: true });
    writeFileSync(names[3], 'theirs');
    const [refused, ...others] = await asNobody(['info', packed], ['info', dump], ['verify', dump], ['report', '--quick', dump]);
    sound(others);
    expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/there is no folder for the cache .*symbolic link.*not a folder/) as unknown });
    chmodSync(home, 0o700);
  });

  it('replaces no files of others, and reads nothing that it may not read', async () => {
    const shared = join(temporary, 'report.csv');
    const report = ['report', dump, '--quick', '--format', 'csv', '-o', shared];
    sound(await asNobody(report));
    chownSync(shared, 0, 0);
    before = stateOf(temporary);
    const [replaced] = await asNobody([...report, '--force']);
    expect(replaced).toMatchObject({ code: 3, err: expect.stringMatching(/^dumpbench: .*report\.csv: .*permi[^\n]*\n$/) as unknown });
    expect(stateOf(temporary)).toEqual(before);
    expect(readdirSync(temporary)).toEqual(['report.csv']);
    const closed = join(evidence, 'closed.s390');
    copyFileSync(dump, closed);
    chmodSync(closed, 0o600);
    for (const { code, err } of await asNobody(['info', closed], ['manifest', closed], ['index', closed], ['verify', closed]))
      expect([code, err]).toEqual([3, `dumpbench: ${closed}: no permission to read it (expected a readable dump file)\n`]);
    rmSync(closed);
  });
});
