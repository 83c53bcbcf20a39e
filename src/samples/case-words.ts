/** A mistake in a case text; the message names the line. */
export class CaseError extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = 'CaseError';
    this.line = line;
  }
}

/** One word of a statement: `0x1000`, `"quoted text"`, or `key=value`. */
export interface Word {
  readonly key: string | undefined;
  readonly text: string;
  readonly quoted: boolean;
}

const units: Readonly<Record<string, bigint>> = { KiB: 1n << 10n, MiB: 1n << 20n, GiB: 1n << 30n, TiB: 1n << 40n };
const wordPattern = /\s*(?:([A-Za-z][\w.-]*)=)?(?:"((?:[^"\\]|\\.)*)"|([^\s"#]+))/y;

/**
 * Splits a line into words. Quotes keep blanks together and know \n, \t, \0, \xHH, \\ and \"; `#` begins a comment; a unit
 * (KiB … TiB) may stand apart from its number.
 * @throws Error for a quote that is not closed
 */
export function splitWords(line: string): readonly Word[] {
  const words: Word[] = [];
  wordPattern.lastIndex = 0;
  let rest = 0;
  for (;;) {
    const match = wordPattern.exec(line);
    if (match === null) break;
    rest = wordPattern.lastIndex;
    const [, key, quoted, bare] = match;
    const previous = words.at(-1);
    if (key === undefined && bare !== undefined && bare in units && previous !== undefined && !previous.quoted && /^\d+$/.test(previous.text)) {
      words[words.length - 1] = { ...previous, text: previous.text + bare };
    } else {
      words.push({ key, text: quoted === undefined ? (bare ?? '') : plainText(quoted), quoted: quoted !== undefined });
    }
  }
  const left = line.slice(rest).trim();
  if (left !== '' && !left.startsWith('#')) throw new Error(`cannot read: ${left}`);
  return words;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0' };

const plainText = (text: string): string =>
  text.replaceAll(/\\(x[0-9a-fA-F]{2}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  );

/** `0x1f`, `4096`, `2MiB`, `-16`, with `_` between digits if wanted. Throws Error for anything else. */
export function parseNumber(text: string): bigint {
  const [, sign = '', digits = '', unit = ''] = /^(-?)(0x[0-9a-fA-F_]+|\d[\d_]*)(KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  if (digits === '') throw new Error(`"${text}" is not a number`);
  const value = BigInt(digits.replaceAll('_', '')) * (units[unit] ?? 1n);
  return sign === '-' ? -value : value;
}

/** Two-digit groups, blanks between them optional: `de ad`, `dead`. Throws Error for anything else. */
export function parseHex(words: readonly Word[]): Uint8Array {
  const digits = words.map(({ text }) => text).join('');
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new Error(`"${words.map(({ text }) => text).join(' ')}" is not a row of hexadecimal bytes`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
