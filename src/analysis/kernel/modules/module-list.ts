/** The loaded modules of a kernel: by the symbol of their list, or by its shape. */
import { hex } from '../../../shared/units.ts';
import type { SymbolSearch } from '../symbols/kallsyms.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { searchListHead } from '../memory/list-search.ts';
import { withoutLostPages } from '../memory/lost-pages.ts';
import { isModuleNode, listModules, type ModuleList } from './modules.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { soleAddress } from '../symbols/symbol-table.ts';
import { failed, isFailure, type Result } from '../../../shared/result.ts';

export interface FoundModules {
  readonly list: ModuleList;
  readonly source: string;
}

/** By symbol alone. */
export function* modulesBySymbol(memory: KernelMemory, symbols: SymbolSearch): Steps<FoundModules | undefined> {
  const head = !isFailure(symbols) ? soleAddress(symbols.value, 'modules') : undefined;
  return head === undefined ? undefined : { list: yield* listModules(memory, head), source: 'symbol modules' };
}

/**
 * @param memory the kernel's memory as it is
 * @returns the one list of modules that begins among the kernel's variables, or why there is none to be found
 */
export function* modulesByShape(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): Steps<Result<FoundModules>> {
  if (vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)') === undefined)
    return failed('modules', 'no symbol names the list, and vmcoreinfo does not say where the kernel image lies');
  const head = yield* searchListHead(memory, vmcoreinfo, isModuleNode);
  return head === undefined
    ? failed(
        'modules',
        'no symbol names the list of modules, and no single list of modules begins among the variables of the kernel; it looks the same when none is loaded',
      )
    : { value: { list: yield* listModules(withoutLostPages(memory), head), source: `list head at ${hex(head)}, found by its shape` } };
}
