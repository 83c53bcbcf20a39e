/**
 * The whole work on the pages of one read: zero test, class, fingerprint. Later the same job runs as WebAssembly SIMD
 * in page workers; numbers and classes must stay the same, so everything here is exact integer arithmetic on
 * little-endian words, whatever the host.
 */
import { endianness } from 'node:os';
import { pageSize } from '../../shared/units.ts';
import { createPageClassifier, classCode } from './page-class.ts';
import { fingerprintPage } from './page-fingerprint.ts';
import { metaByte, stateCode } from './page-meta.ts';

export { classVersion } from './page-class.ts';
export { fingerprintAlgorithm } from './page-fingerprint.ts';

const hostIsBig = endianness() === 'BE';

export interface PageJob {
  /**
   * @param bytes n * 4096 bytes at a 4-byte boundary of their buffer; pages that are not stored may hold anything
   * @param states n state codes as `MemoryImage.readPages` gives them
   * @param fingerprints receives 2 n words: low and high half of each page, 0 for pages without bytes
   * @param meta receives n bytes, see `metaByte`
   * @returns how many of the pages were stored
   */
  run(bytes: Uint8Array, states: Uint8Array, fingerprints: Int32Array, meta: Uint8Array): number;
}

/** A page job with its own scratch memory: one for each thread. */
export function createPageJob(): PageJob {
  const classifier = createPageClassifier();
  const print = { low: 0, high: 0 };
  return {
    run(bytes, states, fingerprints, meta) {
      const words = littleEndianWords(bytes);
      const pages = states.length;
      let stored = 0;
      for (let page = 0; page < pages; page += 1) {
        const state = states[page] ?? 0;
        if (state !== stateCode.present) {
          meta[page] = metaByte(state);
          fingerprints[2 * page] = 0;
          fingerprints[2 * page + 1] = 0;
          continue;
        }
        stored += 1;
        const classOfPage = classifier.classify(words, bytes, page);
        if (classOfPage === classCode.zero) {
          meta[page] = metaByte(stateCode.zero);
          fingerprints[2 * page] = 0;
          fingerprints[2 * page + 1] = 0;
          continue;
        }
        fingerprintPage(words, page * (pageSize / 4), print);
        meta[page] = metaByte(stateCode.present, classOfPage);
        fingerprints[2 * page] = print.low;
        fingerprints[2 * page + 1] = print.high;
      }
      return stored;
    },
  };
}

/** The bytes as little-endian words: a view on little-endian hosts, a swapped copy on big-endian ones (s390x). */
export function littleEndianWords(bytes: Uint8Array): Int32Array {
  if (!hostIsBig) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const swapped = Buffer.from(bytes);
  swapped.swap32();
  return new Int32Array(swapped.buffer, swapped.byteOffset, swapped.length >> 2);
}

/** Words as little-endian bytes, the order in which blobs keep them: a view on little-endian hosts. */
export function littleEndianBytes(words: Int32Array): Buffer {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return hostIsBig ? Buffer.from(bytes).swap32() : bytes;
}

/** Fingerprint as it is written for people and in SQL: 16 hex digits. */
export function fingerprintText(low: number, high: number): string {
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
