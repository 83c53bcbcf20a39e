/** Draws and makes changes of bytes: at fields and records where they are known, and anywhere. */
import type { SeededRandom } from '../../src/samples/seeded-random.ts';
import type { ByteStep, Step } from './step.ts';

export interface Place {
  readonly offset: number;
  readonly size: number;
}

/** Bytes to change, and what is known of their structure. */
export interface ByteBase {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Numbers, and ranges in which each byte has a meaning. */
  readonly fields: readonly Place[];
  /** What follows each other: records, segments, members. */
  readonly records: readonly Place[];
}

/** Numbers at which arithmetic turns over. */
const hostile = [
  0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xfffffff0n, 0xffffffffn, 1n << 40n, (1n << 53n) - 1n, 1n << 53n,
  0x7fffffffffffffffn, 1n << 63n, (1n << 64n) - 1n,
]; // prettier-ignore

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

function hostileBytes(random: SeededRandom, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  if (random.below(3) === 0) return bytes.map(() => random.below(256));
  let value = hostile[random.below(hostile.length)] ?? 0n;
  const little = random.below(2) === 0;
  for (let index = 0; index < size; index += 1) {
    bytes[little ? index : size - 1 - index] = Number(value & 0xffn);
    value >>= 8n;
  }
  return bytes;
}

/** A number a little larger or smaller than the one that is there: sizes and counts that are off by a few. */
function nearBytes(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const near = Uint8Array.from(bytes);
  const at = random.below(2) === 0 ? 0 : near.length - 1;
  const old = near[at] ?? 0;
  near[at] = random.below(3) === 0 ? old ^ (1 << random.below(8)) : old + 1 + random.below(16) - 8;
  return near;
}

const anyOf = <T>(list: readonly T[], random: SeededRandom): T | undefined => list[random.below(list.length)];

/** A range to move or repeat: a record where there are some, else anything short. */
function anyRange({ bytes, records }: ByteBase, random: SeededRandom): Place {
  const record = records.length === 0 || random.below(4) === 0 ? undefined : anyOf(records, random);
  if (record !== undefined) return record;
  const offset = random.below(Math.max(1, random.below(2) === 0 ? Math.min(bytes.length, 8192) : bytes.length));
  return { offset, size: Math.min(1 + random.below(random.below(2) === 0 ? 16 : 4096), Math.max(1, bytes.length - offset)) };
}

/** Bytes at a known place; anywhere where none is known, and now and then besides. */
function setStep({ bytes, fields }: ByteBase, random: SeededRandom): ByteStep {
  const known = fields.length === 0 || random.below(16) === 0 ? undefined : anyOf(fields, random);
  const place = known ?? { offset: 0, size: bytes.length };
  const [at, size] = place.size <= 8 ? [place.offset, place.size] : [place.offset + random.below(place.size), [1, 2, 4, 8][random.below(4)] ?? 1];
  const there = bytes.subarray(at, at + size);
  return { do: 'set', at, hex: hexOf(there.length > 0 && random.below(4) === 0 ? nearBytes(random, there) : hostileBytes(random, size)) };
}

function rareStep(base: ByteBase, others: readonly ByteBase[], random: SeededRandom): ByteStep {
  const range = anyRange(base, random);
  const at = range.offset;
  switch (random.below(6)) {
    case 0:
      return { do: 'cut', at: random.below(3) === 0 ? random.below(Math.max(1, base.bytes.length)) : at + random.below(range.size + 1) };
    case 1:
      return { do: 'remove', at, bytes: range.size };
    case 2:
      return { do: 'repeat', at, bytes: range.size, times: 1 + random.below(random.below(4) === 0 ? 64 : 3) };
    case 3: {
      const other = anyRange(base, random);
      return { do: 'swap', at, bytes: range.size, next: other.size };
    }
    case 4:
      return { do: 'insert', at, hex: hexOf(random.bytes(1 + random.below(64))) };
    default: {
      const other = anyOf(others, random) ?? base;
      const from = anyRange(other, random);
      return { do: 'splice', at, base: other.name, from: from.offset, bytes: from.size };
    }
  }
}

/** One change to four, most of them at fields. */
export function drawByteSteps(base: ByteBase, others: readonly ByteBase[], random: SeededRandom): readonly ByteStep[] {
  return Array.from({ length: 1 + random.below(4) }, () => (random.below(6) === 0 ? rareStep(base, others, random) : setStep(base, random)));
}

/** So much is put into an input at most: a bomb has a test of its own. */
const mostAdded = 1 << 20;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function changed(bytes: Uint8Array, step: ByteStep, baseNamed: (name: string) => Uint8Array): Uint8Array {
  const at = Math.min(step.at, bytes.length);
  switch (step.do) {
    case 'set': {
      bytes.set(Buffer.from(step.hex, 'hex').subarray(0, bytes.length - at), at);
      return bytes;
    }
    case 'insert':
      return joined(bytes.subarray(0, at), Buffer.from(step.hex, 'hex'), bytes.subarray(at));
    case 'remove':
      return joined(bytes.subarray(0, at), bytes.subarray(at + step.bytes));
    case 'cut':
      return bytes.slice(0, at);
    case 'repeat': {
      const piece = bytes.subarray(at, at + step.bytes);
      const times = Math.min(step.times, Math.floor(mostAdded / Math.max(1, piece.length)));
      return joined(bytes.subarray(0, at + piece.length), ...Array.from({ length: times }, () => piece), bytes.subarray(at + piece.length));
    }
    case 'swap': {
      const middle = Math.min(at + step.bytes, bytes.length);
      const end = Math.min(middle + step.next, bytes.length);
      return joined(bytes.subarray(0, at), bytes.subarray(middle, end), bytes.subarray(at, middle), bytes.subarray(end));
    }
    case 'splice': {
      bytes.set(baseNamed(step.base).subarray(step.from, step.from + Math.min(step.bytes, bytes.length - at)), at);
      return bytes;
    }
  }
}

const isByteStep = (step: Step): step is ByteStep => step.do !== 'call' && step.do !== 'put' && step.do !== 'drop' && step.do !== 'double';

/** A changed copy. @throws Error for steps of another kind */
export function withByteSteps(bytes: Uint8Array, steps: readonly Step[], baseNamed: (name: string) => Uint8Array): Uint8Array {
  let now = Uint8Array.from(bytes);
  for (const step of steps) {
    if (!isByteStep(step)) throw new Error(`${step.do} is no change of bytes`);
    now = new Uint8Array(changed(now, step, baseNamed));
  }
  return now;
}
