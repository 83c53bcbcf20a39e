/** `symbols` and `symbolize`: names of the kernel's addresses, both ways. */
import { inPieces, type GivePiece } from '../../jobs/in-pieces.ts';
import type { Session } from '../session/session.ts';
import type { KernelSymbol, NamedSymbol, SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { allNames, namesOf, type NameSearch } from './kernel-names.ts';
import { inImage, namedSymbols } from '../../kernel/modules/module-symbol-table.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { PlaceNameJson, SymbolJson, SymbolizeJson, SymbolsJson } from '../../../shared/kernel-model.ts';
import { hex } from '../../../shared/units.ts';
import { namePattern } from '../../../shared/name-pattern.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { isFailure } from '../../../shared/result.ts';

async function tableFor(session: Session, signal: AbortSignal): Promise<{ table: SymbolTable; vmcoreinfo: string }> {
  const kernel = await session.findKernel(signal);
  const found = await allNames(session, signal);
  if ('why' in found) throw new DumpError('absent', { file: session.path }, found.why, 'a symbol table', 'attach-symbols');
  return { table: found, vmcoreinfo: kernel.vmcoreinfo?.source ?? 'none' };
}

/** Symbols of a name, or of names that fit. */
function* named(table: SymbolTable, name: string): Generator<SymbolJson> {
  const plain = ({ address, type, module }: KernelSymbol, one: string): SymbolJson => {
    const { size } = table.at(address) ?? {};
    return { address: hex(address), type, name: one, ...defined({ size, module }) };
  };
  if (!name.includes('*')) for (const symbol of table.lookup(name)) yield plain(symbol, name);
  else {
    const glob = namePattern(name);
    for (const one of table.all()) if (glob.test(one.name)) yield plain(one, one.name);
  }
}

function* everySymbol(symbols: Iterable<NamedSymbol>): Generator<SymbolJson> {
  for (const { address, type, name, module } of symbols)
    yield module === undefined ? { address: hex(address), type, name } : { address: hex(address), type, name, module };
}

/** Those of modules, once they were read. */
type ModuleNames = () => readonly NamedSymbol[];

/** The kernel's own, before those of its modules are read. @returns the others; undefined where nothing was given */
async function giveOwn(session: Session, signal: AbortSignal, give: GivePiece<SymbolJson> | undefined): Promise<ModuleNames | undefined> {
  if (give === undefined) return undefined;
  const kernel = await session.findKernel(signal);
  await kernel.ready(['symbols'], signal);
  const { symbols } = kernel;
  if (isFailure(symbols)) return undefined;
  await inPieces(everySymbol(symbols.value.all()), give, signal);
  return () => namedSymbols(kernel.findModuleSymbols());
}

/**
 * @param give takes the symbols piece by piece
 * @throws DumpError absent when there are no symbols, or none of that name or at that address; Cancelled
 */
export async function describeSymbols(
  session: Session,
  request: { readonly name?: string | undefined; readonly address?: bigint | undefined },
  signal: AbortSignal,
  give?: GivePiece<SymbolJson>,
): Promise<SymbolsJson> {
  const ofModules = request.address === undefined && request.name === undefined ? await giveOwn(session, signal, give) : undefined;
  const { table, vmcoreinfo } = await tableFor(session, signal);
  const head = { schema: schemaVersion, source: table.source, vmcoreinfo, total: table.count } as const;
  if (request.address !== undefined) {
    const found = table.at(request.address);
    if (found === undefined)
      throw new DumpError('absent', { file: session.path, address: request.address }, 'no symbol is there', 'an address of the kernel image');
    const start = request.address - BigInt(found.offset);
    const type = table.lookup(found.name).find(({ address }) => address === start)?.type ?? '?';
    return { ...head, symbols: [{ ...found, address: hex(start), type }] };
  }
  if (request.name === undefined) return { ...head, symbols: await inPieces(everySymbol(ofModules === undefined ? table.all() : ofModules()), give, signal) };
  let given = 0;
  const symbols = await inPieces(
    named(table, request.name),
    give === undefined
      ? undefined
      : (piece) => {
          given += piece.length;
          give(piece);
        },
    signal,
  );
  if (symbols.length + given === 0)
    throw new DumpError('absent', { file: session.path }, `no symbol is named ${request.name}`, 'a name of the kernel; * matches anything');
  return { ...head, symbols };
}

/** Names without a scan; symbols of modules are read only where an address may lie in one. */
async function quickNames({ kernel }: Session, addresses: readonly bigint[], signal: AbortSignal): Promise<NameSearch> {
  await kernel.ready(['symbols'], signal);
  const { symbols } = kernel;
  if (!isFailure(symbols) && inImage(symbols.value, addresses)) return symbols.value;
  await kernel.ready(['moduleSymbols'], signal);
  return namesOf(kernel);
}

/** Names of many addresses at once; a table that cannot be read gives none and says why. */
export async function symbolize(
  session: Session,
  request: { readonly addresses: readonly bigint[]; readonly quick?: boolean | undefined },
  signal: AbortSignal,
): Promise<SymbolizeJson> {
  if (request.quick === true && !session.kernel.publishesSymbols) return { schema: schemaVersion, places: [], why: 'symbols would have to be searched for' };
  const found = request.quick === true ? await quickNames(session, request.addresses, signal) : await allNames(session, signal);
  if ('why' in found) return { schema: schemaVersion, places: [], why: found.why };
  const places = request.addresses.flatMap((address): PlaceNameJson[] => {
    const place = found.at(address);
    return place === undefined ? [] : [{ address: hex(address), ...place }];
  });
  return { schema: schemaVersion, places };
}
