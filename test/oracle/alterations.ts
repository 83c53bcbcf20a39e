/** Changes of one value in a tree of answers: an oracle that does not notice them judges nothing. */
import type { SeededRandom } from '../../src/samples/seeded-random.ts';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export interface Alteration {
  /** JSON pointer of the value. */
  readonly pointer: string;
  readonly what: 'value' | 'last item dropped';
}

function* walk(tree: unknown, pointer: string): Generator<Alteration> {
  if (Array.isArray(tree)) {
    if (tree.length > 0) yield { pointer, what: 'last item dropped' };
    for (const [index, item] of tree.entries()) yield* walk(item, `${pointer}/${index}`);
  } else if (typeof tree === 'object' && tree !== null) {
    for (const [key, member] of Object.entries(tree)) yield* walk(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  } else if (tree !== undefined) yield { pointer, what: 'value' };
}

/** Every single change that can be made below the pointers that `judged` accepts. */
export const alterationsOf = (tree: unknown, judged: (pointer: string) => boolean): readonly Alteration[] =>
  [...walk(tree, '')].filter(({ pointer, what }) => judged(what === 'value' ? pointer : `${pointer}/-`));

function other(value: Json, random: SeededRandom): Json {
  if (typeof value === 'number') return value + 1 + random.below(1000);
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return value;
  if (/^0x[0-9a-f]+$/.test(value)) {
    const bits = BigInt(Math.max(1, BigInt(value).toString(2).length));
    return `0x${(BigInt(value) ^ (1n << (BigInt(random.u32()) % bits))).toString(16)}`;
  }
  if (value === '') return 'x';
  const at = random.below(value.length);
  return `${value.slice(0, at)}${value[at] === '7' ? '8' : '7'}${value.slice(at + 1)}`;
}

/** The tree with one change; nothing of the original is touched. */
export function altered<T>(tree: T, { pointer, what }: Alteration, random: SeededRandom): T {
  const path = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const change = (node: Json, depth: number): Json => {
    const key = path[depth];
    if (key === undefined) return what === 'value' ? other(node, random) : (node as readonly Json[]).slice(0, -1);
    if (Array.isArray(node)) return node.map((item: Json, index) => (String(index) === key ? change(item, depth + 1) : item));
    const members = node as Readonly<Record<string, Json>>;
    return { ...members, [key]: change(members[key] ?? '', depth + 1) };
  };
  return change(tree as Json, 0) as T;
}
