/** The grid's own scrollbar over a bigint row index (for its scale see row-scale.ts). The keyboard uses the grid's keys. */
import { rowAtShare, shareOfRow, splitShare, type RowScale } from './row-scale.ts';

const minThumb = 24;

export class HexScrollbar {
  readonly element = document.createElement('div');
  readonly #thumb = document.createElement('div');
  readonly #split = document.createElement('div');
  readonly #onScroll: (row: bigint) => void;
  #scale: RowScale = { rows: 0n, memoryRows: 0n };
  /** Pointer's distance from the thumb's top while it is dragged. */
  #grip: number | undefined;
  #thumbHeight = minThumb;
  #splitAt: number | undefined;

  constructor(onScroll: (row: bigint) => void) {
    this.#onScroll = onScroll;
    this.element.className = 'hex-scrollbar';
    this.#thumb.className = 'hex-thumb';
    this.#split.className = 'hex-split';
    this.#split.title = 'Above: memory described by the dump. Below: the rest of the address space.';
    this.element.append(this.#split, this.#thumb);
    this.element.addEventListener('pointerdown', this.#onDown);
    this.element.addEventListener('pointermove', this.#onMove);
    this.element.addEventListener('pointerup', () => (this.#grip = undefined));
  }

  /** @param height of the track, passed in because reading it here would force a layout */
  show(scale: RowScale, top: bigint, pageRows: number, height: number): void {
    this.#scale = scale;
    const page = shareOfRow(scale, BigInt(pageRows));
    this.#thumbHeight = Math.min(height, Math.max(minThumb, page * height));
    // The thumb is higher than its share: it travels over the rest of the track.
    const last = scale.rows > BigInt(pageRows) ? scale.rows - BigInt(pageRows) : 0n;
    const share = last === 0n ? 0 : Math.min(1, shareOfRow(scale, top) / Math.max(shareOfRow(scale, last), Number.EPSILON));
    const thumb = `${this.#thumbHeight}px`;
    if (this.#thumb.style.height !== thumb) this.#thumb.style.height = thumb;
    this.#thumb.style.transform = `translateY(${share * (height - this.#thumbHeight)}px)`;
    const split = splitShare(scale);
    if (split === this.#splitAt) return;
    this.#splitAt = split;
    this.#split.hidden = split === 1;
    this.#split.style.top = `${split * 100}%`;
  }

  readonly #onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    const thumb = this.#thumb.getBoundingClientRect();
    const onThumb = event.clientY >= thumb.top && event.clientY <= thumb.bottom;
    this.#grip = onThumb ? event.clientY - thumb.top : this.#thumbHeight / 2;
    this.element.setPointerCapture(event.pointerId);
    if (!onThumb) this.#scroll(event.clientY);
  };

  readonly #onMove = (event: PointerEvent): void => {
    if (this.#grip !== undefined) this.#scroll(event.clientY);
  };

  #scroll(y: number): void {
    const box = this.element.getBoundingClientRect();
    const travel = Math.max(1, box.height - this.#thumbHeight);
    this.#onScroll(rowAtShare(this.#scale, (y - box.top - (this.#grip ?? 0)) / travel));
  }
}
