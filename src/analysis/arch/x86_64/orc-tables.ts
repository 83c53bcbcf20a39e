/**
 * The ORC tables of x86_64: for every instruction where the caller's frame is (Documentation/arch/x86/orc-unwinder.rst; arch/x86/include/asm/orc_types.h
 * of 5.10 to 7.2). The entries' bit-fields are taken from the kernel's own types; which meaning `type` has shows in the member `end`, which
 * 6.4 turned into a type of its own. Numbers of registers are in no type: those are believed by which entries of known functions make sense.
 */
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { soleAddress, type KernelBytes, type KernelNames, type StructTypes } from '../kernel-view.ts';

const registers = ['undefined', 'previous sp', 'dx', 'di', 'bp', 'sp', 'r10', 'r13', 'bp indirect', 'sp indirect'] as const;
export type OrcRegister = (typeof registers)[number] | 'ax';

/** Numbers of the registers: up to 6.12 and longer, and as 7.2 has them. */
const numberings: readonly (readonly OrcRegister[])[] = [
  registers,
  ['undefined', 'ax', 'dx', 'sp', 'bp', 'di', 'r10', 'r13', 'previous sp', 'sp indirect', 'bp indirect'],
];
export type OrcType = 'undefined' | 'end' | 'call' | 'registers' | 'some registers';

export interface OrcEntry {
  readonly type: OrcType;
  readonly sp: OrcRegister;
  readonly spOffset: number;
  readonly bp: OrcRegister;
  readonly bpOffset: number;
  /** Whether what it leads to was interrupted, and is not a return address. */
  readonly isSignal: boolean;
}

export interface OrcTables {
  /** @returns the entry that covers an instruction, or why there is none */
  find(address: bigint, module: string | undefined): OrcEntry | string;
}

/** A module as far as its table is concerned: its name and its struct module. */
export interface OrcModule {
  readonly name: string;
  readonly address: bigint;
}

interface Table {
  readonly places: bigint;
  readonly entries: bigint;
  readonly count: number;
}

interface Bits {
  readonly at: number;
  readonly bits: number;
}

const maxEntries = 16 * 1024 * 1024;
const placeBytes = 4n;
const oldTypes: readonly OrcType[] = ['call', 'registers', 'some registers', 'undefined'];
const newTypes: readonly OrcType[] = ['undefined', 'end', 'call', 'registers', 'some registers'];

/** Reads an entry by the types of this kernel; undefined where they know none. */
function entryReader(types: StructTypes, numbering: readonly OrcRegister[]): { readonly bytes: number; readonly read: (word: bigint) => OrcEntry } | undefined {
  const bytes = types.size('orc_entry');
  const member = (name: string): Bits | undefined => types.bits('orc_entry', name);
  const [spOffset, bpOffset, spReg, bpReg, type] = ['sp_offset', 'bp_offset', 'sp_reg', 'bp_reg', 'type'].map(member);
  if (bytes === undefined || bytes > 8 || spOffset === undefined || bpOffset === undefined) return undefined;
  if (spReg === undefined || bpReg === undefined || type === undefined) return undefined;
  const [end, signal] = [member('end'), member('signal')];
  const bitsOf = (word: bigint, { at, bits }: Bits): number => Number((word >> BigInt(at)) & ((1n << BigInt(bits)) - 1n));
  const signed = (word: bigint, { at }: Bits): number => Number(BigInt.asIntN(16, word >> BigInt(at)));
  return {
    bytes,
    read(word) {
      const sp = numbering[bitsOf(word, spReg)] ?? 'undefined';
      const stated = (end === undefined ? newTypes : oldTypes)[bitsOf(word, type)] ?? 'undefined';
      const old = sp !== 'undefined' ? stated : end !== undefined && bitsOf(word, end) === 1 ? 'end' : 'undefined';
      const kind = end === undefined ? stated : old;
      return {
        type: kind,
        sp,
        spOffset: signed(word, spOffset),
        bp: numbering[bitsOf(word, bpReg)] ?? 'undefined',
        bpOffset: signed(word, bpOffset),
        isSignal: signal === undefined ? kind === 'registers' || kind === 'some registers' : bitsOf(word, signal) === 1,
      };
    },
  };
}

/** The table of one module, where the types tell its place (struct mod_arch_specific). */
function moduleTable(memory: KernelBytes, types: StructTypes, module: bigint): Table | undefined {
  const at = (path: string): bigint | undefined => {
    const offset = types.offset('module', `arch.${path}`);
    return offset === undefined ? undefined : module + BigInt(offset);
  };
  const [countAt, placesAt, entriesAt] = [at('num_orcs'), at('orc_unwind_ip'), at('orc_unwind')];
  const count = countAt === undefined ? undefined : memory.u32(countAt);
  const places = placesAt === undefined ? undefined : memory.pointer(placesAt);
  const entries = entriesAt === undefined ? undefined : memory.pointer(entriesAt);
  return count === undefined || places === undefined || entries === undefined || count > maxEntries ? undefined : { count, places, entries };
}

/** Ordinary functions of every kernel. */
const ordinary = ['vfs_read', 'vfs_write', 'ksys_read', 'do_exit', 'schedule_timeout', 'kmem_cache_alloc'] as const;

/** Where a function begins, only its return address is on the stack. A wrong numbering of registers shows here. */
function isKnownEncoding(tables: OrcTables, symbols: KernelNames): boolean {
  const entries = ordinary.flatMap((name) => {
    const at = soleAddress(symbols, name);
    const entry = at === undefined ? undefined : tables.find(at, undefined);
    return entry === undefined || typeof entry === 'string' ? [] : [entry];
  });
  return entries.length > 0 && entries.every(({ type, sp, spOffset }) => type === 'call' && sp === 'sp' && spOffset === 8);
}

/** @returns the tables, or why they cannot be used */
export function orcTables(memory: KernelBytes, symbols: KernelNames, types: StructTypes, modules: readonly OrcModule[]): Result<OrcTables> {
  for (const numbering of numberings) {
    const tables = tablesBy(numbering, memory, symbols, types, modules);
    if (isFailure(tables) || isKnownEncoding(tables.value, symbols)) return tables;
  }
  return failed('ORC tables', 'the entries of the ORC tables of this kernel have another meaning than those that are known');
}

function tablesBy(
  numbering: readonly OrcRegister[],
  memory: KernelBytes,
  symbols: KernelNames,
  types: StructTypes,
  modules: readonly OrcModule[],
): Result<OrcTables> {
  const not = (why: string): Failure => failed('ORC tables', why);
  const reader = entryReader(types, numbering);
  const [places, placesEnd, entries] = ['__start_orc_unwind_ip', '__stop_orc_unwind_ip', '__start_orc_unwind'].map((name) => soleAddress(symbols, name));
  if (reader === undefined) return not('this kernel has no type orc_entry: it was built without the ORC unwinder');
  if (places === undefined || placesEnd === undefined || entries === undefined) return not('no symbols lead to the ORC tables');
  const count = Number((placesEnd - places) / placeBytes);
  if (count < 1 || count > maxEntries) return not(`the ORC tables between ${hex(places)} and ${hex(placesEnd)} have ${count} entries`);
  const kernel: Table = { places, entries, count };
  const ofModules = new Map<string, Table | undefined>();
  const tableOf = (name: string | undefined): Table | undefined => {
    if (name === undefined) return kernel;
    if (ofModules.has(name)) return ofModules.get(name);
    const module = modules.find((one) => one.name === name);
    const table = module === undefined ? undefined : moduleTable(memory, types, module.address);
    ofModules.set(name, table);
    return table;
  };
  return {
    value: {
      find(address, module) {
        const table = tableOf(module);
        if (table === undefined) return `the ORC table of ${module ?? 'the kernel'} is not known`;
        let [low, high] = [0, table.count];
        while (low < high) {
          const middle = (low + high) >>> 1;
          const at = table.places + BigInt(middle) * placeBytes;
          const distance = memory.s32(at);
          if (distance === undefined) return `the ORC table at ${hex(at)} cannot be read: ${memory.absence(at, 4)?.detail ?? 'no bytes'}`;
          if (at + BigInt(distance) <= address) low = middle + 1;
          else high = middle;
        }
        if (low === 0) return `no entry of the ORC table covers ${hex(address)}`;
        const at = table.entries + BigInt((low - 1) * reader.bytes);
        const bytes = memory.bytes(at, reader.bytes);
        if (bytes === undefined) return `the ORC entry at ${hex(at)} cannot be read: ${memory.absence(at, reader.bytes)?.detail ?? 'no bytes'}`;
        return reader.read(bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n));
      },
    },
  };
}
