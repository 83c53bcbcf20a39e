/**
 * Where things lie in the memory of the decoders. scripts/page-job.mjs puts constant data at 49152, after the tables.
 * After input, output and literals there is room for reads and copies that go too far.
 */

/** Bytes of input and of output at most. */
export const mostBytes: i32 = 262144;
export const inputAt: usize = 65536;
export const outputAt: usize = 393216;

// zlib. Entries have 32 bits.
export const literalTable: usize = 1024; // 10 bits and the tables after it: 1334 entries at most
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
export const usedSymbols: usize = 13184; // 288 of 32 bits, for zstd too

// zstd. Entries of sequences have 64 bits.
export const literalLengthTable: usize = 16384; // 9 bits
export const matchLengthTable: usize = 20480; // 9 bits
export const offsetTable: usize = 24576; // 8 bits
export const usualLiteralLengths: usize = 26624; // 6 bits
export const usualMatchLengths: usize = 27136; // 6 bits
export const usualOffsets: usize = 27648; // 5 bits
export const oneLiteralLength: usize = 27904; // one entry
export const oneMatchLength: usize = 27912;
export const oneOffset: usize = 27920;
export const literalLengthMeanings: usize = 28160; // 36
export const matchLengthMeanings: usize = 28672; // 53
export const offsetMeanings: usize = 29184; // 32
export const weightMeanings: usize = 29440; // 16
export const weightTable: usize = 29696; // 6 bits
export const symbolShares: usize = 30208; // 256 of 16 bits
export const symbolStates: usize = 30720; // 256 of 16 bits
export const spreadSymbols: usize = 31232; // 512 bytes, and 16 that a copy may go too far
export const weights: usize = 31872; // 256 bytes
export const weightPlaces: usize = 32128; // 16 of 32 bits
export const huffmanTable: usize = 32256; // 11 bits, entries of 16 bits
export const weighedSymbols: usize = 36352; // 256 bytes
/** Literals of a block that are not taken from the input as they lie. */
export const literalsAt: usize = 720896;
