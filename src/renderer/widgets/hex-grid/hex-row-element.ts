/** The DOM of one recycled row: a text node for each tone, followed by selection and marks. */
import { reasons, usualForm, type RowForm, type RowLayers } from './hex-row.ts';
import type { HexMark } from './hex-mark.ts';
import { boxedIn, RowBoxes, type BoxedBytes } from './row-boxes.ts';

export const rowHeight = 18;

/** A text of the row. Setting an unchanged text costs nothing. */
class Layer {
  readonly #text = document.createTextNode('');
  #says = '';

  constructor(row: HTMLElement, name: string) {
    const element = document.createElement('span');
    element.className = `hex-layer hex-${name}`;
    element.append(this.#text);
    row.append(element);
  }

  say(text: string): void {
    if (text === this.#says) return;
    this.#says = text;
    this.#text.nodeValue = text;
  }
}

export class HexRowElement {
  readonly element = document.createElement('div');
  readonly #differences: RowBoxes;
  readonly #marks: RowBoxes;
  readonly #selected: RowBoxes;
  readonly #cursor: RowBoxes;
  readonly #quiet: Layer;
  readonly #plain: Layer;
  readonly #gaps: Layer;
  readonly #reason: Layer;
  readonly #form: RowForm;
  #className = 'hex-row';

  constructor(form: RowForm = usualForm) {
    this.#form = form;
    this.element.className = this.#className;
    this.#differences = new RowBoxes(this.element, 'hex-differ', form);
    this.#marks = new RowBoxes(this.element, 'hex-mark', form);
    this.#selected = new RowBoxes(this.element, 'hex-selected', form);
    this.#cursor = new RowBoxes(this.element, 'hex-cursor', form);
    this.#quiet = new Layer(this.element, 'quiet');
    this.#plain = new Layer(this.element, 'plain');
    this.#gaps = new Layer(this.element, 'gaps');
    this.#reason = new Layer(this.element, 'reason');
  }

  show(layers: RowLayers): void {
    this.#quiet.say(layers.quiet);
    this.#plain.say(layers.plain);
    this.#gaps.say(layers.gaps);
    this.#name(layers.reason === undefined ? 'hex-row' : `hex-row absent ${layers.reason}`);
  }

  /** Why the whole row is absent; undefined for no text, since repeating it on every row would be noise. */
  explain(reason: RowLayers['reason']): void {
    this.#reason.say(reason === undefined ? '' : reasons[reason]);
  }

  /** Selected bytes [start, end), and the byte that the cursor is on. */
  select(address: bigint, start: bigint, end: bigint, cursor: bigint): void {
    this.#selected.show(listed(boxedIn(address, this.#form.bytes, start, end)));
    this.#cursor.show(listed(boxedIn(address, this.#form.bytes, cursor, cursor + 1n)));
  }

  mark(address: bigint, marks: readonly HexMark[]): void {
    const here: BoxedBytes[] = [];
    for (const { start, end, tone } of marks) {
      const bytes = boxedIn(address, this.#form.bytes, start, end);
      if (bytes !== undefined) here.push({ ...bytes, tone });
      // More marks than bytes could not be distinguished anyway.
      if (here.length === this.#form.bytes) break;
    }
    this.#marks.show(here);
  }

  /** Bytes that differ from those of the row next to it. */
  differ(bytes: readonly BoxedBytes[]): void {
    this.#differences.show(bytes);
  }

  /** One row for many: a gap. */
  fold(address: string, reason: string): void {
    this.clear();
    this.#quiet.say(address);
    this.#gaps.say(reason);
    this.#name('hex-row hex-fold');
  }

  clear(): void {
    for (const layer of [this.#quiet, this.#plain, this.#gaps, this.#reason]) layer.say('');
    for (const boxes of [this.#differences, this.#marks, this.#selected, this.#cursor]) boxes.show([]);
    this.#name('hex-row');
  }

  #name(className: string): void {
    if (className === this.#className) return;
    this.#className = className;
    this.element.className = className;
  }
}

const listed = (bytes: BoxedBytes | undefined): readonly BoxedBytes[] => (bytes === undefined ? [] : [bytes]);
