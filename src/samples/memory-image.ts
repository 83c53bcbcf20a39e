import { ascii, type Endian } from './byte-writer.ts';

const pageBytes = 4096;
const scratchBytes = new Uint8Array(8);
const scratch = new DataView(scratchBytes.buffer);

/**
 * Absolute (physical) memory of a described machine, from address 0. Only written pages take room, so a description may
 * say 1 TiB. Reads outside what was written give zeros; access beyond the size is an error.
 */
export class MemoryImage {
  /** Bytes; the first address past the memory. */
  readonly size: number;
  readonly endian: Endian;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(size: number, endian: Endian = 'big') {
    this.size = size;
    this.endian = endian;
  }

  write(address: number, bytes: Uint8Array): this {
    this.#check(address, bytes.length);
    this.#eachPart(address, bytes.length, (page, inPage, done, length) => {
      this.#pageForWriting(page).set(bytes.subarray(done, done + length), inPage);
    });
    return this;
  }

  fill(address: number, length: number, byte: number): this {
    this.#check(address, length);
    this.#eachPart(address, length, (page, inPage, _done, part) => {
      this.#pageForWriting(page).fill(byte, inPage, inPage + part);
    });
    return this;
  }

  /** A copy of `length` bytes. */
  read(address: number, length: number): Uint8Array {
    this.#check(address, length);
    const bytes = new Uint8Array(length);
    this.#eachPart(address, length, (page, inPage, done, part) => {
      const stored = this.#pages.get(page);
      if (stored !== undefined) bytes.set(stored.subarray(inPage, inPage + part), done);
    });
    return bytes;
  }

  text(address: number, text: string): this {
    return this.write(address, ascii(text));
  }

  u8(address: number, value: number): this {
    return this.write(address, Uint8Array.of(value));
  }

  u16(address: number, value: number): this {
    return this.#number(address, BigInt(value), 2);
  }

  u32(address: number, value: number): this {
    return this.#number(address, BigInt(value), 4);
  }

  u64(address: number, value: bigint | number): this {
    return this.#number(address, BigInt(value), 8);
  }

  /** True when nothing but zeros lies in `[address, address + length)`. */
  isZero(address: number, length: number): boolean {
    this.#check(address, length);
    let zero = true;
    this.#eachPart(address, length, (page, inPage, _done, part) => {
      const stored = this.#pages.get(page);
      if (stored?.subarray(inPage, inPage + part).some((byte) => byte !== 0) === true) zero = false;
    });
    return zero;
  }

  /** An independent copy, optionally of another size (pages past the new end are dropped). */
  clone(size = this.size): MemoryImage {
    const copy = new MemoryImage(size, this.endian);
    for (const [page, bytes] of this.#pages) {
      const start = page * pageBytes;
      if (start < size) copy.write(start, bytes.subarray(0, Math.min(pageBytes, size - start)));
    }
    return copy;
  }

  #number(address: number, value: bigint, size: number): this {
    const little = this.endian === 'little';
    if (size === 8) scratch.setBigUint64(0, BigInt.asUintN(64, value), little);
    else if (size === 4) scratch.setUint32(0, Number(BigInt.asUintN(32, value)), little);
    else scratch.setUint16(0, Number(BigInt.asUintN(16, value)), little);
    return this.write(address, scratchBytes.subarray(0, size));
  }

  #check(address: number, length: number): void {
    if (address < 0 || length < 0 || address + length > this.size) {
      throw new RangeError(`0x${address.toString(16)}+0x${length.toString(16)} is outside the memory of 0x${this.size.toString(16)} bytes`);
    }
  }

  #pageForWriting(page: number): Uint8Array {
    let bytes = this.#pages.get(page);
    if (bytes === undefined) {
      bytes = new Uint8Array(pageBytes);
      this.#pages.set(page, bytes);
    }
    return bytes;
  }

  #eachPart(address: number, length: number, visit: (page: number, inPage: number, done: number, part: number) => void): void {
    let done = 0;
    while (done < length) {
      const inPage = (address + done) % pageBytes;
      const part = Math.min(pageBytes - inPage, length - done);
      visit(Math.floor((address + done) / pageBytes), inPage, done, part);
      done += part;
    }
  }
}
