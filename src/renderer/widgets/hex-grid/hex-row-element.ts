/** The DOM of one recycled row: text layers over one another, selection and marks below them. */
import { asciiColumn, byteOffset, hexColumn, reasons, rowBytes, type RowLayers } from './hex-row.ts';
import type { HexMark } from './hex-mark.ts';

export const rowHeight = 18;
const row64 = BigInt(rowBytes);
/** Marks that one row can show; more in 16 bytes are not told apart anyway. */
const maxMarks = 4;

function layer(parent: HTMLElement, name: string): Text {
  const element = document.createElement('span');
  element.className = `hex-layer hex-${name}`;
  const text = document.createTextNode('');
  element.append(text);
  parent.append(element);
  return text;
}
function box(parent: HTMLElement, name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = `hex-box ${name}`;
  element.hidden = true;
  parent.append(element);
  return element;
}

/** Bytes [from, to) of a row, in the hex column and in the text column. */
function place(hexBox: HTMLElement, asciiBox: HTMLElement, from: number, to: number): void {
  hexBox.hidden = to <= from;
  asciiBox.hidden = to <= from;
  if (to <= from) return;
  hexBox.style.left = `${hexColumn + byteOffset(from)}ch`;
  hexBox.style.width = `${byteOffset(to - 1) + 2 - byteOffset(from)}ch`;
  asciiBox.style.left = `${asciiColumn + from}ch`;
  asciiBox.style.width = `${to - from}ch`;
}

const within = (address: bigint, start: bigint, end: bigint): readonly [number, number] => {
  const from = start <= address ? 0 : start >= address + row64 ? rowBytes : Number(start - address);
  const to = end >= address + row64 ? rowBytes : end <= address ? 0 : Number(end - address);
  return [from, to];
};

export class HexRowElement {
  static readonly paddingLeft = 16;
  readonly element = document.createElement('div');
  readonly #marks: readonly (readonly [HTMLElement, HTMLElement])[];
  readonly #selectedHex: HTMLElement;
  readonly #selectedAscii: HTMLElement;
  readonly #cursorHex: HTMLElement;
  readonly #cursorAscii: HTMLElement;
  readonly #address: Text;
  readonly #bytes: Text;
  readonly #zeros: Text;
  readonly #gaps: Text;
  readonly #ascii: Text;
  readonly #dots: Text;
  readonly #reason: Text;

  constructor() {
    this.element.className = 'hex-row';
    this.#marks = Array.from({ length: maxMarks }, () => [box(this.element, 'hex-mark'), box(this.element, 'hex-mark')] as const);
    this.#selectedHex = box(this.element, 'hex-selected');
    this.#selectedAscii = box(this.element, 'hex-selected');
    this.#cursorHex = box(this.element, 'hex-cursor');
    this.#cursorAscii = box(this.element, 'hex-cursor');
    this.#address = layer(this.element, 'address');
    this.#bytes = layer(this.element, 'bytes');
    this.#zeros = layer(this.element, 'zeros');
    this.#gaps = layer(this.element, 'gaps');
    this.#ascii = layer(this.element, 'ascii');
    this.#dots = layer(this.element, 'dots');
    this.#reason = layer(this.element, 'reason');
  }

  /** Width of a character in CSS pixels; the font is the same everywhere in the grid. */
  static characterWidth(body: HTMLElement): number {
    const probe = body.querySelector('.hex-address');
    const width = probe?.getBoundingClientRect().width ?? 0;
    const length = probe?.textContent.length ?? 0;
    return length === 0 || width === 0 ? 7.2 : width / length;
  }

  /** @param say whether a row without bytes says why: every row would be noise */
  show(layers: RowLayers, say: boolean): void {
    this.#address.nodeValue = layers.address;
    this.#bytes.nodeValue = layers.bytes;
    this.#zeros.nodeValue = layers.zeros;
    this.#gaps.nodeValue = layers.gaps;
    this.#ascii.nodeValue = layers.ascii;
    this.#dots.nodeValue = layers.dots;
    this.#reason.nodeValue = layers.reason === undefined || !say ? '' : reasons[layers.reason];
    this.element.className = layers.reason === undefined ? 'hex-row' : `hex-row absent ${layers.reason}`;
  }

  /** Selected bytes [start, end), and the byte that the cursor is on. */
  select(address: bigint, start: bigint, end: bigint, cursor: bigint): void {
    place(this.#selectedHex, this.#selectedAscii, ...within(address, start, end));
    place(this.#cursorHex, this.#cursorAscii, ...within(address, cursor, cursor + 1n));
  }

  mark(address: bigint, marks: readonly HexMark[]): void {
    const here = marks.filter(({ start, end }) => start < address + row64 && end > address);
    this.#marks.forEach(([hex, ascii], index) => {
      const one = here[index];
      place(hex, ascii, ...(one === undefined ? ([0, 0] as const) : within(address, one.start, one.end)));
      if (one !== undefined) hex.className = ascii.className = `hex-box hex-mark ${one.tone}`;
    });
  }

  /** One row for many: a gap. */
  fold(address: string, reason: string): void {
    this.clear();
    this.#address.nodeValue = address;
    this.#reason.nodeValue = '';
    this.#gaps.nodeValue = reason;
    this.element.className = 'hex-row hex-fold';
  }

  clear(): void {
    for (const text of [this.#address, this.#bytes, this.#zeros, this.#gaps, this.#ascii, this.#dots, this.#reason]) text.nodeValue = '';
    for (const one of [...this.#marks.flat(), this.#selectedHex, this.#selectedAscii, this.#cursorHex, this.#cursorAscii]) one.hidden = true;
    this.element.className = 'hex-row';
  }
}
