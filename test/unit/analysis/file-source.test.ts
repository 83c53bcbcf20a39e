import fs, { appendFileSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { readExactly } from '../../../src/analysis/source/byte-source.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { truncatedSource } from '../../../src/analysis/source/memory-source.ts';
import { entropyBytes } from '../../../src/samples/page-contents.ts';
import { runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const contents = entropyBytes(700_001, 1);
let files = 0;
function place(bytes: Uint8Array = contents): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

describe('file source', () => {
  it('gives the bytes of the file, through a cache of any size', () => {
    const path = place();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.nat({ max: contents.length + 10 }), fc.nat({ max: 200_000 })), { maxLength: 12 }),
        (cacheBlocks, reads) => {
          const file = openFile(path, { cacheBlocks });
          try {
            expect(file.size).toBe(contents.length);
            for (const [offset, length] of reads) {
              const target = new Uint8Array(length).fill(0xee);
              const got = file.readInto(offset, target);
              const expected = contents.subarray(Math.min(offset, contents.length), Math.min(offset + length, contents.length));
              expect(got).toBe(expected.length);
              expect(Buffer.compare(target.subarray(0, got), expected)).toBe(0);
            }
          } finally {
            file.close();
          }
        },
      ),
      { numRuns: runs(25, 300) },
    );
  });

  it.each([
    [
      'has shrunk',
      (path: string) => {
        truncateSync(path, 1000);
      },
    ],
    [
      'has grown',
      (path: string) => {
        appendFileSync(path, 'more');
      },
    ],
    [
      'was written to',
      (path: string) => {
        writeFileSync(path, contents.toReversed());
        utimesSync(path, 1, 1);
      },
    ],
  ])('says that the file %s while it was open', (what, change) => {
    const path = place();
    const file = openFile(path);
    expect(readExactly(file, 0, 16, 'the start')).toEqual(contents.subarray(0, 16));
    change(path);
    expect(() => readExactly(file, 500_000, 16, 'a later part')).toThrow(DumpError);
    expect(() => readExactly(file, 500_000, 16, 'a later part')).toThrow(new RegExp(`the file ${what} while it was open \\(expected 700001 bytes`));
    file.close();
  });

  it.each([
    [
      'rewritten at equal size and time of modification',
      /the file was changed while it was open/,
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, contents.toReversed());
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'replaced by another of equal size and time of modification',
      /the file was replaced while it was open/,
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, contents.toReversed());
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('says that the file was %s', (_, what, change) => {
    const path = place();
    // A whole second, so that it can be set again exactly.
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const file = openFile(path);
    expect(readExactly(file, 0, 16, 'the start')).toEqual(contents.subarray(0, 16));
    file.assertUnchanged();
    change(path);
    for (const look of [
      () => {
        readExactly(file, 500_000, 16, 'a later part');
      },
      () => {
        file.assertUnchanged();
      },
    ])
      expect(look).toThrow(
        expect.objectContaining({ kind: 'io', where: expect.objectContaining({ file: path }) as unknown, message: expect.stringMatching(what) as unknown }),
      );
    file.close();
  });

  it('reads on in a file that was deleted, and in a copy of ours whose name another one has taken', () => {
    const [deleted, replaced] = [place(), place()];
    const [one, copy] = [openFile(deleted), openFile(replaced, { isCopy: true })];
    rmSync(deleted);
    writeFileSync(`${replaced}.new`, contents.toReversed());
    renameSync(`${replaced}.new`, replaced);
    for (const file of [one, copy]) {
      expect(readExactly(file, 500_000, 16, 'a later part')).toEqual(contents.subarray(500_000, 500_016));
      file.assertUnchanged();
      file.close();
    }
  });

  it('gives no bytes that came after a change, although none was seen before the read', () => {
    const path = place();
    const file = openFile(path);
    const read = fs.readSync;
    // The file is written to at the last moment.
    const spy = vi.spyOn(fs, 'readSync').mockImplementationOnce((...args: Parameters<typeof read>) => {
      appendFileSync(path, 'more');
      return read(...args);
    });
    syncBuiltinESMExports();
    try {
      expect(() => readExactly(file, 0, 16, 'the start')).toThrow(/the file has grown while it was open/);
      expect(spy).toHaveBeenCalled();
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
      file.close();
    }
  });

  it('refuses what is not a regular file', () => {
    const directory = join(folder, 'directory');
    mkdirSync(directory);
    expect(() => openFile(directory)).toThrow(/it is a directory/);
    expect(() => openFile('/dev/null')).toThrow(/it is a device/);
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    expect(() => openFile(loop)).toThrow(/too many symbolic links/);
  });

  it('readExactly names file, place and how much is there', () => {
    const file = openFile(place(Uint8Array.of(1, 2, 3)));
    expect(() => readExactly(file, 1, 8, 'the header')).toThrow(
      /offset 0x1: the file ends after 2 of the 8 bytes of the header \(expected at least 9 bytes in the file, it has 3\)/,
    );
    expect(() => readExactly(file, 2 ** 60, 8, 'the header')).toThrow(DumpError);
    expect(() => readExactly(file, -1, 8, 'the header')).toThrow(/impossible offset/);
    expect(() => readExactly(file, Number.NaN, 8, 'the header')).toThrow(/impossible offset/);
    file.close();
  });

  it('a truncated source ends where it was cut', () => {
    const file = openFile(place());
    const cut = truncatedSource(file, 100);
    const target = new Uint8Array(64).fill(0xee);
    expect([cut.size, cut.readInto(80, target), cut.readInto(100, target)]).toEqual([100, 20, 0]);
    expect(target.subarray(0, 20)).toEqual(contents.subarray(80, 100));
    file.close();
  });
});
