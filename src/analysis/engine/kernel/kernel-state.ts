/** What answers about a kernel's own state read of it: memory, symbols, types, and why one of them is missing. */
import type { Kernel } from '../../kernel/kernel.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { KernelTypes, TypeSearch } from '../../kernel/btf/find-types.ts';
import type { Session } from '../session/session.ts';
import { withoutLostPages } from '../../kernel/memory/lost-pages.ts';
import { architectures } from '../../arch/index.ts';
import { withModules, withModulesOnDemand } from '../../kernel/modules/module-symbol-table.ts';
import { isFailure, valueOf } from '../../../shared/result.ts';

/** A kernel with what was found of it besides symbols. */
export interface KernelState {
  readonly kernel: Kernel;
  /** The kernel's memory; a page of zeros is none. */
  readonly memory: KernelMemory;
  /** The kernel's own: in them a variable's name is distinguished from a module's of the same name. */
  readonly symbols: SymbolTable | undefined;
  /** With those of modules: what addresses are called. */
  readonly names: SymbolTable | undefined;
  readonly types: KernelTypes | undefined;
  /** Why there are no types. */
  readonly noTypes: string;
}

/** What is known of a kernel whose symbols and types were read before; nothing is searched for. */
export function stateOf(kernel: Kernel, moduleNames: 'at-once' | 'when-asked', types: TypeSearch = kernel.types): KernelState {
  const search = kernel.symbols;
  return {
    kernel,
    memory: withoutLostPages(kernel.memory),
    symbols: valueOf(search),
    names: isFailure(search)
      ? undefined
      : moduleNames === 'at-once'
        ? withModules(search.value, kernel.moduleSymbols)
        : withModulesOnDemand(search.value, () => kernel.moduleSymbols),
    types: valueOf(types),
    noTypes: !isFailure(types) ? '' : types.missing.why,
  };
}

/**
 * Types are taken where symbols lead to them. Only where nothing can be determined without them memory is scanned.
 * @param moduleNames `when-asked`: symbols of modules are read once an address outside the kernel's image is asked for
 * @throws Cancelled
 */
export async function kernelState(session: Session, signal: AbortSignal, moduleNames: 'at-once' | 'when-asked' = 'at-once'): Promise<KernelState> {
  const kernel = await session.findKernel(signal);
  await kernel.ready(['symbols', 'types', ...(moduleNames === 'at-once' ? (['moduleSymbols'] as const) : [])], signal);
  const isEnough = !isFailure(kernel.types) || architectures[kernel.memory.arch].tasks.withoutTypes;
  return stateOf(kernel, moduleNames, isEnough ? kernel.types : await kernel.findTypes(signal));
}
