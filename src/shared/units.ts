/**
 * Addresses are bigint: they have 64 bits. File offsets, page frame numbers and counts are numbers and always safe
 * integers. Which space an address belongs to stands in its name and beside it in every shape.
 */

/** The index works in pages of 4096 bytes, whatever page size the kernel uses. */
export const pageSize = 4096;
export const pageShift = 12n;

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
