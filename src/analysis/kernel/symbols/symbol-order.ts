/**
 * Lists of symbols as people look through them: those that fit, in an order. A list is the places of its symbols in the table, four bytes for
 * each: large kernels have a million.
 */
import { namePattern } from '../../../shared/name-pattern.ts';
import type { SymbolKind, SymbolOrder } from '../../../shared/symbol-list-model.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { NamedSymbol, SymbolTable } from './symbol-table.ts';

export interface SymbolQuery {
  /** Each has to be in the name, whatever its case; `*` in one stands for anything, and `0x…` for the symbol that the address lies in. */
  readonly words: readonly string[];
  /** Of this module alone; empty for the kernel's own. */
  readonly module?: string | undefined;
  readonly kind?: SymbolKind | undefined;
  readonly by: SymbolOrder;
  readonly descending: boolean;
}

/** Letters of nm (binutils, nm(1)). */
const kindLetters: Readonly<Record<SymbolKind, RegExp>> = { code: /^[TtWwi]$/, data: /^[DdBbRrGgSsVvu]$/, absolute: /^[Aa]$/ };

type Test = (symbol: NamedSymbol) => boolean;

function wordTest(table: SymbolTable, word: string): Test {
  if (/^0x[0-9a-f]{1,16}$/i.test(word)) {
    const address = BigInt(word.toLowerCase());
    const found = table.at(address);
    const start = found === undefined ? address : address - BigInt(found.offset);
    return (symbol) => symbol.address === start;
  }
  const wanted = word.toLowerCase();
  if (!word.includes('*')) return ({ name }) => name.toLowerCase().includes(wanted);
  const pattern = namePattern(wanted);
  return ({ name }) => pattern.test(name.toLowerCase());
}

function testOf(table: SymbolTable, { words, module, kind }: SymbolQuery): Test {
  const letters = kind === undefined ? undefined : kindLetters[kind];
  const tests: readonly Test[] = [
    ...(module === undefined ? [] : [(symbol: NamedSymbol) => (symbol.module ?? '') === module]),
    ...(letters === undefined ? [] : [({ type }: NamedSymbol) => letters.test(type)]),
    ...words.map((word) => wordTest(table, word)),
  ];
  return (symbol) => tests.every((test) => test(symbol));
}

type Compare = (left: number, right: number) => number;
const runLength = 1024;
/** Between two pauses of a merge. */
const mergedAtOnce = 8192;

/** A stable sort that gives way: runs, then merges of two at a time. */
function* sorted(places: Uint32Array<ArrayBuffer>, compare: Compare): Steps<Uint32Array> {
  let from = places;
  for (let start = 0; start < from.length; start += runLength) {
    from.subarray(start, start + runLength).sort(compare);
    yield;
  }
  let to = new Uint32Array(from.length);
  for (let length = runLength; length < from.length; length *= 2) {
    for (let start = 0; start < from.length; start += length * 2) {
      const middle = Math.min(start + length, from.length);
      const end = Math.min(start + length * 2, from.length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at += 1) {
        const takesLeft = left < middle && (right >= end || compare(from[left] ?? 0, from[right] ?? 0) <= 0);
        to[at] = from[takesLeft ? left++ : right++] ?? 0;
        if (at % mergedAtOnce === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

type Key = string | bigint | number;
const order = (left: Key, right: Key): number => (left < right ? -1 : left > right ? 1 : 0);

/** Bytes from a symbol to the next one; undefined where none follows. */
export function symbolSize(table: SymbolTable, address: bigint): number | undefined {
  const found = table.at(address);
  return found?.offset === 0 ? found.size : undefined;
}

/** What rows are compared by. Those that are alike stay in the order of the table, which is that of addresses. */
const keyOf: Readonly<Record<SymbolOrder, (symbol: NamedSymbol, table: SymbolTable) => Key>> = {
  address: ({ address }) => address,
  name: ({ name }) => name,
  type: ({ type }) => type,
  size: ({ address }, table) => symbolSize(table, address) ?? -1,
  // The kernel's own come first.
  module: ({ module }) => module ?? '',
};

/** Places of the symbols that fit, in order. */
export function* listSymbols(table: SymbolTable, query: SymbolQuery): Steps<Uint32Array> {
  const test = testOf(table, query);
  const found = new Uint32Array(table.places);
  /** Keys of those that were found, for as long as they are put in order. */
  const keys: Key[] = [];
  const key = keyOf[query.by];
  let count = 0;
  for (let place = 0; place < table.places; place += 1) {
    if (place % stepTurns === 0) yield;
    const symbol = table.symbol(place);
    if (symbol === undefined || !test(symbol)) continue;
    keys.push(key(symbol, table));
    found[count] = place;
    count += 1;
  }
  const sign = query.descending ? -1 : 1;
  const ranks = yield* sorted(
    Uint32Array.from({ length: count }, (_, rank) => rank),
    (left, right) => sign * order(keys[left] ?? '', keys[right] ?? ''),
  );
  return ranks.map((rank) => found[rank] ?? 0);
}

/** How well a name fits what was typed of it; undefined where it does not. */
function fit(name: string, typed: string, lower: string): number | undefined {
  if (name === typed) return 0;
  if (name.startsWith(typed)) return 1;
  const place = name.toLowerCase().indexOf(lower);
  return place === -1 ? undefined : place === 0 ? 2 : 3;
}

/** The symbols that a beginning, or a part, of a name most probably means: the best first. */
export function* nearestSymbols(table: SymbolTable, typed: string, most: number): Steps<readonly NamedSymbol[]> {
  const lower = typed.toLowerCase();
  let best: { readonly symbol: NamedSymbol; readonly rank: number }[] = [];
  const keepBest = (): void => {
    best = best
      .toSorted((left, right) => left.rank - right.rank || left.symbol.name.length - right.symbol.name.length || order(left.symbol.name, right.symbol.name))
      .slice(0, most);
  };
  for (let place = 0; place < table.places; place += 1) {
    if (place % stepTurns === 0) yield;
    const symbol = table.symbol(place);
    const rank = symbol === undefined ? undefined : fit(symbol.name, typed, lower);
    if (symbol === undefined || rank === undefined) continue;
    best.push({ symbol, rank });
    if (best.length >= most * 16) keepBest();
  }
  keepBest();
  return best.map(({ symbol }) => symbol);
}
