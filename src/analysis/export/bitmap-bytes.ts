/** A bitmap that is written from ascending runs of set bits, a window at a time: least significant bit first (kdump-compressed.md section 4). */
import type { PositionedOutput } from './export-writer.ts';

const windowBytes = 65_536;

export class BitmapBytes {
  readonly #output: Pick<PositionedOutput, 'write'>;
  readonly #position: number;
  readonly #bytes = Buffer.alloc(windowBytes);
  /** First byte of the bitmap that the window holds. */
  #at = 0;
  /** Bytes of the window that were touched. */
  #used = 0;
  /** Bits before this one are given. */
  #end = 0;
  /** How many are set. */
  set = 0;

  /** @param position of the first byte in the output, where nothing but zeros was written */
  constructor(output: Pick<PositionedOutput, 'write'>, position: number) {
    this.#output = output;
    this.#position = position;
  }

  /** Sets [start, end), of which what was set before counts once. Runs ascend. */
  add(start: number, end: number): void {
    let bit = Math.max(start, this.#end);
    this.set += Math.max(0, end - bit);
    this.#end = Math.max(this.#end, end);
    while (bit < end) {
      const byte = Math.floor(bit / 8);
      if (byte >= this.#at + windowBytes) this.#move(byte - (byte % windowBytes));
      const to = byte - this.#at;
      if (bit % 8 === 0 && end - bit >= 8) {
        const whole = Math.min(windowBytes - to, Math.floor((end - bit) / 8));
        this.#bytes.fill(0xff, to, to + whole);
        bit += 8 * whole;
        this.#used = to + whole;
      } else {
        this.#bytes[to] = (this.#bytes[to] ?? 0) | (1 << (bit % 8));
        bit += 1;
        this.#used = to + 1;
      }
    }
  }

  #move(at: number): void {
    this.flush();
    this.#at = at;
  }

  flush(): void {
    if (this.#used === 0) return;
    this.#output.write(this.#position + this.#at, Uint8Array.from(this.#bytes.subarray(0, this.#used)));
    this.#bytes.fill(0);
    this.#used = 0;
  }
}
