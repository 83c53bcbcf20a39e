/**
 * Memory mappings of a process, by the kernel's types: the maple tree of mm_struct since 6.1 (include/linux/maple_tree.h), the list of
 * mappings before. They are believed only when there are as many as mm_struct counts, in order and without overlap.
 */
import { defined } from '../../../shared/defined.ts';
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { mapleEntries } from '../object/containers/maple-tree.ts';
import { KernelObject } from '../object/kernel-object.ts';

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly flags: bigint;
  /** Path within its file system, as far as dentries are in the dump. */
  readonly file?: string;
}

/** VM_READ, VM_WRITE, VM_EXEC, VM_SHARED (include/linux/mm.h): the letters of /proc/PID/maps. */
export const mappingPermissions = (flags: bigint): string =>
  `${(flags & 1n) === 0n ? '-' : 'r'}${(flags & 2n) === 0n ? '-' : 'w'}${(flags & 4n) === 0n ? '-' : 'x'}${(flags & 8n) === 0n ? 'p' : 's'}`;

const maxMappings = 1 << 20;
/** Entries of the tree in order, or why it cannot be walked. */
function* treeEntries(types: BtfTypes, memory: KernelMemory, mm: VirtualAddress): Steps<Result<readonly bigint[]>> {
  const space = { types, noTypes: '', vmcoreinfo: undefined, pointerBytes: memory.pointerBytes, memory, symbolAt: () => undefined };
  const entries: bigint[] = [];
  for (const one of mapleEntries(KernelObject.at(space, mm, 'mm_struct').at('mm_mt'))) {
    if (isFailure(one)) return failed('mappings', one.missing.why, one.missing.where);
    if (entries.length % stepTurns === 0) yield;
    // Entries that the tree keeps for itself are small.
    if (one.entry > 4096n) entries.push(one.entry);
    if (entries.length > maxMappings) return failed('mappings', `more than ${maxMappings} mappings`);
  }
  return { value: entries };
}

/** Mappings as they were linked before 6.1. */
function* linkedEntries(types: BtfTypes, memory: KernelMemory, mm: VirtualAddress): Steps<Result<readonly bigint[]>> {
  const first = offsetOf(types, 'mm_struct', 'mmap');
  const next = offsetOf(types, 'vm_area_struct', 'vm_next');
  if (first === undefined || next === undefined) return failed('mappings', 'the types have neither a tree nor a list of mappings');
  const entries: bigint[] = [];
  const seen = new Set<bigint>();
  for (let at = memory.pointer(mm + BigInt(first)); at !== 0n; at = memory.pointer(at + BigInt(next))) {
    if (at === undefined || seen.has(at) || entries.length > maxMappings) return failed('mappings', 'the list of mappings is broken');
    if (entries.length % stepTurns === 0) yield;
    seen.add(at);
    entries.push(at);
  }
  return { value: entries };
}

const maxPath = 64;
/** Of all paths of a process together; those of what it has mapped more often count once. */
const maxCharacters = 16 * 1024 * 1024;
/** Between two pauses. */
const pathsAtOnce = 8;

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

/** All mappings of an address space, or why they cannot be determined. */
export function* mappingsOf(types: BtfTypes, memory: KernelMemory, mm: VirtualAddress): Steps<Result<readonly Mapping[]>> {
  const not = (why: string): Failure => failed('mappings', why);
  const tree = offsetOf(types, 'mm_struct', 'mm_mt');
  const entries = tree === undefined ? yield* linkedEntries(types, memory, mm) : yield* treeEntries(types, memory, mm);
  if (isFailure(entries)) return entries;
  const areas = entries.value;
  const at = (member: string): number | undefined => offsetOf(types, 'vm_area_struct', member);
  const [start, end, flags, file] = [at('vm_start'), at('vm_end'), at('vm_flags'), at('vm_file')];
  const countAt = offsetOf(types, 'mm_struct', 'map_count');
  if (start === undefined || end === undefined || flags === undefined || file === undefined || countAt === undefined)
    return not('the types have no vm_area_struct as it is needed');
  const count = memory.u32(mm + BigInt(countAt));
  if (count !== areas.length) return not(`mm_struct counts ${count ?? 'an unreadable number of'} mappings, ${areas.length} were found`);
  const mappings: Mapping[] = [];
  const paths = new Map<bigint, string | undefined>();
  let characters = 0;
  for (const [turn, area] of areas.entries()) {
    if (turn % pathsAtOnce === 0) yield;
    const [first, last, bits, pointer] = [start, end, flags, file].map((offset) => memory.u64(area + BigInt(offset)));
    if (first === undefined || last === undefined || bits === undefined || first >= last || first < (mappings.at(-1)?.end ?? 0n))
      return not(`there is no mapping at ${hex(area)}`);
    if (pointer !== undefined && pointer !== 0n && !paths.has(pointer) && characters < maxCharacters) {
      const found = filePath(types, memory, pointer);
      paths.set(pointer, found);
      characters += found?.length ?? 0;
    }
    const path = pointer === undefined ? undefined : paths.get(pointer);
    mappings.push({ start: first, end: last, flags: bits, ...defined({ file: path }) });
  }
  return { value: mappings };
}
