/** Boxes behind the text of a row: the same bytes in the hex column and in the text column. Made when they are first needed. */
import { defined } from '../../../shared/defined.ts';
import { asciiColumn, byteOffset, hexColumn } from './hex-row.ts';

/** Bytes [from, to) of a row. */
export interface BoxedBytes {
  readonly from: number;
  readonly to: number;
  /** A class of its own. */
  readonly tone?: string;
}

interface BoxPair extends BoxedBytes {
  readonly hex: HTMLElement;
  readonly ascii: HTMLElement;
}

export class RowBoxes {
  readonly #className: string;
  /** Keeps the place among the boxes of other kinds. */
  readonly #place = document.createComment('');
  #pairs: readonly BoxPair[] = [];
  #used = 0;

  constructor(row: HTMLElement, className: string) {
    this.#className = `hex-box ${className}`;
    row.append(this.#place);
  }

  /** Shows these and no others. Writes nothing to the DOM that is there already. */
  show(bytes: readonly BoxedBytes[]): void {
    if (bytes.length === 0 && this.#used === 0) return;
    const pairs = bytes.map((one, index) => this.#shown(this.#pairs[index], one, index < this.#used));
    for (const { hex, ascii } of this.#pairs.slice(bytes.length, this.#used)) hex.hidden = ascii.hidden = true;
    this.#pairs = [...pairs, ...this.#pairs.slice(bytes.length)];
    this.#used = bytes.length;
  }

  #shown(old: BoxPair | undefined, { from, to, tone }: BoxedBytes, isShown: boolean): BoxPair {
    const hex = old?.hex ?? this.#box();
    const ascii = old?.ascii ?? this.#box();
    if (old?.from !== from || old.to !== to) {
      hex.style.left = `${hexColumn + byteOffset(from)}ch`;
      hex.style.width = `${byteOffset(to - 1) + 2 - byteOffset(from)}ch`;
      ascii.style.left = `${asciiColumn + from}ch`;
      ascii.style.width = `${to - from}ch`;
    }
    if (old === undefined || old.tone !== tone) hex.className = ascii.className = tone === undefined ? this.#className : `${this.#className} ${tone}`;
    if (!isShown) hex.hidden = ascii.hidden = false;
    return { hex, ascii, from, to, ...defined({ tone }) };
  }

  #box(): HTMLElement {
    const element = document.createElement('div');
    this.#place.before(element);
    return element;
  }
}

/** The part of a range of addresses that lies in the row of `count` bytes from `address` on. */
export function boxedIn(address: bigint, count: number, start: bigint, end: bigint): BoxedBytes | undefined {
  const rowEnd = address + BigInt(count);
  if (end <= address || start >= rowEnd || end <= start) return undefined;
  return { from: start <= address ? 0 : Number(start - address), to: end >= rowEnd ? count : Number(end - address) };
}
