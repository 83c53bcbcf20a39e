import { createHash } from 'node:crypto';

/**
 * Text as PostgreSQL can keep it. It knows no U+0000 and no half of a surrogate pair, and both can stand in what a dump says: a row must not fail
 * for that, so U+0000 becomes its visible sign and a half pair the replacement character.
 */
export const storableText = (text: string): string => text.replaceAll('\0', '\u2400').toWellFormed();

/** The same for everything in a value that becomes JSONB: its strings and the names of its members. */
export function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storableText(name), storableValue(member)]));
}

/** A parameter of a statement: its text, also in an array, as PostgreSQL can keep it; anything else as it is. */
export function storableParameter(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  return Array.isArray(value) ? value.map(storableParameter) : value;
}

/** A parameter for a column of JSONB. */
export const jsonbParameter = (value: unknown): string => JSON.stringify(storableValue(value));

/** An entry of a btree has at most a third of a page of 8 KiB; a character may take four bytes. */
const mostIndexed = 500;

/** Text of a column with an index: what is too long for one is replaced by its digest. */
export function indexedText(text: string): string {
  const plain = storableText(text);
  return plain.length <= mostIndexed ? plain : `sha256:${createHash('sha256').update(plain).digest('hex')}`;
}

/** What went wrong, for a person: a dump may make it as long as it likes. */
export const problemText = (text: string): string => text.slice(0, 4000);
