/** Whether a machine can have the crashkernel memory that os_info names: its checksum says only that nobody changed it since. */
import { hex } from '../../../shared/units.ts';
import type { CrashkernelArea } from './kdump-image.ts';

/** More than any machine reserves; a larger size is damage and would make a scan endless. */
const maxAreaBytes = 1n << 40n;
const addressesEnd = 1n << 63n;

/**
 * @param machineEnd where the memory of the machine ends, where the dump shows all of it
 * @returns why no machine, or not this one, has such an area; undefined where nothing speaks against it
 */
export function againstArea({ base, size }: CrashkernelArea, machineEnd: bigint | undefined): string | undefined {
  const area = `${hex(base)} + ${hex(size)}`;
  if (size > maxAreaBytes || base + size > addressesEnd) return `${area}, more than any machine reserves`;
  if (machineEnd !== undefined && base + size > machineEnd) return `${area} ends past the memory of the machine, which ends at ${hex(machineEnd)}`;
  return undefined;
}
