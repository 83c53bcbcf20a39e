/** Text in markdown: text from the dump is in code spans, where CommonMark knows no markup, no links and no HTML. */
import { piecesOf, type Piece, type Text } from './blocks.ts';
import { reportText } from './report-text.ts';

/** A code span that holds any text: its fence is longer than any run of backticks within, and nothing in it ends the line. */
export function codeSpan(text: string): string {
  const line = reportText(text).replaceAll('\n', '\\u{a}').replaceAll('\t', '\\u{9}');
  if (line === '') return '';
  const longest = [...line.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  // One space at both ends is taken away again by the renderer; without them a backtick would join the fence.
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Full stops and colons at the end of a word are not markup. */
const markup = /(?![.:](?= |$))[^\p{L}\p{N} ,;?/()'%-]/gu;

/** Words outside of a code span: every character that could be markup is a character reference. */
export const plainWords = (text: string): string => reportText(text).replaceAll(markup, (mark) => `&#${mark.codePointAt(0) ?? 0};`);

function pieceMarkdown(piece: Piece): string {
  if (typeof piece === 'string') return plainWords(piece);
  if ('word' in piece) return `**${plainWords(piece.word)}**`;
  return codeSpan('quoted' in piece ? piece.quoted : piece.mono);
}

export const textMarkdown = (text: Text): string => piecesOf(text).map(pieceMarkdown).join('');
