/** The C of a print format in pieces: names, numbers, texts, and signs. */

export type Token =
  | { readonly kind: 'name' | 'sign'; readonly text: string }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'text'; readonly text: string };

const piece =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<number>0[xX][0-9a-fA-F]+|\d+)[uUlL]*|'(?<letter>\\?.)'|(?<name>[A-Za-z_]\w*)|(?<sign>->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:()[\]{},.]))/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);

/** @returns undefined where something else is among them */
export function printTokens(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = source.trimEnd();
  piece.lastIndex = 0;
  while (piece.lastIndex < trimmed.length) {
    const groups = piece.exec(trimmed)?.groups as Readonly<Record<string, string | undefined>> | undefined;
    if (groups === undefined) return undefined;
    const { text, number, letter, name, sign } = groups;
    if (text !== undefined) tokens.push({ kind: 'text', text: unescaped(text.slice(1, -1)) });
    else if (number !== undefined) tokens.push({ kind: 'number', value: /^0\d/.test(number) ? BigInt(`0o${number.slice(1)}`) : BigInt(number) });
    else if (letter !== undefined) tokens.push({ kind: 'number', value: BigInt(unescaped(letter).codePointAt(0) ?? 0) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}
