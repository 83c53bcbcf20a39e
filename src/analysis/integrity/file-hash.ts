/** SHA-256 of a file and of pieces of it. Yields to the event loop so that a cancel is seen within a few steps. */
import { createHash, hash } from 'node:crypto';
import { Cancelled } from '../../shared/rpc.ts';
import type { ByteSource } from '../source/byte-source.ts';

const stepBytes = 4 << 20;

export interface HashProgress {
  readonly signal: AbortSignal;
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
}

/**
 * @param pieceBytes also a digest for each piece of this size
 * @returns hex digits
 */
export async function hashFile(
  source: ByteSource,
  { signal, onBytes }: HashProgress,
  pieceBytes?: number,
): Promise<{ readonly sha256: string; readonly pieces: readonly { readonly start: number; readonly end: number; readonly sha256: string }[] }> {
  const whole = createHash('sha256');
  const pieces: { start: number; end: number; sha256: string }[] = [];
  const step = pieceBytes ?? stepBytes;
  const block = new Uint8Array(Math.min(step, stepBytes));
  for (let start = 0; start < source.size; start += step) {
    const end = Math.min(start + step, source.size);
    const piece = createHash('sha256');
    for (let at = start; at < end; at += block.length) {
      if (signal.aborted) throw new Cancelled();
      const bytes = block.subarray(0, source.readInto(at, block.subarray(0, Math.min(block.length, end - at))));
      whole.update(bytes);
      if (pieceBytes !== undefined) piece.update(bytes);
      onBytes?.(at + bytes.length, source.size);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (pieceBytes !== undefined) pieces.push({ start, end, sha256: piece.digest('hex') });
  }
  return { sha256: whole.digest('hex'), pieces };
}

/** SHA-256 of `[start, end)`; undefined where the file ends before. */
export async function hashRange(source: ByteSource, start: number, end: number, signal: AbortSignal): Promise<string | undefined> {
  if (end > source.size) return undefined;
  if (end - start <= stepBytes) {
    const block = new Uint8Array(end - start);
    source.readInto(start, block);
    return hash('sha256', block, 'hex');
  }
  const part: ByteSource = {
    name: source.name,
    size: end - start,
    readInto: (offset, target) => source.readInto(start + offset, target.subarray(0, Math.max(0, end - start - offset))),
  };
  return (await hashFile(part, { signal })).sha256;
}
