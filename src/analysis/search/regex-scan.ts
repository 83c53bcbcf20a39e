/** One step of a regular expression's search; runs in the worker of regex-matcher.ts. */
import * as v from 'valibot';

export const regexStepSchema = v.object({
  source: v.string(),
  flags: v.string(),
  window: v.instance(Uint8Array),
  from: v.number(),
  to: v.number(),
  most: v.number(),
  /** Longer matches are cut. */
  reach: v.number(),
});
export type RegexStep = v.InferOutput<typeof regexStepSchema>;

/** Place and length of each match, one after the other. Empty matches are none. */
export function scanWithRegex({ source, flags, window, from, to, most, reach }: RegexStep): number[] {
  // Latin-1: a character a byte, so that places are the same in both.
  const text = Buffer.from(window.buffer, window.byteOffset, window.byteLength).toString('latin1');
  const expression = new RegExp(source, flags);
  const found: number[] = [];
  expression.lastIndex = from;
  while (found.length < 2 * most) {
    const match = expression.exec(text);
    if (match === null || match.index >= to) break;
    const length = Math.min(match[0].length, reach);
    if (length > 0) found.push(match.index, length);
    expression.lastIndex = match.index + Math.max(1, length);
  }
  return found;
}
