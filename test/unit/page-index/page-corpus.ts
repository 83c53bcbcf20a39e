/**
 * Pages whose class a person would name at once: the corpus that proves the thresholds. Code is put together from
 * instructions as compilers emit them, with registers, displacements and order drawn at random.
 */
import { deflateRawSync } from 'node:zlib';
import type { PageClass } from '../../../src/shared/model.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';
import { pageBytes } from './page-image.ts';

export interface LabelledPage {
  readonly label: string;
  readonly class: PageClass;
  readonly make: (random: SeededRandom) => Uint8Array;
}

const page = (): Buffer => Buffer.alloc(pageBytes);
const repeated = (bytes: Uint8Array | string): Buffer => Buffer.alloc(pageBytes, bytes);

/** A page of what `piece` gives again and again, cut at the end. */
function pieces(piece: () => Uint8Array): Buffer {
  const filled = page();
  for (let at = 0; at < pageBytes;) {
    const next = piece();
    filled.set(next.subarray(0, pageBytes - at), at);
    at += next.length;
  }
  return filled;
}

/** Hex digits with `*` for a random digit; spaces are for the reader. */
function template(random: SeededRandom, text: string): Uint8Array {
  const digits = text.replaceAll(' ', '').replaceAll('*', () => random.below(16).toString(16));
  return Buffer.from(digits, 'hex');
}
const oneOf = <T>(random: SeededRandom, items: readonly [T, ...T[]]): T => items[random.below(items.length)] ?? items[0];

/** stmg, lgr, larl, brasl, lg, stg, la, l, st, jump, compare-and-jump, br, lghi, aghi, cgrj, nilf, lgfi, llgcr, sllg, clg, mvc, tm, nopr */
const s390xInstructions = [
  'eb *f f0 58 00 24',
  'b904 00**',
  'c0*0 0000****',
  'c0e5 ffff****',
  'e3*0 **** 0004',
  'e3*0 **** 0024',
  '41*0 ****',
  '58*0 ****',
  '50*0 ****',
  'a7*4 00**',
  'ec** 00** 0064',
  '07fe',
  'a7*9 00**',
  'a7*b 00**',
  'ec** 00** 2064',
  'c0*b 0000****',
  'c0*1 0000****',
  'b984 00**',
  'eb** 0003 000d',
  'e3*0 **** 0021',
  'd2 07 **** ****',
  '91 ** ****',
  'e3*0 **** 0071',
  'b908 00**',
  'a7*1 ****',
  'e5 48 **** 0000',
  'b914 00**',
  'b902 00**',
  '5a*0 ****',
] as const;
/** push, mov, lea, call, test, je, jne, xor, add, sub, cmp, pop, ret, movzx, nop, jmp */
const x86Instructions = [
  '55',
  '48 89 e5',
  '41 57',
  '41 56',
  '41 54',
  '53',
  '48 83 ec *8',
  '48 8b 4* *8',
  '48 8b 7* *0',
  '48 89 4* *8',
  '48 89 df',
  '48 8d 7* *8',
  'e8 **** 0* 00',
  '85 c0',
  '74 **',
  '75 **',
  '0f 84 **** 0000',
  '0f 85 **** 0000',
  '31 c0',
  '31 f6',
  '48 85 c0',
  '48 85 db',
  '48 c7 c7 **** ** 82',
  '48 39 c3',
  '83 f8 **',
  '5b',
  '5d',
  '41 5c',
  'c3',
  '0f b6 4* **',
  '0f 1f 44 00 00',
  '66 90',
  'e9 **** ff ff',
  '4c 89 e7',
  '49 89 fc',
  '89 c2',
  '8b 4* **',
  '0f 1f 40 00',
  '41 5d',
] as const;
/** stp, mov, bl, ldr, str, cbz, b.cond, ret, adrp, add, mov, cmp, ldp, sub, ldrb, tbz, and, orr, lsl, movz, nop; the last byte is the most significant one */
const aarch64Instructions = [
  'fd 7b b* a9',
  'fd 03 00 91',
  '** ** *0 94',
  '** ** 4* f9',
  '** ** 0* f9',
  '** ** ** b4',
  '*1 ** ** 54',
  'c0 03 5f d6',
  '** ** ** b0',
  '** ** ** 91',
  'e* 03 0* aa',
  '1f 0* 0* eb',
  'fd 7b c* a8',
  '** ** 0* d1',
  '** ** 4* 39',
  '** ** ** 36',
  '** ** 40 92',
  '** 00 0* 2a',
  '** ** ** d3',
  '** ** 8* d2',
  '** ** ** b5',
  '** ** ** 97',
  '** ** 40 b9',
  '1f 20 03 d5',
  '** ** 0* b9',
  '** ** ** 14',
  '3f 00 00 71',
  '** ** ** 34',
  '** ** ** 37',
  '** ** ** 52',
] as const;

const code = (label: string, instructions: readonly [string, ...string[]]): LabelledPage => ({
  label,
  class: 'code',
  make: (random) => pieces(() => template(random, oneOf(random, instructions))),
});

const words = [
  'kernel',
  'prefix',
  'lowcore',
  'page',
  'fault',
  'at',
  'address',
  'of',
  'CPU',
  'interrupt',
  'disabled',
  'wait',
  'crash',
  'dump',
  'the',
  'a',
] as const;
const sentence = (random: SeededRandom): string => Array.from({ length: 4 + random.below(8) }, () => oneOf(random, words)).join(' ');

const units = (random: SeededRandom, unit: (target: Buffer, at: number, random: SeededRandom) => void): Buffer => {
  const filled = page();
  for (let at = 0; at < pageBytes; at += 8) unit(filled, at, random);
  return filled;
};
const pointerTo = (base: bigint, random: SeededRandom, span: number): bigint => base + BigInt(random.below(span / 8)) * 8n;

export const corpus: readonly LabelledPage[] = [
  { label: 'zeros', class: 'zero', make: page },
  { label: 'one byte repeated', class: 'fill', make: () => repeated('Z') },
  { label: 'allocator poison without end marks', class: 'fill', make: () => repeated(Uint8Array.of(0x6b)) },
  { label: 'x86 int3 padding', class: 'fill', make: () => repeated(Uint8Array.of(0xcc)) },
  { label: 'one pointer repeated', class: 'fill', make: () => repeated(Buffer.from('ffff888012345678', 'hex')) },
  {
    label: 'log lines',
    class: 'text',
    make: (random) => pieces(() => Buffer.from(`<6>[ ${random.below(99999)}.${random.below(999999)}] ${sentence(random)}\n`)),
  },
  {
    label: 'indented source',
    class: 'text',
    make: (random) => pieces(() => Buffer.from(`\t\tif (${sentence(random)})\n                return -${random.below(99)};\n`)),
  },
  { label: 'strings ended by NUL', class: 'text', make: (random) => pieces(() => Buffer.from(`${oneOf(random, words)}_${oneOf(random, words)}\0`)) },
  { label: 'half a page of text, then zeros', class: 'text', make: (random) => pieces(() => Buffer.from(`${sentence(random)}\n`)).fill(0, 2048) },
  code('s390x', s390xInstructions),
  code('x86_64', x86Instructions),
  code('aarch64', aarch64Instructions),
  {
    label: 's390x addresses, kernel above 3 TiB',
    class: 'pointers',
    make: (random) => units(random, (t, at) => t.writeBigUInt64BE(pointerTo(0x3ffff950000n, random, 0x600000), at)),
  },
  {
    label: 's390x addresses, identity mapping',
    class: 'pointers',
    make: (random) => units(random, (t, at) => t.writeBigUInt64BE(pointerTo(0x100000n, random, 0x17000000), at)),
  },
  {
    label: 'x86_64 direct map',
    class: 'pointers',
    make: (random) => units(random, (t, at) => t.writeBigUInt64LE(pointerTo(0xffff888001000000n, random, 0x7f000000), at)),
  },
  {
    label: 'x86_64 user space',
    class: 'pointers',
    make: (random) => units(random, (t, at) => t.writeBigUInt64LE(pointerTo(0x7f12a0000000n, random, 0x7f000000), at)),
  },
  {
    label: 'aarch64 linear map',
    class: 'pointers',
    make: (random) => units(random, (t, at) => t.writeBigUInt64LE(pointerTo(0xffff000008000000n, random, 0x7f000000), at)),
  },
  {
    label: 'big-endian list heads with flags and counters between them',
    class: 'pointers',
    make: (random) =>
      units(random, (t, at) => {
        const field = (at >> 3) & 7;
        if (field === 1 || field === 2 || field === 5) t.writeBigUInt64BE(pointerTo(0x3d100000000n, random, 0x7f000000), at);
        else if (field === 6) t.writeUInt32BE(1 + random.below(3), at + 4);
      }),
  },
  { label: 'random bytes', class: 'entropy', make: (random) => random.bytes(pageBytes) },
  {
    label: 'deflated text',
    class: 'entropy',
    make: (random) => deflateRawSync(Array.from({ length: 4000 }, () => `${sentence(random)} ${random.u32()}\n`).join('')).subarray(5000, 5000 + pageBytes),
  },
  {
    label: 'one byte in zeros',
    class: 'data',
    make: (random) => {
      const one = page();
      one[random.below(pageBytes)] = 1;
      return one;
    },
  },
  {
    label: 'small big-endian integers',
    class: 'data',
    make: (random) =>
      units(random, (t, at) => {
        t.writeUInt32BE(random.below(200), at);
        t.writeUInt32BE(random.below(200), at + 4);
      }),
  },
  {
    label: 'small little-endian integers',
    class: 'data',
    make: (random) =>
      units(random, (t, at) => {
        t.writeUInt32LE(random.below(200), at);
        t.writeUInt32LE(random.below(200), at + 4);
      }),
  },
  {
    label: 'x86 page table',
    class: 'data',
    make: (random) => units(random, (t, at) => t.writeBigUInt64LE(0x8000000000000063n | (BigInt(random.below(0x18000)) << 12n), at)),
  },
  { label: 'big-endian doubles near 3', class: 'data', make: (random) => units(random, (t, at) => t.writeDoubleBE(2 + random.below(1000) / 500, at)) },
  {
    label: 'table of near offsets',
    class: 'data',
    make: (random) => {
      const t = page();
      for (let at = 0; at < pageBytes; at += 4) t.writeInt32LE(-0x1a00000 + at + random.below(3), at);
      return t;
    },
  },
  {
    label: 'EBCDIC spaces with a few words',
    class: 'data',
    make: (random) => {
      const t = page().fill(0x40);
      for (let at = 0; at < pageBytes; at += 80) t.set(template(random, 'c1 d3 d3 e2 e8 e2 f0 f1 *0 *1'), at);
      return t;
    },
  },
  {
    label: 'allocator poison with end marks',
    class: 'data',
    make: (random) => pieces(() => Buffer.concat([Buffer.alloc(247 + 8 * random.below(2), 0x6b), Buffer.of(0xa5), Buffer.alloc(8, 0xbb)])),
  },
];
