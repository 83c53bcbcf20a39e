/** Which byte is under the pointer. */
import { rowHeight } from './hex-row-element.ts';
import { byteAt, hexColumn, usualForm, type RowForm } from './hex-row.ts';

/**
 * @param body the visible box around the rows
 * @param row any row in it: all begin at the same place
 * @returns row from the top, and byte in it; undefined outside the columns
 */
export function pointedByte(
  event: { readonly clientX: number; readonly clientY: number },
  body: HTMLElement,
  row: HTMLElement,
  { bytes, hexWidth, asciiColumn, ebcdicColumn, characters }: RowForm = usualForm,
): { readonly index: number; readonly column: number } | undefined {
  const box = row.getBoundingClientRect();
  const character = ((event.clientX - box.left) / box.width) * characters;
  const text = [asciiColumn, ebcdicColumn].map((start) => Math.floor(character - (start ?? Number.NaN))).find((at) => at >= 0 && at < bytes);
  const inHex = character >= hexColumn - 0.5 && character < hexColumn + hexWidth + 1;
  const column = text ?? (inHex ? byteAt(Math.floor(character - hexColumn + 0.5), bytes) : undefined);
  const index = Math.max(0, Math.floor((event.clientY - body.getBoundingClientRect().top) / rowHeight));
  return column === undefined ? undefined : { index, column };
}
