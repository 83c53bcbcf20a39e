/**
 * Where things lie in the memory of the decoders. scripts/page-job.mjs puts constant data at 49152, behind the tables.
 * Behind input, output and literals there is room for reads and copies that go too far.
 */

/** Bytes of input and of output at most. */
export const mostBytes: i32 = 262144;
export const inputAt: usize = 65536;
export const outputAt: usize = 393216;

// zlib. Entries have 32 bits.
export const literalTable: usize = 1024; // 10 bits and the tables behind it: 1334 entries at most
export const distanceTable: usize = 6400; // 8 bits: 402 entries at most
export const fixedLiteralTable: usize = 8064; // 9 bits
export const fixedDistanceTable: usize = 10112; // 5 bits
export const lengthTable: usize = 10240; // 7 bits
export const literalMeanings: usize = 10752; // 288: what a symbol means, without the length of its code
export const distanceMeanings: usize = 11904; // 32
export const lengthMeanings: usize = 12032; // 19
export const codeLengths: usize = 12160; // 320 bytes
export const lengthCounts: usize = 12480; // 16 of 32 bits
export const lengthPlaces: usize = 12544; // 16 of 32 bits
export const sortedSymbols: usize = 12608; // 288 of 16 bits
