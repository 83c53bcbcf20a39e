/** Where the memory of the dumped machine ends, as far as a dump shows that. */
import type { AbsoluteAddress } from '../../shared/units.ts';
import type { DumpImage } from '../formats/dump-format.ts';

/** Writers that dump all memory there is. What kdump wrote, what was filtered, and what a program made of either may end earlier. */
const dumpAll: ReadonlySet<string> = new Set(['zipl stand-alone dumper', 'QEMU dump-guest-memory']);

/** @param memory of the image: where it ends */
export function machineEnd({ container }: Pick<DumpImage, 'container'>, memory: { readonly end: AbsoluteAddress }): AbsoluteAddress | undefined {
  return dumpAll.has(container.producer?.value ?? '') && container.complete.value ? memory.end : undefined;
}
