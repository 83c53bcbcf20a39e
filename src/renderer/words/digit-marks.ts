/** Splits two differing texts where they differ: numbers digit by digit, aligned at their right ends. */

export interface MarkedPiece {
  readonly text: string;
  readonly differs: boolean;
}

const number = /0x[0-9a-f]+|\d+/gi;
const longest = 4096;

/** Merges neighbours of one kind. */
function joined(pieces: readonly MarkedPiece[]): readonly MarkedPiece[] {
  const all: MarkedPiece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (piece.text === '') continue;
    if (last?.differs === piece.differs) all[all.length - 1] = { text: last.text + piece.text, differs: piece.differs };
    else all.push(piece);
  }
  return all;
}

/** Marks characters that the other does not have at the same distance from its right end. */
function fromTheRight(text: string, other: string): readonly MarkedPiece[] {
  const shift = other.length - text.length;
  return Array.from(text, (character, index) => ({ text: character, differs: other[index + shift]?.toLowerCase() !== character.toLowerCase() }));
}

function digits(text: string, other: string): readonly MarkedPiece[] {
  if (/^0x/i.test(text) !== /^0x/i.test(other)) return [{ text, differs: text !== other }];
  const prefix = /^0x/i.exec(text)?.[0] ?? '';
  return [{ text: prefix, differs: false }, ...fromTheRight(text.slice(prefix.length), other.slice(prefix.length))];
}

/** Marks what is between the common prefix and the common suffix. */
function middle(text: string, other: string): readonly MarkedPiece[] {
  const shorter = Math.min(text.length, other.length);
  let from = 0;
  while (from < shorter && text[from] === other[from]) from += 1;
  let behind = 0;
  while (behind < shorter - from && text.at(-1 - behind) === other.at(-1 - behind)) behind += 1;
  const end = text.length - behind;
  return [
    { text: text.slice(0, from), differs: false },
    { text: text.slice(from, end), differs: true },
    { text: text.slice(end), differs: false },
  ];
}

/** The first characters of pieces, and whether there are more. */
export function firstPieces(pieces: readonly MarkedPiece[], characters: number): readonly MarkedPiece[] {
  const shown: MarkedPiece[] = [];
  let left = characters;
  for (const { text, differs } of pieces) {
    if (left <= 0) break;
    shown.push({ text: text.length > left ? `${text.slice(0, left)}…` : text, differs });
    left -= text.length;
  }
  return shown;
}

/** @returns the pieces of the first text, in order; joined they give the text */
export function markedPieces(text: string, other: string | undefined): readonly MarkedPiece[] {
  if (other === undefined || text === other) return joined([{ text, differs: false }]);
  if (text.length > longest || other.length > longest) return joined(middle(text, other));
  const [words, otherWords] = [text.split(number), other.split(number)];
  // Sentences that differ only in their numbers.
  if (words.length > 1 && words.join('\n') === otherWords.join('\n')) {
    const [numbers, otherNumbers] = [text.match(number) ?? [], other.match(number) ?? []];
    return joined(
      words.flatMap((word, index) => [
        { text: word, differs: false },
        ...(index < numbers.length ? digits(numbers[index] ?? '', otherNumbers[index] ?? '') : []),
      ]),
    );
  }
  // Digits without a prefix, as in vmcoreinfo.
  if (text.length === other.length) return joined(fromTheRight(text, other));
  return joined(middle(text, other));
}
