/** Counts, shares, and the hexadecimal numbers of a machine as people read them. */
export { countText, percentText, plural } from '../../shared/count-text.ts';

/** Digits of a field of 1 to 16 bytes: of registers, PSWs, and addresses 8, 16, or 32. */
export type HexDigits = 2 | 4 | 8 | 16 | 32;
const groupDigits = 8;

const digitsOf = (value: string | bigint | number): string => (typeof value === 'string' ? value.replace(/^0x/i, '') : value.toString(16));

/** "0x519000" -> "0x0000000000519000": as it is copied, and as the go-to box takes it. A number that needs more digits has the next size. */
export function paddedHex(value: string | bigint | number, digits: HexDigits = 16): string {
  const all = digitsOf(value);
  const width = all.length <= digits ? digits : Math.ceil(all.length / groupDigits) * groupDigits;
  return `0x${all.padStart(width, '0')}`;
}

/** Groups of eight digits: the only division that is used, so that words of 4 bytes stand by themselves. */
export const hexGroups = (value: string | bigint | number, digits: HexDigits = 16): readonly string[] =>
  paddedHex(value, digits)
    .slice(2)
    .match(/.{1,8}/g) ?? [];

/** "0x00000000 00519000", where a text is all there is: labels, tooltips, drawings. Elsewhere `widgets/HexNumber.tsx` shows it. */
export const groupedHex = (value: string | bigint | number, digits: HexDigits = 16): string => `0x${hexGroups(value, digits).join(' ')}`;

/** Characters that an address takes as it is shown, with its gap. */
export const addressCharacters = 20;

/** The width of a field of so many bytes; undefined where it is no size of a number. */
export const bytesDigits = (bytes: number): HexDigits | undefined => ([2, 4, 8, 16, 32] as const).find((digits) => digits === bytes * 2);

/** For each digit from the left whether some of the numbers that are side by side have another one there. */
export function differingPlaces(values: readonly string[], digits: HexDigits = 16): readonly boolean[] {
  const [first = '', ...others] = values.map((value) => paddedHex(value, digits).slice(2));
  return Array.from(first, (digit, place) => others.some((other) => other.charAt(place) !== digit));
}
