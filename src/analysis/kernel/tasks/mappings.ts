/**
 * Memory mappings of a process, by the kernel's types: the maple tree of mm_struct since 6.1 (include/linux/maple_tree.h), the list of
 * mappings before. They are believed only when there are as many as mm_struct counts, in order and without overlap.
 */
import { hex } from '../../../shared/units.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly flags: bigint;
  /** Path within its file system, as far as dentries are in the dump. */
  readonly file?: string;
}

const maxMappings = 1 << 20;
const maxDepth = 16;
const endOfSpace = (1n << 64n) - 1n;
/** Bits of a pointer to a node: type at 3 to 6, the rest marks (MAPLE_NODE_MASK). */
const nodeMask = 0xffn;
const leafTypes: ReadonlySet<number> = new Set([0, 1]);

interface NodeShape {
  readonly pivots: number;
  readonly slots: number;
  readonly count: number;
}

function shapeOf(types: BtfTypes, name: string): NodeShape | undefined {
  const pivots = offsetOf(types, name, 'pivot');
  const slots = offsetOf(types, name, 'slot');
  return pivots === undefined || slots === undefined ? undefined : { pivots, slots, count: (slots - pivots) / 8 + 1 };
}

/** Entries of a maple tree in order, or why it cannot be walked. */
function mapleEntries(types: BtfTypes, memory: KernelMemory, tree: bigint): readonly bigint[] | string {
  const root = offsetOf(types, 'maple_tree', 'ma_root');
  const range = shapeOf(types, 'maple_range_64');
  const allocation = shapeOf(types, 'maple_arange_64');
  if (root === undefined || range === undefined || allocation === undefined) return 'the types have no maple tree';
  const top = memory.pointer(tree + BigInt(root));
  if (top === undefined) return `the root of the tree at ${hex(tree)} cannot be read`;
  const isNode = (entry: bigint): boolean => (entry & 3n) === 2n && entry > 4096n;
  if (top === 0n) return [];
  if (!isNode(top)) return [top];
  const entries: bigint[] = [];
  const seen = new Set<bigint>();
  const walk = (node: bigint, min: bigint, max: bigint, depth: number): string | undefined => {
    const type = Number((node >> 3n) & 0xfn);
    const address = node & ~nodeMask;
    const shape = type === 3 ? allocation : range;
    if (type < 1 || type > 3 || depth > maxDepth || seen.has(address)) return `${hex(node)} is no node of the tree`;
    seen.add(address);
    let low = min;
    for (let at = 0; at < shape.count; at += 1) {
      const pivot = at === shape.count - 1 ? max : memory.u64(address + BigInt(shape.pivots + at * 8));
      if (pivot === undefined) return `the node at ${hex(address)} cannot be read`;
      // The last piece in use may have 0 for "up to the end of the node".
      const high = pivot === 0n && at > 0 ? max : pivot;
      if (high < low || high > max) return `the node at ${hex(address)} is not in order`;
      const entry = memory.pointer(address + BigInt(shape.slots + at * 8));
      if (entry === undefined) return `the node at ${hex(address)} cannot be read`;
      if (leafTypes.has(type)) {
        if (entry > 4096n) entries.push(entry);
      } else {
        const failure = entry === 0n ? 'an inner node has an empty slot' : walk(entry, low, high, depth + 1);
        if (failure !== undefined) return failure;
      }
      if (entries.length > maxMappings) return `more than ${maxMappings} mappings`;
      if (high >= max) return undefined;
      low = high + 1n;
    }
    return undefined;
  };
  return walk(top, 0n, endOfSpace, 0) ?? entries;
}

/** Mappings as they were linked before 6.1. */
function linkedEntries(types: BtfTypes, memory: KernelMemory, mm: bigint): readonly bigint[] | string {
  const first = offsetOf(types, 'mm_struct', 'mmap');
  const next = offsetOf(types, 'vm_area_struct', 'vm_next');
  if (first === undefined || next === undefined) return 'the types have neither a tree nor a list of mappings';
  const entries: bigint[] = [];
  const seen = new Set<bigint>();
  for (let at = memory.pointer(mm + BigInt(first)); at !== 0n; at = memory.pointer(at + BigInt(next))) {
    if (at === undefined || seen.has(at) || entries.length > maxMappings) return 'the list of mappings is broken';
    seen.add(at);
    entries.push(at);
  }
  return entries;
}

const maxPath = 64;

/** Names of a file's dentries up to the root of its file system. */
function filePath(types: BtfTypes, memory: KernelMemory, file: bigint): string | undefined {
  const dentryAt = offsetOf(types, 'file', 'f_path.dentry');
  const parentAt = offsetOf(types, 'dentry', 'd_parent');
  const nameAt = offsetOf(types, 'dentry', 'd_name.name');
  if (dentryAt === undefined || parentAt === undefined || nameAt === undefined) return undefined;
  const names: string[] = [];
  let dentry = memory.pointer(file + BigInt(dentryAt));
  for (let depth = 0; depth < maxPath && dentry !== undefined && dentry !== 0n; depth += 1) {
    const parent = memory.pointer(dentry + BigInt(parentAt));
    if (parent === dentry) return `/${names.toReversed().join('/')}`;
    const pointer = memory.pointer(dentry + BigInt(nameAt));
    const name = pointer === undefined ? undefined : memory.cstring(pointer, 256);
    if (name === undefined) return undefined;
    names.push(name);
    dentry = parent;
  }
  return undefined;
}

/** All mappings of an address space, or why they cannot be told. */
export function mappingsOf(types: BtfTypes, memory: KernelMemory, mm: bigint): readonly Mapping[] | string {
  const tree = offsetOf(types, 'mm_struct', 'mm_mt');
  const areas = tree === undefined ? linkedEntries(types, memory, mm) : mapleEntries(types, memory, mm + BigInt(tree));
  if (typeof areas === 'string') return areas;
  const at = (member: string): number | undefined => offsetOf(types, 'vm_area_struct', member);
  const [start, end, flags, file] = [at('vm_start'), at('vm_end'), at('vm_flags'), at('vm_file')];
  const countAt = offsetOf(types, 'mm_struct', 'map_count');
  if (start === undefined || end === undefined || flags === undefined || file === undefined || countAt === undefined)
    return 'the types have no vm_area_struct as it is needed';
  const count = memory.u32(mm + BigInt(countAt));
  if (count !== areas.length) return `mm_struct counts ${count ?? 'an unreadable number of'} mappings, ${areas.length} were found`;
  const mappings: Mapping[] = [];
  for (const area of areas) {
    const [first, last, bits, pointer] = [start, end, flags, file].map((offset) => memory.u64(area + BigInt(offset)));
    if (first === undefined || last === undefined || bits === undefined || first >= last || first < (mappings.at(-1)?.end ?? 0n))
      return `at ${hex(area)} stands no mapping`;
    const path = pointer === undefined || pointer === 0n ? undefined : filePath(types, memory, pointer);
    mappings.push({ start: first, end: last, flags: bits, ...(path === undefined ? {} : { file: path }) });
  }
  return mappings;
}
