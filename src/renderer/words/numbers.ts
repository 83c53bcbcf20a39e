/** Counts, percentages, and hexadecimal numbers in readable form. */
export { countText, percentText, plural } from '../../shared/count-text.ts';

/** Digits of a field of 1 to 16 bytes: of registers, PSWs, and addresses 8, 16, or 32. */
export type HexDigits = 2 | 4 | 8 | 16 | 32;
const groupDigits = 8;

const digitsOf = (value: string | bigint | number): string => (typeof value === 'string' ? value.replace(/^0x/i, '') : value.toString(16));

/** "0x519000" -> "0x0000000000519000": the form for copying, which the go-to box accepts. A number that needs more digits gets the next size. */
export function paddedHex(value: string | bigint | number, digits: HexDigits = 16): string {
  const all = digitsOf(value);
  const width = all.length <= digits ? digits : Math.ceil(all.length / groupDigits) * groupDigits;
  return `0x${all.padStart(width, '0')}`;
}

/** Groups of eight digits: the only grouping used, so that 4-byte words are separate. */
export const hexGroups = (value: string | bigint | number, digits: HexDigits = 16): readonly string[] =>
  paddedHex(value, digits)
    .slice(2)
    .match(/.{1,8}/g) ?? [];

/** "0x00000000 00519000", for plain text only: labels, tooltips, drawings. Elsewhere `widgets/HexNumber.tsx` shows it. */
export const groupedHex = (value: string | bigint | number, digits: HexDigits = 16): string => `0x${hexGroups(value, digits).join(' ')}`;

/** Characters that a displayed address takes, with its gap. */
export const addressCharacters = 20;

/** The width of a field of so many bytes; undefined if it is not the size of a number. */
export const bytesDigits = (bytes: number): HexDigits | undefined => ([2, 4, 8, 16, 32] as const).find((digits) => digits === bytes * 2);

/** For each digit from the left, whether the numbers side by side differ there. */
export function differingPlaces(values: readonly string[], digits: HexDigits = 16): readonly boolean[] {
  const [first = '', ...others] = values.map((value) => paddedHex(value, digits).slice(2));
  return Array.from(first, (digit, place) => others.some((other) => other.charAt(place) !== digit));
}
