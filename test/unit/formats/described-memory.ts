/** What a builder described against what a reader makes of the file. */
import { expect } from 'vitest';
import { pageStateCodes, type MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import type { MemoryImage as DescribedMemory } from '../../../src/samples/memory-image.ts';
import { pageSize } from '../../../src/shared/units.ts';

/** Pages of a described memory, each as the state it should have and its bytes. */
export interface Described {
  readonly memory: DescribedMemory;
  /** State of a page that is not simply there; undefined for those that are. */
  readonly absent?: (pfn: number) => 'excluded' | 'missing' | 'unreadable' | 'encrypted' | undefined;
}

const held = new Set([pageStateCodes.indexOf('stored'), pageStateCodes.indexOf('zero')]);

/** Page frames whose state or bytes differ from the description, read in bulk and one by one. */
export function wrongPages(image: MemoryImage, { memory, absent = () => undefined }: Described): string[] {
  const pages = memory.size / pageSize;
  const wrong: string[] = [];
  const bytes = new Uint8Array(pages * pageSize);
  const states = new Uint8Array(pages);
  image.readPages(0, bytes, states);
  const single = new Uint8Array(pageSize);
  for (let pfn = 0; pfn < pages; pfn += 1) {
    const state = absent(pfn);
    const code = states[pfn] ?? -1;
    const address = pfn * pageSize;
    const gaps = image.read(BigInt(address), single);
    if (state !== undefined) {
      if (pageStateCodes[code] !== state || gaps[0]?.state !== state) wrong.push(`${pfn}: ${pageStateCodes[code] ?? '?'} instead of ${state}`);
      continue;
    }
    const expected = memory.read(address, pageSize);
    if (!held.has(code) || gaps.length > 0) wrong.push(`${pfn}: ${pageStateCodes[code] ?? '?'} instead of bytes`);
    else if (Buffer.compare(bytes.subarray(address, address + pageSize), expected) !== 0 || Buffer.compare(single, expected) !== 0)
      wrong.push(`${pfn}: other bytes`);
  }
  return wrong;
}

/** Extents cover [0, end) in ascending order, and say the same of each page as reading it does. */
export function expectSoundExtents(image: MemoryImage): void {
  let at = 0n;
  for (const extent of image.extents) {
    expect(extent.start).toBe(at);
    expect(extent.end).toBeGreaterThan(extent.start);
    at = extent.end;
  }
  expect(at).toBe(image.end);
}
