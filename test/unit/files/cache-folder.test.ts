import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheFile, cacheParts, cacheRemarks, codeFolder, fitCacheFolders, partFolder, usualCacheFolder } from '../../../src/files/cache-folder.ts';
import { cachedFiles, removeCached } from '../../../src/files/cache-contents.ts';

const linux = { platform: 'linux', environment: {}, home: '/home/z' } as const;

describe('the usual cache folder', () => {
  it('is that of each system', () => {
    expect(usualCacheFolder(linux)).toBe('/home/z/.cache/dumpbench');
    expect(usualCacheFolder({ ...linux, environment: { XDG_CACHE_HOME: '/fast/cache' } })).toBe('/fast/cache/dumpbench');
    expect(usualCacheFolder({ ...linux, environment: { XDG_CACHE_HOME: 'relative' } })).toBe('/home/z/.cache/dumpbench');
    expect(usualCacheFolder({ ...linux, environment: { XDG_CACHE_HOME: '' } })).toBe('/home/z/.cache/dumpbench');
    expect(usualCacheFolder({ platform: 'darwin', environment: {}, home: '/Users/z' })).toBe('/Users/z/Library/Caches/dumpbench');
    const windows = { platform: 'win32', environment: { LOCALAPPDATA: 'D:\\Local' }, home: 'C:\\Users\\z' } as const;
    expect(usualCacheFolder(windows)).toBe('D:\\Local\\dumpbench');
    expect(usualCacheFolder({ ...windows, environment: {} })).toBe('C:\\Users\\z\\AppData\\Local\\dumpbench');
    expect(usualCacheFolder({ ...linux, home: '' })).toBeUndefined();
  });
});

describe('the cache folder', () => {
  /** A user's cache folder and temporary folder, both empty. */
  let base = '';
  let usual = '';
  const root = (): string => join(usual, 'dumpbench');
  const private2 = (): string => join(usual, `dumpbench-${process.getuid?.() ?? 'user'}`);
  const private3 = (): string => join(base, 'tmp', `dumpbench-${process.getuid?.() ?? 'user'}`);
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'dumpbench-cache-'));
    usual = join(base, 'cache');
    mkdirSync(usual, { mode: 0o700 });
    mkdirSync(join(base, 'tmp'));
    chmodSync(join(base, 'tmp'), 0o1777);
    vi.stubEnv('XDG_CACHE_HOME', usual);
    vi.stubEnv('TMPDIR', join(base, 'tmp'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(base, { recursive: true, force: true });
  });
  const lastRemark = (): string => cacheRemarks().at(-1) ?? '';

  it('is made for the user alone, whatever the mask of modes is', () => {
    const mask = process.umask(0o000);
    try {
      expect(cacheFile('index', 'a.sqlite')).toBe(join(root(), 'index', 'a.sqlite'));
      expect(statSync(root()).mode & 0o777).toBe(0o700);
      expect(statSync(join(root(), 'index')).mode & 0o777).toBe(0o700);
    } finally {
      process.umask(mask);
    }
  });

  const isRoot = process.getuid?.() === 0;
  const wrongRoots: readonly (readonly [what: string, make: (path: string) => void, why: RegExp])[] = [
    [
      'others may write to',
      (path) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
      },
      /others may write to it \(mode 0777\)/,
    ],
    [
      'a group may write to',
      (path) => {
        mkdirSync(path);
        chmodSync(path, 0o770);
      },
      /others may write to it \(mode 0770\)/,
    ],
    ['is a link', (path) => symlinkSync(join(base, 'tmp'), path), /symbolic link/],
    ['is not a folder', (path) => writeFileSync(path, ''), /not a folder/],
    ...(isRoot
      ? [
          [
            'is of another user',
            (path: string) => {
              mkdirSync(path);
              chownSync(path, 12345, 12345);
            },
            /another user \(12345\)/,
          ] as const,
        ]
      : []),
  ];

  it.each(wrongRoots)('that %s is refused with a message, and a private one is used', (_what, make, why) => {
    make(root());
    expect(cacheFile('index', 'a.sqlite')).toBe(join(private2(), 'index', 'a.sqlite'));
    expect(lastRemark()).toMatch(why);
    expect(lastRemark()).toContain(`${private2()} is used instead`);
    expect(codeFolder()).toBe(join(private2(), 'code'));
  });

  it.each(wrongRoots)('whose part %s is refused as a whole', (_what, make, why) => {
    mkdirSync(root(), { mode: 0o755 });
    for (const part of cacheParts) {
      make(join(root(), part));
      expect(partFolder('index')).toBe(join(private2(), 'index'));
      expect(lastRemark()).toMatch(why);
      rmSync(join(root(), part), { recursive: true });
    }
    expect(fitCacheFolders()[0]).toBe(root());
  });

  it('below one that others may write to is refused: it could be exchanged', () => {
    chmodSync(usual, 0o777);
    expect(cacheFile('index', 'a.sqlite')).toBe(join(private3(), 'index', 'a.sqlite'));
    expect(lastRemark()).toMatch(/others may write to .*cache/);
    // One cause, one sentence.
    expect(lastRemark()).toContain(`${root()} and ${private2()} are not used for the cache`);
    expect(cacheRemarks().filter((remark) => remark.includes(`others may write to ${usual};`)).length).toBe(1);
    // Where the sticky bit is set they cannot.
    chmodSync(usual, 0o1777);
    expect(dirname(dirname(cacheFile('index', 'b.sqlite')))).toBe(root());
  });

  const planted: readonly (readonly [what: string, make: (path: string) => void, why: RegExp])[] = [
    ['a link', (path) => symlinkSync(join(base, 'evidence'), path), /symbolic link/],
    ['a hard link', (path) => linkSync(join(base, 'evidence'), path), /hard link/],
    ['a folder', (path) => mkdirSync(path), /not a regular file/],
    [
      'a file that others may write to',
      (path) => {
        writeFileSync(path, '');
        chmodSync(path, 0o666);
      },
      /others may write to it/,
    ],
    ...(isRoot
      ? [
          [
            'a file of another user',
            (path: string) => {
              writeFileSync(path, '');
              chownSync(path, 12345, 12345);
            },
            /another user/,
          ] as const,
        ]
      : []),
  ];

  it.each(planted)('with %s in the place of a file, or next to it, is passed over', (_what, make, why) => {
    writeFileSync(join(base, 'evidence'), 'evidence');
    mkdirSync(join(root(), 'index'), { recursive: true, mode: 0o755 });
    chmodSync(root(), 0o755);
    for (const name of ['a.sqlite', 'a.sqlite-wal', 'a.sqlite.lock']) {
      make(join(root(), 'index', name));
      expect(cacheFile('index', 'a.sqlite', ['-wal', '.lock']), name).toBe(join(private2(), 'index', 'a.sqlite'));
      expect(lastRemark()).toMatch(why);
      rmSync(join(root(), 'index', name), { recursive: true });
    }
    expect(cacheFile('index', 'a.sqlite', ['-wal', '.lock'])).toBe(join(root(), 'index', 'a.sqlite'));
  });

  it.each(planted)('runs no compiled modules where %s is among them', (_what, make, why) => {
    writeFileSync(join(base, 'evidence'), 'code');
    const version = join(root(), 'code', 'v24');
    mkdirSync(version, { recursive: true });
    if (why.source.includes('regular')) return;
    make(join(version, 'module.cache'));
    chmodSync(root(), 0o755);
    expect(codeFolder()).toBe(join(private2(), 'code'));
    expect(lastRemark()).toMatch(why);
  });

  it('is found again where it was made', () => {
    chmodSync(usual, 0o777);
    const path = cacheFile('index', 'a.sqlite');
    writeFileSync(path, 'x');
    chmodSync(usual, 0o700);
    expect(cacheFile('index', 'a.sqlite')).toBe(path);
    expect(cacheFile('index', 'b.sqlite')).toBe(join(root(), 'index', 'b.sqlite'));
    expect(cachedFiles('index').map((file) => file.path)).toEqual([path]);
    removeCached([path]);
    expect(existsSync(path)).toBe(false);
    expect(() => removeCached([join(base, 'tmp', 'x')])).toThrow('not in the cache folder');
  });

  it.each(cacheParts)('is the usual one if it is suitable, whatever other one contains the part %s from an earlier run', (part) => {
    for (const other of [private2(), private3()]) mkdirSync(join(other, part), { recursive: true, mode: 0o700 });
    const before = cacheRemarks().length;
    expect(partFolder(part)).toBe(join(root(), part));
    expect(cacheRemarks().length).toBe(before);
    // The second place is used with a sentence alone.
    chmodSync(root(), 0o777);
    expect(partFolder(part)).toBe(join(private2(), part));
    expect(lastRemark()).toContain(`${private2()} is used instead`);
    expect(fitCacheFolders()).toContain(private3());
  });

  it('may be missing: then a message says so', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null');
    vi.stubEnv('TMPDIR', '/dev/null');
    expect(() => cacheFile('index', 'a.sqlite')).toThrow(/there is no folder for the cache/);
    expect(codeFolder()).toBeUndefined();
    expect(cachedFiles('index')).toEqual([]);
  });
});
