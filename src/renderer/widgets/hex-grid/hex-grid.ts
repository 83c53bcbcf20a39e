/**
 * The hex grid: recycled DOM rows over a 64-bit space, without a framework. It shows a window of rows from a bigint row
 * index; nothing in the DOM is as high as the space (Chromium clamps an element at 16.7 million pixels).
 */
import type { PageState } from '../../../shared/model.ts';
import { byteText } from '../../../shared/units.ts';
import { isMoveKey, moveCursor } from './cursor-moves.ts';
import type { HexMark } from './hex-mark.ts';
import { HexRowElement, rowHeight } from './hex-row-element.ts';
import { absentStates, addressText, asciiColumn, byteAt, hexColumn, hexWidth, rowBytes, rowLayers, rowSpeech, type RowLayers } from './hex-row.ts';
import type { HexSource, Span } from './hex-source.ts';
import { foldsOf, RowMap, type Fold, type Gap } from './row-map.ts';
import { HexScrollbar } from './hex-scrollbar.ts';

export interface HexSelection {
  readonly address: bigint;
  readonly length: number;
}
export interface HexGridEvents {
  readonly onSelect: (selection: HexSelection) => void;
  /** The whole view cannot be read: why. Undefined when it can. */
  readonly onRefused: (error: Error | undefined) => void;
}

const row64 = BigInt(rowBytes);
const wheelRows = 3;
const wheelNotch = 100;
/** Where the target row comes to lie after a jump, from the top. */
const jumpShare = 0.25;
const speechDelayMs = 250;
/** A gap says its reason once in so many rows, and where it begins. */
const reasonRows = 16n;

export class HexGrid {
  readonly #host: HTMLElement;
  readonly #body: HTMLElement;
  readonly #speech: HTMLElement;
  readonly #scrollbar: HexScrollbar;
  readonly #events: HexGridEvents;
  readonly #observer: ResizeObserver;
  readonly #rows: HexRowElement[] = [];
  #source: HexSource | undefined;
  #memoryEnd = 0n;
  #marks: readonly HexMark[] = [];
  #folds: readonly Fold[] = [];
  #map = new RowMap(0n, []);
  /** Row on screen that is the first one. */
  #top = 0n;
  #cursor = 0n;
  #anchor = 0n;
  #frame = 0;
  #wheelRest = 0;
  #dragging = false;
  #speechTimer = 0;

  constructor(host: HTMLElement, events: HexGridEvents) {
    this.#host = host;
    this.#events = events;
    this.#body = document.createElement('div');
    this.#body.className = 'hex-body';
    this.#body.ariaHidden = 'true';
    this.#speech = document.createElement('div');
    this.#speech.className = 'unseen';
    this.#speech.ariaLive = 'polite';
    this.#scrollbar = new HexScrollbar((row) => this.scrollTo(row));
    host.replaceChildren(this.#body, this.#scrollbar.element, this.#speech);
    this.#observer = new ResizeObserver(() => this.#draw());
    this.#observer.observe(host);
    host.addEventListener('wheel', this.#onWheel, { passive: false });
    host.addEventListener('keydown', this.#onKey);
    this.#body.addEventListener('pointerdown', this.#onPointerDown);
    this.#body.addEventListener('pointermove', this.#onPointerMove);
    this.#body.addEventListener('pointerup', this.#onPointerUp);
  }

  /** First row on screen, for coming back to the same picture. */
  get top(): bigint {
    return this.#top;
  }

  /** Shows another space, or the same one from a new engine. */
  setSource(source: HexSource | undefined, memoryEnd: bigint): void {
    this.#source = source;
    this.#memoryEnd = memoryEnd;
    this.#remap();
    this.#draw();
  }

  /** Long ranges without bytes, in ascending order: each becomes one row, but for the one that the cursor is in. */
  setGaps(gaps: readonly Gap[]): void {
    this.#folds = foldsOf(gaps);
    this.#remap();
    this.#draw();
  }

  setMarks(marks: readonly HexMark[]): void {
    this.#marks = marks;
    this.#draw();
  }

  /** Sets the selection from outside; what is out of sight is scrolled to. */
  select({ address, length }: HexSelection): void {
    const now = this.#selection();
    if (now.address !== address || now.length !== Math.max(1, length)) {
      const before = this.#cursor;
      this.#cursor = address;
      this.#anchor = address + BigInt(Math.max(1, length)) - 1n;
      this.#followCursor(before);
      this.#speak();
    }
    this.#reveal(jumpShare);
    this.#draw();
  }

  scrollTo(row: bigint): void {
    const rows = this.#rowCount();
    const last = rows > BigInt(this.#pageRows()) ? rows - BigInt(this.#pageRows()) : 0n;
    this.#top = row < 0n ? 0n : row > last ? last : row;
    this.#draw();
  }

  /** Something was read. */
  refresh(): void {
    this.#draw();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#speechTimer);
    this.#observer.disconnect();
    this.#host.removeEventListener('wheel', this.#onWheel);
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#host.replaceChildren();
  }

  /** Rows on screen in all. */
  #rowCount(): bigint {
    return this.#map.count;
  }

  /** The gap that the cursor is in is open; what was at the top stays there. */
  #remap(): void {
    const rows = this.#source === undefined ? 0n : (this.#source.size + row64 - 1n) / row64;
    const at = this.#cursor / row64;
    const top = this.#map.rowAt(this.#top).row;
    this.#map = new RowMap(
      rows,
      this.#folds.filter(({ start, end }) => at < start || at >= end),
    );
    this.#top = this.#map.shownAt(top);
  }

  /** Keeps the folds as they are unless the cursor went into or out of one. */
  #followCursor(before: bigint): void {
    const inFold = (address: bigint): Fold | undefined => this.#folds.find(({ start, end }) => address / row64 >= start && address / row64 < end);
    if (inFold(before) !== inFold(this.#cursor)) this.#remap();
  }

  /** Rows that are wholly on screen. */
  #pageRows(): number {
    return Math.max(1, Math.floor(this.#host.clientHeight / rowHeight));
  }

  #selection(): HexSelection {
    const address = this.#cursor < this.#anchor ? this.#cursor : this.#anchor;
    const end = this.#cursor < this.#anchor ? this.#anchor : this.#cursor;
    return { address, length: Number(end - address) + 1 };
  }

  /** @param share where the row goes when it is out of sight; undefined moves as little as possible */
  #reveal(share: number | undefined): void {
    const row = this.#map.shownAt(this.#cursor / row64);
    const page = BigInt(this.#pageRows());
    if (row >= this.#top && row < this.#top + page) return;
    if (share !== undefined) this.scrollTo(row - BigInt(Math.floor(Number(page) * share)));
    else this.scrollTo(row < this.#top ? row : row - page + 1n);
  }

  #draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#paint);
  }

  readonly #paint = (): void => {
    this.#frame = 0;
    const source = this.#source;
    const count = Math.ceil(this.#host.clientHeight / rowHeight);
    while (this.#rows.length < count) {
      const row = new HexRowElement();
      this.#rows.push(row);
      this.#body.append(row.element);
    }
    while (this.#rows.length > count) this.#rows.pop()?.element.remove();
    if (source === undefined) {
      for (const row of this.#rows) row.clear();
      return;
    }
    const total = this.#rowCount();
    source.want(this.#spans(count, total));
    let refused: Error | undefined;
    let reason: PageState | undefined;
    this.#rows.forEach((element, index) => {
      const shown = this.#top + BigInt(index);
      if (shown >= total) {
        element.clear();
        return;
      }
      const { row, fold } = this.#map.rowAt(shown);
      if (fold !== undefined) {
        const bytes = (fold.end - fold.start) * row64;
        element.fold(addressText(row * row64), `${bytes < 1n << 53n ? byteText(Number(bytes)) : 'the rest'}: ${fold.reason}`);
        reason = undefined;
        return;
      }
      const { layers, error } = this.#paintRow(element, source, row * row64);
      element.show(layers, layers.reason !== reason || row % reasonRows === 0n);
      reason = layers.reason;
      refused ??= error;
    });
    this.#events.onRefused(refused);
    const memoryRows = this.#map.shownAt((this.#memoryEnd + row64 - 1n) / row64);
    this.#scrollbar.show({ rows: total, memoryRows: memoryRows < total ? memoryRows : total }, this.#top, this.#pageRows());
  };

  /** What is on screen, as runs of addresses. */
  #spans(count: number, total: bigint): readonly Span[] {
    const spans: Span[] = [];
    for (let index = 0n; index < BigInt(count) && this.#top + index < total; index += 1n) {
      const { row, fold } = this.#map.rowAt(this.#top + index);
      if (fold !== undefined) continue;
      const start = row * row64;
      const last = spans.at(-1);
      if (last?.end === start) spans[spans.length - 1] = { start: last.start, end: start + row64 };
      else spans.push({ start, end: start + row64 });
    }
    return spans;
  }

  #paintRow(element: HexRowElement, source: HexSource, address: bigint): { layers: RowLayers; error: Error | undefined } {
    const { bytes, absent, error } = this.#bytesOf(source, address);
    const { address: from, length } = this.#selection();
    element.select(address, from, from + BigInt(length), this.#cursor);
    element.mark(address, this.#marks);
    return { layers: rowLayers(address, bytes, absent), error };
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
    this.#reveal(undefined);
    this.#draw();
    this.#speak();
    this.#events.onSelect(this.#selection());
  }

  /** Says the current row, once the keys rest. */
  #speak(): void {
    clearTimeout(this.#speechTimer);
    this.#speechTimer = window.setTimeout(() => {
      const source = this.#source;
      if (source === undefined) return;
      const row = this.#cursor - (this.#cursor % row64);
      const { bytes, absent } = this.#bytesOf(source, row);
      this.#speech.textContent = `byte ${this.#cursor.toString(16)}, ${rowSpeech(row, bytes, absent)}`;
    }, speechDelayMs);
  }

  readonly #onWheel = (event: WheelEvent): void => {
    if (event.ctrlKey) return;
    event.preventDefault();
    const rows =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? event.deltaY
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? event.deltaY * this.#pageRows()
          : (event.deltaY * wheelRows) / wheelNotch;
    this.#wheelRest += event.altKey ? rows * this.#pageRows() : rows;
    const whole = Math.trunc(this.#wheelRest);
    if (whole === 0) return;
    this.#wheelRest -= whole;
    this.scrollTo(this.#top + BigInt(whole));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || !isMoveKey(event.key) || this.#source === undefined) return;
    event.preventDefault();
    const room = { size: this.#source.size, memoryEnd: this.#memoryEnd, pageRows: this.#pageRows() };
    const before = this.#cursor;
    const next = this.#overFold(moveCursor(before, event.key, event.ctrlKey, room), before, event.ctrlKey);
    // Whole pages scroll by a page: the cursor keeps its place on screen.
    if (event.key === 'PageUp' || event.key === 'PageDown') this.scrollTo(this.#top + this.#map.shownAt(next / row64) - this.#map.shownAt(before / row64));
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
    const box = this.#body.getBoundingClientRect();
    const index = Math.floor((event.clientY - box.top) / rowHeight);
    const character = (event.clientX - box.left + this.#body.scrollLeft - HexRowElement.paddingLeft) / HexRowElement.characterWidth(this.#body);
    const ascii = Math.floor(character - asciiColumn);
    const column =
      ascii >= 0 && ascii < rowBytes
        ? ascii
        : character >= hexColumn - 0.5 && character < hexColumn + hexWidth + 1
          ? byteAt(Math.floor(character - hexColumn + 0.5))
          : undefined;
    const size = this.#source?.size ?? 0n;
    const shown = this.#top + BigInt(Math.min(Math.max(0, index), this.#rows.length - 1));
    if (column === undefined || shown >= this.#rowCount()) return undefined;
    // A click into a gap opens it.
    const { row } = this.#map.rowAt(shown);
    const address = row * row64 + BigInt(column);
    return address < size ? address : undefined;
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
