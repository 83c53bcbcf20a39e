/** A symbol table with the symbols of modules next to those of the kernel. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { ModuleSymbols } from './module-symbols.ts';
import type { ModuleSymbol } from './module-symbol.ts';
import { soleAddress, type NamedSymbol, type SymbolAt, type SymbolTable } from '../symbols/symbol-table.ts';

/** Local labels and mapping symbols are not places (include/linux/module_symbol.h), nor are absolute numbers. */
const noPlace = /^(\.L|L0|\$)/;
const absolute = /^[aAU]$/;

/** Sorted by address; an address belongs to a symbol only within its recorded size: modules lie apart, with anything between them. */
function placesOf(symbols: readonly ModuleSymbol[]): (address: VirtualAddress) => SymbolAt | undefined {
  const sorted = symbols
    .filter(({ name, type }) => !absolute.test(type) && (name === undefined || !noPlace.test(name)))
    .toSorted((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return (address) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.address ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    const start = sorted[low - 1]?.address;
    if (start === undefined) return undefined;
    const known: ModuleSymbol[] = [];
    for (let at = low - 1; at >= 0 && sorted[at]?.address === start; at -= 1) {
      const symbol = sorted[at];
      // A name that is not in the dump could be the better one.
      if (symbol?.name === undefined) return undefined;
      known.push(symbol);
    }
    const offset = Number(address - start);
    const holding = known.reverse().filter(({ size }) => (size === 0 ? offset === 0 : offset < size));
    const found = holding.find(({ type }) => type === 'T') ?? holding.find(({ type }) => /[tTwW]/.test(type)) ?? holding[0];
    if (found?.name === undefined) return undefined;
    return { name: found.name, offset, module: found.module, ...(found.size === 0 ? {} : { size: found.size }) };
  };
}

interface Prepared {
  readonly named: readonly NamedSymbol[];
  readonly place: (address: VirtualAddress) => SymbolAt | undefined;
  readonly byName: () => ReadonlyMap<string, readonly NamedSymbol[]>;
}

/** Hundreds of thousands of symbols are put in order once, however many tables they become part of. */
const prepared = new WeakMap<readonly ModuleSymbol[], Prepared>();

function prepare(symbols: readonly ModuleSymbol[]): Prepared {
  const before = prepared.get(symbols);
  if (before !== undefined) return before;
  const isNamed = (symbol: ModuleSymbol): symbol is ModuleSymbol & NamedSymbol => symbol.name !== undefined;
  const named = symbols.every(isNamed) ? symbols : symbols.filter(isNamed);
  let byName: Map<string, NamedSymbol[]> | undefined;
  let place: ((address: VirtualAddress) => SymbolAt | undefined) | undefined;
  const made: Prepared = {
    named,
    place: (address) => (place ??= placesOf(symbols))(address),
    byName: () => (byName ??= Map.groupBy(named, ({ name }) => name)),
  };
  prepared.set(symbols, made);
  return made;
}

/** Those whose names are known, in the order of the list of modules. */
export const namedSymbols = ({ symbols }: ModuleSymbols): readonly NamedSymbol[] => prepare(symbols).named;

/**
 * The same, with the symbols of modules read when the first address outside the kernel's own image is asked for: modules never lie in it.
 * @param modules reads them; some kernels have hundreds of thousands
 */
export function withModulesOnDemand(table: SymbolTable, modules: () => ModuleSymbols): SymbolTable {
  const start = soleAddress(table, '_stext');
  const end = soleAddress(table, '_end');
  let made: SymbolTable | undefined;
  const whole = (): SymbolTable => (made ??= withModules(table, modules()));
  return {
    get source() {
      return whole().source;
    },
    get count() {
      return whole().count;
    },
    lookup: (name) => whole().lookup(name),
    at: (address) => (isBetween(address, start, end) ? table.at(address) : whole().at(address)),
    all: () => whole().all(),
    get places() {
      return whole().places;
    },
    symbol: (place) => whole().symbol(place),
  };
}

const isBetween = (address: VirtualAddress, start: bigint | undefined, end: bigint | undefined): boolean =>
  start !== undefined && end !== undefined && address >= start && address < end;

/** Whether addresses lie in the kernel's own image, where no module is. */
export const inImage = (table: SymbolTable, addresses: readonly VirtualAddress[]): boolean => {
  const start = soleAddress(table, '_stext');
  const end = soleAddress(table, '_end');
  return addresses.every((address) => isBetween(address, start, end));
};

export function withModules(table: SymbolTable, { symbols, source }: ModuleSymbols): SymbolTable {
  if (symbols.length === 0) return table;
  const { named, place, byName } = prepare(symbols);
  return {
    source: `${table.source}; those of modules ${source}`,
    count: table.count + named.length,
    lookup: (name) => [...table.lookup(name), ...(byName().get(name) ?? [])],
    at: (address) => place(address) ?? table.at(address),
    *all() {
      yield* table.all();
      yield* named;
    },
    places: table.places + named.length,
    symbol: (at) => (at < table.places ? table.symbol(at) : named[at - table.places]),
  };
}
