/** Whether files can be made in a folder, determined by making one. */
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemReason } from './system-error.ts';

/** Bytes: a file system that is full still makes empty files. */
const probeBytes = 4096;

/** @returns why not; undefined where it can be written to */
export function whyNotWritable(folder: string): string | undefined {
  const path = join(folder, `dumpbench-probe-${process.pid}`);
  let made = false;
  try {
    const file = openSync(path, 'wx', 0o600);
    made = true;
    try {
      if (writeSync(file, Buffer.alloc(probeBytes)) < probeBytes) return 'no space left on device';
    } finally {
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    return systemReason(error);
  } finally {
    if (made) rmSync(path, { force: true });
  }
}

/** Bytes that the user can still fill; undefined if the system does not say. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
