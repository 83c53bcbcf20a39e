/** `symbolPage`, `symbolModules`, `completeSymbol`: the symbols as a list, and names as they are typed. */
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { SymbolJson } from '../../../shared/kernel-model.ts';
import type { Params, Result } from '../../../shared/rpc.ts';
import { hex } from '../../../shared/units.ts';
import { paced } from '../../jobs/steps.ts';
import { listSymbols, nearestSymbols, symbolSize, type SymbolQuery } from '../../kernel/symbols/symbol-order.ts';
import type { NamedSymbol, SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { derived, searched } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { allNames, namesOf } from './kernel-names.ts';

type Asked<Method extends keyof EngineProtocol> = Omit<Params<EngineProtocol, Method>, 'dump' | 'view'>;

/** Lists that are kept: one is asked for page by page. */
const mostLists = 4;
const keptLists = derived((_session: Session) => new Map<string, Uint32Array>());

/** @throws DumpError absent without symbols; Cancelled */
async function tableOf(session: Session, signal: AbortSignal): Promise<SymbolTable> {
  const table = await allNames(session, signal);
  if ('why' in table) throw new DumpError('absent', { file: session.path }, table.why, 'a symbol table', 'attach-symbols');
  return table;
}

function symbolJson(table: SymbolTable, { address, type, name, module }: NamedSymbol): SymbolJson {
  return { address: hex(address), type, name, ...defined({ size: symbolSize(table, address), module }) };
}

async function listOf(session: Session, table: SymbolTable, query: SymbolQuery, signal: AbortSignal): Promise<Uint32Array> {
  const lists = keptLists(session);
  const key = JSON.stringify(query);
  const list = lists.get(key) ?? (await paced(listSymbols(table, query), signal));
  lists.delete(key);
  lists.set(key, list);
  const [oldest] = lists.keys();
  if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest);
  return list;
}

/** @throws DumpError absent without symbols; Cancelled */
export async function symbolPage(session: Session, request: Asked<'symbolPage'>, signal: AbortSignal): Promise<Result<EngineProtocol, 'symbolPage'>> {
  const table = await tableOf(session, signal);
  const { words = [], module, kind, by = 'address', descending = false, start, count } = request;
  const list = await listOf(session, table, { words, module, kind, by, descending }, signal);
  const symbols = [...list.subarray(start, start + count)].flatMap((place) => {
    const symbol = table.symbol(place);
    return symbol === undefined ? [] : [symbolJson(table, symbol)];
  });
  return { source: table.source, total: table.count, matching: list.length, symbols };
}

const countedModules = searched(async (session: Session, signal): Promise<ReadonlyMap<string, number>> => {
  const table = await tableOf(session, signal);
  const counts = new Map<string, number>();
  function* counting() {
    let turn = 0;
    for (const { module } of table.all()) {
      if (module !== undefined) counts.set(module, (counts.get(module) ?? 0) + 1);
      turn += 1;
      if (turn % 256 === 0) yield undefined;
    }
  }
  await paced(counting(), signal);
  return counts;
});

/** @throws DumpError absent without symbols; Cancelled */
export async function symbolModules(session: Session, signal: AbortSignal): Promise<Result<EngineProtocol, 'symbolModules'>> {
  const counts = await countedModules(session, signal);
  const modules = [...counts].map(([name, symbols]) => ({ name, symbols }));
  return { modules: modules.toSorted((left, right) => (left.name < right.name ? -1 : 1)) };
}

/** By what is known without a search through memory. @throws Cancelled */
export async function completeSymbol(
  session: Session,
  { text, most }: Asked<'completeSymbol'>,
  signal: AbortSignal,
): Promise<Result<EngineProtocol, 'completeSymbol'>> {
  const searchedFor = allNames.known(session);
  const { kernel } = session;
  if (searchedFor === undefined && !kernel.publishesSymbols) return { symbols: [], why: 'symbols would have to be searched for' };
  if (searchedFor === undefined) await kernel.ready(['symbols', 'moduleSymbols'], signal);
  const table = searchedFor ?? namesOf(kernel);
  if ('why' in table) return { symbols: [], why: table.why };
  const found = await paced(nearestSymbols(table, text, most), signal);
  return { symbols: found.map((symbol) => symbolJson(table, symbol)) };
}
