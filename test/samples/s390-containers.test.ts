import { inflateSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { s390Ext } from '../../src/samples/s390-ext.ts';
import { s390Mv, s390MvExt } from '../../src/samples/s390-mv.ts';
import { s390Tape } from '../../src/samples/s390-tape.ts';
import { lkcd } from '../../src/samples/lkcd.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { vmdump } from '../../src/samples/vmdump.ts';

const system = s390xSystem({ cpuCount: 3, state: 'disabled-wait', memorySize: 0xa00000 });
const memory = Buffer.from(system.memory.read(0, system.memory.size));
const mib = 0x100000;

/** Walks segment headers from the sheet's rules and rebuilds memory. */
function walk(file: Buffer, into: Buffer, blockSize: number, limit = file.length): number | undefined {
  const entrySize = file.readUInt32BE(0x62);
  let position = 0x1000;
  while (position < limit) {
    const start = Number(file.readBigUInt64BE(position));
    const length = Number(file.readBigUInt64BE(position + 8));
    const stop = file.readBigUInt64BE(position + 0x10) !== 0n;
    const blocks = file.readUInt32BE(position + 0x18);
    const data = position + 0x1000;
    if (blocks === 0) file.copy(into, start, data, data + length);
    for (let entry = 0; entry < file.readUInt32BE(position + 0x30); entry += 1) {
      const offset = file.readUInt32BE(position + 0x34 + entry * 4);
      const at = data + (offset % 0x80000000) * blockSize;
      const size = Math.min(entrySize, length - entry * entrySize);
      if (offset >= 0x80000000) file.copy(into, start + entry * entrySize, at, at + size);
      else inflateSync(file.subarray(at)).copy(into, start + entry * entrySize);
    }
    position = data + (blocks === 0 ? length : blocks * blockSize);
    if (stop) return position;
    if (length === 0) return undefined;
  }
  return undefined;
}

describe('s390_ext', () => {
  it.each([
    ['version 1', { version: 1 }, 4096],
    ['version 2', {}, 4096],
    ['an empty last segment', { emptyStop: true }, 4096],
    ['compressed, 4096', { compression: {} }, 4096],
    ['compressed, 2048', { compression: { blockSize: 2048 } }, 2048],
    ['compressed, 1024', { compression: { blockSize: 1024, entrySize: 0x40000 } }, 1024],
    ['compressed, 512', { compression: { blockSize: 512 } }, 512],
  ] as const)('%s: the segments rebuild memory and the end marker follows', (_name, options, blockSize) => {
    const file = Buffer.from(s390Ext(system, options));
    const rebuilt = Buffer.alloc(memory.length);
    const end = walk(file, rebuilt, blockSize) ?? 0;
    expect(file.subarray(end, end + 8).toString('latin1')).toBe('DUMP_END');
    expect(rebuilt.compare(memory)).toBe(0);
    expect(file.subarray(0, 8).toString('hex')).toBe('a8190173618f23fe');
  });

  it('leaves out MiBs of zeros', () => {
    const file = Buffer.from(s390Ext(system));
    expect(file.length).toBeLessThan(memory.length - mib);
  });
});

describe('multi-volume sets', () => {
  it('extended: ascending segments over the volumes, the unused one has only its signature', () => {
    const volumes = s390MvExt(system, { partitions: [4 * mib, 7 * mib, 2 * mib] }).map((bytes) => Buffer.from(bytes));
    const rebuilt = Buffer.alloc(memory.length);
    expect(walk(volumes[0] ?? Buffer.alloc(0), rebuilt, 4096, 4 * mib - mib - 4096)).toBeUndefined();
    const end = walk(volumes[1] ?? Buffer.alloc(0), rebuilt, 4096) ?? 0;
    expect(volumes[1]?.subarray(end, end + 8).toString('latin1')).toBe('DUMP_END');
    expect(rebuilt.compare(memory)).toBe(0);
    expect(volumes.map((volume) => volume.readUInt32BE(0x4c))).toEqual([0, 1, 0]);
    expect(volumes[2]?.readBigUInt64BE(0x200)).toBe(0xa8190173618f23fen);
    expect(volumes[2]?.readBigUInt64BE(0)).toBe(0n);
  });

  it('old: memory in order', () => {
    const partitions = [4 * mib, 4 * mib, 4 * mib];
    const volumes = s390Mv(system, { partitions }).map((bytes) => Buffer.from(bytes));
    const joined = Buffer.concat(volumes.map((volume) => volume.subarray(0x1000)));
    expect(joined.subarray(0, memory.length).compare(memory)).toBe(0);
    expect(joined.subarray(memory.length, memory.length + 8).toString('latin1')).toBe('DUMP_END');
    expect(volumes[0]?.readBigUInt64BE(0x200)).toBe(0xa8190173618f23fdn);
  });

  it('says when the volumes are too small', () => {
    expect(() => s390MvExt(system, { partitions: [4 * mib] })).toThrow('do not fit'.replace('do', 'does'));
  });
});

describe('tape, LKCD, VMDUMP', () => {
  it('tape records are whole, old markers have 8 bytes', () => {
    const odd = s390xSystem({ memorySize: 0x700000 - 0x1000 });
    const file = Buffer.from(s390Tape(odd, { shortMarker: true }));
    expect(file.length).toBe(0x1000 + 0x700000 + 8);
    expect(file.subarray(file.length - 8).toString('latin1')).toBe('DUMP_END');
  });

  it('LKCD: page n of an uncompressed full dump is at 0x10000 + 4112 n + 16', () => {
    const file = Buffer.from(lkcd(system));
    expect(file.length).toBe(0x10000 + (memory.length / 4096) * 4112 + 16);
    for (const page of [0, 1, 0x1c8, 0x9ff]) {
      const at = 0x10000 + page * 4112;
      expect(Number(file.readBigUInt64BE(at))).toBe(page * 4096);
      expect(file.subarray(at + 16, at + 4112).compare(memory.subarray(page * 4096, page * 4096 + 4096))).toBe(0);
    }
    expect(file.subarray(454, 461).toString('latin1')).toBe('6.1.130');
    const extension = file.readUInt32BE(12);
    expect(file.subarray(extension, extension + 8).toString('latin1')).toBe('s390-dum');
    expect(file.readUInt32BE(extension + 20)).toBe(0x220000);
    const packed = Buffer.from(lkcd(system, { compressed: true, holes: [{ start: 0, size: 0x1000 }] }));
    expect(packed.readBigUInt64BE(0x10000)).toBe(0x1000n);
  });

  it('VMDUMP: pages follow the bit-key pages of the index page', () => {
    const file = Buffer.from(vmdump(system));
    expect(file.subarray(0, 2).toString('hex')).toBe('e2d9');
    expect(file.subarray(56, 64).toString('hex')).toBe('e5d4c4e4d4d74040');
    const record = (number: number): Buffer => file.subarray((number - 1) * 4096, number * 4096);
    const map = record(2);
    const first = record(map.readUInt32BE(8));
    expect(first.subarray(16 + 13 * 8, 16 + 14 * 8).toString('latin1')).toBe('  r13   ');
    expect(first.readUInt32BE(144)).toBe(0x220000);
    expect(first.readUInt16BE(912)).toBe(2);
    expect(first.subarray(1104 + 144 + 5 * 8, 1104 + 144 + 6 * 8).toString('latin1')).toBe('  r5    ');
    expect(first.readUInt32BE(1104 + 552 + 296)).toBe(0x224000);
    const access = map.readUInt32BE(16);
    expect(Number(record(access + 1).readBigUInt64BE(72))).toBe(memory.length);
    const index = record(access + 2);
    expect(index[0]).toBe(0x80);
    const keys = record(access + 3);
    let data = (access + 3) * 4096;
    for (let page = 0; page < memory.length / 4096; page += 1) {
      const expected = memory.subarray(page * 4096, page * 4096 + 4096);
      if (((keys[page] ?? 0) & 1) === 0) expect(expected.some((byte) => byte !== 0)).toBe(false);
      else {
        if (file.subarray(data, data + 4096).compare(expected) !== 0) throw new Error(`page ${page} differs`);
        data += 4096;
      }
    }
    expect(data).toBe(file.length);
  });
});
