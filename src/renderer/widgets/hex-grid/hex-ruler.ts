/** The header above the rows: the last digits of the addresses in each column, with the cursor's column marked. */
import { rulerText, type RowForm } from './hex-row.ts';
import { RowBoxes } from './row-boxes.ts';

/** Same height as in hex-grid.css. */
export const rulerHeight = 22;

export class HexRuler {
  readonly element = document.createElement('div');
  #cursor: RowBoxes | undefined;

  constructor() {
    this.element.className = 'hex-ruler';
  }

  setForm(form: RowForm): void {
    this.element.replaceChildren(document.createTextNode(rulerText(form)));
    this.#cursor = new RowBoxes(this.element, 'hex-ruler-mark', form);
  }

  /** @param column byte of the row at the cursor */
  mark(column: number): void {
    this.#cursor?.show([{ from: column, to: column + 1 }]);
  }
}
