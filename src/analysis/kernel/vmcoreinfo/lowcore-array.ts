/** The prefixes of all CPUs from the kernel's own array of lowcores (lowcore.md section 6). */
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from './kernel-address.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from './vmcoreinfo.ts';

const twoGiB = 1n << 31n;
const maxCpus = 8192n;
const pointerBytes = 8;

/** Prefixes in the order of Linux CPU numbers; empty when the array cannot be found. */
export function lowcorePrefixes(vmcoreinfo: Vmcoreinfo, memory: MemoryReader): number[] {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(lowcore_ptr)');
  const at = symbol === undefined ? undefined : kernelToAbsolute('s390x', symbol, vmcoreinfo, memory);
  if (at === undefined) return [];
  const length = vmcoreinfoNumber(vmcoreinfo, 'LENGTH(lowcore_ptr)') ?? 512n;
  if (length < 1n || length > maxCpus) return [];
  const { bytes } = memory.read(at, Number(length) * pointerBytes);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefixes: number[] = [];
  for (let index = 0; index < Number(length); index += 1) {
    const pointer = data.getBigUint64(index * pointerBytes);
    const prefix = pointer === 0n ? undefined : kernelToAbsolute('s390x', pointer, vmcoreinfo, memory);
    if (prefix !== undefined && prefix !== 0n && prefix % BigInt(lowcoreSize) === 0n && prefix < twoGiB) prefixes.push(Number(prefix));
  }
  return prefixes;
}
