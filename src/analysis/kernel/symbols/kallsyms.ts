/**
 * The kernel's own symbol table, kallsyms, decoded from memory (vmcoreinfo-kallsyms-btf.md section 3; Linux kernel/kallsyms.c,
 * scripts/kallsyms.c). Kernels since 6.0 say in vmcoreinfo where the tables lie; for older ones see kallsyms-search.ts. A table is
 * taken only when it proves itself: tokens chain, every name has a type, addresses ascend, _stext is where vmcoreinfo says.
 */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { decodeNames } from './kallsyms-names.ts';
import { nameHash, type SymbolNames } from './symbol-names.ts';
import { symbolTable, type SymbolTable } from './symbol-table.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { zeroPageOf } from '../memory/zero-page.ts';
import type { KallsymsPlaces } from './kallsyms-places.ts';
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';

export type SymbolSearch = Result<SymbolTable>;

const minSymbols = 10_000;
const maxSymbols = 2_000_000;
const tokens = 256;
const maxTokenTableBytes = 16 * 1024;
/** Between two pauses. */
const addressesAtOnce = 4096;

/** What the keys of vmcoreinfo say; undefined for kernels before 6.0. */
export function kallsymsPlaces(vmcoreinfo: Vmcoreinfo): KallsymsPlaces | undefined {
  const key = (name: string): bigint | undefined => vmcoreinfoHex(vmcoreinfo, `SYMBOL(kallsyms_${name})`);
  const names = key('names');
  const count = key('num_syms');
  const tokenTable = key('token_table');
  const tokenIndex = key('token_index');
  if (names === undefined || count === undefined || tokenTable === undefined || tokenIndex === undefined) return undefined;
  const offsets = key('offsets');
  const relativeBase = key('relative_base');
  const addresses = key('addresses');
  return {
    names,
    count,
    tokenTable,
    tokenIndex,
    ...defined({ offsets, relativeBase, addresses }),
    found: 'keys of vmcoreinfo',
  };
}

const not = (why: string): Failure => failed('symbols', why);

const absent = (memory: KernelMemory, address: VirtualAddress, length: number, what: string): string =>
  `${what}: ${memory.absence(address, length)?.detail ?? `${length} bytes at ${hex(address)} cannot be read`}`;

/** The text of each token, or why the table is none: each text must end where the next one's index says. */
export function kallsymsTokens(memory: KernelMemory, table: bigint, index: bigint): Result<readonly string[]> {
  const indexBytes = memory.bytes(index, tokens * 2);
  if (indexBytes === undefined) return not(absent(memory, index, tokens * 2, 'kallsyms_token_index'));
  const view = new DataView(indexBytes.buffer, indexBytes.byteOffset);
  const starts = Array.from({ length: tokens }, (_, code) => view.getUint16(code * 2, memory.endian === 'little'));
  const last = starts.at(-1) ?? 0;
  if (starts[0] !== 0 || last > maxTokenTableBytes) return not('kallsyms_token_index does not start at 0');
  const text = memory.partial(table, last + 64);
  const gap = text.absences.find(({ address }) => address < table + BigInt(last + 1));
  if (gap !== undefined) return not(`kallsyms_token_table: ${gap.detail}`);
  const found: string[] = [];
  for (const [code, start] of starts.entries()) {
    const end = text.bytes.indexOf(0, start);
    const next = starts[code + 1];
    if (end === -1 || (next !== undefined && next !== end + 1)) return not(`kallsyms_token_table: token ${code} does not end where the next one starts`);
    found.push(Buffer.from(text.bytes.subarray(start, end)).toString('latin1'));
  }
  return { value: found };
}

/** One way to read the addresses. */
type Offsets = Result<{ readonly addresses: () => Steps<BigUint64Array>; readonly rule: string }>;

/** Addresses as pairs of 32-bit words, in which they are made and held against each other: a million BigInts would be garbage. */
const lowWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const wordsOf = (addresses: BigUint64Array): Uint32Array => new Uint32Array(addresses.buffer, addresses.byteOffset, addresses.length * 2);

function ascends(addresses: BigUint64Array): boolean {
  const words = wordsOf(addresses);
  for (let at = 2; at < words.length; at += 2) {
    const [high, before] = [words[at + 1 - lowWord] ?? 0, words[at - 1 - lowWord] ?? 0];
    if (high < before || (high === before && (words[at + lowWord] ?? 0) < (words[at - 2 + lowWord] ?? 0))) return false;
  }
  return true;
}

/** One address for each symbol: a base and an offset from it, which may be below 0. */
function* offsetColumn(count: number, base: bigint, offset: (at: number) => number): Steps<BigUint64Array> {
  const addresses = new BigUint64Array(count);
  const words = wordsOf(addresses);
  const [low, high] = [Number(base & 0xffff_ffffn), Number((base >> 32n) & 0xffff_ffffn)];
  for (let at = 0; at < count; at += 1) {
    if (at % addressesAtOnce === addressesAtOnce - 1) yield;
    const sum = low + offset(at);
    words[at * 2 + lowWord] = sum;
    words[at * 2 + 1 - lowWord] = high + Math.floor(sum / 0x1_0000_0000);
  }
  return addresses;
}

/** One address for each symbol. */
function* column(count: number, place: (at: number) => bigint): Steps<BigUint64Array> {
  const addresses = new BigUint64Array(count);
  for (let at = 0; at < count; at += 1) {
    if (at % addressesAtOnce === addressesAtOnce - 1) yield;
    addresses[at] = place(at);
  }
  return addresses;
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** By each rule that the tables allow. */
function readAddresses(memory: KernelMemory, places: KallsymsPlaces, count: number): readonly Offsets[] {
  const little = memory.endian === 'little';
  const view = (address: VirtualAddress, bytes: number): DataView | undefined => {
    const read = memory.bytes(address, bytes);
    return read === undefined ? undefined : new DataView(read.buffer, read.byteOffset, read.byteLength);
  };
  if (places.addresses !== undefined && places.offsets === undefined) {
    const size = memory.pointerBytes;
    const data = view(places.addresses, count * size);
    if (data === undefined) return [not(absent(memory, places.addresses, count * size, 'kallsyms_addresses'))];
    const zero = zeroPageOf(memory, places.addresses, bytesOf(data));
    if (zero !== undefined) return [not(`kallsyms_addresses: the page at ${hex(zero)} is all zero`)];
    const addresses = (): Steps<BigUint64Array> =>
      column(count, (at) => (size === 8 ? data.getBigUint64(at * 8, little) : BigInt(data.getUint32(at * 4, little))));
    return [{ value: { addresses, rule: 'addresses as such' } }];
  }
  const { offsets } = places;
  if (offsets === undefined) return [not('vmcoreinfo names neither kallsyms_offsets nor kallsyms_addresses')];
  const data = view(offsets, count * 4);
  if (data === undefined) return [not(absent(memory, offsets, count * 4, 'kallsyms_offsets'))];
  const zero = zeroPageOf(memory, offsets, bytesOf(data));
  if (zero !== undefined) return [not(`kallsyms_offsets: the page at ${hex(zero)} is all zero`)];
  if (places.relativeBase === undefined) {
    // Kernels of 2026 have no base: each offset counts from where it is itself (offset_to_ptr).
    const addresses = (): Steps<BigUint64Array> => offsetColumn(count, offsets, (at) => at * 4 + data.getInt32(at * 4, little));
    return [{ value: { addresses, rule: 'offsets from their own places' } }];
  }
  const base = memory.pointer(places.relativeBase);
  if (base === undefined) return [not(absent(memory, places.relativeBase, memory.pointerBytes, 'kallsyms_relative_base'))];
  // Per-CPU symbols of x86_64 are absolute numbers there, the rest counts down from the base (KALLSYMS_ABSOLUTE_PERCPU).
  const perCpu = (at: number): bigint => {
    const offset = data.getInt32(at * 4, little);
    return offset >= 0 ? BigInt(offset) : base - 1n - BigInt(offset);
  };
  return [
    { value: { addresses: () => offsetColumn(count, base, (at) => data.getUint32(at * 4, little)), rule: 'offsets from a base' } },
    { value: { addresses: () => column(count, (at) => BigInt.asUintN(64, perCpu(at))), rule: 'offsets from a base, per-CPU symbols absolute' } },
  ];
}

function positionsOf(names: SymbolNames, name: string): readonly number[] {
  const found: number[] = [];
  const hash = nameHash(name);
  for (let at = 0; at < names.length; at += 1) if (names.hash(at) === hash && names.isNamed(at, name)) found.push(at);
  return found;
}

/** Reads and proves the tables. `stext` is what vmcoreinfo says of _stext. */
export function* readKallsyms(memory: KernelMemory, places: KallsymsPlaces, stext: bigint | undefined): Steps<SymbolSearch> {
  const count = memory.u32(places.count);
  if (count === undefined) return not(absent(memory, places.count, 4, 'kallsyms_num_syms'));
  if (count < minSymbols || count > maxSymbols) return not(`kallsyms_num_syms at ${hex(places.count)} is ${count}: not a number of symbols`);
  const texts = kallsymsTokens(memory, places.tokenTable, places.tokenIndex);
  if (isFailure(texts)) return texts;
  const decoded = yield* decodeNames(memory, places, count, texts.value);
  if (isFailure(decoded)) return decoded;
  const { names, missing } = decoded.value;
  const stextAt = positionsOf(names, '_stext').filter((at) => /^[Tt]$/.test(names.letter(at)));
  const candidates = readAddresses(memory, places, count);
  const why: string[] = [];
  for (const candidate of candidates) {
    if (isFailure(candidate)) return candidate;
    const { rule } = candidate.value;
    const addresses = yield* candidate.value.addresses();
    if (!ascends(addresses)) why.push(`${rule}: the addresses do not ascend`);
    else if (stext !== undefined && stextAt.length > 0 && !stextAt.some((at) => addresses[at] === stext)) {
      why.push(`${rule}: _stext is not at ${hex(stext)}, where vmcoreinfo has it`);
    } else if (stext !== undefined && stextAt.length === 0 && missing === 0) why.push(`${rule}: there is no _stext`);
    else {
      const lost = missing === 0 ? '' : `; ${missing} of ${count} names are not in the dump`;
      return { value: symbolTable(`kallsyms at ${hex(places.names)} (${places.found}; ${rule}${lost})`, { addresses, names }) };
    }
  }
  return not(`kallsyms: ${why.join('; ')}`);
}
