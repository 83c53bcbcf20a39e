import { inflateSync, zstdDecompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { buildCase, buildCaseFiles } from '../../src/samples/case-text.ts';
import { kdumpCompressed } from '../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { lzo1xDecode, snappyDecode } from './sheet-decoders.ts';

/** A reader from the sheet alone: pages by PFN, big-endian 64-bit files. */
function readPages(file: Buffer, firstPfn = 0, endPfn = Number.MAX_SAFE_INTEGER): ReadonlyMap<number, Buffer | 'lost'> {
  const blockSize = file.readUInt32BE(428);
  const bitmapBlocks = file.readUInt32BE(436);
  const maxMapnr = Number(file.readBigUInt64BE(blockSize + 0x60));
  const bitmaps = blockSize * (1 + file.readUInt32BE(432));
  const second = bitmaps + (bitmapBlocks / 2) * blockSize;
  let descriptor = bitmaps + bitmapBlocks * blockSize;
  const pages = new Map<number, Buffer | 'lost'>();
  for (let pfn = firstPfn; pfn < Math.min(maxMapnr, endPfn); pfn += 1) {
    if (((file[second + (pfn >> 3)] ?? 0) & (1 << (pfn & 7))) === 0) continue;
    const offset = Number(file.readBigUInt64BE(descriptor));
    const data = file.subarray(offset, offset + file.readUInt32BE(descriptor + 8));
    const flags = file.readUInt32BE(descriptor + 12);
    descriptor += 24;
    pages.set(pfn, offset === 0 ? 'lost' : Buffer.from(decode(data, flags)));
  }
  return pages;
}

function decode(data: Uint8Array, flags: number): Uint8Array {
  if ((flags & 1) !== 0) return inflateSync(data);
  if ((flags & 2) !== 0) return lzo1xDecode(data);
  if ((flags & 4) !== 0) return snappyDecode(data);
  if ((flags & 0x20) !== 0) return zstdDecompressSync(data);
  return data;
}

const system = s390xSystem({ cpuCount: 2 });

function expectMemory(pages: ReadonlyMap<number, Buffer | 'lost'>): void {
  for (const [pfn, page] of pages) {
    if (page === 'lost') continue;
    const expected = system.memory.read(pfn * page.length, page.length);
    if (page.compare(expected) !== 0) throw new Error(`PFN ${pfn} differs`);
  }
}

describe('kdump-compressed', () => {
  it.each(['zlib', 'lzo', 'snappy', 'zstd', 'none'] as const)('%s: every stored page has the memory’s bytes, the crashkernel area is a hole', (codec) => {
    const pages = readPages(Buffer.from(kdumpCompressed(system, { codec })));
    expect(pages.size).toBe(0x700 - 0x200);
    expect(pages.has(0x400)).toBe(false);
    expectMemory(pages);
  });

  it('header, sub header, notes and VMCOREINFO are at the offsets of the sheet', () => {
    const file = Buffer.from(kdumpCompressed(system, { erase: 'erase x size 8\n' }));
    expect(file.subarray(0, 8).toString('latin1')).toBe('KDUMP   ');
    expect(file.readUInt32BE(8)).toBe(6);
    expect(file.subarray(142, 149).toString('latin1')).toBe('6.1.130');
    expect(file.subarray(272, 278).toString('latin1')).toBe('s390x\0');
    expect(file.readUInt32BE(460)).toBe(2);
    const info = Number(file.readBigUInt64BE(4096 + 0x20));
    const size = Number(file.readBigUInt64BE(4096 + 0x28));
    expect(file.subarray(info, info + size).toString('latin1')).toBe(system.vmcoreinfo);
    expect(file.readBigUInt64BE(4096 + 0x30)).toBe(4096n + 0x68n);
    expect(file.readUInt32BE(4096 + 0x68 + 8)).toBe(3);
    expect(file.subarray(file.length - 15).toString('latin1')).toBe('erase x size 8\n');
    expect(Number(file.readBigUInt64BE(4096 + 0x40))).toBe(file.length - 15);
  });

  it('zero pages share the first block, excluded pages have no descriptor, lost ones offset 0', () => {
    const file = Buffer.from(kdumpCompressed(system, { excluded: [{ start: 0x300000, size: 0x1000 }], lost: [{ start: 0x6ff000, size: 0x1000 }] }));
    const pages = readPages(file);
    expect(pages.has(0x300)).toBe(false);
    expect(pages.get(0x6ff)).toBe('lost');
    expect(file.readUInt32BE(424)).toBe(0x01 | 0x08);
    expectMemory(pages);
    const own = kdumpCompressed(system, { dumpLevel: 0, codec: 'none' });
    expect(own.length).toBeGreaterThan(0x500000);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('version %i leaves later fields zero', (version) => {
    const file = Buffer.from(kdumpCompressed(system, { version }));
    const since: Readonly<Record<number, number>> = { 0x28: 3, 0x38: 4, 0x60: 6 };
    for (const [offset, first] of Object.entries(since)) {
      expect(file.readBigUInt64BE(4096 + Number(offset)) !== 0n, offset).toBe(version >= first);
    }
    if (version === 3) expect(file.subarray(4096 + 0x68, 4096 + 0x68 + 10).toString('latin1')).toBe('OSRELEASE=');
  });

  it('32-bit files and little-endian ones', () => {
    const text = (words: string): string => `arch x86_64\nmemory 64 KiB\nlines 0 0x4000\ncpu\nvmcoreinfo "OSRELEASE=x"\nformat kdump-compressed words=${words}`;
    const aligned = Buffer.from(buildCase(text('32-aligned')));
    expect(aligned.readUInt32LE(416)).toBe(4096);
    expect(aligned.readUInt32LE(428)).toBe(16);
    expect(aligned.readBigUInt64LE(4096 + 0x58)).toBe(16n);
    const packed = Buffer.from(buildCase(text('32-packed')));
    expect(packed.readBigUInt64LE(4096 + 0x48)).toBe(16n);
    expect(packed.readBigUInt64LE(4096 + 0x20)).toBe(4096n + 0x50n);
  });

  it('split set: same headers, disjoint pages, together everything', () => {
    const set = [...buildCaseFiles('system healthy\nformat kdump-compressed split=0x100,0x100,0x650 codec=mixed').values()].map((bytes) => Buffer.from(bytes));
    expect(set).toHaveLength(4);
    const edges = set.map((file) => [Number(file.readBigUInt64BE(4096 + 0x50)), Number(file.readBigUInt64BE(4096 + 0x58))] as const);
    expect(edges).toEqual([
      [0, 0x100],
      [0x100, 0x100],
      [0x100, 0x650],
      [0x650, 0x700],
    ]);
    const count = set.reduce((sum, file, index) => sum + readPages(file, ...(edges[index] ?? [0, 0])).size, 0);
    expect(count).toBe(0x500);
  });

  it.each(['plain', 'backwards', 'overwritten', 'sparse', 'no-end'])('flattened %s: later records win, the rest is zero', (how) => {
    const text = (options: string): string => `memory 256 KiB\nlines 0x1000 0x9000\nformat kdump-compressed ${options}`;
    const plain = Buffer.from(buildCase(text('codec=zlib')));
    const stream = Buffer.from(buildCase(text(`codec=zlib flatten=${how} record=4096`)));
    expect(stream.subarray(0, 16).toString('latin1')).toBe('makedumpfile\0\0\0\0');
    const rebuilt = Buffer.alloc(plain.length);
    let at = 4096;
    let ended = false;
    while (at < stream.length) {
      const offset = Number(stream.readBigInt64BE(at));
      const size = Number(stream.readBigInt64BE(at + 8));
      at += 16;
      if (offset === -1 && size === -1) {
        ended = true;
        break;
      }
      stream.copy(rebuilt, offset, at, at + size);
      at += size;
    }
    expect(ended).toBe(how !== 'no-end');
    expect(at).toBe(stream.length);
    expect(rebuilt.compare(plain)).toBe(0);
  });

  it('QEMU: no names but the machine in capitals', () => {
    const file = Buffer.from(kdumpCompressed(system, { producer: 'qemu' }));
    expect(file.subarray(12, 16).readUInt32BE()).toBe(0);
    expect(file.subarray(272, 278).toString('latin1')).toBe('S390X\0');
    expect(file.readUInt32BE(4096 + 0x08)).toBe(1);
    expect(readPages(file).size).toBe(0x700);
  });
});
