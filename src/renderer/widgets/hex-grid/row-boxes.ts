/** Boxes drawn over the text of a row: the same bytes in the hex column and in the text columns. Created when first needed. */
import { defined } from '../../../shared/defined.ts';
import { byteOffset, hexColumn, type RowForm } from './hex-row.ts';

/** Bytes [from, to) of a row. */
export interface BoxedBytes {
  readonly from: number;
  readonly to: number;
  /** Additional class. */
  readonly tone?: string;
}

interface Boxes extends BoxedBytes {
  readonly hex: HTMLElement;
  readonly ascii: HTMLElement;
  readonly ebcdic: HTMLElement | undefined;
}

export class RowBoxes {
  readonly #className: string;
  readonly #form: RowForm;
  /** Keeps its place among the boxes of other kinds. */
  readonly #place = document.createComment('');
  #boxes: readonly Boxes[] = [];
  #used = 0;

  constructor(row: HTMLElement, className: string, form: RowForm) {
    this.#className = `hex-box ${className}`;
    this.#form = form;
    row.append(this.#place);
  }

  /** Shows exactly these. Does not touch the DOM where nothing changes. */
  show(bytes: readonly BoxedBytes[]): void {
    if (bytes.length === 0 && this.#used === 0) return;
    const boxes = bytes.map((one, index) => this.#shown(this.#boxes[index], one, index < this.#used));
    for (const old of this.#boxes.slice(bytes.length, this.#used)) for (const box of elementsOf(old)) box.hidden = true;
    this.#boxes = [...boxes, ...this.#boxes.slice(bytes.length)];
    this.#used = bytes.length;
  }

  #shown(old: Boxes | undefined, { from, to, tone }: BoxedBytes, isShown: boolean): Boxes {
    const { asciiColumn, ebcdicColumn } = this.#form;
    const hex = old?.hex ?? this.#box();
    const ascii = old?.ascii ?? this.#box();
    const ebcdic = old?.ebcdic ?? (ebcdicColumn === undefined ? undefined : this.#box());
    const boxes = { hex, ascii, ebcdic, from, to, ...defined({ tone }) };
    if (old?.from !== from || old.to !== to) {
      hex.style.left = `${hexColumn + byteOffset(from)}ch`;
      hex.style.width = `${byteOffset(to - 1) + 2 - byteOffset(from)}ch`;
      ascii.style.left = `${asciiColumn + from}ch`;
      ascii.style.width = `${to - from}ch`;
      if (ebcdic !== undefined) {
        ebcdic.style.left = `${(ebcdicColumn ?? 0) + from}ch`;
        ebcdic.style.width = `${to - from}ch`;
      }
    }
    const className = tone === undefined ? this.#className : `${this.#className} ${tone}`;
    if (old === undefined || old.tone !== tone) for (const box of elementsOf(boxes)) box.className = className;
    if (!isShown) for (const box of elementsOf(boxes)) box.hidden = false;
    return boxes;
  }

  #box(): HTMLElement {
    const element = document.createElement('div');
    this.#place.before(element);
    return element;
  }
}

const elementsOf = ({ hex, ascii, ebcdic }: Boxes): readonly HTMLElement[] => (ebcdic === undefined ? [hex, ascii] : [hex, ascii, ebcdic]);

/** The part of a range of addresses that is in the row of `count` bytes from `address` on. */
export function boxedIn(address: bigint, count: number, start: bigint, end: bigint): BoxedBytes | undefined {
  const rowEnd = address + BigInt(count);
  if (end <= address || start >= rowEnd || end <= start) return undefined;
  return { from: start <= address ? 0 : Number(start - address), to: end >= rowEnd ? count : Number(end - address) };
}
