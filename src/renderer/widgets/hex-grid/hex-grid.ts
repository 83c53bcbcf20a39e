/**
 * The hex grid: recycled DOM rows over a 64-bit space, without a framework. It shows a window of rows from a bigint row index; no DOM element is as
 * high as the space (Chromium clamps an element at 16.7 million pixels).
 */
import type { PageState } from '../../../shared/model.ts';
import { longestOf, rangesIn, type SortedRange } from '../../state/sorted-ranges.ts';
import { byteText } from '../../../shared/units.ts';
import { isMoveKey, moveCursor } from './cursor-moves.ts';
import type { HexMark } from './hex-mark.ts';
import { HexRowElement } from './hex-row-element.ts';
import { absentStates, addressText, rowLayers, rowSpeech, usualForm, type RowForm } from './hex-row.ts';
import { HexRuler, rulerHeight } from './hex-ruler.ts';
import { windowBytes, type HexSource, type Span } from './hex-source.ts';
import { pointedByte } from './pointed-byte.ts';
import { foldsOf, RowMap, type Fold, type Gap } from './row-map.ts';
import { RowPlane } from './row-plane.ts';
import { RowViewport } from './row-viewport.ts';

export interface HexSelection {
  readonly address: bigint;
  readonly length: number;
}
export interface HexGridEvents {
  readonly onSelect: (selection: HexSelection) => void;
  /** Why the whole view cannot be read; undefined if it can. */
  readonly onRefused: (error: Error | undefined) => void;
  /** The user scrolled: the address at the top has changed. */
  readonly onScroll: (top: bigint) => void;
}

interface GridRow {
  readonly element: HexRowElement;
  /** Version of the grid when this row was drawn: another number redraws it. */
  edition: number;
  /** Why the whole row is absent. */
  reason: PageState | undefined;
  error: Error | undefined;
}

/** A gap shows its reason where it begins, and then once every so many rows. */
const reasonRows = 16n;

export class HexGrid {
  readonly #host: HTMLElement;
  readonly #body = document.createElement('div');
  readonly #ruler = new HexRuler();
  readonly #plane: RowPlane<GridRow>;
  readonly #viewport: RowViewport;
  readonly #events: HexGridEvents;
  #source: HexSource | undefined;
  #memoryEnd = 0n;
  #form: RowForm = usualForm;
  #row64 = BigInt(usualForm.bytes);
  #gaps: readonly Gap[] = [];
  #marks: readonly HexMark[] = [];
  #hits: readonly SortedRange[] = [];
  #longestHit = 0n;
  #folds: readonly Fold[] = [];
  #map = new RowMap(0n, []);
  #cursor = 0n;
  #anchor = 0n;
  #dragging = false;
  #edition = 0;
  #refused: Error | undefined;

  constructor(host: HTMLElement, events: HexGridEvents) {
    this.#host = host;
    this.#events = events;
    this.#body.className = 'hex-body';
    this.#body.ariaHidden = 'true';
    host.replaceChildren(this.#body);
    this.#body.append(this.#ruler.element);
    this.#plane = new RowPlane(this.#body, () => ({ element: new HexRowElement(this.#form), edition: -1, reason: undefined, error: undefined }));
    this.#viewport = new RowViewport(host, {
      headHeight: rulerHeight,
      rowCount: () => this.#map.count,
      memoryRows: () => this.#map.shownAt((this.#memoryEnd + this.#row64 - 1n) / this.#row64),
      paint: (rows) => this.#paint(rows),
      speech: () => this.#speech(),
      onScroll: () => this.#events.onScroll(this.topAddress),
    });
    this.#measure();
    host.addEventListener('keydown', this.#onKey);
    this.#body.addEventListener('pointerdown', this.#onPointerDown);
    this.#body.addEventListener('pointermove', this.#onPointerMove);
    this.#body.addEventListener('pointerup', this.#onPointerUp);
  }

  /** Address of the first row on screen. */
  get topAddress(): bigint {
    return this.#map.rowAt(this.#viewport.top).row * this.#row64;
  }

  /** Changes the length of rows, or their columns. The address at the top stays there. */
  setForm(form: RowForm): void {
    if (form === this.#form) return;
    const top = this.topAddress;
    this.#form = form;
    this.#row64 = BigInt(form.bytes);
    this.#folds = foldsOf(this.#gaps, form.bytes);
    this.#measure();
    this.#plane.discard();
    this.#remap();
    this.scrollTo(top);
  }

  /** Columns defined in the style sheet. */
  #measure(): void {
    const { characters, asciiColumn, hexWidth } = this.#form;
    this.#host.style.setProperty('--hex-row', `${characters}ch`);
    this.#host.style.setProperty('--hex-text', `${asciiColumn}ch`);
    this.#host.style.setProperty('--hex-bytes', `${hexWidth}ch`);
    this.#ruler.setForm(this.#form);
  }

  /** Shows another space, or the same one from a new engine. */
  setSource(source: HexSource | undefined, memoryEnd: bigint): void {
    this.#source = source;
    this.#memoryEnd = memoryEnd;
    this.#remap();
  }

  /** Long ranges without bytes, in ascending order: each becomes one row, except the one that contains the cursor. */
  setGaps(gaps: readonly Gap[]): void {
    this.#gaps = gaps;
    this.#folds = foldsOf(gaps, this.#form.bytes);
    this.#remap();
  }

  setMarks(marks: readonly HexMark[]): void {
    this.#marks = marks;
    this.refresh();
  }

  /** Hits, in ascending order: drawn like marks, but there may be many. */
  setHits(hits: readonly SortedRange[]): void {
    if (hits === this.#hits) return;
    this.#hits = hits;
    this.#longestHit = longestOf(hits);
    this.refresh();
  }

  /** Sets the selection from outside, and scrolls to it if necessary. */
  select({ address, length }: HexSelection): void {
    const now = this.#selection();
    if (now.address !== address || now.length !== Math.max(1, length)) {
      const before = this.#cursor;
      this.#cursor = address;
      this.#anchor = address + BigInt(Math.max(1, length)) - 1n;
      this.#followCursor(before);
      this.#viewport.speak();
    }
    this.#viewport.reveal(this.#cursorRow(), 'jump');
    this.#viewport.refresh();
  }

  /** Puts the row of an address at the top. */
  scrollTo(address: bigint): void {
    const last = (this.#source?.size ?? 1n) - 1n;
    const at = address < 0n ? 0n : address > last ? last : address;
    this.#viewport.scrollTo(this.#map.shownAt(at / this.#row64));
  }

  /** The contents may have changed, as after a read. */
  refresh(): void {
    this.#edition += 1;
    this.#viewport.refresh();
  }

  destroy(): void {
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#viewport.destroy();
  }

  /** Opens the gap that contains the cursor; the address at the top stays there. */
  #remap(): void {
    const top = this.#map.rowAt(this.#viewport.top).row;
    const rows = this.#source === undefined ? 0n : (this.#source.size + this.#row64 - 1n) / this.#row64;
    const at = this.#cursor / this.#row64;
    this.#map = new RowMap(
      rows,
      this.#folds.filter(({ start, end }) => at < start || at >= end),
    );
    this.#viewport.scrollTo(this.#map.shownAt(top));
    this.refresh();
  }

  /** Keeps the folds unchanged unless the cursor entered or left one. */
  #followCursor(before: bigint): void {
    const inFold = (address: bigint): Fold | undefined => this.#folds.find(({ start, end }) => address / this.#row64 >= start && address / this.#row64 < end);
    if (inFold(before) !== inFold(this.#cursor)) this.#remap();
  }

  /** The cursor's place among the rows on screen. */
  #cursorRow(): bigint {
    return this.#map.shownAt(this.#cursor / this.#row64);
  }

  #selection(): HexSelection {
    const address = this.#cursor < this.#anchor ? this.#cursor : this.#anchor;
    const end = this.#cursor < this.#anchor ? this.#anchor : this.#cursor;
    return { address, length: Number(end - address) + 1 };
  }

  #paint(count: number): void {
    const source = this.#source;
    if (source === undefined) {
      this.#plane.clear();
      return;
    }
    const { top, direction } = this.#viewport;
    this.#ruler.mark(Number(this.#cursor % this.#row64));
    source.want(this.#spans(top, count), this.#ahead(direction < 0 ? top : top + BigInt(count), direction));
    let refused: Error | undefined;
    let reason: PageState | undefined;
    this.#plane.show(top, count, (shown, row, isFresh) => {
      if (isFresh || shown.edition !== this.#edition) this.#fill(shown, source, row);
      refused ??= shown.error;
      const { element } = shown;
      if (row >= this.#map.count) return;
      const at = this.#map.rowAt(row);
      if (at.fold === undefined) {
        const { address: from, length } = this.#selection();
        element.select(at.row * this.#row64, from, from + BigInt(length), this.#cursor);
      }
      element.explain(shown.reason !== reason || at.row % reasonRows === 0n ? shown.reason : undefined);
      reason = shown.reason;
    });
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#events.onRefused(refused);
  }

  /** Draws the contents of a row, without selection. */
  #fill(shown: GridRow, source: HexSource, index: bigint): void {
    const { element } = shown;
    shown.edition = this.#edition;
    shown.reason = shown.error = undefined;
    if (index >= this.#map.count) {
      element.clear();
      return;
    }
    const { row, fold } = this.#map.rowAt(index);
    if (fold !== undefined) {
      const bytes = (fold.end - fold.start) * this.#row64;
      element.fold(addressText(row * this.#row64), `${bytes < 1n << 53n ? byteText(Number(bytes)) : 'the rest'}: ${fold.reason}`);
      return;
    }
    const address = row * this.#row64;
    const { bytes, absent, error } = this.#bytesOf(source, address);
    // An unreadable view is no longer being read.
    const layers = error === undefined ? rowLayers(address, bytes, absent, this.#form) : rowLayers(address, new Uint8Array(0), absent, this.#form);
    element.show(layers);
    element.mark(address, this.#marksOf(address));
    shown.reason = layers.reason;
    shown.error = error;
  }

  /** Hits come last because a row shows few marks. */
  #marksOf(address: bigint): readonly HexMark[] {
    if (this.#hits.length === 0) return this.#marks;
    const hits = rangesIn(this.#hits, this.#longestHit, address, address + this.#row64);
    return hits.length === 0 ? this.#marks : [...this.#marks, ...hits.map(({ start, end }): HexMark => ({ start, end, tone: 'hit' }))];
  }

  /** The visible part, as runs of addresses. */
  #spans(top: bigint, count: number): readonly Span[] {
    const spans: Span[] = [];
    for (let shown = top; shown < top + BigInt(count) && shown < this.#map.count; shown += 1n) {
      const { row, fold } = this.#map.rowAt(shown);
      if (fold !== undefined) continue;
      const start = row * this.#row64;
      const last = spans.at(-1);
      if (last?.end === start) spans[spans.length - 1] = { start: last.start, end: start + this.#row64 };
      else spans.push({ start, end: start + this.#row64 });
    }
    return spans;
  }

  /** What becomes visible next if scrolling continues in the same direction. @param edge the row at that end of the screen */
  #ahead(edge: bigint, direction: -1 | 1): Span | undefined {
    if (edge <= 0n || edge >= this.#map.count) return undefined;
    const { row, fold } = this.#map.rowAt(edge);
    if (fold !== undefined) return undefined;
    const near = row * this.#row64;
    const ahead = BigInt(windowBytes);
    const far = direction < 0 ? (near < ahead ? 0n : near - ahead) : near + ahead;
    return direction < 0 ? { start: far, end: near } : { start: near, end: far };
  }

  #bytesOf(source: HexSource, address: bigint): { bytes: Uint8Array | undefined; absent: readonly (PageState | undefined)[]; error: Error | undefined } {
    const found = source.at(address);
    if (found === undefined || found.window instanceof Error) return { bytes: undefined, absent: [], error: found?.window as Error | undefined };
    const at = Number(address - found.start);
    const left = source.size - address;
    const count = left < this.#row64 ? Number(left) : this.#form.bytes;
    return { bytes: found.window.data.subarray(at, at + count), absent: absentStates(found.window.absent, address, count), error: undefined };
  }

  #moved(extend: boolean): void {
    if (!extend) this.#anchor = this.#cursor;
    this.#viewport.reveal(this.#cursorRow(), 'nudge');
    this.#viewport.refresh();
    this.#viewport.speak();
    this.#events.onSelect(this.#selection());
  }

  #speech(): string | undefined {
    if (this.#source === undefined) return undefined;
    const row = this.#cursor - (this.#cursor % this.#row64);
    const { bytes, absent } = this.#bytesOf(this.#source, row);
    return `byte ${this.#cursor.toString(16)}, ${rowSpeech(row, bytes, absent)}`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || !isMoveKey(event.key) || this.#source === undefined) return;
    event.preventDefault();
    const room = { size: this.#source.size, memoryEnd: this.#memoryEnd, pageRows: this.#viewport.pageRows, rowBytes: this.#form.bytes };
    const before = this.#cursor;
    const next = this.#overFold(moveCursor(before, event.key, event.ctrlKey, room), before, event.ctrlKey);
    // PageUp and PageDown scroll by a page: the cursor keeps its place on screen.
    if (event.key === 'PageUp' || event.key === 'PageDown')
      this.#viewport.scrollBy(this.#map.shownAt(next / this.#row64) - this.#map.shownAt(before / this.#row64));
    this.#cursor = next;
    this.#followCursor(before);
    this.#moved(event.shiftKey);
  };

  /** Small steps skip a fold; if there is nothing after it they stop. */
  #overFold(next: bigint, before: bigint, far: boolean): bigint {
    const fold = far ? undefined : this.#map.foldAt(next / this.#row64);
    if (fold === undefined) return next;
    const column = next % this.#row64;
    const beyond = next > before ? fold.end * this.#row64 + column : (fold.start - 1n) * this.#row64 + column;
    return beyond < 0n || beyond >= (this.#source?.size ?? 0n) ? before : beyond;
  }

  /** Byte under the pointer; undefined outside the columns. */
  #under(event: { readonly clientX: number; readonly clientY: number }): bigint | undefined {
    const row = this.#plane.anyRow;
    const at = row === undefined ? undefined : pointedByte(event, this.#plane.clip, row, this.#form);
    if (at === undefined) return undefined;
    const shown = this.#viewport.top + BigInt(at.index);
    if (shown >= this.#map.count) return undefined;
    // A click on a gap opens it.
    const address = this.#map.rowAt(shown).row * this.#row64 + BigInt(at.column);
    return address < (this.#source?.size ?? 0n) ? address : undefined;
  }

  readonly #onPointerDown = (event: PointerEvent): void => {
    const address = event.button === 0 || event.button === 2 ? this.#under(event) : undefined;
    if (address === undefined) return;
    // A menu opened on the selection applies to the selection.
    const { address: from, length } = this.#selection();
    const isMenu = event.button === 2;
    if (isMenu && address >= from && address < from + BigInt(length)) return;
    this.#dragging = !isMenu;
    if (!isMenu) this.#body.setPointerCapture(event.pointerId);
    const before = this.#cursor;
    this.#cursor = address;
    this.#followCursor(before);
    this.#moved(event.shiftKey && !isMenu);
  };

  readonly #onPointerMove = (event: PointerEvent): void => {
    if (!this.#dragging) return;
    const address = this.#under(event);
    if (address === undefined || address === this.#cursor) return;
    this.#cursor = address;
    this.#moved(true);
  };

  readonly #onPointerUp = (): void => {
    this.#dragging = false;
  };
}
