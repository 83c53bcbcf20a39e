/**
 * The hex grid: recycled DOM rows over a 64-bit space, without a framework. It shows a window of rows from a bigint row
 * index; nothing in the DOM is as high as the space (Chromium clamps an element at 16.7 million pixels).
 */
import type { PageState } from '../../../shared/model.ts';
import { byteText } from '../../../shared/units.ts';
import { isMoveKey, moveCursor } from './cursor-moves.ts';
import type { HexMark } from './hex-mark.ts';
import { HexRowElement } from './hex-row-element.ts';
import { absentStates, addressText, rowBytes, rowLayers, rowSpeech } from './hex-row.ts';
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
  /** The whole view cannot be read: why. Undefined when it can. */
  readonly onRefused: (error: Error | undefined) => void;
}

interface GridRow {
  readonly element: HexRowElement;
  /** What the grid showed when this was drawn: another number draws it again. */
  edition: number;
  /** Why all of the row is missing. */
  reason: PageState | undefined;
  error: Error | undefined;
}

const row64 = BigInt(rowBytes);
/** Read before they come on screen. */
const rowsAhead = BigInt(windowBytes) / row64;
/** A gap says its reason once in so many rows, and where it begins. */
const reasonRows = 16n;

export class HexGrid {
  readonly #host: HTMLElement;
  readonly #body = document.createElement('div');
  readonly #plane: RowPlane<GridRow>;
  readonly #viewport: RowViewport;
  readonly #events: HexGridEvents;
  #source: HexSource | undefined;
  #memoryEnd = 0n;
  #marks: readonly HexMark[] = [];
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
    this.#plane = new RowPlane(this.#body, () => ({ element: new HexRowElement(), edition: -1, reason: undefined, error: undefined }));
    this.#viewport = new RowViewport(host, {
      rowCount: () => this.#map.count,
      memoryRows: () => this.#map.shownAt((this.#memoryEnd + row64 - 1n) / row64),
      paint: (rows) => this.#paint(rows),
      speech: () => this.#speech(),
    });
    host.addEventListener('keydown', this.#onKey);
    this.#body.addEventListener('pointerdown', this.#onPointerDown);
    this.#body.addEventListener('pointermove', this.#onPointerMove);
    this.#body.addEventListener('pointerup', this.#onPointerUp);
  }

  /** First row on screen, for coming back to the same picture. */
  get top(): bigint {
    return this.#viewport.top;
  }

  /** Shows another space, or the same one from a new engine. */
  setSource(source: HexSource | undefined, memoryEnd: bigint): void {
    this.#source = source;
    this.#memoryEnd = memoryEnd;
    this.#remap();
  }

  /** Long ranges without bytes, in ascending order: each becomes one row, but for the one that the cursor is in. */
  setGaps(gaps: readonly Gap[]): void {
    this.#folds = foldsOf(gaps);
    this.#remap();
  }

  setMarks(marks: readonly HexMark[]): void {
    this.#marks = marks;
    this.refresh();
  }

  /** Sets the selection from outside; what is out of sight is scrolled to. */
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

  scrollTo(row: bigint): void {
    this.#viewport.scrollTo(row);
  }

  /** What is shown may have changed, as when something was read. */
  refresh(): void {
    this.#edition += 1;
    this.#viewport.refresh();
  }

  destroy(): void {
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#viewport.destroy();
  }

  /** The gap that the cursor is in is open; what was at the top stays there. */
  #remap(): void {
    const rows = this.#source === undefined ? 0n : (this.#source.size + row64 - 1n) / row64;
    const at = this.#cursor / row64;
    const top = this.#map.rowAt(this.#viewport.top).row;
    this.#map = new RowMap(
      rows,
      this.#folds.filter(({ start, end }) => at < start || at >= end),
    );
    this.#viewport.scrollTo(this.#map.shownAt(top));
    this.refresh();
  }

  /** Keeps the folds as they are unless the cursor went into or out of one. */
  #followCursor(before: bigint): void {
    const inFold = (address: bigint): Fold | undefined => this.#folds.find(({ start, end }) => address / row64 >= start && address / row64 < end);
    if (inFold(before) !== inFold(this.#cursor)) this.#remap();
  }

  /** Where the cursor is among the rows on screen. */
  #cursorRow(): bigint {
    return this.#map.shownAt(this.#cursor / row64);
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
        element.select(at.row * row64, from, from + BigInt(length), this.#cursor);
      }
      element.explain(shown.reason !== reason || at.row % reasonRows === 0n ? shown.reason : undefined);
      reason = shown.reason;
    });
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#events.onRefused(refused);
  }

  /** Draws what a row shows, without selection. */
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
      const bytes = (fold.end - fold.start) * row64;
      element.fold(addressText(row * row64), `${bytes < 1n << 53n ? byteText(Number(bytes)) : 'the rest'}: ${fold.reason}`);
      return;
    }
    const address = row * row64;
    const { bytes, absent, error } = this.#bytesOf(source, address);
    // What cannot be read is not being read any more.
    const layers = error === undefined ? rowLayers(address, bytes, absent) : rowLayers(address, new Uint8Array(0), absent);
    element.show(layers);
    element.mark(address, this.#marks);
    shown.reason = layers.reason;
    shown.error = error;
  }

  /** What is on screen, as runs of addresses. */
  #spans(top: bigint, count: number): readonly Span[] {
    const spans: Span[] = [];
    for (let shown = top; shown < top + BigInt(count) && shown < this.#map.count; shown += 1n) {
      const { row, fold } = this.#map.rowAt(shown);
      if (fold !== undefined) continue;
      const start = row * row64;
      const last = spans.at(-1);
      if (last?.end === start) spans[spans.length - 1] = { start: last.start, end: start + row64 };
      else spans.push({ start, end: start + row64 });
    }
    return spans;
  }

  /** What comes on screen next if the rows go on as they went. @param edge the row at that end of the screen */
  #ahead(edge: bigint, direction: -1 | 1): Span | undefined {
    if (edge <= 0n || edge >= this.#map.count) return undefined;
    const { row, fold } = this.#map.rowAt(edge);
    if (fold !== undefined) return undefined;
    const near = row * row64;
    const far = (direction < 0 ? (row < rowsAhead ? 0n : row - rowsAhead) : row + rowsAhead) * row64;
    return direction < 0 ? { start: far, end: near } : { start: near, end: far };
  }

  #bytesOf(source: HexSource, address: bigint): { bytes: Uint8Array | undefined; absent: readonly (PageState | undefined)[]; error: Error | undefined } {
    const found = source.at(address);
    if (found === undefined || found.window instanceof Error) return { bytes: undefined, absent: [], error: found?.window as Error | undefined };
    const at = Number(address - found.start);
    const left = source.size - address;
    const count = left < row64 ? Number(left) : rowBytes;
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
    const row = this.#cursor - (this.#cursor % row64);
    const { bytes, absent } = this.#bytesOf(this.#source, row);
    return `byte ${this.#cursor.toString(16)}, ${rowSpeech(row, bytes, absent)}`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || !isMoveKey(event.key) || this.#source === undefined) return;
    event.preventDefault();
    const room = { size: this.#source.size, memoryEnd: this.#memoryEnd, pageRows: this.#viewport.pageRows };
    const before = this.#cursor;
    const next = this.#overFold(moveCursor(before, event.key, event.ctrlKey, room), before, event.ctrlKey);
    // Whole pages scroll by a page: the cursor keeps its place on screen.
    if (event.key === 'PageUp' || event.key === 'PageDown') this.#viewport.scrollBy(this.#map.shownAt(next / row64) - this.#map.shownAt(before / row64));
    this.#cursor = next;
    this.#followCursor(before);
    this.#moved(event.shiftKey);
  };

  /** Small steps go over a fold, not into it; where it has no other side they stop. */
  #overFold(next: bigint, before: bigint, far: boolean): bigint {
    const fold = far ? undefined : this.#map.foldAt(next / row64);
    if (fold === undefined) return next;
    const column = next % row64;
    const beyond = next > before ? fold.end * row64 + column : (fold.start - 1n) * row64 + column;
    return beyond < 0n || beyond >= (this.#source?.size ?? 0n) ? before : beyond;
  }

  /** Byte under the pointer; undefined beside the columns. */
  #under(event: PointerEvent): bigint | undefined {
    const row = this.#plane.anyRow;
    const at = row === undefined ? undefined : pointedByte(event, this.#body, row);
    if (at === undefined) return undefined;
    const shown = this.#viewport.top + BigInt(at.index);
    if (shown >= this.#map.count) return undefined;
    // A click into a gap opens it.
    const address = this.#map.rowAt(shown).row * row64 + BigInt(at.column);
    return address < (this.#source?.size ?? 0n) ? address : undefined;
  }

  readonly #onPointerDown = (event: PointerEvent): void => {
    const address = event.button === 0 ? this.#under(event) : undefined;
    if (address === undefined) return;
    this.#dragging = true;
    this.#body.setPointerCapture(event.pointerId);
    const before = this.#cursor;
    this.#cursor = address;
    this.#followCursor(before);
    this.#moved(event.shiftKey);
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
