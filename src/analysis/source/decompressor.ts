/** Unpacking as a stream, and what is wrong with what is packed. */
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { bzip2Streams } from './bzip2-streams.ts';
import { gzipMembers } from './gzip-members.ts';
import type { Pieces } from './piece-cursor.ts';
import type { UnpackEnd } from './unpack-end.ts';
import type { Decompressor } from './zlib-stream.ts';
import { xzStreams } from './xz-streams.ts';
import { zstdFrames } from './zstd-frames.ts';

/** Absent before Node 22.15. */
const zstdStream = (zlib as Partial<typeof zlib>).createZstdDecompress;

export interface Unpacking {
  /** For a pipeline: takes packed pieces, gives unpacked ones. It takes all of the file, also what it cannot unpack. */
  readonly stage: (pieces: Pieces) => AsyncGenerator<Uint8Array, undefined>;
  /** Undefined until the stage has come to the end of the file. */
  readonly end: () => UnpackEnd | undefined;
  /** How many of the members, frames or blocks so far record a checksum of their contents; each of these was compared. */
  readonly checksums: () => 'all' | 'some' | 'none';
}

/**
 * Checks what the packed file records of its contents: CRC-32 and size in gzip, the checksum of a zstd frame that has one, the check of an xz block.
 * @throws DumpError unsupported
 */
export function unpacking(wrapper: string, file: string): Unpacking {
  if (wrapper === 'zstd' && zstdStream === undefined)
    throw new DumpError('unsupported', { file }, `this Node.js ${process.versions.node} has no zstd`, 'Node.js 22.15 or later, or the unpacked file');
  let end: UnpackEnd | undefined;
  let [frames, checked] = [0, 0];
  const frame = (): Decompressor => zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_flush });
  const onFrame = (hasChecksum: boolean): void => {
    frames += 1;
    if (hasChecksum) checked += 1;
  };
  return {
    async *stage(pieces) {
      if (wrapper === 'xz') end = yield* xzStreams(pieces, file, onFrame);
      else if (wrapper === 'bzip2') end = yield* bzip2Streams(pieces, () => onFrame(true));
      else end = yield* wrapper === 'gzip' ? gzipMembers(pieces) : zstdFrames(pieces, frame, onFrame);
      return undefined;
    },
    end: () => end,
    checksums: () => (checked === frames ? 'all' : checked === 0 ? 'none' : 'some'),
  };
}

/** An error of unpacking as a sentence about the packed file. */
export function unpackError(error: unknown, path: string): Error {
  if (error instanceof DumpError || error instanceof Cancelled) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name === 'AbortError') return new Cancelled();
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return new DumpError('io', { file: path }, 'the disk of the cache folder is full', 'more free space, or the unpacked dump');
  return code === '' ? error : new DumpError('io', { file: path }, error.message);
}
