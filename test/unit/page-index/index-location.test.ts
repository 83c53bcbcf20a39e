import { describe, expect, it } from 'vitest';
import { indexFolder, indexPath } from '../../../src/analysis/page-index/index-location.ts';

const linux = { platform: 'linux', environment: {}, home: '/home/z' } as const;

describe('place of the index', () => {
  it('is the cache folder of each system', () => {
    expect(indexFolder(linux)).toBe('/home/z/.cache/dumpbench/index');
    expect(indexFolder({ ...linux, environment: { XDG_CACHE_HOME: '/fast/cache' } })).toBe('/fast/cache/dumpbench/index');
    expect(indexFolder({ ...linux, environment: { XDG_CACHE_HOME: 'relative' } })).toBe('/home/z/.cache/dumpbench/index');
    expect(indexFolder({ ...linux, environment: { XDG_CACHE_HOME: '' } })).toBe('/home/z/.cache/dumpbench/index');
    expect(indexFolder({ platform: 'darwin', environment: {}, home: '/Users/z' })).toBe('/Users/z/Library/Caches/dumpbench/index');
    const windows = { platform: 'win32', environment: { LOCALAPPDATA: 'D:\\Local' }, home: 'C:\\Users\\z' } as const;
    expect(indexFolder(windows)).toBe('D:\\Local\\dumpbench\\index');
    expect(indexFolder({ ...windows, environment: {} })).toBe('C:\\Users\\z\\AppData\\Local\\dumpbench\\index');
  });

  it('is one file for each identity', () => {
    expect(indexPath('s390-402657296-00ff', linux)).toBe('/home/z/.cache/dumpbench/index/s390-402657296-00ff.sqlite');
  });

  it('never leaves the folder', () => {
    for (const identity of ['../../etc/passwd', 'a/b', 'a:b', '', '.', '-x', 'x'.repeat(400), 'a\0b']) {
      expect(indexPath(identity, linux)).toMatch(/^\/home\/z\/\.cache\/dumpbench\/index\/[0-9a-f]{64}\.sqlite$/);
    }
    expect(indexPath('a:b', linux)).not.toBe(indexPath('a/b', linux));
  });
});
