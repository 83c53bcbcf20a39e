/**
 * A generated image of 100 MiB of stored pages and holes between them. Reads take their time, as a disk does, and every
 * one is written down in a file, which a kill -9 does not undo.
 */
import { appendFileSync } from 'node:fs';
import type { MemoryImage } from '../../src/analysis/formats/dump-format.ts';
import { numberedPage, pageImage, type ImagePart } from '../unit/page-index/page-image.ts';

const parts: readonly ImagePart[] = [
  { pages: 7000, state: 'stored', fill: numberedPage, fileOffset: 0x1000 },
  { pages: 30_000, state: 'missing' },
  { pages: 2000, state: 'stored' },
  { pages: 100, state: 'zero' },
  { pages: 9600, state: 'stored', fill: numberedPage, fileOffset: 0x4000_0000 },
  { pages: 12_345, state: 'excluded' },
  { pages: 7000, state: 'stored', fill: numberedPage },
];
export const storedPages = 25_600;

const nap = new Int32Array(new SharedArrayBuffer(4));

/** @param log receives one line a read: how many pages */
export function killedImage(log: string, napMilliseconds: number): MemoryImage {
  const { memory } = pageImage(parts);
  return {
    ...memory,
    readPages(firstPfn, target, states) {
      appendFileSync(log, `${states.reduce((sum, _, index) => sum + (stored(firstPfn + index) ? 1 : 0), 0)}\n`);
      Atomics.wait(nap, 0, 0, napMilliseconds);
      memory.readPages(firstPfn, target, states);
    },
  };
}

function stored(pfn: number): boolean {
  let first = 0;
  for (const { pages, state } of parts) {
    if (pfn < first + pages) return state === 'stored';
    first += pages;
  }
  return false;
}
