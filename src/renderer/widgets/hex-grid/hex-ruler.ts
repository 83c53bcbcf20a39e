/** What is above the rows: the last digits of the addresses in a column, with the column of the cursor marked. */
import { rulerText, type RowForm } from './hex-row.ts';
import { RowBoxes } from './row-boxes.ts';

/** As high as hex-grid.css makes it. */
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

  /** @param column byte of the row that the cursor is on */
  mark(column: number): void {
    this.#cursor?.show([{ from: column, to: column + 1 }]);
  }
}
