/** Text in markdown: text from the dump is in code spans and code blocks, where CommonMark knows no markup, no links and no HTML. */
import { piecesOf, type CodeLine, type Piece, type Text } from './blocks.ts';
import { reportText } from './report-text.ts';

const oneLine = (text: string): string => reportText(text).replaceAll('\n', '\\u{a}').replaceAll('\t', '\\u{9}');

/** Backticks, more than there are in a row within. */
function fenceOf(text: string, least: number): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  return '`'.repeat(Math.max(least, longest + 1));
}

/** A code span that holds any text: nothing in it ends the line. */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  const fence = fenceOf(line, 1);
  // One space at both ends is taken away again by the renderer; without them a backtick would join the fence.
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A code block of any lines; if one of them is marked, it begins with an angle bracket and the others with blanks. */
export function codeBlock(lines: readonly CodeLine[]): readonly string[] {
  const hasMarks = lines.some(({ marked }) => marked === true);
  const texts = lines.map(({ text, marked }) => `${hasMarks ? (marked === true ? '> ' : '  ') : ''}${oneLine(text)}`);
  const fence = fenceOf(texts.join('\n'), 3);
  return [fence, ...texts, fence];
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
