/** Where the kernel maps a place in memory: the way back from absolute addresses to those that its names and books are about. */
import type { AbsoluteAddress, VirtualAddress } from '../../../shared/units.ts';
import { vmcoreinfoHex } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { soleAddress, type SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { KernelTasks } from './find-tasks.ts';

/** Tasks that are tried for one in the map of all memory; the first ones lie in the image. */
const mostTried = 8;

/**
 * Virtual address of the kernel image, or of the map of all memory. Both are linear: one known address of each says where the others are, and no
 * address is given that does not lead back. Maps of single pages (vmalloc, modules) are not looked through.
 */
export function kernelAlias(
  { kernel, memory, list }: Pick<KernelTasks, 'kernel' | 'memory' | 'list'>,
  names: SymbolTable | undefined,
  absolute: AbsoluteAddress,
): VirtualAddress | undefined {
  const { vmcoreinfo } = kernel;
  const leadingBack = (known: VirtualAddress | undefined): VirtualAddress | undefined => {
    const to = known === undefined ? undefined : memory.translate(known);
    if (known === undefined || to === undefined) return undefined;
    const alias = BigInt.asUintN(64, known + absolute - to);
    return memory.translate(alias) === absolute ? alias : undefined;
  };
  const text =
    (names === undefined ? undefined : soleAddress(names, '_stext')) ?? (vmcoreinfo === undefined ? undefined : vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)'));
  const inImage = leadingBack(text);
  if (inImage !== undefined && names?.at(inImage) !== undefined) return inImage;
  let tried = 0;
  for (const { address } of list.tasks) {
    const inMap = names?.at(address) === undefined ? leadingBack(address) : undefined;
    if (inMap !== undefined) return inMap;
    tried += 1;
    if (tried === mostTried) break;
  }
  return undefined;
}
