/**
 * What a page looks like: one word a page for the memory strip and for queries. A guess by statistics, proven on a
 * labelled corpus, never evidence. Zero and fill are exact, the others look at a quarter of the page: the 16-byte vector
 * number 4k + (k mod 4) of each k = 0 to 63, so that every column of 64-byte structures is seen.
 */
import { pageClasses, type PageClass } from '../../shared/page-words.ts';
import { aarch64Share, s390xShare, x86Share } from './code-likeness.ts';

/** Raised when a page can get another class than before. Recorded in the index header. */
export const classVersion = 1;

/** Every number that decides, found on dumps of s390x, x86_64 and aarch64 kernels where the kinds lie far apart. */
export const classThresholds = {
  /** Of 1024 sampled bytes: fewer that are not zero say nothing about text. */
  textLeastBytes: 128,
  /** Printable ASCII and white space per 1024 non-zero bytes. */
  textShare: 870,
  /** Usual instructions per 1024: code from 600 on, nearly all else below 450. */
  s390xCode: 580,
  /** Usual instruction words per 1024: code from 650 on, nearly all else below 450. */
  aarch64Code: 600,
  /** Common byte pairs per 1024 bytes: code from 70 on, nearly all else below 20. */
  x86Code: 64,
  /** Of 128 sampled 8-byte units: fewer addresses do not make a page of pointers. */
  pointersLeast: 16,
  /** Addresses per 1024 non-zero units. */
  pointersShare: 340,
  /** Chi-squared of the histogram of 1024 bytes, 255 for random ones; compressed data stays below. */
  entropyChiSquared: 400,
} as const;

export const classCode = Object.fromEntries(pageClasses.map((name, code) => [name, code])) as Readonly<Record<PageClass, number>>;

const { zero, fill, text, code, pointers, entropy, data } = classCode;
const wordsPerPage = 1024;
const sampledVectors = 64;
const entropySamples = 1024;
/** chi² = 256/n * sum(count²) - n, and sum(count²) = 2 * pairs + n: the most pairs of equal samples that still pass. */
export const entropyMostPairs = Math.floor((((classThresholds.entropyChiSquared + entropySamples) * entropySamples) / 256 - entropySamples) / 2);

const zeroPage = Buffer.alloc(4096);

export interface PageClassifier {
  /**
   * Class of one page as its place in `pageClasses`.
   * @param words the block as little-endian 32-bit words, on every host
   * @param bytes the same block as it lies in memory
   * @param page number of the page in the block
   */
  classify(words: Int32Array, bytes: Uint8Array, page: number): number;
}

/** A classifier with its own scratch memory: one for each thread. */
export function createPageClassifier(): PageClassifier {
  const histogram = new Uint16Array(256);
  return {
    classify(words, bytes, page) {
      const at = page * wordsPerPage;
      const first = (words[at] ?? 0) | (words[at + 1] ?? 0);
      // The C library compares five times as fast as the loop below; most pages of a dump are zero.
      if (first === 0 && zeroPage.compare(bytes, page * 4096, page * 4096 + 4096) === 0) return zero;
      if (first !== 0 && isFilled(words, at)) return fill;
      return classOfSample(words, bytes, page, histogram);
    },
  };
}

/** True when one 8-byte unit repeats through the whole page, which covers patterns of 1, 2 and 4 bytes. */
function isFilled(words: Int32Array, at: number): boolean {
  const even = words[at] ?? 0;
  const odd = words[at + 1] ?? 0;
  const end = at + wordsPerPage;
  for (let i = at; i < end; i += 8) {
    const evenDifference = ((words[i] ?? 0) ^ even) | ((words[i + 2] ?? 0) ^ even) | ((words[i + 4] ?? 0) ^ even) | ((words[i + 6] ?? 0) ^ even);
    const oddDifference = ((words[i + 1] ?? 0) ^ odd) | ((words[i + 3] ?? 0) ^ odd) | ((words[i + 5] ?? 0) ^ odd) | ((words[i + 7] ?? 0) ^ odd);
    if ((evenDifference | oddDifference) !== 0) return false;
  }
  return true;
}

function classOfSample(words: Int32Array, bytes: Uint8Array, page: number, histogram: Uint16Array): number {
  const at = page * wordsPerPage;
  let textBytes = 0;
  let usedBytes = 0;
  let usedUnits = 0;
  let bigAddresses = 0;
  let littleAddresses = 0;
  // Byte-wise counters in one word hold up to 255: two halves of 128 words each.
  for (let half = 0; half < sampledVectors; half += sampledVectors / 2) {
    let textLanes = 0;
    let usedLanes = 0;
    for (let vector = half; vector < half + sampledVectors / 2; vector += 1) {
      const first = at + vector * 16 + (vector & 3) * 4;
      for (let i = first; i < first + 4; i += 2) {
        const w0 = words[i] ?? 0;
        const w1 = words[i + 1] ?? 0;
        if ((w0 | w1) === 0) continue;
        usedUnits += 1;
        textLanes += textBits(w0) + textBits(w1);
        usedLanes += usedBits(w0) + usedBits(w1);
        bigAddresses += isBigAddress(w0, w1);
        littleAddresses += isLittleAddress(w0, w1);
      }
    }
    textBytes += sumLanes(textLanes);
    usedBytes += sumLanes(usedLanes);
  }
  if (usedBytes >= classThresholds.textLeastBytes && textBytes << 10 >= usedBytes * classThresholds.textShare) return text;
  if (looksLikeCode(bytes, page * 4096)) return code;
  const addresses = Math.max(bigAddresses, littleAddresses);
  if (addresses >= classThresholds.pointersLeast && addresses << 10 >= usedUnits * classThresholds.pointersShare) return pointers;
  return looksRandom(bytes, page * 4096, histogram) ? entropy : data;
}

const fourSpaces = 0x20202020;

/**
 * One bit for each byte of a word that is printable ASCII or white space (0x09 to 0x0d). Four equal bytes are not text
 * unless they are spaces: the slab allocator's poison is 0x6b, the letter k.
 */
function textBits(word: number): number {
  if (word === ((word << 8) | (word >>> 24)) && word !== fourSpaces) return 0;
  const low = word & 0x7f7f7f7f;
  const printable = (low + 0x60606060) & ~(low + 0x01010101);
  const space = (low + 0x77777777) & ~(low + 0x72727272);
  return ((printable | space) & ~word & 0x80808080) >>> 7;
}

/** One bit for each byte of a word that is not zero. */
function usedBits(word: number): number {
  return ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) & 0x80808080) >>> 7;
}

function sumLanes(lanes: number): number {
  const pairs = (lanes & 0x00ff00ff) + ((lanes >>> 8) & 0x00ff00ff);
  return (pairs & 0xffff) + (pairs >>> 16);
}

/**
 * 1 when an 8-byte unit, read little-endian, looks like an address of something aligned to 4 bytes: kernel space of
 * x86_64 and aarch64 (0xffff...), user space above 1 TiB (0x55..., 0x7f..., 0xaaaa...), or the first 4 GiB from 1 MiB on
 * where it is aligned to 8 bytes (identity-mapped kernels, position-dependent programs).
 */
function isLittleAddress(w0: number, w1: number): number {
  if ((w0 & 3) !== 0) return 0;
  const top = w1 >>> 16;
  if (top === 0xffff) return 1;
  if (top !== 0) return 0;
  if (w1 >= 0x100) return 1;
  return w1 === 0 && w0 >>> 0 >= 0x100000 && (w0 & 7) === 0 ? 1 : 0;
}

/** The same for big-endian units: s390x kernels at 0x3ff..., vmalloc at 0x37e..., identity-mapped ones below 4 GiB. */
function isBigAddress(w0: number, w1: number): number {
  if ((w1 & 0x03000000) !== 0) return 0;
  const top = w0 & 0xffff;
  if (top === 0xffff) return 1;
  if (top !== 0) return 0;
  if ((w0 & 0x00ff0000) !== 0) return 1;
  return w0 === 0 && (w1 & 0xf0ff) !== 0 && (w1 & 0x04000000) === 0 ? 1 : 0;
}

function looksLikeCode(bytes: Uint8Array, start: number): boolean {
  return (
    s390xShare(bytes, start) >= classThresholds.s390xCode ||
    aarch64Share(bytes, start) >= classThresholds.aarch64Code ||
    x86Share(bytes, start) >= classThresholds.x86Code
  );
}

/** Samples one byte of each word, the position within the word moving on every 16 bytes; stops when hope is lost. */
function looksRandom(bytes: Uint8Array, start: number, histogram: Uint16Array): boolean {
  histogram.fill(0);
  let pairs = 0;
  for (let word = 0; word < entropySamples; word += 1) {
    const byte = bytes[start + word * 4 + ((word >> 2) & 3)] ?? 0;
    const seen = histogram[byte] ?? 0;
    pairs += seen;
    if (pairs > entropyMostPairs) return false;
    histogram[byte] = seen + 1;
  }
  return true;
}
