/** Reading that a signal does not end: libuv repeats every other call, but not a read (src/unix/fs.c, uv__fs_work). */
import { readSync } from 'node:fs';
import { errorCode } from './system-error.ts';

/** A read that is interrupted endlessly is an error. */
const mostInterruptions = 1000;

const interrupted: ReadonlySet<string | undefined> = new Set(['EINTR']);

/**
 * One read into all of a buffer, again where a signal interrupted it.
 * @param position in the file; where the descriptor is if not given
 * @param again errors after which it is tried again: EINTR unless given
 * @returns how many bytes came, which may be fewer
 * @throws system errors
 */
export function readUninterrupted(descriptor: number, target: Uint8Array, position?: number, again = interrupted): number {
  for (let tries = 0; ; tries += 1) {
    try {
      return readSync(descriptor, target, 0, target.length, position ?? null);
    } catch (error) {
      if (!again.has(errorCode(error)) || tries === mostInterruptions) throw error;
    }
  }
}
