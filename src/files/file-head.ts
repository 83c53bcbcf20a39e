/** The first bytes of a file, to see what it is before it is opened as a dump. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * @param most bytes
 * @returns undefined for what is not a regular file: a pipe would wait
 * @throws Error of the operating system
 */
export function fileHead(path: string, most: number): Uint8Array | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const head = new Uint8Array(most);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, most, 0));
  } finally {
    closeSync(file);
  }
}
