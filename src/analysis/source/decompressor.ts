/** Unpacking as a stream, and what is wrong with what is packed. */
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { faultError, type ByteSource } from './byte-source.ts';

/** Absent before Node 22.15. */
const zstdStream = (zlib as Partial<typeof zlib>).createZstdDecompress;

/**
 * Checks what the packed file records of its contents: CRC-32 and size in gzip, the checksum of a zstd frame that has one.
 * @throws DumpError unsupported
 */
export function decompressor(wrapper: string, file: string): NodeJS.ReadWriteStream {
  if (wrapper === 'gzip') return zlib.createGunzip();
  if (zstdStream === undefined)
    throw new DumpError('unsupported', { file }, `this Node.js ${process.versions.node} has no zstd`, 'Node.js 22.15 or later, or the unpacked file');
  return zstdStream();
}

const stepBytes = 1 << 20;

/** The bytes of an open file as a stream, whatever its name leads to by now. Fails with DumpError io where the disk does not give all. */
export function sourceStream(source: ByteSource): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < source.size;) {
        const step = new Uint8Array(Math.min(stepBytes, source.size - at));
        const got = source.readInto(at, step);
        if (got === 0) {
          const fault = source.faultAt?.(at);
          throw fault === undefined ? new DumpError('io', { file: source.name, offset: at }, 'the file ends there', `${source.size} bytes`) : faultError(fault);
        }
        yield step.subarray(0, got);
        at += got;
      }
    })(),
    { objectMode: false },
  );
}

/** An error of unpacking as a sentence about the packed file. */
export function unpackError(error: unknown, path: string, wrapper: string): Error {
  if (error instanceof DumpError || error instanceof Cancelled) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name === 'AbortError') return new Cancelled();
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return new DumpError('io', { file: path }, 'the disk of the cache folder is full', 'more free space, or the unpacked dump');
  if (code.startsWith('Z_BUF') || /unexpected end/i.test(error.message))
    return new DumpError('truncated', { file: path }, `the ${wrapper} data end too early`, 'the whole file');
  if (code.startsWith('Z_') || code.startsWith('ZSTD_'))
    return new DumpError('corrupt', { file: path }, `the ${wrapper} data are damaged (${code})`, `a sound ${wrapper} file`);
  return code === '' ? error : new DumpError('io', { file: path }, error.message);
}
