/**
 * The symbols of loaded modules. Each struct module points to its struct mod_kallsyms { Elf_Sym *symtab; unsigned int num_symtab; char
 * *strtab; char *typetab } (kernel/module/kallsyms.c of 6.1; typetab since 5.2). Types tell where; without them it is the one place where
 * every live module has such a pointer into itself: module.kallsyms leads to module.core_kallsyms once a module is live.
 */
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import { asPrinted, type OwnSymbols } from './module-exports.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { KernelModule, ModuleList } from './modules.ts';
import type { ModuleSymbol } from './module-symbol.ts';

export interface ModuleSymbols {
  /** Modules in the order of the kernel's list, symbols of each in the order of its table: as /proc/kallsyms prints them. */
  readonly symbols: readonly ModuleSymbol[];
  /** By which rule they were found. */
  readonly source: string;
  /** Modules whose symbols cannot be read, and why. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

interface TablePlaces {
  /** Of the pointer in struct module. */
  readonly pointer: number;
  readonly symtab: number;
  readonly count: number;
  readonly strtab: number;
  readonly typetab: number | undefined;
  readonly source: string;
}

/** Elf64_Sym. */
const symbolBytes = 24;
const maxSymbols = 1 << 20;
const maxAllSymbols = 1 << 21;
const maxNameBytes = 512;
/** Of all names together: those of a distribution's kernel with everything loaded have some 10 Mi. */
const maxAllCharacters = 48 * 1024 * 1024;
/** Modules that are asked where their tables lie. */
const mostVoters = 512;

interface Room {
  symbols: number;
  characters: number;
}

/** struct module is smaller than this on every 64-bit kernel. */
const moduleBytes = 4096;
const firstField = 80;
const nmLetters = /^[A-Za-z?]*$/;

function placesByTypes(types: BtfTypes): TablePlaces | undefined {
  const at = (path: string): number | undefined => offsetOf(types, 'mod_kallsyms', path);
  const [pointer, symtab, count, strtab] = [offsetOf(types, 'module', 'kallsyms'), at('symtab'), at('num_symtab'), at('strtab')];
  if (pointer === undefined || symtab === undefined || count === undefined || strtab === undefined) return undefined;
  return { pointer, symtab, count, strtab, typetab: at('typetab'), source: 'by the types of struct module and mod_kallsyms' };
}

const isEmptySymbol = (bytes: Uint8Array | undefined): boolean => bytes?.every((byte) => byte === 0) === true;

/** Whether a table of symbols begins here: an empty symbol and an empty name first, then a symbol with a name. */
function isTable(memory: KernelMemory, table: bigint): boolean {
  const symtab = memory.pointer(table);
  const count = memory.u32(table + 8n);
  const strtab = memory.pointer(table + 16n);
  if (symtab === undefined || count === undefined || strtab === undefined || count < 2 || count > maxSymbols) return false;
  if (symtab === 0n || strtab === 0n || !isEmptySymbol(memory.bytes(symtab, symbolBytes)) || memory.u8(strtab) !== 0) return false;
  const name = memory.u32(symtab + BigInt(symbolBytes));
  const text = name === undefined ? undefined : memory.cstring(strtab + BigInt(name), maxNameBytes);
  return text !== undefined && /^[\x21-\x7e]+$/.test(text);
}

/** Offsets of (pointer, what it leads to) where a module has such a table of its own. */
function candidates(memory: KernelMemory, module: bigint): readonly string[] {
  const found: string[] = [];
  for (let offset = firstField; offset < moduleBytes; offset += memory.pointerBytes) {
    const pointer = memory.pointer(module + BigInt(offset));
    if (pointer === undefined || pointer <= module || pointer >= module + BigInt(moduleBytes)) continue;
    if (isTable(memory, pointer)) found.push(`${offset}/${pointer - module}`);
  }
  return found;
}

function placesByShape(memory: KernelMemory, modules: readonly KernelModule[]): Result<TablePlaces> {
  const live = modules.filter(({ state }) => state === 'live').slice(0, mostVoters);
  // One damaged module must not hide the others.
  const votes = new Map<string, number>();
  let voters = 0;
  for (const { address } of live) {
    const own = candidates(memory, address);
    if (own.length > 0) voters += 1;
    for (const one of own) votes.set(one, (votes.get(one) ?? 0) + 1);
  }
  const agreed = [...votes].filter(([, count]) => count === voters);
  const pointer = agreed.length === 1 ? Number(agreed[0]?.[0].split('/')[0]) : undefined;
  if (pointer === undefined) return failed('symbols of modules', 'where struct module points to its symbols cannot be determined without types');
  return { value: { pointer, symtab: 0, count: 8, strtab: 16, typetab: 24, source: `by the table that each struct module points to at offset ${pointer}` } };
}

/** Names of a module take some KiB; what claims more is read name by name. */
const maxNamesAtOnce = 1 << 20;

/** Names by their place in the table of names, which is read at once where all of it is in the dump. */
function namesFrom(memory: KernelMemory, strtab: bigint, symbols: DataView, little: boolean): (at: number) => string | undefined {
  const one = (at: number): string | undefined => memory.cstring(strtab + BigInt(at), maxNameBytes);
  let last = 0;
  for (let at = 0; at < symbols.byteLength; at += symbolBytes) last = Math.max(last, symbols.getUint32(at, little));
  const bytes = last > maxNamesAtOnce ? undefined : memory.bytes(strtab, last + 1);
  if (bytes === undefined) return one;
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (at) => {
    const end = texts.indexOf(0, at);
    // The last name ends after what was read.
    if (end === -1) return one(at);
    return end - at < maxNameBytes ? texts.toString('latin1', at, end) : undefined;
  };
}

function* symbolsOfModule(memory: KernelMemory, module: KernelModule, places: TablePlaces, left: Room): Steps<Result<readonly ModuleSymbol[]>> {
  const not = (why: string): Failure => failed(`symbols of ${module.name}`, why);
  const table = memory.pointer(module.address + BigInt(places.pointer));
  if (table === undefined || table === 0n) return table === 0n ? not('it has no table') : not(`struct module at ${hex(module.address)} cannot be read`);
  const symtab = memory.pointer(table + BigInt(places.symtab));
  const count = memory.u32(table + BigInt(places.count));
  const strtab = memory.pointer(table + BigInt(places.strtab));
  if (symtab === undefined || count === undefined || strtab === undefined) return not(`its table at ${hex(table)} cannot be read`);
  if (count > maxSymbols || count > left.symbols) return not(`its table at ${hex(table)} claims ${count} symbols`);
  const bytes = memory.bytes(symtab, count * symbolBytes);
  // With a part of the table lost, what is left could name the wrong one for an address.
  if (bytes === undefined) return not(`its symbols: ${memory.absence(symtab, count * symbolBytes)?.detail ?? 'they cannot be read'}`);
  if (count > 0 && !isEmptySymbol(bytes.subarray(0, symbolBytes))) return not(`what its table at ${hex(table)} leads to is no symbol table`);
  const typetab = places.typetab === undefined ? undefined : memory.pointer(table + BigInt(places.typetab));
  const letters = typetab === undefined ? undefined : memory.bytes(typetab, count);
  const types = letters === undefined ? '' : Buffer.from(letters).toString('latin1');
  const hasTypes = types.length === count && nmLetters.test(types.replaceAll('\0', ''));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = memory.endian === 'little';
  const symbols: ModuleSymbol[] = [];
  const nameAt = namesFrom(memory, strtab, view, little);
  for (let at = 0; at < bytes.length; at += symbolBytes) {
    if (at % (symbolBytes * stepTurns) === 0) yield;
    const name = nameAt(view.getUint32(at, little));
    if (name === '') continue;
    left.characters -= name?.length ?? 0;
    if (left.characters < 0) return not(`the names of all modules have more than ${maxAllCharacters} characters`);
    const size = view.getBigUint64(at + 16, little);
    symbols.push({
      address: view.getBigUint64(at + 8, little),
      size: size < 1n << 32n ? Number(size) : 0,
      type: hasTypes ? (types[at / symbolBytes] ?? '?') : '?',
      name,
      module: module.name,
      section: view.getUint16(at + 6, little),
    });
  }
  return { value: symbols };
}

/** @param memory one in which lost pages are absent */
export function* readModuleSymbols(memory: KernelMemory, types: BtfTypes | undefined, list: ModuleList): Steps<ModuleSymbols> {
  const loaded = list.modules.filter(({ state }) => state !== 'unformed');
  const missing: { what: string; why: string }[] = list.broken === undefined ? [] : [{ what: 'symbols of modules after the break', why: list.broken }];
  if (loaded.length === 0) return { symbols: [], source: 'no modules', missing };
  const byTypes = types === undefined ? undefined : placesByTypes(types);
  const found = byTypes === undefined ? placesByShape(memory, loaded) : { value: byTypes };
  if (isFailure(found)) return { symbols: [], source: 'none', missing: [...missing, found.missing] };
  const places = found.value;
  const tables: OwnSymbols[] = [];
  const left: Room = { symbols: maxAllSymbols, characters: maxAllCharacters };
  for (const module of loaded) {
    yield;
    const own = yield* symbolsOfModule(memory, module, places, left);
    if (isFailure(own)) {
      missing.push(own.missing);
      continue;
    }
    left.symbols -= own.value.length;
    tables.push({ module: module.address, symbols: own.value });
  }
  return { symbols: asPrinted(memory, types, tables, places.pointer), source: places.source, missing };
}
