/** A symbol table with the symbols of modules beside those of the kernel. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { ModuleSymbols } from './module-symbols.ts';
import type { ModuleSymbol } from './module-symbol.ts';
import type { NamedSymbol, SymbolAt, SymbolTable } from '../symbols/symbol-table.ts';

/** Local labels and mapping symbols are no places (include/linux/module_symbol.h), nor are absolute numbers. */
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

export function withModules(table: SymbolTable, { symbols, source }: ModuleSymbols): SymbolTable {
  if (symbols.length === 0) return table;
  const named = symbols.flatMap(({ address, type, name, module }): NamedSymbol[] => (name === undefined ? [] : [{ address, type, name, module }]));
  const place = placesOf(symbols);
  let byName: Map<string, NamedSymbol[]> | undefined;
  const index = (): Map<string, NamedSymbol[]> => (byName ??= Map.groupBy(named, ({ name }) => name));
  return {
    source: `${table.source}; those of modules ${source}`,
    count: table.count + named.length,
    lookup: (name) => [...table.lookup(name), ...(index().get(name) ?? [])],
    at: (address) => place(address) ?? table.at(address),
    *all() {
      yield* table.all();
      yield* named;
    },
  };
}
