/** The standard streams of a process: errors in writing to them are not bugs of ours. */
import { fstatSync, writeSync } from 'node:fs';
import { DumpError } from '../shared/dump-error.ts';
import { errorCode, systemReason } from './system-error.ts';

/** Between two tries on a pipe that is full. */
const waitMilliseconds = 2;

/** All of it, also to a pipe whose reader is slow. */
function writeAll(descriptor: number, data: Uint8Array): void {
  let done = 0;
  while (done < data.length) {
    try {
      done += writeSync(descriptor, data, done);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EINTR') continue;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMilliseconds);
    }
  }
}

/** Whether a person reads it. Only a device can be a terminal; of files and pipes no stream is made, which would load Node's network code. */
export function isTerminal(stream: 'stdout' | 'stderr'): boolean {
  try {
    return fstatSync(stream === 'stdout' ? 1 : 2).isCharacterDevice() && process[stream].isTTY;
  } catch {
    // It is closed.
    return false;
  }
}

/**
 * Writes to standard output.
 * @returns false when its reader went away and wants no more
 * @throws DumpError io for every other reason, such as a full disk
 */
export function writeStandardOutput(data: Uint8Array): boolean {
  try {
    writeAll(1, data);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPIPE') return false;
    throw new DumpError('io', { file: 'standard output' }, systemReason(error), 'room for the whole answer');
  }
}

/** Writes to standard error. Messages that nobody can read must not prevent the answer. */
export function writeStandardError(data: Uint8Array): void {
  try {
    writeAll(2, data);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
