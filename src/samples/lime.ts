import { ByteWriter, concatBytes, type Endian } from './byte-writer.ts';
import { snappyCompress } from './snappy.ts';
import type { MemoryRange, System } from './system.ts';

export interface LimeOptions {
  /** What is stored, in the order of the file; all memory in one range unless given. */
  readonly ranges?: readonly MemoryRange[];
}

export interface AvmlOptions extends LimeOptions {
  /** Bytes of contents in a chunk; 65536 unless given. */
  readonly chunk?: number;
}

const headerBytes = 32;

/** Header of a range (lime.md section 1): the last address is inclusive. */
export function rangeHeader(magic: 'LiME' | 'AVML', { start, size }: MemoryRange, endian: Endian = 'little'): Uint8Array {
  const header = new ByteWriter(headerBytes, endian);
  header.u32(0, magic === 'LiME' ? 0x4c694d45 : 0x4c4d5641).u32(4, magic === 'LiME' ? 1 : 2);
  return header.u64(8, BigInt(start)).u64(16, BigInt(start + size - 1)).bytes;
}

const rangesOf = (system: System, { ranges }: LimeOptions): readonly MemoryRange[] => ranges ?? [{ start: 0, size: system.memory.size }];

/** A LiME file: each range after its header, as it is. The headers have the machine's byte order. */
export const lime = (system: System, options: LimeOptions = {}): Uint8Array =>
  concatBytes(rangesOf(system, options).flatMap((range) => [rangeHeader('LiME', range, system.endian), system.memory.read(range.start, range.size)]));

/** CRC-32C a bit at a time, masked as the framing format wants it (avml.md section 3). */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = (crc ^ 0xffffffff) >>> 0;
  return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0;
}

/** A chunk of the framing format: type, length of three bytes, data. */
export function snappyChunk(type: number, data: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(type, data.length & 0xff, (data.length >> 8) & 0xff, data.length >> 16), data]);
}

/** Contents as writers store them: compressed where that saves an eighth, else as they are. */
function contentChunk(contents: Uint8Array): Uint8Array {
  const checksum = new ByteWriter(4, 'little').u32(0, maskedCrc32c(contents)).bytes;
  const compressed = snappyCompress(contents);
  return compressed.length < contents.length - contents.length / 8
    ? snappyChunk(0x00, concatBytes([checksum, compressed]))
    : snappyChunk(0x01, concatBytes([checksum, contents]));
}

/** One stream: its identifier, and chunks. */
export function snappyStream(contents: Uint8Array, chunk = 65536): Uint8Array {
  const chunks: Uint8Array[] = [snappyChunk(0xff, Buffer.from('sNaPpY'))];
  for (let at = 0; at < contents.length; at += chunk) chunks.push(contentChunk(contents.subarray(at, at + chunk)));
  return concatBytes(chunks);
}

/** An AVML file of version 2: header, stream, and the length of the stream, for each range (avml.md section 2). */
export const avml = (system: System, options: AvmlOptions = {}): Uint8Array =>
  concatBytes(
    rangesOf(system, options).flatMap((range) => {
      const stream = snappyStream(system.memory.read(range.start, range.size), options.chunk);
      return [rangeHeader('AVML', range), stream, new ByteWriter(8, 'little').u64(0, BigInt(stream.length)).bytes];
    }),
  );
