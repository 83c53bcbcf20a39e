/** The prefixes of all CPUs from the kernel's own array of lowcores (lowcore.md section 6). */
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from './kernel-address.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from './vmcoreinfo.ts';

const twoGiB = 1n << 31n;
const maxCpus = 8192n;
const pointerBytes = 8;

export interface ArrayedLowcore {
  /** Linux CPU number. */
  readonly number: number;
  readonly prefix: number;
}

/** The lowcores that the array has, by Linux CPU number; empty when it cannot be found. A CPU that was set offline has none (since 5.14 or so). */
export function lowcoreArray(vmcoreinfo: Vmcoreinfo, memory: MemoryReader): readonly ArrayedLowcore[] {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(lowcore_ptr)');
  const at = symbol === undefined ? undefined : kernelToAbsolute('s390x', symbol, vmcoreinfo, memory);
  if (at === undefined) return [];
  const length = vmcoreinfoNumber(vmcoreinfo, 'LENGTH(lowcore_ptr)') ?? 512n;
  if (length < 1n || length > maxCpus) return [];
  const { bytes } = memory.read(at, Number(length) * pointerBytes);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lowcores: ArrayedLowcore[] = [];
  for (let index = 0; index < Number(length); index += 1) {
    const pointer = data.getBigUint64(index * pointerBytes);
    const prefix = pointer === 0n ? undefined : kernelToAbsolute('s390x', pointer, vmcoreinfo, memory);
    if (prefix !== undefined && prefix !== 0n && prefix % BigInt(lowcoreSize) === 0n && prefix < twoGiB)
      lowcores.push({ number: index, prefix: Number(prefix) });
  }
  return lowcores;
}

/** Prefixes in the order of Linux CPU numbers; empty when the array cannot be found. */
export const lowcorePrefixes = (vmcoreinfo: Vmcoreinfo, memory: MemoryReader): number[] => lowcoreArray(vmcoreinfo, memory).map(({ prefix }) => prefix);
