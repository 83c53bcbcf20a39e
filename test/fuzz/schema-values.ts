/** Draws values from a valibot schema: most of them fit, some nearly, some not at all. */
import type * as v from 'valibot';
import type { SeededRandom } from '../../src/samples/seeded-random.ts';

/** Texts for members of a name: paths, handles, names that mean something. Undefined where any text will do. */
export type TextsOf = (key: string) => readonly string[] | undefined;

/** The parts of valibot's schemas that are looked at. */
interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly item?: Shape;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

const numbers = [0, 1, 2, 3, 16, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];
const oddNumbers = [-1, 0.5, NaN, Infinity, -0, 2 ** 53, 1e300];
const addresses = [
  0n, 1n, 0x200n, 0xe18n, 0x1000n, 0x11b8n, 0x10000n, 0x100000n, 0x6ff000n, 0x700000n, 0xffffffffn, 1n << 52n, 0x7fffffffffffffffn, 1n << 63n,
  0xffffffff81000000n, (1n << 64n) - 4096n, (1n << 64n) - 1n,
]; // prettier-ignore
const oddAddresses = [1n << 64n, -1n, 1n << 200n];
const texts = ['', 'a', '0', '0x0', '0x1000', '0xffffffffffffffff', '*', '%s', '../..', '\u0000', '\ud800', '\u202e', 'x'.repeat(5000), "'; DROP TABLE page; --", '__proto__', 'constructor', '(a+)+$', '[', 'jiffies']; // prettier-ignore
const oddValues: readonly unknown[] = [undefined, true, 0, 'text', [], {}, 1n, [[]]];

const anyOf = <T>(list: readonly T[], random: SeededRandom): T | undefined => list[random.below(list.length)];

function drawNumber({ pipe = [] }: Shape, random: SeededRandom): unknown {
  if (random.below(24) === 0) return anyOf(oddNumbers, random);
  const limit = (type: string): number | undefined =>
    pipe.map((action) => (action.type === type ? action.requirement : undefined)).find((one) => typeof one === 'number');
  const [least, most] = [limit('min_value') ?? 0, limit('max_value') ?? Number.MAX_SAFE_INTEGER];
  const near = [least, most, least - 1, most + 1];
  if (random.below(6) === 0) return anyOf(near, random);
  const fitting = numbers.filter((one) => one >= least && one <= most);
  return anyOf(fitting.length > 0 ? fitting : [least], random);
}

function drawText({ pipe = [] }: Shape, key: string, textsOf: TextsOf, random: SeededRandom): string | undefined {
  const known = textsOf(key);
  if (known !== undefined && random.below(12) > 0) return anyOf(known, random);
  const pattern = pipe.find(({ type }) => type === 'regex')?.requirement;
  if (pattern instanceof RegExp && random.below(8) > 0)
    return [...texts, ...addresses.map((one) => `0x${one.toString(16)}`), '0'.repeat(16), 'a'.repeat(64), '#123456'].find((one) => pattern.test(one)) ?? 'a';
  return anyOf(texts, random);
}

/** @param key the member that the value is for */
export function drawValue(schema: v.GenericSchema, key: string, textsOf: TextsOf, random: SeededRandom): unknown {
  const draw = (shape: Shape, name: string, depth: number): unknown => {
    if (random.below(60) === 0) return anyOf(oddValues, random);
    switch (shape.type) {
      case 'optional':
        return random.below(2) === 0 || shape.wrapped === undefined ? undefined : draw(shape.wrapped, name, depth);
      case 'object':
      case 'strict_object':
      case 'loose_object': {
        const members = Object.entries(shape.entries ?? {}).map(([member, inner]) => [member, draw(inner, member, depth + 1)] as const);
        return Object.fromEntries(members.filter(([, value]) => value !== undefined));
      }
      case 'array': {
        const { item } = shape;
        const length = random.below(40) === 0 ? 300 : random.below(4);
        return item === undefined || depth > 6 ? [] : Array.from({ length }, () => draw(item, name, depth + 1));
      }
      case 'union':
      case 'variant':
        return draw((anyOf(shape.options ?? [], random) as Shape | undefined) ?? { type: 'never' }, name, depth);
      case 'picklist':
        return anyOf(shape.options ?? [], random);
      case 'literal':
        return shape.literal;
      case 'boolean':
        return random.below(2) === 0;
      case 'number':
        return drawNumber(shape, random);
      case 'bigint':
        return random.below(24) === 0 ? anyOf(oddAddresses, random) : (anyOf(addresses, random) ?? 0n) + BigInt(random.below(4) === 0 ? random.below(64) : 0);
      case 'string':
        return drawText(shape, name, textsOf, random);
      case 'record':
        return {};
      default:
        return undefined;
    }
  };
  return draw(schema, key, 0);
}

/** As JSON, which has no bigint, no NaN, and nothing infinite. */
export function encoded(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encoded(one)]));
}

/** @param textFor takes each text: a place for what is known only when it is tried */
export function decoded(value: unknown, textFor: (text: string) => string): unknown {
  if (typeof value === 'string') return textFor(value);
  if (Array.isArray(value)) return value.map((one) => decoded(one, textFor));
  if (typeof value !== 'object' || value === null) return value;
  if ('$bigint' in value && typeof value.$bigint === 'string') return BigInt(/^-?\d+$/.test(value.$bigint) ? value.$bigint : 0);
  if ('$number' in value) return Number(value.$number);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decoded(one, textFor)]));
}
