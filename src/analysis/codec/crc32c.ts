/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a turn: node:zlib has the other CRC-32. */
const polynomial = 0x82f6_3b78;
const slices = 8;

function makeTables(): Uint32Array {
  const tables = new Uint32Array(slices * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    tables[byte] = value >>> 0;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (before >>> 8) ^ (tables[before & 0xff] ?? 0);
  }
  return tables;
}

let known: Uint32Array | undefined;

/** @returns the checksum as an unsigned number */
export function crc32c(bytes: Uint8Array): number {
  const tables = (known ??= makeTables());
  const table = (slice: number, byte: number): number => tables[slice * 256 + byte] ?? 0;
  let crc = 0xffff_ffff;
  let at = 0;
  for (; at + slices <= bytes.length; at += slices) {
    const low = crc ^ ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
    crc =
      table(7, low & 0xff) ^
      table(6, (low >>> 8) & 0xff) ^
      table(5, (low >>> 16) & 0xff) ^
      table(4, low >>> 24) ^
      table(3, bytes[at + 4] ?? 0) ^
      table(2, bytes[at + 5] ?? 0) ^
      table(1, bytes[at + 6] ?? 0) ^
      table(0, bytes[at + 7] ?? 0);
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ table(0, (crc ^ (bytes[at] ?? 0)) & 0xff);
  return (crc ^ 0xffff_ffff) >>> 0;
}
