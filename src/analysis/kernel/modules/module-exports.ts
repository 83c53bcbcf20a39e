/**
 * What a module exports to everyone, which /proc/kallsyms shows by a capital letter (kernel/kallsyms.c, s_show; is_exported in
 * kernel/module/kallsyms.c of 6.1: module.syms only, not gpl_syms). Each export has a mark "__ksymtab_NAME" in the module's own table.
 * Kernels such as 7.2 have one table for both, with the flags of each export next to it (`flagstab`), and print all by a capital letter.
 */
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { ModuleSymbol } from './module-symbol.ts';

export interface OwnSymbols {
  /** Virtual address of the struct module. */
  readonly module: bigint;
  readonly symbols: readonly ModuleSymbol[];
}

const exportMark = '__ksymtab_';
const firstField = 80;

const marksOf = ({ symbols }: OwnSymbols): readonly ModuleSymbol[] => symbols.filter(({ name }) => name?.startsWith(exportMark) === true);

/** Where each section of marks begins. */
function starts(marks: readonly ModuleSymbol[]): ReadonlySet<bigint> {
  const first = new Map<number, bigint>();
  for (const { section, address } of marks) {
    const known = first.get(section);
    if (known === undefined || address < known) first.set(section, address);
  }
  return new Set(first.values());
}

/** Whether a field is `syms` of a struct module with `crcs`, `flagstab` and `num_syms` after it: one table for all exports. */
function isSoleTable(memory: KernelMemory, tables: readonly OwnSymbols[], offset: number): boolean {
  const holders = tables.filter((table) => marksOf(table).length > 0);
  return holders.every((table) => {
    const field = table.module + BigInt(offset);
    const flags = memory.pointer(field + BigInt(2 * memory.pointerBytes));
    return flags !== undefined && memory.u8(flags) !== undefined && memory.u32(field + BigInt(3 * memory.pointerBytes)) === marksOf(table).length;
  });
}

/** Offset of module.syms: the first of the two fields that lead to the start of marks, or the only one there is; undefined while the other is not seen. */
function exportsAt(memory: KernelMemory, tables: readonly OwnSymbols[], end: number): number | undefined {
  const seen = new Set<number>();
  for (const table of tables) {
    const wanted = starts(marksOf(table));
    if (wanted.size === 0) continue;
    for (let offset = firstField; offset < end; offset += memory.pointerBytes) {
      const pointer = memory.pointer(table.module + BigInt(offset));
      if (pointer !== undefined && wanted.has(pointer)) seen.add(offset);
    }
  }
  const [only] = seen;
  if (seen.size === 1 && only !== undefined && isSoleTable(memory, tables, only)) return only;
  const [one = 0, other = 0] = seen;
  return seen.size === 2 ? Math.min(one, other) : undefined;
}

/**
 * All symbols with the letters of /proc/kallsyms. Where exports cannot be determined all letters are small.
 * @param end offset in struct module of its pointer to symbols: both fields come before
 */
export function asPrinted(memory: KernelMemory, types: BtfTypes | undefined, tables: readonly OwnSymbols[], end: number): readonly ModuleSymbol[] {
  const offset = (types === undefined ? undefined : offsetOf(types, 'module', 'syms')) ?? exportsAt(memory, tables, end);
  const printed: ModuleSymbol[] = [];
  for (const table of tables) {
    const marks = marksOf(table);
    const pointer = offset === undefined || marks.length === 0 ? undefined : memory.pointer(table.module + BigInt(offset));
    const section = marks.find(({ address }) => address === pointer)?.section;
    const exported = new Set(marks.flatMap((mark) => (mark.section === section ? [mark.name?.slice(exportMark.length)] : [])));
    for (const symbol of table.symbols) {
      const type = symbol.name !== undefined && exported.has(symbol.name) ? symbol.type.toUpperCase() : symbol.type.toLowerCase();
      printed.push(type === symbol.type ? symbol : { ...symbol, type });
    }
  }
  return printed;
}
