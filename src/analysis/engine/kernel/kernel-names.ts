/** What addresses of a kernel are called: its own symbols with those of its modules. */
import type { Kernel } from '../../kernel/kernel.ts';
import { withModules } from '../../kernel/modules/module-symbol-table.ts';
import type { SymbolAt, SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { searched } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

export type NameSearch = SymbolTable | { readonly why: string };

/** The names as far as pointers lead to them: a list of modules that no symbol names is not searched for. */
export function namesOf({ symbols, moduleSymbols }: Pick<Kernel, 'symbols' | 'moduleSymbols'>): NameSearch {
  return !isFailure(symbols) ? withModules(symbols.value, moduleSymbols) : { why: symbols.missing.why };
}

/** All names: vmcoreinfo and a list of modules that nothing leads to are searched for. @throws Cancelled */
export const allNames = searched(async (session: Session, signal): Promise<NameSearch> => {
  const kernel = await session.findKernel(signal);
  await kernel.ready(['symbols', 'allModuleSymbols'], signal);
  const { symbols } = kernel;
  return !isFailure(symbols) ? withModules(symbols.value, kernel.findModuleSymbols()) : { why: symbols.missing.why };
});

/** "name+0x1a [module]"; the offset is left out where it is 0. */
export const symbolText = ({ name, offset, module }: SymbolAt): string =>
  `${name}${offset === 0 ? '' : `+0x${offset.toString(16)}`}${module === undefined ? '' : ` [${module}]`}`;
