/**
 * Page-table walks as plainly as they can be written: addresses as strings of bits, one function a level. Written from lowcore.md section 7,
 * the Intel SDM and the Arm ARM without a look at the product's walkers.
 */
type EntryAt = (address: bigint) => bigint | undefined;

/** Bits first..last of a 64-bit number, counted from the left as IBM does. */
function ibm(value: bigint, first: number, last: number): bigint {
  const text = value
    .toString(2)
    .padStart(64, '0')
    .slice(first, last + 1);
  return BigInt(`0b${text}`);
}
const join = (...parts: readonly (readonly [bigint, number])[]): bigint =>
  BigInt(`0b${parts.map(([value, width]) => (width === 0 ? '' : value.toString(2).padStart(width, '0'))).join('')}`);

/** s390x: undefined for every exception. */
export function naiveS390x(entryAt: EntryAt, asce: bigint, address: bigint): bigint | undefined {
  if (ibm(asce, 58, 58) === 1n) return address;
  const rfx = ibm(address, 0, 10);
  const rsx = ibm(address, 11, 21);
  const rtx = ibm(address, 22, 32);
  const sx = ibm(address, 33, 43);
  const px = ibm(address, 44, 51);
  const inside = (index: bigint, from: bigint, to: bigint): boolean => index / 512n >= from && index / 512n <= to;
  const segment = (origin: bigint, from: bigint, to: bigint): bigint | undefined => {
    const entry = inside(sx, from, to) ? entryAt(origin + sx * 8n) : undefined;
    if (entry === undefined || ibm(entry, 60, 61) !== 0n) return undefined;
    const large = ibm(entry, 53, 53) === 1n;
    if (ibm(entry, 58, 58) === 1n && !(large && ibm(entry, 62, 63) !== 0n)) return undefined;
    if (large) return join([ibm(entry, 0, 43), 44], [ibm(address, 44, 63), 20]);
    const page = entryAt(join([ibm(entry, 0, 52), 53], [0n, 11]) + px * 8n);
    if (page === undefined) return undefined;
    if (ibm(page, 53, 53) === 1n && ibm(page, 63, 63) === 0n) return undefined;
    return join([ibm(page, 0, 51), 52], [ibm(address, 52, 63), 12]);
  };
  const region = (level: 1 | 2 | 3, origin: bigint, from: bigint, to: bigint): bigint | undefined => {
    const index = { 3: rfx, 2: rsx, 1: rtx }[level];
    const entry = inside(index, from, to) ? entryAt(origin + index * 8n) : undefined;
    if (entry === undefined || ibm(entry, 60, 61) !== BigInt(level)) return undefined;
    const large = level === 1 && ibm(entry, 53, 53) === 1n;
    if (ibm(entry, 58, 58) === 1n && !(large && ibm(entry, 62, 63) !== 0n)) return undefined;
    if (large) return join([ibm(entry, 0, 32), 33], [ibm(address, 33, 63), 31]);
    const next = join([ibm(entry, 0, 51), 52], [0n, 12]);
    const bounds = [ibm(entry, 56, 57), ibm(entry, 62, 63)] as const;
    return level === 1 ? segment(next, ...bounds) : region(level === 3 ? 2 : 1, next, ...bounds);
  };
  const origin = join([ibm(asce, 0, 51), 52], [0n, 12]);
  const limit = ibm(asce, 62, 63);
  switch (ibm(asce, 60, 61)) {
    case 0n:
      return rfx === 0n && rsx === 0n && rtx === 0n ? segment(origin, 0n, limit) : undefined;
    case 1n:
      return rfx === 0n && rsx === 0n ? region(1, origin, 0n, limit) : undefined;
    case 2n:
      return rfx === 0n ? region(2, origin, 0n, limit) : undefined;
    default:
      return region(3, origin, 0n, limit);
  }
}

/** x86_64: undefined for addresses that are not canonical and for every page fault. */
export function naiveX86(entryAt: EntryAt, cr3: bigint, levels: 4 | 5, encryption: bigint, address: bigint): bigint | undefined {
  const high = address
    .toString(2)
    .padStart(64, '0')
    .slice(0, 64 - (11 + 9 * levels));
  if (/01|10/.test(high)) return undefined;
  const pointer = (entry: bigint): bigint => (ibm(entry, 12, 51) << 12n) & ~encryption;
  let at = pointer(cr3);
  for (let level = levels as number; level > 0; level -= 1) {
    const last = 51 - 9 * (level - 1);
    const entry = entryAt(at + 8n * ibm(address, last - 8, last));
    if (entry === undefined || entry % 2n === 0n) return undefined;
    const large = ibm(entry, 56, 56) === 1n && level > 1;
    if (large && level > 3) return undefined;
    if (large || level === 1) {
      const low = 12 + 9 * (level - 1);
      return (pointer(entry) >> BigInt(low) << BigInt(low)) + BigInt.asUintN(low, address); // prettier-ignore
    }
    at = pointer(entry);
  }
  return undefined;
}

/** aarch64, 4 KiB granule, upper range: undefined for every fault. */
export function naiveArm(entryAt: EntryAt, root: bigint, virtualBits: number, address: bigint, pageShift = 12): bigint | undefined {
  if (
    address
      .toString(2)
      .padStart(64, '0')
      .slice(0, 64 - virtualBits)
      .includes('0')
  )
    return undefined;
  let at = root;
  const large = virtualBits > 48;
  const lowestFrame = { 12: large ? 0 : 1, 14: large ? 1 : 2, 16: 1 }[pageShift] ?? 4;
  for (let level = -1; level < 4; level += 1) {
    const low = pageShift + (pageShift - 3) * (3 - level);
    if (virtualBits <= low) continue;
    const width = Math.min(pageShift - 3, virtualBits - low);
    const entry = entryAt(at + 8n * BigInt.asUintN(width, address >> BigInt(low)));
    if (entry === undefined) return undefined;
    const kind = entry % 4n;
    let output = ibm(entry, 16, 63 - pageShift) << BigInt(pageShift);
    if (pageShift === 16) output += ibm(entry, 48, 51) << 48n;
    else if (large) output += (ibm(entry, 14, 15) << 48n) + (ibm(entry, 54, 55) << 50n);
    if (kind === 3n && level < 3) at = output;
    else if ((kind === 3n && level === 3) || (kind === 1n && level >= lowestFrame && level < 3))
      return (output >> BigInt(low) << BigInt(low)) + BigInt.asUintN(low, address); // prettier-ignore
    else return undefined;
  }
  return undefined;
}
