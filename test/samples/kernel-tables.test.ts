import { describe, expect, it } from 'vitest';

import { MemoryImage } from '../../src/samples/memory-image.ts';
import { writePrintkRing } from '../../src/samples/printk-ring.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { kernelSymbols } from '../../src/samples/s390x-symbol-table.ts';

describe('printk ring', () => {
  /** The steps of vmcoreinfo-kallsyms-btf.md section 2.1. */
  function decode(memory: MemoryImage, pointer: number): readonly string[] {
    const u64 = (at: number): bigint => Buffer.from(memory.read(at, 8)).readBigUInt64BE();
    const u32 = (at: number): number => Buffer.from(memory.read(at, 4)).readUInt32BE();
    const ring = Number(u64(pointer));
    const count = 1n << BigInt(u32(ring));
    const size = 1n << BigInt(u32(ring + 48));
    const [descs, infos, data] = [8, 16, 56].map((offset) => Number(u64(ring + offset))) as [number, number, number];
    const texts: string[] = [];
    for (let id = u64(ring + 32); id <= u64(ring + 24); id += 1n) {
      const index = Number(id % count);
      const state = u64(descs + index * 24);
      if ((state & ((1n << 62n) - 1n)) !== id || state >> 62n !== 2n) continue;
      const begin = u64(descs + index * 24 + 8);
      const next = u64(descs + index * 24 + 16);
      const wrapped = begin / size !== (next - 1n) / size;
      const block = data + (wrapped ? 0 : Number(begin % size));
      expect(u64(block)).toBe(id);
      const length = Buffer.from(memory.read(infos + index * 88 + 16, 2)).readUInt16BE();
      texts.push(Buffer.from(memory.read(block + 8, length)).toString('latin1'));
    }
    return texts;
  }

  const place = { pointer: 0x100, ring: 0x200, descriptors: 0x1000, infos: 0x2000, data: 0x4000, countBits: 4, sizeBits: 8, virtual: BigInt };

  it('gives the records back, also where a block wraps', () => {
    const records = ['first', 'second record of the log', 'third', 'a fourth that is long enough to wrap', 'last'].map((text, index) => ({
      text,
      time: BigInt(index),
    }));
    for (const usedBefore of [0, 120, 200]) {
      const memory = new MemoryImage(0x8000);
      writePrintkRing(memory, { ...place, usedBefore }, records);
      expect(decode(memory, 0x100)).toEqual(records.map(({ text }) => text));
    }
  });

  it('of the described system ends with the panic', () => {
    expect(decode(s390xSystem().memory, 0x1c1ef0).at(-1)).toBe('Kernel panic - not syncing: sysrq triggered crash');
  });
});

describe('kallsyms', () => {
  it.each(['6.1', '6.12'] as const)('%s: the tables give every name and address back', (kernel) => {
    const system = s390xSystem({ kernel });
    const { memory, mapping } = system;
    const keys = new Map((system.vmcoreinfo ?? '').split('\n').map((line) => line.split('=') as [string, string]));
    const physical = (name: string): number =>
      Number(BigInt(`0x${keys.get(`SYMBOL(kallsyms_${name})`) ?? ''}`) - mapping.virtualOffset) + mapping.physicalOffset;
    const all = Buffer.from(memory.read(0, 0x400000));
    const count = all.readUInt32BE(physical('num_syms'));
    const base = all.readBigUInt64BE(physical('relative_base'));
    const token = (code: number): string => {
      const start = physical('token_table') + all.readUInt16BE(physical('token_index') + code * 2);
      return all.subarray(start, all.indexOf(0, start)).toString('latin1');
    };
    const tokens = Array.from({ length: 256 }, (_, code) => token(code));
    let at = physical('names');
    const symbols = Array.from({ length: count }, (_, index) => {
      const length = all[at] ?? 0;
      const text = [...all.subarray(at + 1, at + 1 + length)].map((code) => tokens[code] ?? '').join('');
      at += 1 + length;
      return { type: text.slice(0, 1), name: text.slice(1), address: base + BigInt(all.readUInt32BE(physical('offsets') + index * 4)) };
    });
    expect(count).toBeGreaterThan(10_000);
    expect(symbols).toEqual(kernelSymbols(mapping));
    const addresses = symbols.map(({ address }) => address);
    expect(addresses.every((address, index) => index === 0 || address >= (addresses[index - 1] ?? 0n))).toBe(true);
  });
});
