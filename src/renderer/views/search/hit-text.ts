/** A hit as characters: the match and its surroundings, one character per byte. */
import { ebcdicText, type EbcdicPage } from '../../../shared/ebcdic.ts';
import type { SearchHit } from '../../../shared/search-model.ts';

const bytesOf = (digits: string): Uint8Array =>
  Uint8Array.from({ length: digits.length / 2 }, (_, index) => parseInt(digits.slice(2 * index, 2 * index + 2), 16));

export interface HitText {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** @param codePage code page of an EBCDIC search; otherwise ASCII. Unprintable characters become a middle dot. */
export function hitText(hit: SearchHit, codePage: EbcdicPage | undefined): HitText {
  const text = (digits: string): string => {
    const bytes = bytesOf(digits);
    const characters = codePage === undefined ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') : ebcdicText(bytes, codePage);
    return characters.replaceAll(/[^\x20-\x7e]/g, '·');
  };
  return { before: text(hit.before), match: text(hit.match), after: text(hit.after) };
}

/** "4f 53 49 …": the first bytes of the match. */
export function hitBytes(hit: SearchHit, most = 8): string {
  const pairs = hit.match.match(/../g) ?? [];
  return `${pairs.slice(0, most).join(' ')}${pairs.length > most || hit.bytes > pairs.length ? ' …' : ''}`;
}
