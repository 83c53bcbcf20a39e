/** Values of vmcoreinfo as an architecture's rules ask for them; `kernel/vmcoreinfo` finds and parses the text. */

export interface VmcoreinfoValues {
  /** KEY=VALUE lines. */
  readonly entries: ReadonlyMap<string, string>;
  /** By how much the image was moved in physical memory, by the container or by the user: for texts that do not say it. */
  readonly physBase?: PhysBase;
  /** Why the addresses that it names lead nowhere in this dump. */
  readonly unplaced?: string;
}

export interface PhysBase {
  readonly value: bigint;
  readonly source: string;
  /** The user's word goes before that of the text. */
  readonly given: boolean;
}

/** A hexadecimal value such as SYMBOL(...) or KERNELOFFSET, written without 0x. */
export function vmcoreinfoHex(vmcoreinfo: VmcoreinfoValues | undefined, key: string): bigint | undefined {
  const value = vmcoreinfo?.entries.get(key);
  return value !== undefined && /^[0-9a-f]{1,16}$/i.test(value) ? BigInt(`0x${value}`) : undefined;
}

/** A decimal value such as NUMBER(phys_base). */
export function vmcoreinfoNumber(vmcoreinfo: VmcoreinfoValues | undefined, key: string): bigint | undefined {
  const value = vmcoreinfo?.entries.get(key);
  return value !== undefined && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** A value that the kernel writes with 0x, as aarch64 does for NUMBER(kimage_voffset). */
export function vmcoreinfoPrefixedHex(vmcoreinfo: VmcoreinfoValues | undefined, key: string): bigint | undefined {
  const value = vmcoreinfo?.entries.get(key);
  return value !== undefined && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined;
}

const usualPageBytes = 4096;
const mostPageBytes = 0x10000;

/** Bytes of the kernel's pages: PAGESIZE, unless it is one that no kernel has. */
export function kernelPageBytes(vmcoreinfo: VmcoreinfoValues | undefined): number {
  const value = Number(vmcoreinfoNumber(vmcoreinfo, 'PAGESIZE') ?? usualPageBytes);
  return value >= usualPageBytes && value <= mostPageBytes && (value & (value - 1)) === 0 ? value : usualPageBytes;
}
