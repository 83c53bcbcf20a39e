/** The names of a kernel's addresses, both ways. Sorted by address; several names may share one. */
import type { VirtualAddress } from '../../../shared/units.ts';
import { nameBlock } from './name-block.ts';
import { nameHash, slotOf, type SymbolNames } from './symbol-names.ts';

export { soleAddress } from '../../arch/kernel-view.ts';

export interface KernelSymbol {
  readonly address: VirtualAddress;
  /** Letter of nm: T t D d B b R r A a W w V v. */
  readonly type: string;
  /** Absent for the kernel's own. */
  readonly module?: string;
}

export interface NamedSymbol extends KernelSymbol {
  readonly name: string;
}

export interface SymbolAt {
  readonly name: string;
  readonly offset: number;
  /** Bytes up to the next symbol, where one follows. */
  readonly size?: number;
  readonly module?: string;
}

export interface SymbolTable {
  /** Where the table was found and by which rule it was read. */
  readonly source: string;
  /** Symbols that have a name; fewer than recorded when pages of names are absent. */
  readonly count: number;
  /** Every symbol of that name: static functions may share one. */
  lookup(name: string): readonly KernelSymbol[];
  /** The symbol that an address lies in. Undefined outside, between two pieces of the image, and where names are absent. */
  at(address: VirtualAddress): SymbolAt | undefined;
  /** All symbols with a name, in the order of the table. */
  all(): Iterable<NamedSymbol>;
  /** Places of the table: those of symbols whose name is not in the dump are among them. */
  readonly places: number;
  /** The symbol at a place of the table, from 0; undefined where its name is not known. */
  symbol(place: number): NamedSymbol | undefined;
}

export interface SymbolList<Names = SymbolNames | readonly (string | undefined)[]> {
  readonly addresses: BigUint64Array;
  /** Type letter and name, or undefined where the page of the name is not in the dump. */
  readonly names: Names;
}

/** Those of a file of the user's, as strings. */
export type ListedSymbols = SymbolList<readonly (string | undefined)[]>;

/** Names that end a piece of the image: what lies after them belongs to nothing (include/asm-generic/sections.h). */
const endMarks =
  /^(_etext|_einittext|_edata|_end|__bss_stop|__brk_limit|__end_rodata|__end_rodata_aligned|__inittext_end|__init_end|_eshared|__exittext_end|_samode31|_eamode31)$/;
const textTypes = new Set(['T', 't', 'W', 'w']);
/** Offsets into per-CPU areas and absolute numbers are not places. */
const noPlace = new Set(['A', 'a', 'U', 'N']);
/** A symbol that would be larger than this is the last one before a hole. */
const maxSymbolBytes = 64n * 1024n * 1024n;

/** Names of the linker for the borders of pieces of the image: an object there has a name of its own. */
const borderMark = /(?:_text|_data|_section)_(?:start|end)$/;

/** Among the names of one address: a global function, then any function, then the first; marks of borders last. */
function preferred(all: readonly string[]): string | undefined {
  const objects = all.filter((name) => !borderMark.test(name));
  const names = objects.length > 0 ? objects : all;
  return names.find((name) => name.startsWith('T')) ?? names.find((name) => textTypes.has(name.slice(0, 1))) ?? names[0];
}

/** Positions of a name, ascending. Chains in two arrays of numbers: a map of lists would take several times the names themselves. */
function positionsByName(names: SymbolNames): (name: string) => readonly number[] {
  const heads = new Uint32Array(2 ** Math.ceil(Math.log2(names.length + 1)));
  /** Positions count from 1: 0 ends a chain. */
  const following = new Uint32Array(names.length + 1);
  for (let at = names.length - 1; at >= 0; at -= 1) {
    if (!names.has(at)) continue;
    const slot = slotOf(names.hash(at), heads.length);
    following[at + 1] = heads[slot] ?? 0;
    heads[slot] = at + 1;
  }
  return (name) => {
    const positions: number[] = [];
    const hash = nameHash(name);
    for (let at = heads[slotOf(hash, heads.length)] ?? 0; at > 0; at = following[at] ?? 0)
      if (names.hash(at - 1) === hash && names.isNamed(at - 1, name)) positions.push(at - 1);
    return positions;
  };
}

const isList = (names: SymbolList['names']): names is readonly (string | undefined)[] => Array.isArray(names);

export function symbolTable(source: string, { addresses, names: given }: SymbolList): SymbolTable {
  const names = isList(given) ? nameBlock(given) : given;
  let found: ((name: string) => readonly number[]) | undefined;

  /** Number of symbols whose address is not above. */
  function countUpTo(address: VirtualAddress): number {
    let low = 0;
    let high = addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((addresses[middle] ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const isPlace = (at: number): boolean => !noPlace.has(names.letter(at));

  function at(address: VirtualAddress): SymbolAt | undefined {
    const end = countUpTo(address);
    let last = end - 1;
    while (last >= 0 && !isPlace(last)) last -= 1;
    const start = addresses[last];
    if (last < 0 || start === undefined) return undefined;
    let first = last;
    while (first > 0 && addresses[first - 1] === start) first -= 1;
    const known: string[] = [];
    for (let one = first; one <= last; one += 1) {
      const text = names.at(one);
      // A name that is not in the dump could be the better one.
      if (text === undefined) return undefined;
      if (isPlace(one)) known.push(text);
    }
    const name = preferred(known)?.slice(1);
    if (name === undefined) return undefined;
    const offset = address - start;
    let next = end;
    while (next < addresses.length && !isPlace(next)) next += 1;
    const following = addresses[next];
    const size = following === undefined ? undefined : following - start;
    if (offset > 0n && (size === undefined || size > maxSymbolBytes || known.some((one) => endMarks.test(one.slice(1))))) return undefined;
    return { name, offset: Number(offset), ...(size === undefined || size > maxSymbolBytes ? {} : { size: Number(size) }) };
  }

  const symbol = (place: number): NamedSymbol | undefined => {
    const text = names.at(place);
    return text === undefined ? undefined : { address: addresses[place] ?? 0n, type: text.slice(0, 1), name: text.slice(1) };
  };

  return {
    source,
    count: names.known,
    at,
    lookup: (name) => (found ??= positionsByName(names))(name).map((one) => ({ address: addresses[one] ?? 0n, type: names.letter(one) })),
    *all() {
      for (let one = 0; one < names.length; one += 1) {
        const found = symbol(one);
        if (found !== undefined) yield found;
      }
    },
    places: names.length,
    symbol,
  };
}
