/**
 * Two hex grids that move as one: the same rows of two dumps side by side, with differing bytes marked in both. One cursor, one scrollbar; the right
 * side may be shifted by any number of bytes.
 */
import type { PageState } from '../../../shared/model.ts';
import { isMoveKey, moveCursor } from '../hex-grid/cursor-moves.ts';
import { HexRowElement } from '../hex-grid/hex-row-element.ts';
import { absentStates, rowBytes, rowLayers, rowSpeech } from '../hex-grid/hex-row.ts';
import { windowBytes, type HexSource, type Span } from '../hex-grid/hex-source.ts';
import { pointedByte } from '../hex-grid/pointed-byte.ts';
import { RowPlane } from '../hex-grid/row-plane.ts';
import { RowViewport } from '../hex-grid/row-viewport.ts';
import { differingBytes, runsOf, type RowBytes } from './row-differences.ts';

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

interface PairRow {
  readonly element: HexRowElement;
  /** Version of the pair when this row was drawn: another number redraws it. */
  edition: number;
  reason: PageState | undefined;
  error: Error | undefined;
  differing: number;
}
interface Side {
  readonly body: HTMLElement;
  readonly plane: RowPlane<PairRow>;
  readonly isRight: boolean;
}

const row64 = BigInt(rowBytes);
/** Bytes that are read before they come into view. */
const ahead64 = BigInt(windowBytes);
const reasonRows = 16n;

function sideIn(host: HTMLElement, isRight: boolean): Side {
  const pane = document.createElement('div');
  pane.className = 'hex-pair-pane';
  const body = document.createElement('div');
  body.className = 'hex-body';
  body.ariaHidden = 'true';
  pane.append(body);
  host.append(pane);
  const plane = new RowPlane<PairRow>(body, () => ({ element: new HexRowElement(), edition: -1, reason: undefined, error: undefined, differing: 0 }));
  return { body, plane, isRight };
}

export class HexPair {
  readonly #host: HTMLElement;
  readonly #sides: readonly [Side, Side];
  readonly #viewport: RowViewport;
  readonly #events: HexPairEvents;
  #sources: HexPairSources | undefined;
  #cursor = 0n;
  #edition = 0;

  constructor(host: HTMLElement, events: HexPairEvents) {
    this.#host = host;
    this.#events = events;
    host.replaceChildren();
    this.#sides = [sideIn(host, false), sideIn(host, true)];
    this.#viewport = new RowViewport(host, {
      rowCount: () => (this.#size() + row64 - 1n) / row64,
      memoryRows: () => ((this.#sources?.memoryEnd ?? 0n) + row64 - 1n) / row64,
      paint: (rows) => this.#paint(rows),
      speech: () => this.#speech(),
    });
    host.addEventListener('keydown', this.#onKey);
    host.addEventListener('pointerdown', this.#onPointerDown);
  }

  setSources(sources: HexPairSources | undefined): void {
    this.#sources = sources;
    this.refresh();
  }

  /** Puts the cursor on an address of the left dump and scrolls to it. */
  goTo(address: bigint): void {
    if (address !== this.#cursor) {
      this.#cursor = address;
      this.#viewport.speak();
    }
    this.#viewport.reveal(address / row64, 'jump');
    this.#viewport.refresh();
  }

  /** The contents may have changed, as after a read. */
  refresh(): void {
    this.#edition += 1;
    this.#viewport.refresh();
  }

  destroy(): void {
    this.#host.removeEventListener('keydown', this.#onKey);
    this.#host.removeEventListener('pointerdown', this.#onPointerDown);
    this.#viewport.destroy();
  }

  #size(): bigint {
    return this.#sources?.left.size ?? 0n;
  }

  #paint(count: number): void {
    const sources = this.#sources;
    if (sources === undefined) {
      for (const { plane } of this.#sides) plane.clear();
      return;
    }
    const { top, direction } = this.#viewport;
    const start = top * row64;
    const end = start + BigInt(count) * row64;
    const ahead = direction < 0 ? { start: start < ahead64 ? 0n : start - ahead64, end: start } : { start: end, end: end + ahead64 };
    sources.left.want([{ start, end }], ahead);
    sources.right.want([shifted(start, end, sources.shift)], shifted(ahead.start, ahead.end, sources.shift));
    let differing = 0;
    let refused: Error | undefined;
    for (const { plane, isRight } of this.#sides) {
      let reason: PageState | undefined;
      const shift = isRight ? sources.shift : 0n;
      plane.show(top, count, (shown, row, isFresh) => {
        if (isFresh || shown.edition !== this.#edition) this.#fill(shown, sources, row, isRight);
        const cursor = this.#cursor + shift;
        shown.element.select(row * row64 + shift, cursor, cursor + 1n, cursor);
        shown.element.explain(shown.reason !== reason || row % reasonRows === 0n ? shown.reason : undefined);
        reason = shown.reason;
        refused ??= shown.error;
        if (!isRight) differing += shown.differing;
      });
    }
    this.#events.onPainted(differing, refused);
  }

  /** Draws the contents of a row of one side, without the cursor. */
  #fill(shown: PairRow, sources: HexPairSources, row: bigint, isRight: boolean): void {
    const { element } = shown;
    const left = bytesAt(sources.left, row * row64);
    const right = bytesAt(sources.right, row * row64 + sources.shift);
    const differ = differingBytes(left, right);
    const bytes = isRight ? right : left;
    shown.edition = this.#edition;
    shown.reason = undefined;
    shown.error = left?.error ?? right?.error;
    shown.differing = differ.filter(Boolean).length;
    if (bytes === undefined) {
      element.clear();
      return;
    }
    const layers = rowLayers(row * row64 + (isRight ? sources.shift : 0n), bytes.bytes, bytes.absent);
    element.show(layers);
    element.differ(runsOf(differ).map(([from, to]) => ({ from, to })));
    shown.reason = layers.reason;
  }

  #moved(): void {
    this.#viewport.reveal(this.#cursor / row64, 'nudge');
    this.#viewport.refresh();
    this.#viewport.speak();
    this.#events.onCursor(this.#cursor);
  }

  #speech(): string | undefined {
    const sources = this.#sources;
    if (sources === undefined) return undefined;
    const row = this.#cursor - (this.#cursor % row64);
    const left = bytesAt(sources.left, row);
    const right = bytesAt(sources.right, row + sources.shift);
    const count = differingBytes(left, right).filter(Boolean).length;
    const say = (name: string, at: bigint, bytes: RowBytes | undefined): string => `${name}: ${rowSpeech(at, bytes?.bytes, bytes?.absent ?? [])}`;
    return `${count} bytes differ. ${say('left', row, left)}. ${say('right', row + sources.shift, right)}`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || !isMoveKey(event.key) || this.#sources === undefined) return;
    event.preventDefault();
    const { memoryEnd } = this.#sources;
    const next = moveCursor(this.#cursor, event.key, event.ctrlKey, { size: this.#size(), memoryEnd, pageRows: this.#viewport.pageRows });
    if (event.key === 'PageUp' || event.key === 'PageDown') this.#viewport.scrollBy(next / row64 - this.#cursor / row64);
    this.#cursor = next;
    this.#moved();
  };

  readonly #onPointerDown = (event: PointerEvent): void => {
    const side = this.#sides.find(({ body }) => event.target instanceof Node && body.contains(event.target));
    const row = side?.plane.anyRow;
    const at = event.button !== 0 || side === undefined || row === undefined ? undefined : pointedByte(event, side.body, row);
    if (at === undefined) return;
    const address = (this.#viewport.top + BigInt(at.index)) * row64 + BigInt(at.column);
    if (address >= this.#size()) return;
    this.#cursor = address;
    this.#moved();
  };
}

/** The same bytes of the right dump; empty if they are before its start. */
function shifted(start: bigint, end: bigint, shift: bigint): Span {
  const first = start + shift < 0n ? 0n : start + shift;
  return { start: first, end: end + shift > first ? end + shift : first };
}

/** The 16 bytes from an address on, which may be in two windows; undefined outside the space. */
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
