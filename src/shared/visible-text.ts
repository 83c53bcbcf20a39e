/**
 * Control and format characters: C0, C1, bidi marks, zero-width marks, line separators; halves of surrogate pairs and the two
 * code points that no XML document may hold. Tab and line feed are wanted: long documents have a million of them, so they are not matches.
 */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu;
/** Most text has nothing else, and looking for this is several times as fast: documents may have hundreds of MiB. */
const plain = /^[\n\t -~]*$/;

/**
 * Text that hides nothing: what could move a cursor, recolour or reorder what is read appears as \u{code}. Text from a
 * dump and file names are hostile; every door passes them through here.
 */
export function visibleText(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(invisible, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for what is one line: a name in the middle of a sentence must not begin a line of its own. */
export const visibleLine = (text: string): string => visibleText(text).replaceAll('\n', '\\u{a}').replaceAll('\t', '\\u{9}');

/** The same for a JSON document: invisible characters are as JSON's own escapes, so that the values do not change. */
export function visibleJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  if (plain.test(text)) return text;
  return text.replaceAll(invisible, (mark) =>
    mark
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
