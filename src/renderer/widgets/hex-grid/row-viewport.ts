/**
 * What every hex grid has around its rows: the first row on screen, the wheel, the scrollbar, at most one paint per frame, and what a screen reader
 * announces after the last key press. Nothing here reads the layout while something moves.
 */
import { rowHeight } from './hex-row-element.ts';
import { HexScrollbar } from './hex-scrollbar.ts';

interface Contents {
  /** Height of the header above the rows. */
  readonly headHeight?: number;
  /** Total number of rows. */
  readonly rowCount: () => bigint;
  /** Rows up to the end of the dump's memory. */
  readonly memoryRows: () => bigint;
  /** Draws the rows from the viewport's `top` on. */
  readonly paint: (rows: number) => void;
  /** The row of the cursor as a sentence. */
  readonly speech: () => string | undefined;
  /** Called when the wheel, the scrollbar or the cursor moved the rows, not for `scrollTo` from outside. */
  readonly onScroll?: () => void;
}

const wheelRows = 3;
const wheelNotch = 100;
/** Distance of the target row from the top after a jump. */
const jumpShare = 0.25;
const speechDelayMs = 250;

export class RowViewport {
  readonly #host: HTMLElement;
  readonly #contents: Contents;
  readonly #scrollbar: HexScrollbar;
  readonly #speech = document.createElement('div');
  readonly #observer: ResizeObserver;
  #height: number;
  #top = 0n;
  #direction: -1 | 1 = 1;
  #frame = 0;
  #wheelRest = 0;
  #speechTimer = 0;

  constructor(host: HTMLElement, contents: Contents) {
    this.#host = host;
    this.#contents = contents;
    this.#scrollbar = new HexScrollbar((row) => this.#scroll(row));
    this.#speech.className = 'unseen';
    this.#speech.ariaLive = 'polite';
    host.append(this.#scrollbar.element, this.#speech);
    this.#height = this.#rowsHeight();
    this.#observer = new ResizeObserver(() => {
      this.#height = this.#rowsHeight();
      this.refresh();
    });
    this.#observer.observe(host);
    host.addEventListener('wheel', this.#onWheel, { passive: false });
  }

  /** The first row on screen. */
  get top(): bigint {
    return this.#top;
  }

  /** Direction of the last move: 1 towards higher rows. */
  get direction(): -1 | 1 {
    return this.#direction;
  }

  /** Number of fully visible rows. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#height / rowHeight));
  }

  scrollTo(row: bigint): void {
    const rows = this.#contents.rowCount();
    const page = BigInt(this.pageRows);
    const last = rows > page ? rows - page : 0n;
    const top = row < 0n ? 0n : row > last ? last : row;
    if (top !== this.#top) this.#direction = top < this.#top ? -1 : 1;
    this.#top = top;
    this.refresh();
  }

  scrollBy(rows: bigint): void {
    this.#scroll(this.#top + rows);
  }

  #rowsHeight(): number {
    return Math.max(0, this.#host.clientHeight - (this.#contents.headHeight ?? 0));
  }

  #scroll(row: bigint): void {
    const before = this.#top;
    this.scrollTo(row);
    if (this.#top !== before) this.#contents.onScroll?.();
  }

  /** Brings a row into sight. @param how `jump`: some rows below the top; `nudge`: as little as necessary */
  reveal(row: bigint, how: 'jump' | 'nudge'): void {
    const page = BigInt(this.pageRows);
    if (row >= this.#top && row < this.#top + page) return;
    if (how === 'jump') this.#scroll(row - BigInt(Math.floor(Number(page) * jumpShare)));
    else this.#scroll(row < this.#top ? row : row - page + 1n);
  }

  /** Schedules a redraw for the next frame. */
  refresh(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#paint);
  }

  /** Announces the row of the cursor a moment after the last key press. */
  speak(): void {
    clearTimeout(this.#speechTimer);
    this.#speechTimer = window.setTimeout(() => {
      const words = this.#contents.speech();
      if (words !== undefined) this.#speech.textContent = words;
    }, speechDelayMs);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#speechTimer);
    this.#observer.disconnect();
    this.#host.removeEventListener('wheel', this.#onWheel);
    this.#host.replaceChildren();
  }

  readonly #paint = (): void => {
    this.#frame = 0;
    this.#contents.paint(Math.ceil(this.#height / rowHeight));
    const rows = this.#contents.rowCount();
    const memoryRows = this.#contents.memoryRows();
    this.#scrollbar.show({ rows, memoryRows: memoryRows < rows ? memoryRows : rows }, this.#top, this.pageRows, this.#height);
  };

  readonly #onWheel = (event: WheelEvent): void => {
    if (event.ctrlKey) return;
    event.preventDefault();
    const rows =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? event.deltaY
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? event.deltaY * this.pageRows
          : (event.deltaY * wheelRows) / wheelNotch;
    this.#wheelRest += event.altKey ? rows * this.pageRows : rows;
    const whole = Math.trunc(this.#wheelRest);
    if (whole === 0) return;
    this.#wheelRest -= whole;
    this.scrollBy(BigInt(whole));
  };
}
