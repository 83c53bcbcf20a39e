/** Files and folders that a person chose together: which dumps are among them, and what belongs together. */
import fs, { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatherDumps } from '../../../src/analysis/engine/session/gather.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kdumpCompressed, kdumpSplitSet } from '../../../src/samples/kdump-compressed.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { tarFile } from '../../archives/tar-file.ts';

const system = s390xSystem({ cpuCount: 2 });
const never = new AbortController().signal;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gather-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
const gather = (...paths: string[]) => gatherDumps(paths, never);

describe('what was chosen together', () => {
  it('lists the dumps of a folder, each set once, and counts the rest', async () => {
    const [vol0, vol1] = s390MvExt(system, { partitions: [0x300000, 0x600000, 0x100000] }).map((bytes, at) => write(`mv/vol${at}`, bytes));
    const standalone = s390Standalone(system);
    write('mv/one.s390', standalone);
    write('mv/packed.s390.gz', zlib.gzipSync(standalone));
    write('mv/dumps.tar', tarFile({ name: 'dump', data: Buffer.from(standalone) }));
    write('mv/dumps.tar.gz', zlib.gzipSync(tarFile({ name: 'dump', data: Buffer.from(standalone) })));
    write('mv/notes.txt', Buffer.from('what the customer said'));
    write('mv/notes.gz', zlib.gzipSync(Buffer.from('what the customer said')));
    write('mv/deeper/two.s390', standalone);
    const path = join(folder, 'mv');
    const { dumps, others, folders } = await gather(path);
    expect(dumps.map((dump) => [dump.path.slice(path.length + 1), dump.title, dump.packedWith, dump.parts?.length, dump.isComplete])).toEqual([
      ['dumps.tar', 'tar archive', undefined, undefined, undefined],
      ['dumps.tar.gz', 'tar archive', 'gzip', undefined, undefined],
      ['one.s390', 's390 stand-alone dump', undefined, undefined, undefined],
      ['packed.s390.gz', 's390 stand-alone dump', 'gzip', undefined, undefined],
      ['vol0', 's390 multi-volume dump (extended)', undefined, 2, true],
    ]);
    // A third volume was prepared and not needed: it is no dump of its own.
    const set = dumps.at(-1);
    expect(set?.parts).toEqual(expect.arrayContaining([vol0, vol1]));
    expect(set?.folder).toBe(path);
    expect(others).toEqual([]);
    expect(folders).toEqual([{ path, files: 9, noDumps: 2, unreadable: 0, folders: 1, unlisted: 0 }]);
    // It is a look: nothing is written next to the dumps.
    expect(existsSync(join(path, 'packed.s390'))).toBe(false);
  });

  it('joins the files of a set that lie in several folders', async () => {
    const parts = kdumpSplitSet(system, {}, [100]).map((bytes, at) => write(`${at % 2 === 0 ? 'a' : 'b'}/part${at}`, bytes));
    const other = write('a/other.elf', elfVmcore(system));
    const { dumps } = await gather(...parts, other);
    expect(dumps.map(({ path, parts: own, isComplete }) => [path, own, isComplete])).toEqual([
      [parts[0], parts, true],
      [other, undefined, undefined],
    ]);
  });

  it('says that a set is not whole, and keeps the sets of two runs apart', async () => {
    const [first, ...rest] = kdumpSplitSet(system, {}, [100]);
    const second = kdumpSplitSet(system, { headerSeconds: 1_700_000_000 }, [100]);
    const lonely = write('a/part0', first ?? Buffer.alloc(0));
    const others = second.map((bytes, at) => write(`b/part${at}`, bytes));
    expect(rest.length).toBeGreaterThan(0);
    const { dumps } = await gather(lonely, ...others);
    expect(dumps.map(({ path, parts, isComplete }) => [path, parts?.length, isComplete])).toEqual([
      [lonely, 1, false],
      [others[0], others.length, true],
    ]);
  });

  it('takes the files next to one before the same files elsewhere', async () => {
    const parts = (name: string) => kdumpSplitSet(system, {}, [100]).map((bytes, at) => write(`${name}/part${at}`, bytes));
    const [a, b] = [parts('a'), parts('b')];
    const { dumps } = await gather(...b, ...a);
    expect(dumps.map(({ parts: own }) => own)).toEqual([b, a]);
  });

  it('opens the files next to a dump for those of a set alone', async () => {
    const path = join(folder, 'lab');
    const single = kdumpCompressed(system);
    for (let number = 0; number < 20; number += 1) write(`lab/vmcore-${number}`, single);
    const parts = kdumpSplitSet(system, {}, [100]).map((bytes, at) => write(`lab/part${at}`, bytes));
    const { openSync } = fs;
    let opened = 0;
    fs.openSync = (...how) => {
      opened += 1;
      return openSync(...how);
    };
    syncBuiltinESMExports();
    try {
      expect((await gather(path)).dumps).toHaveLength(21);
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    }
    const files = 20 + parts.length;
    // Each file is looked at; each that could be of a set is opened; the set looks at the others; and its sizes are added up.
    expect(opened).toBe(files + 21 + (files - 1) + parts.length);
  });

  it('hands on what begins as no dump, so that opening it says why', async () => {
    const text = write('a/readme', Buffer.from('hello'));
    const gone = join(folder, 'a/gone');
    expect(await gather(text, gone)).toEqual({ dumps: [], others: [text, gone], folders: [] });
  });
});
