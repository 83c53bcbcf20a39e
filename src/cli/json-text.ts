/** JSON documents as text, a piece at a time: one of a hostile dump has tens of MiB, and each step from values to bytes would hold it as a whole. */
import { visibleJson } from '../shared/visible-text.ts';

/** Levels that are split: a list of dumps, their lists, and the members of those. */
const levelsApart = 5;

const isParent = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The text of `visibleJson(value)`, in pieces.
 * @param indent prefix of all its lines except the first
 */
export function* jsonPieces(value: unknown, indent = '', levels = levelsApart): Generator<string, undefined> {
  const members: readonly (readonly [string, unknown])[] =
    !isParent(value) || levels === 0 ? [] : Array.isArray(value) ? value.map((one: unknown) => ['', one ?? null]) : named(value);
  if (members.length === 0) {
    yield visibleJson(value).replaceAll('\n', `\n${indent}`);
    return undefined;
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  let before = open;
  for (const [name, member] of members) {
    yield `${before}\n${inner}${name}`;
    yield* jsonPieces(member, inner, levels - 1);
    before = ',';
  }
  yield `\n${indent}${close}`;
  return undefined;
}

const named = (value: object): (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([name, member]: [string, unknown]) => (member === undefined ? [] : [[`${visibleJson(name)}: `, member] as const]));
