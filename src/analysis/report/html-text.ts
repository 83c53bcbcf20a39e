/** Text in a page: nothing in it is markup, and nothing can hide or reorder what the reader sees. */
import { reportText } from './report-text.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (text: string): string => reportText(text).replaceAll(/[&<>"']/g, (mark) => escapes[mark] ?? mark);

/** Words up to this length are on one line. */
const longestWord = 26;
/** Digits of a hexadecimal number stay together in groups of so many. */
const hexGroup = 16;
/** What is endless breaks after so many characters, or it would leave the page. */
const endless = 32;

/** Where a long word may break: between groups of hexadecimal digits, after marks that join names, and nowhere else. */
function parts(word: string): readonly string[] {
  if (word.length <= longestWord) return [word];
  const digits = /^(0x)?[0-9a-f]+$/i.exec(word);
  if (digits !== null) {
    const head = digits[1] ?? '';
    return (word.slice(head.length).match(new RegExp(`.{1,${hexGroup}}`, 'gu')) ?? []).map((group, at) => (at === 0 ? head + group : group));
  }
  return word.split(/(?<=[/_.:,;|=&?()-])(?=[^/_.:,;|=&?()-])/u).flatMap((part) => part.match(new RegExp(`.{1,${endless}}`, 'gu')) ?? []);
}

/** Characters of the longest piece that stays in one line. */
export const longestPart = (text: string): number =>
  reportText(text)
    .split(/\s+/)
    .flatMap(parts)
    .reduce((most, part) => Math.max(most, part.length), 0);

/** Dates, ranges and versions: a browser would break them after a hyphen. */
const breaksAnyway = /[\dA-Za-z]-\d/;

/** The same where long words must find a place to break: no number and no name is broken elsewhere. */
export const breakableHtml = (text: string): string =>
  reportText(text)
    .split(/(\s+)/)
    .map((word) =>
      parts(word)
        .map((part) => {
          const escaped = part.replaceAll(/[&<>"']/g, (mark) => escapes[mark] ?? mark);
          return breaksAnyway.test(part) ? `<span class="whole">${escaped}</span>` : escaped;
        })
        .join('<wbr>'),
    )
    .join('');

/** Text in a string of a style sheet: every character that could end it is an escape. */
export const cssString = (text: string): string =>
  `"${reportText(text).replaceAll(/[^\p{L}\p{N} .,_-]/gu, (mark) => `\\${(mark.codePointAt(0) ?? 0).toString(16)} `)}"`;
