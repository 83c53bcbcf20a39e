/** A hit of a search on one line. */
import { ebcdicText, type EbcdicPage } from '../../shared/ebcdic.ts';
import type { SearchHit, SearchType } from '../../shared/search-model.ts';
import type { Style } from './style.ts';

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '.');
/** Characters of what was found and what follows. */
const shownCharacters = 64;

/** Address, file offset, bytes of short matches, and the text with its surroundings. */
export function searchHitText(hit: SearchHit, type: SearchType, codePage: EbcdicPage, style: Style): string {
  const characters = (digits: string): string => {
    const bytes = Buffer.from(digits, 'hex');
    return printable(type === 'ebcdic' ? ebcdicText(bytes, codePage) : bytes.toString('latin1'));
  };
  const asBytes = type === 'bytes' || type === 'u32' || type === 'u64' ? `  ${hit.match.slice(0, 32)}${hit.match.length > 32 ? '…' : ''}` : '';
  const file = hit.fileOffset === undefined ? '' : `file:0x${hit.fileOffset.toString(16)}`;
  const match = characters(hit.match).slice(0, shownCharacters);
  const after = characters(hit.after).slice(0, shownCharacters - match.length);
  return `${hit.address.padEnd(14)}  ${style.dim(file.padEnd(16))}${asBytes}  ${style.dim(characters(hit.before))}${style.strong(match)}${style.dim(after)}`.trimEnd();
}
