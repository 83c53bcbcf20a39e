/**
 * Recycled rows on a plane that is moved as a whole: a row that stays on screen is neither laid out nor painted again; only the plane's transform
 * changes. The plane is a few thousand rows high and is repositioned when the rows leave it.
 */
import { rowHeight, type HexRowElement } from './hex-row-element.ts';

/** Small compared with Chromium's limit of an element's height. */
const planeRows = 4096n;

interface Slot<Row> {
  readonly row: Row;
  /** Row of the grid that it currently shows. */
  shown: bigint | undefined;
}

export class RowPlane<Row extends { readonly element: HexRowElement }> {
  readonly #plane = document.createElement('div');
  readonly #clip = document.createElement('div');
  readonly #make: () => Row;
  #slots: Slot<Row>[] = [];
  /** Row of the grid at the plane's top. */
  #base = 0n;
  #top: bigint | undefined;

  /** @param body the visible box around the rows */
  constructor(body: HTMLElement, make: () => Row) {
    this.#make = make;
    this.#plane.className = 'hex-plane';
    this.#plane.style.height = `${Number(planeRows) * rowHeight}px`;
    this.#clip.className = 'hex-clip';
    this.#clip.append(this.#plane);
    body.append(this.#clip);
  }

  /** The visible box around the rows, without the header. */
  get clip(): HTMLElement {
    return this.#clip;
  }

  /** An element of a row, if there is one, for measuring. */
  get anyRow(): HTMLElement | undefined {
    return this.#slots[0]?.row.element.element;
  }

  /** Puts `count` rows from `top` on on screen. @param fill called for each from the top, with whether its element showed another row before */
  show(top: bigint, count: number, fill: (row: Row, shown: bigint, isFresh: boolean) => void): void {
    const rows = BigInt(count);
    if (this.#slots.length !== count) this.#resize(count);
    if (top < this.#base || top + rows > this.#base + planeRows) {
      this.#base = top - planeRows / 2n;
      for (const slot of this.#slots) slot.shown = undefined;
    }
    if (top !== this.#top) this.#plane.style.transform = `translateY(${-Number(top - this.#base) * rowHeight}px)`;
    this.#top = top;
    for (let shown = top; shown < top + rows; shown += 1n) {
      const slot = this.#slots[Number(shown % rows)];
      if (slot === undefined) continue;
      const isFresh = slot.shown !== shown;
      if (isFresh) {
        slot.shown = shown;
        slot.row.element.element.style.top = `${Number(shown - this.#base) * rowHeight}px`;
      }
      fill(slot.row, shown, isFresh);
    }
  }

  /** Creates new elements with the next frame: the form of rows has changed. */
  discard(): void {
    this.#resize(0);
  }

  /** Clears what the rows on the plane show, for when nothing can be shown. */
  clear(): void {
    for (const { row } of this.#slots) row.element.clear();
    for (const slot of this.#slots) slot.shown = undefined;
  }

  #resize(count: number): void {
    for (const { row } of this.#slots.slice(count)) row.element.element.remove();
    this.#slots = Array.from({ length: count }, (_, index) => {
      const old = this.#slots[index];
      if (old !== undefined) return { row: old.row, shown: undefined };
      const row = this.#make();
      this.#plane.append(row.element.element);
      return { row, shown: undefined };
    });
    this.#top = undefined;
  }
}
