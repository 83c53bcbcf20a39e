/** SHA-256 of a file and of pieces of it. Yields to the event loop so that a cancel is seen within a few steps. */
import { createHash } from 'node:crypto';
import { DumpError } from '../../shared/dump-error.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { faultError, type ByteSource, type FileFault } from '../source/byte-source.ts';

const stepBytes = 4 << 20;

export interface HashProgress {
  readonly signal: AbortSignal;
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
}

export interface FileDigest {
  /** 64 hex digits; undefined where the disk does not give all of the file: a digest is one of the whole or none. */
  readonly sha256: string | undefined;
  /** What could not be read, in the order of the file, neighbours as one. */
  readonly faults: readonly FileFault[];
}

/** SHA-256 of a whole file. Reads to its end whatever its disk does not give, so that all such places are known. */
export async function hashFile(source: ByteSource, progress: HashProgress): Promise<FileDigest> {
  return hashParts(source, 0, source.size, progress);
}

/** SHA-256 of `[start, end)`; undefined where the file ends before. */
export async function hashRange(source: ByteSource, start: number, end: number, signal: AbortSignal): Promise<FileDigest | undefined> {
  return end > source.size ? undefined : hashParts(source, start, end, { signal });
}

export interface PieceDigest {
  readonly start: number;
  readonly end: number;
  readonly sha256: string;
}

/**
 * The same with a digest for each piece.
 * @throws DumpError io where the disk does not give all of the file
 */
export async function hashPieces(
  source: ByteSource,
  { signal, onBytes }: HashProgress,
  pieceBytes: number,
): Promise<{ readonly sha256: string; readonly pieces: readonly PieceDigest[] }> {
  const whole = createHash('sha256');
  const pieces: PieceDigest[] = [];
  for (let start = 0; start < source.size; start += pieceBytes) {
    const end = Math.min(start + pieceBytes, source.size);
    const piece = createHash('sha256');
    await eachStep(source, start, end, signal, (bytes, at, fault) => {
      if (fault !== undefined) throw faultError(fault);
      whole.update(bytes);
      piece.update(bytes);
      onBytes?.(at + bytes.length, source.size);
    });
    pieces.push({ start, end, sha256: piece.digest('hex') });
  }
  return { sha256: whole.digest('hex'), pieces };
}

async function hashParts(source: ByteSource, start: number, end: number, { signal, onBytes }: HashProgress): Promise<FileDigest> {
  const whole = createHash('sha256');
  const faults: FileFault[] = [];
  await eachStep(source, start, end, signal, (bytes, at, fault) => {
    if (fault === undefined) whole.update(bytes);
    else addFault(faults, fault);
    onBytes?.(at + bytes.length - start, end - start);
  });
  return { sha256: faults.length === 0 ? whole.digest('hex') : undefined, faults };
}

function addFault(faults: FileFault[], fault: FileFault): void {
  const last = faults.at(-1);
  if (last?.file === fault.file && last.why === fault.why && last.offset + last.bytes === fault.offset)
    faults[faults.length - 1] = { ...last, bytes: last.bytes + fault.bytes };
  else faults.push(fault);
}

/** Gives way to the event loop after each step; bytes with a fault are those that did not come. */
async function eachStep(
  source: ByteSource,
  start: number,
  end: number,
  signal: AbortSignal,
  use: (bytes: Uint8Array, at: number, fault: FileFault | undefined) => void,
): Promise<void> {
  const block = new Uint8Array(Math.min(stepBytes, Math.max(0, end - start)));
  for (let at = start; at < end;) {
    if (signal.aborted) throw new Cancelled();
    const wanted = block.subarray(0, end - at);
    const got = source.readInto(at, wanted);
    if (got > 0) use(wanted.subarray(0, got), at, undefined);
    at += got;
    if (got < wanted.length) {
      const fault = source.faultAt?.(at);
      // No source ends before its size; if one did, the digest of what came would be one of less than the file.
      if (fault === undefined) throw new DumpError('io', { file: source.name, offset: at }, 'the file ends there', `${source.size} bytes`);
      const bytes = Math.min(fault.bytes, end - at);
      use(wanted.subarray(0, bytes), at, { ...fault, bytes });
      at += bytes;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
