import { DumpError } from '../../shared/dump-error.ts';

/** A file on disk and the state in which it was opened: a second opening compares the stamp. */
export interface OpenedFile {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  /** Device, inode, size, and time of the last change. */
  readonly stamp: string;
}

/**
 * Bytes of a dump, read-only and addressed from 0. Formats see nothing else of the outside world, so a file, a volume
 * of a set and an unflattened stream look the same.
 */
export interface ByteSource {
  /** As the user named it; stands in error messages. */
  readonly name: string;
  /** Bytes that can be read. */
  readonly size: number;
  /** Set where the bytes are those of one file as they lie on disk. */
  readonly file?: OpenedFile;
  /**
   * Copies bytes from `offset` into `target`.
   * @returns how many bytes were there: fewer than `target.length` only at the end of the source
   * @throws DumpError io when the operating system fails or the file changed since it was opened
   */
  readInto(offset: number, target: Uint8Array): number;
}

/**
 * Exactly `length` bytes at `offset`.
 * @throws DumpError truncated, naming the file, the offset and how much was expected
 */
export function readExactly(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new DumpError('corrupt', { file: source.name }, `${what} lies at an impossible offset: ${offset}`);
  const target = new Uint8Array(length);
  const got = offset >= source.size ? 0 : source.readInto(offset, target);
  if (got < length) {
    throw new DumpError(
      'truncated',
      { file: source.name, offset },
      `the file ends after ${got} of the ${length} bytes of ${what}`,
      `at least ${offset + length} bytes in the file, it has ${source.size}`,
    );
  }
  return target;
}
