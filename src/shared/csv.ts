/** Lines of comma-separated values (RFC 4180) from hostile texts. */
import { visibleText } from './visible-text.ts';

/** What spreadsheets take for a formula, also after blanks and in full width: an apostrophe before it says that it is text. */
const formula = /^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\n]/u;

/** A text as a field; the line break within a text is allowed by the RFC, but not by every reader. */
export function csvField(text: string): string {
  const shown = visibleText(text);
  const guarded = (formula.test(shown) ? `'${shown}` : shown).replaceAll('\n', '\\u{a}').replaceAll('\t', '\\u{9}');
  return /[",\r\n']/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** @param fields of the line, each made by `csvField`, or a number */
export const csvLine = (fields: readonly string[]): string => `${fields.join(',')}\r\n`;
