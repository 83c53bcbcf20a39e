/** Floating-point registers as numbers. Which format a program meant is not recorded; binary (IEEE 754) is what Linux programs use. */

const buffer = new DataView(new ArrayBuffer(8));

/** Value of a 64-bit register as binary64 in the shortest digits that give it back; undefined for plus zero. */
export function binary64(register: bigint): string | undefined {
  if (register === 0n) return undefined;
  buffer.setBigUint64(0, register);
  const value = buffer.getFloat64(0);
  return Object.is(value, -0) ? '-0' : String(value);
}
