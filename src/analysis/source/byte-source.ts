import type { FileOffset } from '../../shared/units.ts';
import { basename } from 'node:path';
import { DumpError } from '../../shared/dump-error.ts';

/** A file on disk and the state in which it was opened: a second opening compares the stamp. */
export interface OpenedFile {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  /** Nanoseconds since 1970: of the last change of its bytes, and of its inode. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** When it was made; 0 where its file system does not say. */
  readonly bornNs: bigint;
  /** Device, inode, size, and time of the last change. */
  readonly stamp: string;
  /** Of a block device: where it is mounted for writing. Left out where it is not. */
  readonly mounted?: readonly string[];
}

/** Bytes that a file has and its disk does not give. */
export interface FileFault {
  /** As the user named it. */
  readonly file: string;
  /** Position of the first of them in that file. */
  readonly offset: FileOffset;
  readonly bytes: number;
  /** "the device reports a read error (EIO)". */
  readonly why: string;
  /** The disk gives them, and what they hold cannot be had: damaged compressed data. Another reading gives the same. */
  readonly ofContents?: true;
}

/** That more bytes followed the last one of a source, and why they cannot be had. */
export interface UnknownRest {
  /** Of the packed file that they would come out of; without it that file is cut or damaged. */
  readonly fault?: FileFault;
}

/**
 * Bytes of a dump, read-only and addressed from 0. Formats see nothing else of the outside world, so a file, a volume
 * of a set and an unflattened stream look the same.
 */
export interface ByteSource {
  /** As the user named it; is in error messages. */
  readonly name: string;
  /** Bytes that can be read. */
  readonly size: number;
  /** Set where more bytes followed, nobody knows how many: then `size` is not that of the file in the dump, and `faultAt` has the fault for all of them. */
  readonly rest?: UnknownRest;
  /** Set where the bytes are those of one file as they lie on disk. */
  readonly file?: OpenedFile;
  /** Bytes that it holds to know where its own lie, where they grow with the file: a thread that opens it again takes as much. */
  readonly heldBytes?: number;
  /**
   * Copies bytes from `offset` into `target`.
   * @returns how many bytes came: fewer than `target.length` only at the end of the source, and before bytes that the disk
   * does not give; `faultAt` tells one from the other
   * @throws DumpError io when the file changed since it was opened
   */
  readInto(offset: FileOffset, target: Uint8Array): number;
  /** As `readInto`, for a place whose surroundings nobody asks for: they are not read into a cache, and that the file changed is noticed some reads later. */
  readApart?(offset: FileOffset, target: Uint8Array): number;
  /** Why a read has stopped at `offset`, where that is not the end of the source; `bytes` counts from `offset` on, in this source. */
  faultAt?(offset: FileOffset): FileFault | undefined;
}

/** Where a fault lies and what it is, for a sentence about what it took away. Reports carry such sentences: a name, no path. */
export const faultText = ({ file, offset, why }: FileFault): string => `${why} at offset 0x${offset.toString(16)} of ${basename(file)}`;

/**
 * Why a read stopped at `offset` before it had all.
 * @param atEnd what to say where the source ends there
 */
export function whyShort(source: ByteSource, offset: FileOffset, atEnd: string): string {
  const fault = source.faultAt?.(offset);
  return fault === undefined ? atEnd : faultText(fault);
}

/** The fault as an error, for what cannot continue without those bytes. */
export const faultError = ({ file, offset, why }: FileFault): DumpError => new DumpError('io', { file, offset }, why, 'a readable dump file');

/**
 * Reads around what the disk does not give; such bytes become zero.
 * @param onFault hears of each piece of `target` that did not come
 * @returns how much of `target` the source reaches: fewer than its length only at the end of the source
 */
export function readAround(
  source: ByteSource,
  offset: FileOffset,
  target: Uint8Array,
  onFault: (start: number, end: number, fault: FileFault) => void,
): number {
  let done = 0;
  for (;;) {
    done += source.readInto(offset + done, done === 0 ? target : target.subarray(done));
    if (done >= target.length) return done;
    const fault = source.faultAt?.(offset + done);
    if (fault === undefined) return done;
    const end = Math.min(target.length, done + Math.max(1, fault.bytes));
    target.fill(0, done, end);
    onFault(done, end, fault);
    done = end;
    if (done >= target.length) return done;
  }
}

/**
 * Exactly `length` bytes at `offset`.
 * @throws DumpError truncated, naming the file, the offset and how much was expected; io where the disk does not give them
 */
export function readExactly(source: ByteSource, offset: FileOffset, length: number, what: string): Uint8Array {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new DumpError('corrupt', { file: source.name }, `${what} lies at an impossible offset: ${offset}`);
  const target = new Uint8Array(length);
  const got = offset >= source.size ? 0 : source.readInto(offset, target);
  if (got < length) {
    const fault = source.faultAt?.(offset + got);
    if (fault !== undefined) throw new DumpError('io', { file: fault.file, offset: fault.offset }, `${fault.why}, within ${what}`, 'a readable dump file');
    throw new DumpError(
      'truncated',
      { file: source.name, offset },
      `the file ends after ${got} of the ${length} bytes of ${what}`,
      `at least ${offset + length} bytes in the file, it has ${source.size}`,
    );
  }
  return target;
}
