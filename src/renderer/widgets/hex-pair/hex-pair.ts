/**
 * Two hex grids that move as one: the same rows of two dumps side by side, the bytes that differ marked in both. One
 * cursor, one scrollbar; the right side may be shifted by any number of bytes.
 */
import { isMoveKey, moveCursor } from '../hex-grid/cursor-moves.ts';
import { HexRowElement, rowHeight } from '../hex-grid/hex-row-element.ts';
import { absentStates, asciiColumn, byteAt, hexColumn, hexWidth, rowBytes, rowLayers, rowSpeech } from '../hex-grid/hex-row.ts';
import { HexScrollbar } from '../hex-grid/hex-scrollbar.ts';
import type { HexSource } from '../hex-grid/hex-source.ts';
import type { PageState } from '../../../shared/model.ts';
import { differingBytes, RowDifferences, type RowBytes } from './row-differences.ts';

export interface HexPairEvents {
  /** The cursor moved: address in the left dump. */
  readonly onCursor: (address: bigint) => void;
  /** How many of the bytes on screen differ, and why a side cannot be read at all. */
  readonly onPainted: (differing: number, refused: Error | undefined) => void;
}

export interface HexPairSources {
  readonly left: HexSource;
  readonly right: HexSource;
  /** Added to a left address for the right one. */
  readonly shift: bigint;
  readonly memoryEnd: bigint;
}

interface Side {
  readonly body: HTMLElement;
  readonly rows: { readonly element: HexRowElement; readonly differences: RowDifferences }[];
}

const row64 = BigInt(rowBytes);
const wheelRows = 3;
const wheelNotch = 100;
const jumpShare = 0.25;
const speechDelayMs = 250;
const reasonRows = 16n;

function sideIn(host: HTMLElement): Side {
  const pane = document.createElement('div');
  pane.className = 'hex-pair-pane';
  const body = document.createElement('div');
  body.className = 'hex-body';
  body.ariaHidden = 'true';
  pane.append(body);
  host.append(pane);
  return { body, rows: [] };
}

export class HexPair {
  readonly #host: HTMLElement;
  readonly #sides: readonly [Side, Side];
  readonly #scrollbar: HexScrollbar;
  readonly #speech = document.createElement('div');
  readonly #events: HexPairEvents;
  readonly #observer: ResizeObserver;
  #sources: HexPairSources | undefined;
  #top = 0n;
  #cursor = 0n;
  #frame = 0;
  #wheelRest = 0;
  #speechTimer = 0;

  constructor(host: HTMLElement, events: HexPairEvents) {
    this.#host = host;
    this.#events = events;
    host.replaceChildren();
    this.#sides = [sideIn(host), sideIn(host)];
    this.#scrollbar = new HexScrollbar((row) => this.#scrollTo(row));
    this.#speech.className = 'unseen';
    this.#speech.ariaLive = 'polite';
    host.append(this.#scrollbar.element, this.#speech);
    this.#observer = new ResizeObserver(() => this.refresh());
    this.#observer.observe(host);
    host.addEventListener('wheel', this.#onWheel, { passive: false });
    host.addEventListener('keydown', this.#onKey);
    host.addEventListener('pointerdown', this.#onPointerDown);
  }

  setSources(sources: HexPairSources | undefined): void {
    this.#sources = sources;
    this.refresh();
  }

  /** Puts the cursor on an address of the left dump and brings it into sight. */
  goTo(address: bigint): void {
    if (address !== this.#cursor) {
      this.#cursor = address;
      this.#speak();
    }
    this.#reveal(jumpShare);
    this.refresh();
  }

  refresh(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#paint);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#speechTimer);
    this.#observer.disconnect();
    this.#host.removeEventListener('wheel', this.#onWheel);
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#host.removeEventListener('pointerdown', this.#onPointerDown);
    this.#host.replaceChildren();
  }

  #size(): bigint {
    return this.#sources?.left.size ?? 0n;
  }

  #pageRows(): number {
    return Math.max(1, Math.floor(this.#host.clientHeight / rowHeight));
  }

  #scrollTo(row: bigint): void {
    const rows = (this.#size() + row64 - 1n) / row64;
    const last = rows > BigInt(this.#pageRows()) ? rows - BigInt(this.#pageRows()) : 0n;
    this.#top = row < 0n ? 0n : row > last ? last : row;
    this.refresh();
  }

  #reveal(share: number | undefined): void {
    const row = this.#cursor / row64;
    const page = BigInt(this.#pageRows());
    if (row >= this.#top && row < this.#top + page) return;
    if (share !== undefined) this.#scrollTo(row - BigInt(Math.floor(Number(page) * share)));
    else this.#scrollTo(row < this.#top ? row : row - page + 1n);
  }

  readonly #paint = (): void => {
    this.#frame = 0;
    const count = Math.ceil(this.#host.clientHeight / rowHeight);
    for (const { body, rows } of this.#sides) {
      while (rows.length < count) {
        const element = new HexRowElement();
        rows.push({ element, differences: new RowDifferences(element.element) });
        body.append(element.element);
      }
      while (rows.length > count) rows.pop()?.element.element.remove();
    }
    const sources = this.#sources;
    if (sources === undefined) {
      for (const { rows } of this.#sides) for (const row of rows) this.#clear(row);
      return;
    }
    const start = this.#top * row64;
    const end = start + BigInt(count) * row64;
    sources.left.want([{ start, end }]);
    wantShifted(sources, start, end);
    let differing = 0;
    let refused: Error | undefined;
    const reasons: [PageState | undefined, PageState | undefined] = [undefined, undefined];
    for (let index = 0; index < count; index += 1) {
      const row = this.#top + BigInt(index);
      const address = row * row64;
      const left = bytesAt(sources.left, address);
      const right = bytesAt(sources.right, address + sources.shift);
      const differ = differingBytes(left, right);
      differing += differ.filter(Boolean).length;
      refused ??= left?.error ?? right?.error;
      for (const [side, at, bytes] of [
        [0, address, left],
        [1, address + sources.shift, right],
      ] as const) {
        const shown = this.#sides[side].rows[index];
        if (shown === undefined) continue;
        if (bytes === undefined) {
          this.#clear(shown);
          reasons[side] = undefined;
          continue;
        }
        const layers = rowLayers(at, bytes.bytes, bytes.absent);
        shown.element.show(layers, layers.reason !== reasons[side] || row % reasonRows === 0n);
        reasons[side] = layers.reason;
        const cursor = this.#cursor + (side === 0 ? 0n : sources.shift);
        shown.element.select(at, cursor, cursor + 1n, cursor);
        shown.differences.show(differ);
      }
    }
    this.#scrollbar.show({ rows: (sources.left.size + row64 - 1n) / row64, memoryRows: (sources.memoryEnd + row64 - 1n) / row64 }, this.#top, this.#pageRows());
    this.#events.onPainted(differing, refused);
  };

  #clear({ element, differences }: Side['rows'][number]): void {
    element.clear();
    differences.show([]);
  }

  #moved(): void {
    this.#reveal(undefined);
    this.refresh();
    this.#speak();
    this.#events.onCursor(this.#cursor);
  }

  #speak(): void {
    clearTimeout(this.#speechTimer);
    this.#speechTimer = window.setTimeout(() => {
      const sources = this.#sources;
      if (sources === undefined) return;
      const row = this.#cursor - (this.#cursor % row64);
      const left = bytesAt(sources.left, row);
      const right = bytesAt(sources.right, row + sources.shift);
      const count = differingBytes(left, right).filter(Boolean).length;
      const say = (name: string, at: bigint, bytes: RowBytes | undefined): string => `${name}: ${rowSpeech(at, bytes?.bytes, bytes?.absent ?? [])}`;
      this.#speech.textContent = `${count} bytes differ. ${say('left', row, left)}. ${say('right', row + sources.shift, right)}`;
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
    this.#scrollTo(this.#top + BigInt(whole));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || !isMoveKey(event.key) || this.#sources === undefined) return;
    event.preventDefault();
    const next = moveCursor(this.#cursor, event.key, event.ctrlKey, { size: this.#size(), memoryEnd: this.#sources.memoryEnd, pageRows: this.#pageRows() });
    if (event.key === 'PageUp' || event.key === 'PageDown') this.#scrollTo(this.#top + next / row64 - this.#cursor / row64);
    this.#cursor = next;
    this.#moved();
  };

  readonly #onPointerDown = (event: PointerEvent): void => {
    const side = this.#sides.find(({ body }) => event.target instanceof Node && body.contains(event.target));
    if (event.button !== 0 || side === undefined) return;
    const [firstRow] = side.rows;
    const box = (firstRow?.element.element ?? side.body).getBoundingClientRect();
    const index = Math.floor((event.clientY - box.top) / rowHeight);
    const character = (event.clientX - box.left) / HexRowElement.characterWidth(side.body);
    const ascii = Math.floor(character - asciiColumn);
    const inHex = character >= hexColumn - 0.5 && character < hexColumn + hexWidth + 1;
    const column = ascii >= 0 && ascii < rowBytes ? ascii : inHex ? byteAt(Math.floor(character - hexColumn + 0.5)) : undefined;
    if (column === undefined) return;
    const address = (this.#top + BigInt(Math.max(0, index))) * row64 + BigInt(column);
    if (address >= this.#size()) return;
    this.#cursor = address;
    this.#moved();
  };
}

function wantShifted({ right, shift }: HexPairSources, start: bigint, end: bigint): void {
  const first = start + shift < 0n ? 0n : start + shift;
  if (end + shift > first) right.want([{ start: first, end: end + shift }]);
}

/** The 16 bytes from an address on, which may lie in two windows; undefined outside the space. */
function bytesAt(source: HexSource, address: bigint): RowBytes | undefined {
  if (address + row64 <= 0n || address >= source.size) return undefined;
  const from = address < 0n ? 0n : address;
  const first = source.at(from);
  if (first === undefined) return { bytes: undefined, absent: [], error: undefined };
  if (first.window instanceof Error) return { bytes: undefined, absent: [], error: first.window };
  const left = source.size - address;
  const count = left < row64 ? Number(left) : rowBytes;
  const bytes = new Uint8Array(count);
  const absent: (PageState | undefined)[] = new Array<PageState | undefined>(count).fill('missing');
  for (let at = from; at < address + BigInt(count);) {
    const found = source.at(at);
    if (found === undefined || found.window instanceof Error) return { bytes: undefined, absent: [], error: undefined };
    const { data } = found.window;
    const windowEnd = found.start + BigInt(data.length);
    const stop = windowEnd < address + BigInt(count) ? windowEnd : address + BigInt(count);
    if (stop <= at) break;
    const length = Number(stop - at);
    const offset = Number(at - address);
    bytes.set(data.subarray(Number(at - found.start), Number(at - found.start) + length), offset);
    absentStates(found.window.absent, at, length).forEach((state, index) => (absent[offset + index] = state));
    at = stop;
  }
  return { bytes, absent, error: undefined };
}
