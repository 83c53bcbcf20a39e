/** Byte order of a described machine; s390x is big. */
export type Endian = 'big' | 'little';

/**
 * Writes numbers at fixed offsets into one buffer, in one byte order.
 * Throws RangeError when a field lies outside the buffer: a builder never grows a structure by accident.
 */
export class ByteWriter {
  readonly bytes: Uint8Array;
  readonly endian: Endian;
  readonly #view: DataView;
  readonly #little: boolean;

  /** @param target size in bytes of a new zeroed buffer, or an existing buffer to write into */
  constructor(target: number | Uint8Array, endian: Endian = 'big') {
    this.bytes = typeof target === 'number' ? new Uint8Array(target) : target;
    this.endian = endian;
    this.#little = endian === 'little';
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  u8(offset: number, value: number): this {
    this.#view.setUint8(offset, value);
    return this;
  }

  u16(offset: number, value: number): this {
    this.#view.setUint16(offset, value, this.#little);
    return this;
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, this.#little);
    return this;
  }

  /** Takes the value modulo 2^64, so that negative numbers and sums may be passed as they are. */
  u64(offset: number, value: bigint | number): this {
    this.#view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), this.#little);
    return this;
  }

  raw(offset: number, bytes: Uint8Array): this {
    this.bytes.set(bytes, offset);
    return this;
  }

  /** ASCII text without a terminator; a text longer than `room` bytes is an error. */
  text(offset: number, text: string, room = text.length): this {
    if (text.length > room) throw new RangeError(`"${text}" does not fit into ${room} bytes`);
    return this.raw(offset, ascii(text));
  }
}

/** One byte per character (Latin-1); a character above 0xff is an error. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw new RangeError(`"${text}" holds characters of more than one byte`);
    bytes[index] = code;
  }
  return bytes;
}

/** The parts one after the other in a new buffer. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Smallest multiple of `unit` that is not below `value`. */
export const alignUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
