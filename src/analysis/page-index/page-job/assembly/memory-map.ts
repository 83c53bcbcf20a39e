/** Where things lie in the memory of the page job, its settings, and the classes by their numbers. */
export const pageBytes: usize = 4096;

// Places in memory; wasm-page-job.ts reads them as exported globals. `bytesAt` on: the pages of a read.
export const settingsAt: usize = 1024;
export const s390xTableAt: usize = 2048;
export const aarch64TableAt: usize = 2304;
export const x86PairsAt: usize = 4096;
export const nibblesAt: usize = 12288;
export const x86FirstAt: usize = 12544;
/** Constants of the inner loops: as literals they would be put together again in each step. */
export const constantsAt: usize = 12800;
/** Four histograms of 256 counters. */
export const histogramAt: usize = 13312;
export const statesAt: usize = 16384;
export const metaAt: usize = 20480;
export const fingerprintsAt: usize = 24576;
export const sumsAt: usize = 57344;
export const bytesAt: usize = 131072;
/** Pages of one read at most: what the places above leave room for. */
export const mostPages: i32 = 4096;

// Settings: 32-bit numbers from settingsAt on, then one meta byte for each class and for each state.
export function setting(index: i32): i32 {
  return load<i32>(settingsAt + ((<usize>index) << 2));
}
export const metaOfClassAt: usize = settingsAt + 64;
export const metaOfStateAt: usize = settingsAt + 80;
export const textLeastBytes: i32 = 0;
export const textShare: i32 = 1;
export const s390xCode: i32 = 2;
export const aarch64Code: i32 = 3;
export const x86Code: i32 = 4;
export const pointersLeast: i32 = 5;
export const pointersShare: i32 = 6;
export const entropyMostPairs: i32 = 7;

// Classes by their place in the list of meta bytes.
export const classZero: i32 = 0;
export const classFill: i32 = 1;
export const classText: i32 = 2;
export const classCode: i32 = 3;
export const classPointers: i32 = 4;
export const classEntropy: i32 = 5;
export const classData: i32 = 6;
