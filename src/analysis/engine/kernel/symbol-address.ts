/** The address that a symbol with an offset means: one rule for the command line, parameters of analyses, and text of the log. */
import { DumpError } from '../../../shared/dump-error.ts';
import { RequestError } from '../../../shared/rpc.ts';
import type { SymbolExpression } from '../../../shared/symbol-expression.ts';
import { hex } from '../../../shared/units.ts';
import type { KernelSymbol, SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { Session } from '../session/session.ts';
import { allNames } from './kernel-names.ts';

/** More addresses of one name are not listed. */
const mostListed = 8;

/** Symbols of a name; of a function that compilers split or cloned also those with what they append ("f.constprop.0"), as titles leave it out. */
function symbolsNamed(table: SymbolTable, name: string): readonly KernelSymbol[] {
  const found = table.lookup(name);
  if (found.length > 0 || name.includes('.')) return found;
  const clones: KernelSymbol[] = [];
  // Cold parts are of the function, and not what its name means.
  for (const one of table.all()) if (one.name.startsWith(`${name}.`) && !one.name.includes('.cold')) clones.push(one);
  return clones;
}

/**
 * @returns undefined where no symbol has the name
 * @throws RequestError query for a name of several symbols, and for an offset out of the address space
 */
export function symbolAddress(table: SymbolTable, { name, offset, module }: SymbolExpression): bigint | undefined {
  const all = symbolsNamed(table, name);
  const found = module === undefined ? all : all.filter((one) => one.module === module);
  const [address, ...others] = [...new Set(found.map((one) => one.address))];
  if (address === undefined) return undefined;
  if (others.length > 0) {
    const list = [address, ...others].slice(0, mostListed).map(hex).join(', ');
    const more = others.length + 1 > mostListed ? ', …' : '';
    throw new RequestError('query', `"${name}" is the name of ${others.length + 1} symbols (${list}${more}): give the address of one`);
  }
  const value = address + offset;
  if (value < 0n || value >= 1n << 64n) throw new RequestError('query', `"${name}": the offset leaves the 64-bit address space`);
  return value;
}

/** @throws DumpError absent without symbols, and for a name that none has; RequestError as `symbolAddress`; Cancelled */
export async function findSymbolAddress(session: Session, symbol: SymbolExpression, signal: AbortSignal): Promise<bigint> {
  const table = await allNames(session, signal);
  if ('why' in table) throw new DumpError('absent', { file: session.path }, table.why, 'a symbol table', 'attach-symbols');
  const address = symbolAddress(table, symbol);
  if (address === undefined)
    throw new DumpError('absent', { file: session.path }, `no symbol is named ${symbol.name}`, 'a name of the kernel; * matches anything');
  return address;
}
