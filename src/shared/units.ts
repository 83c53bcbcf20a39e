/**
 * Addresses are bigint: they have 64 bits. File offsets, page frame numbers and counts are numbers and always safe
 * integers. Which space an address belongs to is in its name, next to it in every shape, and in its type where it crosses the border of a
 * function.
 */

/**
 * The space is a mark of the type alone. A plain number goes where an address of any space is asked for, because that is where addresses
 * come from: fields, registers, arithmetic. An address that is marked does not go where another space is asked for.
 */
declare const space: unique symbol;
interface In<S extends string> {
  readonly [space]?: S;
}
/** Of the machine's memory, after prefixing. */
export type AbsoluteAddress = bigint & In<'absolute'>;
/** What a CPU of s390x calls real: before prefixing. */
export type RealAddress = bigint & In<'real'>;
/** Of the kernel, before its page tables. */
export type VirtualAddress = bigint & In<'virtual'>;
/** Byte in a file. */
export type FileOffset = number & In<'file'>;
/** Absolute address divided by the 4096 bytes of a page. */
export type Pfn = number & In<'page frame'>;

/** The index works in pages of 4096 bytes, whatever page size the kernel uses. */
export const pageSize = 4096;
export const pageShift = 12n;

/** `0x...`, lower case, no padding: the one way in which addresses, registers and checksums are written in JSON. */
export const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

const binaryUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes for people: exact where a unit divides them, else two digits after the point. */
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
  readonly start: AbsoluteAddress;
  readonly end: AbsoluteAddress;
}
