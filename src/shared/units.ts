/**
 * Units as named types: a PFN cannot be passed where a file offset is wanted. Addresses are bigint (they have 64 bits);
 * offsets, PFNs and counts are numbers and always safe integers.
 */
declare const unit: unique symbol;
type Unit<T, Name extends string> = T & { readonly [unit]: Name };

/** Page frame number: absolute address / 4096. */
export type Pfn = Unit<number, 'Pfn'>;
/** Byte position in a dump file, from its first byte. */
export type FileOffset = Unit<number, 'FileOffset'>;
/** Absolute (s390x) or physical (elsewhere) address: what a dump is made of. */
export type AbsoluteAddress = Unit<bigint, 'AbsoluteAddress'>;
/** Address as one CPU sees it before translation, after prefixing (s390x). */
export type RealAddress = Unit<bigint, 'RealAddress'>;
/** Address before dynamic address translation. */
export type VirtualAddress = Unit<bigint, 'VirtualAddress'>;

/** The index works in pages of 4096 bytes, whatever page size the kernel uses. */
export const pageSize = 4096;
export const pageShift = 12n;

const addressMask = 0xffff_ffff_ffff_ffffn;

function safeInteger(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what} is not a safe non-negative integer: ${value}`);
  return value;
}

export const pfn = (value: number): Pfn => safeInteger(value, 'PFN') as Pfn;
export const fileOffset = (value: number): FileOffset => safeInteger(value, 'file offset') as FileOffset;

function address64(value: bigint | number, what: string): bigint {
  const wide = BigInt(value);
  if (wide < 0n || wide > addressMask) throw new RangeError(`${what} does not fit in 64 bits: ${wide}`);
  return wide;
}

export const absolute = (value: bigint | number): AbsoluteAddress => address64(value, 'absolute address') as AbsoluteAddress;
export const real = (value: bigint | number): RealAddress => address64(value, 'real address') as RealAddress;
export const virtual = (value: bigint | number): VirtualAddress => address64(value, 'virtual address') as VirtualAddress;

/** First byte of a page. */
export const pfnToAddress = (frame: number): AbsoluteAddress => (BigInt(frame) << pageShift) as AbsoluteAddress;
/** Page that holds an address. Throws RangeError above 2^53 pages, which no 64-bit address reaches. */
export const addressToPfn = (address: bigint): Pfn => pfn(Number(address >> pageShift));

/** `0x...`, lower case, no padding: the one way in which addresses, registers and checksums are written in JSON. */
export const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

const binaryUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes for people: exact where a unit divides them, else two digits behind the point. */
export function byteText(bytes: bigint | number): string {
  let scaled = Number(bytes);
  let step = 0;
  while (scaled >= 1024 && step < binaryUnits.length - 1) {
    scaled /= 1024;
    step += 1;
  }
  const digits = Number.isInteger(scaled) ? scaled.toString() : scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2);
  return `${digits} ${scaled === 1 && step === 0 ? 'byte' : binaryUnits[step]}`;
}

/** Half-open range of absolute addresses. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}
