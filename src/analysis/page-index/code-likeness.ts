/**
 * How much bytes look like machine code of the three architectures whose dumps we read. No disassembler: tables of what
 * compilers emit most, applied at the places where opcodes are. A hit counts only when it differs from the hit before:
 * tables with a constant byte in a fixed stride (offsets, addresses of one region, floats) look like one instruction
 * over and over, code does not.
 */

/** Where a page is sampled: four windows of 128 bytes, away from its ends where functions are cut. */
const windows = [256, 1280, 2304, 3328] as const;
const windowBytes = 128;

const table = (size: number, entries: Iterable<number>): Uint8Array => {
  const filled = new Uint8Array(size);
  for (const entry of entries) filled[entry] = 1;
  return filled;
};

/**
 * First opcode bytes that gcc and clang emit for s390x (Principles of Operation, appendix B): loads, stores, branches,
 * arithmetic of the long and grande formats. 0x00 is not an instruction and ends most data at once.
 */
export const s390xOpcodes = table(
  256,
  [
    0x04, 0x07, 0x0b, 0x0c, 0x0d, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1e, 0x1f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x47, 0x48,
    0x4a, 0x4b, 0x50, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5e, 0x5f, 0x88, 0x89, 0x8a, 0x91, 0x92, 0x94, 0x95, 0x96, 0xa5, 0xa7, 0xb2, 0xb3, 0xb9,
    0xba, 0xc0, 0xc2, 0xc4, 0xc6, 0xc8, 0xcc, 0xd2, 0xd5, 0xd7, 0xdc, 0xe3, 0xe5, 0xe7, 0xeb, 0xec, 0xed,
  ],
);

/**
 * Walks instructions by the length in the first two bits of each (00: 2 bytes, 01 and 10: 4, 11: 6) and counts the
 * usual ones. A walk that starts inside an instruction finds the next boundary after a few steps.
 * @param start first byte of the page
 * @returns usual instructions per 1024 instructions
 */
export function s390xShare(bytes: Uint8Array, start: number): number {
  let usual = 0;
  let walked = 0;
  for (const window of windows) {
    let at = start + window;
    const end = at + windowBytes;
    let hit = -1;
    while (at < end) {
      const opcode = bytes[at] ?? 0;
      if (s390xOpcodes[opcode] === 1) {
        if (opcode !== hit) usual += 1;
        hit = opcode;
      }
      walked += 1;
      at += opcode < 0x40 ? 2 : opcode < 0xc0 ? 4 : 6;
    }
  }
  return Math.floor((usual << 10) / walked);
}

function* x86Pairs(): Generator<number> {
  const pair = (first: number, seconds: Iterable<number>): number[] => Array.from(seconds, (second) => (first << 8) | second);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  // REX prefixes before mov, lea, arithmetic, test, shifts, and two-byte opcodes.
  for (const rex of [0x41, 0x44, 0x45, 0x48, 0x49, 0x4c, 0x4d]) {
    yield* pair(rex, [0x01, 0x03, 0x09, 0x0f, 0x21, 0x29, 0x2b, 0x31, 0x39, 0x3b, 0x63, 0x81, 0x83, 0x85, 0x89, 0x8b, 0x8d, 0xc1, 0xc7, 0xf7]);
  }
  yield* pair(0x41, range(0x54, 0x5f));
  // Two-byte opcodes: near conditional jumps, nop, movzx, movsx, imul, setcc, cmov, ud2.
  yield* pair(0x0f, [
    0x0b,
    0x1f,
    0xaf,
    0xb6,
    0xb7,
    0xbe,
    0xbf,
    0xa3,
    0xab,
    0xb1,
    0xc1,
    ...range(0x80, 0x8f),
    0x94,
    0x95,
    0x42,
    0x44,
    0x45,
    0x46,
    0x47,
    0x48,
    0x49,
  ]);
  // Register forms of xor, test, cmp, and mov; calls and jumps through memory.
  for (const opcode of [0x31, 0x84, 0x85, 0x39, 0x89])
    yield* pair(opcode, [0xc0, 0xc9, 0xd2, 0xdb, 0xed, 0xf6, 0xff, 0xc2, 0xc6, 0xc7, 0xd6, 0xdf, 0xf8, 0xef]);
  yield* pair(0xff, [0x15, 0x25, 0xd0, 0xe0]);
  yield* pair(0x66, [0x0f, 0x2e, 0x90, 0x89, 0x83]);
  yield* pair(0x83, [0xc0, 0xe0, 0xe8, 0xf8, 0xf9, 0xfa, 0xfb, 0xfe, 0xff, 0xc4, 0xec, 0x7d, 0x78, 0x7b]);
  // Function entries and exits: pushes and pops in a row, ret before padding or the next function.
  for (const stack of [0x53, 0x55, 0x5b, 0x5d]) yield* pair(stack, [0x41, 0x48, 0x53, 0x5b, 0x5d, 0xc3]);
  yield* pair(0xc3, [0x0f, 0x48, 0x41, 0x53, 0x55, 0x66, 0x90, 0xcc, 0xe8]);
  yield* pair(0xcc, [0xcc, 0x48]);
  yield* pair(0x90, [0x90]);
}
/** One bit a pair: 8 KiB stay in the first-level cache, 64 KiB would not. */
export const x86PairBits = new Int32Array(65536 / 32);
for (const pair of x86Pairs()) x86PairBits[pair >> 5] = (x86PairBits[pair >> 5] ?? 0) | (1 << (pair & 31));

/**
 * Counts byte pairs that are common in 64-bit x86 code; lengths vary too much to walk without decoding.
 * @param start first byte of the page
 * @returns common pairs per 1024 bytes
 */
export function x86Share(bytes: Uint8Array, start: number): number {
  let common = 0;
  for (const window of windows) {
    const first = start + window;
    let hit = -1;
    let pair = bytes[first] ?? 0;
    for (let at = first + 1; at < first + windowBytes; at += 1) {
      pair = ((pair << 8) | (bytes[at] ?? 0)) & 0xffff;
      if ((((x86PairBits[pair >> 5] ?? 0) >>> (pair & 31)) & 1) === 1) {
        if (pair !== hit) common += 1;
        hit = pair;
      }
    }
  }
  return Math.floor((common << 10) / (windows.length * (windowBytes - 1)));
}

/**
 * Most significant bytes of the usual A64 instruction words (Arm Architecture Reference Manual, C4.1): loads and stores,
 * arithmetic and logic in both widths, branches, adrp, system.
 */
export const aarch64Opcodes = table(
  256,
  [
    0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x17, 0x1a, 0x1b, 0x2a, 0x2b, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x4a, 0x4b, 0x51, 0x52, 0x53, 0x54, 0x6a, 0x6b,
    0x71, 0x72, 0x78, 0x79, 0x7a, 0x88, 0x8a, 0x8b, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x9a, 0x9b, 0xa8, 0xa9, 0xaa, 0xb0, 0xb4, 0xb5, 0xb8, 0xb9, 0xc8, 0xca,
    0xcb, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xea, 0xeb, 0xf0, 0xf1, 0xf2, 0xf8, 0xf9, 0xfa,
  ],
);

/**
 * @param start first byte of the page
 * @returns usual A64 instruction words per 1024 words
 */
export function aarch64Share(bytes: Uint8Array, start: number): number {
  let usual = 0;
  for (const window of windows) {
    const first = start + window;
    let hit = -1;
    for (let at = first + 3; at < first + windowBytes; at += 4) {
      const opcode = bytes[at] ?? 0;
      if (aarch64Opcodes[opcode] === 1) {
        if (opcode !== hit) usual += 1;
        hit = opcode;
      }
    }
  }
  return Math.floor((usual << 10) / ((windows.length * windowBytes) / 4));
}
