/** Random structures with values, and an encoder of their own: what the struct declaration has to read back. */
import fc from 'fast-check';
import { bytes, i32, text, u16, u32, u64, u8, type Endian } from '../../src/analysis/layout/field.ts';
import { list, nested, struct, type AnyField, type Fields, type StructLayout } from '../../src/analysis/layout/struct.ts';

type Scalar = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'text' | 'bytes';

/** What a structure looks like, without offsets. */
type Shape =
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly size: number }
  | { readonly kind: 'struct'; readonly endian: Endian | 'given'; readonly members: readonly { readonly gap: number; readonly shape: Shape }[] }
  | { readonly kind: 'list'; readonly count: number; readonly extraStride: number; readonly element: Shape };

/** One scalar in its place, with the value that was written there. */
export interface PlacedLeaf {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  readonly scalar: Scalar;
  readonly value: number | bigint | string | Uint8Array;
}

export interface RandomStruct {
  readonly layout: StructLayout<Fields>;
  readonly endian: Endian;
  readonly data: Uint8Array;
  readonly leaves: readonly PlacedLeaf[];
  /** The parsed value as it has to come out. */
  readonly value: unknown;
}

const scalarSizes = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8 } as const;
const fixed = fc.constantFrom(...(['u8', 'u16', 'u32', 'i32', 'u64'] as const)).map((scalar): Shape => ({ kind: 'scalar', scalar, size: scalarSizes[scalar] }));
const sized = fc
  .tuple(fc.constantFrom('text' as const, 'bytes' as const), fc.integer({ min: 1, max: 24 }))
  .map(([scalar, size]): Shape => ({ kind: 'scalar', scalar, size }));

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fixed,
    sized,
    fc
      .tuple(
        fc.constantFrom('big' as const, 'little' as const, 'given' as const),
        fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5 }), shape: tie('shape') }), { minLength: 1, maxLength: 5 }),
      )
      .map(([endian, members]): Shape => ({ kind: 'struct', endian, members })),
    fc
      .record({ count: fc.integer({ min: 1, max: 4 }), extraStride: fc.integer({ min: 0, max: 3 }), element: tie('shape') })
      .map((one): Shape => ({ kind: 'list', ...one })),
  ),
}));

const top = fc
  .array(fc.record({ gap: fc.integer({ min: 0, max: 5 }), shape }), { minLength: 1, maxLength: 6 })
  .map((members): Shape & { kind: 'struct' } => ({ kind: 'struct', endian: 'given', members }));

function sizeOf(one: Shape): number {
  switch (one.kind) {
    case 'scalar':
      return one.size;
    case 'struct':
      return one.members.reduce((sum, member) => sum + member.gap + sizeOf(member.shape), 0);
    case 'list':
      return one.count * (sizeOf(one.element) + one.extraStride);
  }
}

function fieldOf(one: Shape, offset: number): AnyField {
  switch (one.kind) {
    case 'scalar':
      switch (one.scalar) {
        case 'u8':
          return u8(offset);
        case 'u16':
          return u16(offset);
        case 'u32':
          return u32(offset);
        case 'i32':
          return i32(offset);
        case 'u64':
          return u64(offset);
        case 'text':
          return text(offset, one.size);
        case 'bytes':
          return bytes(offset, one.size);
      }
    // eslint-disable-next-line no-fallthrough -- the inner switch is exhaustive
    case 'struct':
      return nested(offset, layoutOf(one));
    case 'list':
      return list(offset, one.count, fieldOf(one.element, 0), '', sizeOf(one.element) + one.extraStride);
  }
}

function layoutOf(one: Shape & { kind: 'struct' }): StructLayout<Fields> {
  let at = 0;
  const fields: Record<string, AnyField> = {};
  one.members.forEach((member, index) => {
    at += member.gap;
    fields[`f${index}`] = fieldOf(member.shape, at);
    at += sizeOf(member.shape);
  });
  return struct('random', { endian: one.endian, size: at }, fields);
}

/** Writes a value byte by byte, most significant first or last: no DataView as in the code under test. */
function putNumber(data: Uint8Array, offset: number, size: number, value: bigint, endian: Endian): void {
  let rest = BigInt.asUintN(size * 8, value);
  for (let index = 0; index < size; index += 1) {
    data[endian === 'little' ? offset + index : offset + size - 1 - index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

const special = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  (1n << 53n) + 1n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  (1n << 64n) - 1n,
];

interface Draw {
  /** 0 … bound - 1 */
  below(bound: number): number;
}

function drawNumber(draw: Draw, size: number): bigint {
  if (draw.below(3) === 0) return BigInt.asUintN(size * 8, special[draw.below(special.length)] ?? 0n);
  let value = 0n;
  for (let index = 0; index < size; index += 1) value = (value << 8n) | BigInt(draw.below(256));
  return value;
}

function fill(one: Shape, path: string, offset: number, endian: Endian, data: Uint8Array, leaves: PlacedLeaf[], draw: Draw): unknown {
  switch (one.kind) {
    case 'struct': {
      const own = one.endian === 'given' ? endian : one.endian;
      const values: Record<string, unknown> = {};
      let at = offset;
      one.members.forEach((member, index) => {
        at += member.gap;
        values[`f${index}`] = fill(member.shape, path === '' ? `f${index}` : `${path}.f${index}`, at, own, data, leaves, draw);
        at += sizeOf(member.shape);
      });
      return values;
    }
    case 'list': {
      const stride = sizeOf(one.element) + one.extraStride;
      return Array.from({ length: one.count }, (_, index) => fill(one.element, `${path}[${index}]`, offset + index * stride, endian, data, leaves, draw));
    }
    case 'scalar': {
      const { scalar, size } = one;
      const value = drawValue(scalar, size, offset, endian, data, draw);
      leaves.push({ path, offset, size, scalar, value });
      return value;
    }
  }
}

function drawValue(scalar: Scalar, size: number, offset: number, endian: Endian, data: Uint8Array, draw: Draw): number | bigint | string | Uint8Array {
  if (scalar === 'text') {
    const length = draw.below(size + 1);
    for (let index = 0; index < length; index += 1) data[offset + index] = 0x20 + draw.below(0x5f);
    if (length < size) data[offset + length] = 0;
    return Buffer.from(data.subarray(offset, offset + length)).toString('latin1');
  }
  if (scalar === 'bytes') {
    for (let index = 0; index < size; index += 1) data[offset + index] = draw.below(256);
    return data.slice(offset, offset + size);
  }
  const value = drawNumber(draw, size);
  putNumber(data, offset, size, value, endian);
  if (scalar === 'u64') return value;
  return Number(scalar === 'i32' ? BigInt.asIntN(32, value) : value);
}

/** A structure with noise in its gaps, and everything that was written into it. */
export const randomStructs: fc.Arbitrary<RandomStruct> = fc
  .tuple(top, fc.constantFrom<Endian>('big', 'little'), fc.infiniteStream(fc.nat({ max: 0xffffff })))
  .map(([one, endian, numbers]) => {
    const draw: Draw = { below: (bound) => (numbers.next().value ?? 0) % bound };
    const data = Uint8Array.from({ length: sizeOf(one) }, () => draw.below(256));
    const leaves: PlacedLeaf[] = [];
    const value = fill(one, '', 0, endian, data, leaves, draw);
    return { layout: layoutOf(one), endian, data, leaves, value };
  });
