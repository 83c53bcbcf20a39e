/** Counters that only types lead to: page caches of the block devices, sums of per-CPU counters. */
import { failed, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkList } from '../memory/linked-list.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';

/** nr_blockdev_pages (block/bdev.c): pages of all inodes of the file system that holds block devices. */
export function blockDevicePages(types: BtfTypes, memory: KernelMemory, symbols: SymbolTable): Result<bigint> {
  const not = (why: string): Failure => failed('page caches of the block devices', why);
  const variable = soleAddress(symbols, 'blockdev_superblock');
  const superBlock = variable === undefined ? undefined : memory.pointer(variable);
  if (superBlock === undefined || superBlock === 0n) return not('blockdev_superblock is not known');
  const list = offsetOf(types, 'super_block', 's_inodes');
  const node = offsetOf(types, 'inode', 'i_sb_list');
  const mapping = offsetOf(types, 'inode', 'i_mapping');
  const pages = offsetOf(types, 'address_space', 'nrpages');
  if (list === undefined || node === undefined || mapping === undefined || pages === undefined) return not('the types have no inode as it is needed');
  const walk = walkList(memory, superBlock + BigInt(list));
  if (!walk.complete) return not(`the list of block devices at ${hex(superBlock)}: ${walk.broken ?? 'broken'}`);
  let sum = 0n;
  for (const entry of walk.nodes) {
    const space = memory.pointer(entry - BigInt(node) + BigInt(mapping));
    const count = space === undefined || space === 0n ? undefined : memory.u64(space + BigInt(pages));
    if (count === undefined || count > 1n << 52n) return not(`the page cache of the inode at ${hex(entry - BigInt(node))} cannot be read`);
    sum += count;
  }
  return { value: sum };
}

/** Sum of a struct percpu_counter (lib/percpu_counter.c): its count and what each CPU has not handed in yet. */
export function percpuCounterSum(types: BtfTypes, memory: KernelMemory, symbols: SymbolTable, name: string, perCpuOffsets: readonly bigint[]): Result<bigint> {
  const not = (why: string): Failure => failed(name, why);
  const counter = soleAddress(symbols, name);
  const count = offsetOf(types, 'percpu_counter', 'count');
  const counters = offsetOf(types, 'percpu_counter', 'counters');
  if (counter === undefined || count === undefined || counters === undefined) return not(`${name} is not known`);
  if (perCpuOffsets.length === 0) return not('the addresses of the per-CPU data are not known');
  const base = memory.pointer(counter + BigInt(counters));
  const total = memory.u64(counter + BigInt(count));
  if (base === undefined || total === undefined) return not(`${name}: ${memory.absence(counter, 64)?.detail ?? 'no bytes'}`);
  let sum = BigInt.asIntN(64, total);
  for (const offset of perCpuOffsets) {
    const part = memory.s32(BigInt.asUintN(64, base + offset));
    if (part === undefined) return not(`${name}: what one of the CPUs counted is not in the dump`);
    sum += BigInt(part);
  }
  return { value: sum };
}
