/** Which byte the pointer is on. */
import { rowHeight } from './hex-row-element.ts';
import { asciiColumn, byteAt, hexColumn, hexWidth, rowBytes, rowCharacters } from './hex-row.ts';

/**
 * @param body the box that the rows are seen through
 * @param row any row of it: all begin at the same place
 * @returns row from the top, and byte in it; undefined beside the columns
 */
export function pointedByte(event: PointerEvent, body: HTMLElement, row: HTMLElement): { readonly index: number; readonly column: number } | undefined {
  const box = row.getBoundingClientRect();
  const character = ((event.clientX - box.left) / box.width) * rowCharacters;
  const ascii = Math.floor(character - asciiColumn);
  const inHex = character >= hexColumn - 0.5 && character < hexColumn + hexWidth + 1;
  const column = ascii >= 0 && ascii < rowBytes ? ascii : inHex ? byteAt(Math.floor(character - hexColumn + 0.5)) : undefined;
  const index = Math.max(0, Math.floor((event.clientY - body.getBoundingClientRect().top) / rowHeight));
  return column === undefined ? undefined : { index, column };
}
