import { createHash } from 'node:crypto';
import { Cancelled } from '../../shared/rpc.ts';
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import type { ByteSource } from '../source/byte-source.ts';

const stepBytes = 4 << 20;

/** SHA-256 of a whole file as hex digits. Yields to the event loop so that a cancel is seen within a few steps. */
export async function fileDigest(source: ByteSource, signal: AbortSignal, progress: (value: ScanProgress) => void): Promise<string> {
  const hash = createHash('sha256');
  const block = new Uint8Array(stepBytes);
  for (let at = 0; at < source.size; at += stepBytes) {
    if (signal.aborted) throw new Cancelled();
    const got = source.readInto(at, block);
    hash.update(block.subarray(0, got));
    progress({ phase: 'SHA-256 of the file', done: at + got, total: source.size, unit: 'bytes' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest('hex');
}
