import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { MemoryImage } from '../../src/samples/memory-image.ts';
import { lowcoreKernels, type LowcoreKernel } from '../../src/samples/s390x-lowcore.ts';
import { moduleVirtual, places, userVirtual } from '../../src/samples/s390x-places.ts';
import { s390xSystem, type S390xSystem } from '../../src/samples/s390x-system.ts';
import { cksm } from '../../src/samples/cksm.ts';

const u64 = (memory: MemoryImage, address: number): bigint => Buffer.from(memory.read(address, 8)).readBigUInt64BE();

/** A walk with a region-third ASCE, straight from lowcore.md section 7. */
function walk(memory: MemoryImage, asce: bigint, virtual: bigint): number | undefined {
  let entry = asce;
  for (const shift of [31n, 20n]) {
    entry = u64(memory, Number(entry & ~0xfffn) + Number((virtual >> shift) & 0x7ffn) * 8);
    if ((entry & 0x20n) !== 0n) return undefined;
    if (shift === 20n && (entry & 0x400n) !== 0n) return Number((entry & ~0xfffffn) + (virtual & 0xfffffn));
  }
  const page = u64(memory, Number(entry & ~0x7ffn) + Number((virtual >> 12n) & 0xffn) * 8);
  return (page & 0x400n) === 0n ? Number((page & ~0xfffn) + (virtual & 0xfffn)) : undefined;
}

const keyOf = (system: S390xSystem, key: string): string | undefined =>
  system.vmcoreinfo
    ?.split('\n')
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1);

describe('described s390x system', () => {
  it('translates kernel, module and user addresses', () => {
    const { memory, cpus } = s390xSystem({ memorySize: 48 << 20 });
    const asce = cpus[0]?.crs[13] ?? 0n;
    expect(asce).toBe(0x1d0007n);
    expect(walk(memory, asce, 0x1c0918n)).toBe(0x1c0918);
    expect(walk(memory, asce, 0x2f12345n)).toBe(0x2f12345);
    expect(walk(memory, asce, moduleVirtual + 0x10n)).toBe(places.moduleText + 0x2010);
    expect(walk(memory, asce, moduleVirtual + 0x5000n)).toBeUndefined();
    expect(walk(memory, cpus[0]?.crs[7] ?? 0n, userVirtual + 0x1004n)).toBe(places.userText + 0x1004);
  });

  it.each(lowcoreKernels)('%s: symbols of VMCOREINFO lead to "Linux" and to the lowcores', (kernel: LowcoreKernel) => {
    const system = s390xSystem({ kernel, cpuCount: 3 });
    const { memory } = system;
    const asce = system.cpus[0]?.crs[13] ?? 0n;
    const uts = walk(memory, asce, BigInt(`0x${keyOf(system, 'SYMBOL(init_uts_ns)') ?? ''}`));
    expect(Buffer.from(memory.read(uts ?? 0, 6)).toString('latin1')).toBe('Linux\0');
    const pointers = walk(memory, asce, BigInt(`0x${keyOf(system, 'SYMBOL(lowcore_ptr)') ?? ''}`)) ?? 0;
    const prefixes = [0, 1, 2, 3].map((index) => Number(u64(memory, pointers + index * 8)));
    expect(prefixes).toEqual([0x220000, 0x222000, 0x224000, 0]);
    const restart = u64(memory, 0x220000 + 0x1a8);
    expect(memory.isZero(Number(restart), 16)).toBe(false);
  });

  it('6.12 and later: os_info entries 4 to 12 give the same translation', () => {
    const system = s390xSystem({ kernel: '6.12' });
    const entry = (id: number): bigint => u64(system.memory, places.osInfo + 0x20 + 20 * id);
    const uts = BigInt(`0x${keyOf(system, 'SYMBOL(init_uts_ns)') ?? ''}`);
    expect(Number(uts - entry(5) + entry(6))).toBe(places.initUtsNs);
    expect(entry(10) - entry(5)).toBe(0x100000n);
    expect(walk(system.memory, system.cpus[0]?.crs[13] ?? 0n, entry(10))).toBe(Number(entry(12)));
  });

  it('seals os_info and its re-IPL entry', () => {
    const { memory } = s390xSystem({ reiplEntry: true });
    const page = memory.read(places.osInfo, 4096);
    const view = Buffer.from(page);
    expect(view.readUInt32BE(8)).toBe(cksm(page.subarray(0x00c)));
    const address = Number(view.readBigUInt64BE(0x34));
    const size = Number(view.readBigUInt64BE(0x3c));
    expect(view.readUInt32BE(0x44)).toBe(cksm(memory.read(address, size)));
    expect(Buffer.from(memory.read(address, 4)).readUInt32BE()).toBe(size);
  });

  it.each([
    ['kexec-tools', 0x40c160, 0x40c260],
    ['kernel', undefined, undefined],
  ] as const)('purgatory of %s: digest over the regions, at the place of the sheet', (producer, table, digestAt) => {
    const { memory, kdump } = s390xSystem({ kdumpKernel: producer });
    const hash = createHash('sha256');
    const found = table ?? findKernelEntry(memory, 0x400000, 0x200000) - 256;
    for (let slot = 0; slot < 16; slot += 1) hash.update(memory.read(Number(u64(memory, found + slot * 16)), Number(u64(memory, found + slot * 16 + 8))));
    const recorded = memory.read(digestAt ?? found - 32, 32);
    expect(hash.digest('hex')).toBe(Buffer.from(recorded).toString('hex'));
    expect(kdump?.tableAddress).toBe(found);
    expect(u64(memory, 0x410418)).toBe(0x400000n);
    expect(u64(memory, 0x410420)).toBe(0x200000n);
    expect(Buffer.from(memory.read(0x410008, 8)).toString('latin1')).toBe('S390EP\0\x01');
  });

  it('back chains lead from r15 through the crash path to the user registers', () => {
    const { memory, cpus } = s390xSystem();
    let frame = Number(u64(memory, Number(cpus[0]?.gprs[15] ?? 0n) + 152));
    let last = frame;
    let frames = 0;
    while (frame !== 0) {
      last = frame;
      frames += 1;
      frame = Number(u64(memory, frame + 152));
    }
    expect(frames).toBe(10);
    expect(last & 0x3fff).toBe(0x3e98);
    expect(u64(memory, last + 168)).toBe(0x0705000180000000n);
  });

  it('task list closes and has pids 0, 1, 2', () => {
    const { memory } = s390xSystem({ state: 'running', cpuCount: 2 });
    const start = Number(u64(memory, 0x340));
    const pids: number[] = [];
    let task = start;
    do {
      pids.push(Buffer.from(memory.read(task + 0x610, 4)).readUInt32BE());
      const next = Number(u64(memory, task + 0x530));
      expect(Number(u64(memory, next + 8))).toBe(task + 0x530);
      task = next - 0x530;
    } while (task !== start);
    expect(pids.slice(0, 3)).toEqual([0, 1, 2]);
  });
});

function findKernelEntry(memory: MemoryImage, base: number, size: number): number {
  for (let at = base; at < base + size; at += 8) {
    if (u64(memory, at) === 0x10010n && u64(memory, at + 8) === 1n && u64(memory, at + 16) === BigInt(base)) return at;
  }
  return 0;
}
