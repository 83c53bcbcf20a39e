/** Prefixing exchanges real 0 to 0x1fff with the 8 KiB at the prefix of a CPU (lowcore.md section 1). */
import type { AbsoluteAddress, RealAddress } from '../../../shared/units.ts';
import { lowcoreSize } from './save-area.ts';

const size = BigInt(lowcoreSize);

/** Absolute address of a real one; its own inverse. */
export function realToAbsolute(address: RealAddress, prefix: AbsoluteAddress): AbsoluteAddress {
  if (address < size) return address + prefix;
  if (address >= prefix && address < prefix + size) return address - prefix;
  const same: bigint = address;
  return same;
}
