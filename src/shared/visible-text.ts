/** Control and format characters: C0, C1, bidi marks, zero-width marks, line separators. Tab and line feed are wanted. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Text that hides nothing: what could move a cursor, recolour or reorder what is read appears as \u{code}. Text from a
 * dump and file names are hostile; every door passes them through here.
 */
export function visibleText(text: string): string {
  return text.replaceAll(invisible, (mark) => (mark === '\n' || mark === '\t' ? mark : `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`));
}
