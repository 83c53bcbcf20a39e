/**
 * Pages that occur more than once, by fingerprint. Computed when asked for: indexing stays fast, and nothing has to be
 * kept up to date. Memory is bounded by going over the index several times, each time for a part of all fingerprints.
 */
import type { IndexReader } from './index-reader-type.ts';
import { unpackBlock } from './packed-block.ts';
import { fingerprintText } from './page-job.ts';
import { stateCode } from './page-meta.ts';

export interface DuplicateGroup {
  /** 16 hex digits. */
  readonly fingerprint: string;
  readonly pages: number;
}

/** Fingerprints sorted at once: 8 bytes each. */
const fingerprintsAtOnce = 4 * 1024 * 1024;

/**
 * Groups of at least two present pages with the same fingerprint, ascending by fingerprint. Zero pages are left out:
 * they are one group that says nothing new.
 * @param atOnce how many fingerprints may be in memory (a test gives a small number)
 * @throws BlockDamaged
 */
export function* duplicateGroups(reader: IndexReader, atOnce: number = fingerprintsAtOnce): Generator<DuplicateGroup> {
  const present = reader.totals().counters.states[stateCode.present] ?? 0;
  // Fingerprints are evenly spread, so equal parts of their range hold about equally many, with some to spare.
  const parts = Math.max(1, Math.ceil((present * 1.25) / atOnce));
  for (let part = 0; part < parts; part += 1) {
    const found = collect(reader, Math.floor((part * 2 ** 32) / parts), Math.floor(((part + 1) * 2 ** 32) / parts), present);
    found.sort();
    for (let first = 0; first < found.length;) {
      const value = found[first] ?? 0n;
      let end = first + 1;
      while (end < found.length && found[end] === value) end += 1;
      if (end - first > 1) yield { fingerprint: fingerprintText(Number(value & 0xffffffffn), Number(value >> 32n)), pages: end - first };
      first = end;
    }
  }
}

/** Fingerprints of present pages whose upper half is in [from, to). */
function collect(reader: IndexReader, from: number, to: number, present: number): BigUint64Array {
  let words = new Uint32Array(Math.min(2 * present, 1 << 16));
  let used = 0;
  for (const row of reader.blocks()) {
    if (row.fingerprints === undefined) continue;
    const block = unpackBlock(row);
    for (let index = 0; index < block.pages; index += 1) {
      if ((block.meta(index) & 7) !== stateCode.present) continue;
      const [low, signedHigh] = block.fingerprint(index);
      const high = signedHigh >>> 0;
      if (high < from || high >= to) continue;
      if (used === words.length) {
        const larger = new Uint32Array(2 * words.length);
        larger.set(words);
        words = larger;
      }
      words[used] = low;
      words[used + 1] = high;
      used += 2;
    }
  }
  return toBigUint64(words.subarray(0, used));
}

function toBigUint64(words: Uint32Array): BigUint64Array {
  const values = new BigUint64Array(words.length / 2);
  const shift = 32n;
  values.forEach((_, index) => (values[index] = (BigInt(words[2 * index + 1] ?? 0) << shift) | BigInt(words[2 * index] ?? 0)));
  return values;
}
