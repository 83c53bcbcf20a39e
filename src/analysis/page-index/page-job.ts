/**
 * The whole work on the pages of one read: zero test, class, fingerprint, csum_partial. As WebAssembly where the engine
 * has SIMD; the plain code here is the definition and gives the same numbers. Everything is exact integer arithmetic on
 * little-endian words, whatever the host.
 */
import { pageSize } from '../../shared/units.ts';
import { csumPartial } from '../arch/s390x/checksum.ts';
import { littleEndianWords } from './little-endian.ts';
import { createPageClassifier, classCode } from './page-class.ts';
import { fingerprintPage } from './page-fingerprint.ts';
import type { PageJob } from './page-job-type.ts';
import { createWasmPageJob } from './page-job/wasm-page-job.ts';
import { metaByte, stateCode } from './page-meta.ts';

export { classVersion } from './page-class.ts';
export { fingerprintAlgorithm } from './page-fingerprint.ts';
export { littleEndianWords } from './little-endian.ts';

/** Pages of one read: 1 MiB stays in the second-level cache between reading and looking. */
export const stepPages = 256;

/**
 * A page job with its own scratch memory: one for each thread.
 * @param pages of one call at most
 */
export function createPageJob(pages: number = stepPages): PageJob {
  return createWasmPageJob(pages) ?? createPlainPageJob(pages);
}

/** The same in plain JS. */
export function createPlainPageJob(pages: number = stepPages): PageJob {
  const classifier = createPageClassifier();
  const print = { low: 0, high: 0 };
  const room = new Uint8Array(pages * pageSize);
  return {
    kind: 'js',
    bytes: room,
    run(bytes, states, fingerprints, meta, sums) {
      const words = littleEndianWords(bytes);
      let stored = 0;
      for (let page = 0; page < states.length; page += 1) {
        const state = states[page] ?? 0;
        meta[page] = metaByte(state);
        fingerprints[2 * page] = 0;
        fingerprints[2 * page + 1] = 0;
        if (sums !== undefined) sums[page] = 0;
        if (state !== stateCode.present) continue;
        stored += 1;
        const classOfPage = classifier.classify(words, bytes, page);
        if (classOfPage === classCode.zero) {
          meta[page] = metaByte(stateCode.zero);
          continue;
        }
        fingerprintPage(words, page * (pageSize / 4), print);
        meta[page] = metaByte(stateCode.present, classOfPage);
        fingerprints[2 * page] = print.low;
        fingerprints[2 * page + 1] = print.high;
        if (sums !== undefined) sums[page] = csumPartial(bytes.subarray(page * pageSize, (page + 1) * pageSize));
      }
      return stored;
    },
  };
}

/** Fingerprint as it is written for people and in SQL: 16 hex digits. */
export function fingerprintText(low: number, high: number): string {
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
