import { ascii, ByteWriter } from './byte-writer.ts';
import { seededRandom } from './seeded-random.ts';

/** Instruction shapes of compiled s390x kernel code; `..` are bytes that vary. */
const instructions = [
  'eb6ff0480024', // stmg %r6,%r15,72(%r15)
  'b90400ef', // lgr %r14,%r15
  'e3f0ff60ff71', // lay %r15,-160(%r15)
  'e3e0f0980024', // stg %r14,152(%r15)
  'b90400..', // lgr
  'e3..3...0004', // lg
  'e3..b0..0024', // stg
  'c0e50000....', // brasl %r14
  'a7840...', // je
  'a774ff..', // jne
  'ec..00..007c', // cgrj
  'a719....', // lghi
  '41..f0a0', // la
  '5810....', // l
  '91..b0..', // tm
  'eb11000.000d', // sllg
  'b9080012', // agr
  'e31003400004', // lg %r1,832: current_task
  'ebbff1080004', // lmg %r11,%r15,264(%r15)
  '07fe', // br %r14
  '0707', // bcr 0
] as const;

/** Each shape as hexadecimal digits; -1 = varies. */
const shapes: readonly (readonly number[])[] = instructions.map((text) => Array.from(text, (digit) => (digit === '.' ? -1 : Number.parseInt(digit, 16))));

/** Bytes that look like compiled s390x code. */
export function codeBytes(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(length);
  let digits = 0;
  while (digits < length * 2) {
    for (const digit of shapes[random.below(shapes.length)] ?? []) {
      const value = digit < 0 ? random.below(16) : digit;
      const at = digits >> 1;
      if (at < length) bytes[at] = ((bytes[at] ?? 0) << 4) | value;
      digits += 1;
    }
  }
  return bytes;
}

/** 8-byte big-endian addresses in [base, base + span), 8-aligned, as in arrays of pointers and list heads. */
export function pointerBytes(length: number, base: number, span: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const writer = new ByteWriter(length);
  for (let offset = 0; offset + 8 <= length; offset += 8) {
    writer.u64(offset, base + random.below(span / 8) * 8);
  }
  return writer.bytes;
}

/** Numbered ASCII lines that name their place, so that a wrong page shows at a glance; cut at `length`. */
export function textLines(length: number, title: string): Uint8Array {
  let text = '';
  for (let line = 1; text.length < length; line += 1) {
    text += `${title} line ${line} of the known text, the quick brown fox jumps over the lazy dog\n`;
  }
  return ascii(text.slice(0, length));
}

/** Bytes without any pattern, as compressed or encrypted data. */
export const entropyBytes = (length: number, seed: number): Uint8Array => seededRandom(seed).bytes(length);

/** Small mixed records: counters, flags, short names and addresses, as kernel data pages hold them. */
export function recordBytes(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const writer = new ByteWriter(length);
  for (let offset = 0; offset + 64 <= length; offset += 64) {
    writer.u32(offset, random.below(4)).u32(offset + 4, random.below(300));
    writer.u64(offset + 8, 0x200000 + random.below(0x10000) * 8);
    writer.text(offset + 24, `object-${offset.toString(16)}`, 16);
    writer.u64(offset + 48, 0xe39fcca1e4bbb620n + BigInt(random.u32()));
  }
  return writer.bytes;
}
