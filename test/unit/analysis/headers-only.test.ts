/** The first answers come from headers and small structures, whatever the size of the dump: counted in bytes, not in seconds. */
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeNotes } from '../../../src/analysis/engine/machine/notes.ts';
import { describeRegions } from '../../../src/analysis/engine/machine/regions.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { countingSource } from '../../counting-source.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const tebibyte = 2 ** 40;
const limit = 2 << 20;

const u64 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

function put(path: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

const system = 'system healthy cpus=3 no-crashkernel kdump=none';

/** A sparse file: the headers and the first MiB of a small system, and holes up to 1 TiB of memory. */
function elfDump(): string {
  const path = join(folder, 'huge.vmcore');
  writeFileSync(path, buildCase(`${system}\nload 0x0 0x700000\nformat elf-vmcore`));
  // p_filesz and p_memsz of the PT_LOAD, the second program header.
  put(path, 64 + 56 + 32, u64(tebibyte));
  put(path, 64 + 56 + 40, u64(tebibyte));
  truncateSync(path, 0x4000 + tebibyte);
  return path;
}

function standaloneDump(): string {
  const path = join(folder, 'huge.s390');
  const bytes = buildCase(`${system}\nformat s390`);
  const marker = bytes.subarray(0x1000 + 0x700000, 0x1000 + 0x700000 + 16);
  writeFileSync(path, bytes.subarray(0, 0x1000 + 0x700000));
  put(path, 0x18, u64(tebibyte));
  truncateSync(path, 0x1000 + tebibyte);
  put(path, 0x1000 + tebibyte, marker);
  return path;
}

const far = 64 * tebibyte;

/** Small memory at 0, and 64 KiB at 64 TiB. */
function farElf(): string {
  const path = join(folder, 'far.vmcore');
  writeFileSync(path, buildCase(`arch x86_64\nmemory 1 MiB\ncpu\nload 0x0 0x80000\nload 0x80000 0x10000\nformat elf-vmcore`));
  // p_paddr of the second PT_LOAD, the third program header.
  const at = Buffer.alloc(8);
  at.writeBigUInt64LE(BigInt(far));
  put(path, 64 + 2 * 56 + 24, at);
  return path;
}

/** The kdump file of a small system, with its last page at 64 TiB: both bitmaps grow to 2 GiB, which take no room as a file. */
function farKdump(): string {
  const small = Buffer.from(buildCase('arch x86_64\nmemory 1 MiB\ncpu\nformat kdump-compressed codec=none level=0\n'));
  const block = 4096;
  const bitmaps = (1 + small.readInt32LE(432)) * block;
  const half = (small.readUInt32LE(436) / 2) * block;
  const pages = 256;
  const top = far / block + 1;
  const farHalf = Math.ceil(top / 8 / block) * block;
  const path = join(folder, 'far.kdump');
  const header = small.subarray(0, bitmaps);
  header.writeUInt32LE((2 * farHalf) / block, 436);
  header.writeUInt32LE(top % 2 ** 32, 440);
  header.writeBigUInt64LE(BigInt(top), block + 0x60);
  const table = bitmaps + 2 * half;
  const moved = 2 * (farHalf - half);
  for (let page = 0; page < pages; page += 1) small.writeBigUInt64LE(small.readBigUInt64LE(table + page * 24) + BigInt(moved), table + page * 24);
  writeFileSync(path, header);
  for (const bitmap of [0, 1]) {
    const bits = Buffer.from(small.subarray(bitmaps + bitmap * half, bitmaps + bitmap * half + pages / 8));
    // The last page of the small system is the one at 64 TiB.
    bits[pages / 8 - 1] = 0x7f;
    put(path, bitmaps + bitmap * farHalf, bits);
    put(path, bitmaps + bitmap * farHalf + (top - 1) / 8, Uint8Array.of(1));
  }
  put(path, table + moved, small.subarray(table));
  return path;
}

describe('memory at 64 TiB', () => {
  const open = async (path: string) => {
    const file = openFile(path);
    const counted = countingSource(file);
    const session = sessionOn(counted);
    const opened = { delivered: counted.delivered, session, counted, file };
    const { info, checks } = await triage(session, new AbortController().signal);
    describeRegions(session);
    describeNotes(session);
    expect(checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(info.memory.ranges.at(-1)?.end).toBe(`0x${(far + (path.endsWith('kdump') ? 0x1000 : 0x10000)).toString(16)}`);
    return opened;
  };

  it('in an ELF vmcore costs the first screen no more than memory at 512 KiB', async () => {
    const { counted, session, file } = await open(farElf());
    expect(counted.delivered).toBeLessThan(limit);
    // One extent each, and the gap between them.
    expect([...session.image.memory.extents].length).toBeLessThan(8);
    file.close();
  });

  it('in a kdump-compressed dump costs each bitmap once, when it is opened, and nothing after that', async () => {
    const { counted, session, delivered, file } = await open(farKdump());
    const bitmap = far / 4096 / 8;
    expect(delivered).toBeLessThan(2 * bitmap + 2 * limit);
    expect(counted.delivered - delivered).toBeLessThan(limit);
    expect(session.memory.readPresent(BigInt(far), 16)).toBeDefined();
    file.close();
  });
});

describe('a dump of 1 TiB', () => {
  it.each([
    ['ELF vmcore', elfDump],
    ['s390 stand-alone', standaloneDump],
  ])('%s: triage reads less than 2 MiB', async (_name, write) => {
    const file = openFile(write());
    try {
      const counted = countingSource(file);
      const session = sessionOn(counted);
      const first = await triage(session, new AbortController().signal);
      const info = describeDump(session);
      describeNotes(session);
      describeRegions(session);
      expect(session.identity).toMatch(/^[0-9a-f]{64}$/);
      expect(info.container.complete).toBe(true);
      expect(info.memory.bytes).toBe(tebibyte);
      expect(info.machine.cpuCount).toBe(3);
      expect(info.kernel.release).toBeDefined();
      expect(first.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(first.checks.find(({ id }) => id === 'os-info-page')?.verdict).toBe('passed');
      expect(counted.delivered).toBeLessThan(limit);
      expect(counted.touched).toBeLessThan(limit);
    } finally {
      file.close();
    }
  });
});
