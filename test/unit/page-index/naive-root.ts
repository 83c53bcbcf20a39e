/** The memory root straight from its definition: recursive, over all leaves at once. */
import { createHash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const u64be = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

/** RFC 6962, section 2.1, over digests of leaves. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** @param pages bytes of each page from address 0 on; undefined for one that is not there */
export function naiveRoot(pages: readonly (Uint8Array | undefined)[]): string {
  const last = pages.findLastIndex((page) => page !== undefined);
  const leaves = pages.slice(0, last + 1).map((page) => (page === undefined ? sha256(Uint8Array.of(2)) : sha256(Uint8Array.of(0), page)));
  return sha256(Uint8Array.of(3), u64be(BigInt(leaves.length)), treeHash(leaves)).toString('hex');
}
