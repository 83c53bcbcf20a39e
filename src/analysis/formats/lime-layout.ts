/** Headers of ranges in LiME and AVML files, and of the chunks of framed Snappy in the latter. */
import { bytes, u32, u64 } from '../layout/field.ts';
import { struct } from '../layout/struct.ts';

export const LIME_MAGIC = 0x4c69_4d45;
export const AVML_MAGIC = 0x4c4d_5641;
export const limeVersion = 1;
export const avmlVersion = 2;

export const limeHeader = struct(
  'lime_range',
  { endian: 'given', size: 32, doc: 'Header of a range in a LiME or AVML file. Source: lime.md section 1.' },
  {
    magic: u32(0, 'LiME 0x4c694d45, AVML 0x4c4d5641', { expected: '0x4c694d45 or 0x4c4d5641' }),
    version: u32(4, 'LiME 1, AVML 2'),
    start: u64(8, 'physical address of the first byte'),
    last: u64(16, 'physical address of the last byte'),
    reserved: bytes(24, 8, 'zero'),
  },
);

/** Bytes of the length of the compressed data, which follow those of a range in AVML (avml.md section 2). */
export const trailerBytes = 8;

/** Chunk types of the Snappy framing format (avml.md section 3). */
export const chunkTypes = { compressed: 0x00, uncompressed: 0x01, firstSkippable: 0x80, padding: 0xfe, identifier: 0xff } as const;
export const streamName = 'sNaPpY';
/** A chunk never holds more than this many bytes of contents. */
export const mostChunkContents = 1 << 16;
