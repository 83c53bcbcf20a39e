/** The dump key by its definition (docs/page-index.md), computed here a second time. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import type { DumpImage } from '../../../src/analysis/formats/dump-format.ts';
import { generatedExtents } from '../../../src/analysis/formats/extent-map.ts';
import { dumpIdentity } from '../../../src/analysis/formats/dump-identity.ts';
import { dumpKey } from '../../../src/analysis/page-index/dump-key.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { numberedPage, pageImage, type ImagePart, type PageImage } from './page-image.ts';

const identity = 'ab'.repeat(32);
/** A dump without lowcores. */
const dumpOf = ({ memory }: PageImage): DumpImage => ({ memory, machine: { arch: 'x86_64' }, prefixes: [], notes: [] }) as unknown as DumpImage;
const keyOf = (...parts: readonly ImagePart[]): string => dumpKey(identity, dumpOf(pageImage(parts)));
const stored = (pages: number, fill = numberedPage): ImagePart => ({ pages, state: 'stored', fill });

/** The position that is drawn in a slice. */
function drawn(slice: number, pages: number): number {
  const start = Math.floor((slice * pages) / 64);
  const size = Math.floor(((slice + 1) * pages) / 64) - start;
  return start + Number(createHash('sha256').update(`${identity}\0${slice}`).digest().readBigUInt64BE(0) % BigInt(size));
}

function byDefinition(pfns: readonly number[]): string {
  const hash = createHash('sha256');
  for (const pfn of pfns) {
    const page = new Uint8Array(4096);
    numberedPage(page, pfn);
    hash.update(`${pfn}\0stored\0`).update(page);
  }
  return hash.digest('hex');
}
const slices = Array.from({ length: 64 }, (_, slice) => slice);

describe('dump key', () => {
  it('is of the page that is drawn in each of 64 slices, and reads no others', () => {
    const image = pageImage([stored(100_000)]);
    const positions = slices.map((slice) => drawn(slice, 100_000));
    expect(dumpKey(identity, dumpOf(image))).toBe(byDefinition(positions));
    expect(image.reads.map(({ firstPfn }) => firstPfn)).toEqual(positions);
    expect(image.reads.every(({ pages }) => pages === 1)).toBe(true);
  });

  it('is of the stored page that lies nearest, of two the lower one', () => {
    const holes: readonly ImagePart[] = [stored(1000), { pages: 3000, state: 'excluded' }, stored(10), { pages: 90_000, state: 'zero' }];
    const there = [...Array.from({ length: 1000 }, (_, pfn) => pfn), ...Array.from({ length: 10 }, (_, pfn) => 4000 + pfn)];
    const nearest = (position: number): number =>
      there.reduce((best, pfn) => (Math.abs(pfn - position) < Math.abs(best - position) ? pfn : best), there[0] ?? 0);
    expect(keyOf(...holes)).toBe(byDefinition(slices.map((slice) => nearest(drawn(slice, 94_010)))));
  });

  it('changes with every page of a dump of fewer than 64', () => {
    const keys = Array.from({ length: 50 }, (_, changed) => keyOf(stored(50, (page, pfn) => (pfn === changed ? page.fill(1) : numberedPage(page, pfn)))));
    expect(new Set([...keys, keyOf(stored(50))]).size).toBe(51);
  });

  it('tells a page that the disk does not give from one of zeros, and a stored one of zeros likewise', () => {
    const lost = pageImage([{ pages: 10, state: 'stored' }]);
    const failing = { ...lost, memory: { ...lost.memory, readPages: (_pfn: number, _target: Uint8Array, states: Uint8Array) => void states.fill(4) } };
    expect(dumpKey(identity, dumpOf(failing))).not.toBe(keyOf({ pages: 10, state: 'stored' }));
  });

  it('is one of nothing where nothing is stored', () => {
    expect(keyOf({ pages: 5000, state: 'missing' })).toBe(byDefinition([]));
    expect(keyOf()).toBe(byDefinition([]));
  });

  it('has the lowcores of all CPUs in it, whether a header or notes name them', () => {
    for (const format of ['s390', 'elf-vmcore producer=qemu', 'lkcd']) {
      const text = (more: string): string => `memory 2 MiB\nrandom 0x0 2097152 seed=1\ncpu prefix=0x180000\n${more}\nformat ${format}`;
      const [plain, changed] = ['', 'bytes 0x181ff0 aa bb'].map((more) => openDump(memorySource('dump', buildCase(text(more)))));
      if (plain === undefined || changed === undefined) throw new Error('no dumps');
      expect(dumpIdentity(changed), format).toBe(dumpIdentity(plain));
      expect(dumpKey('any', changed), format).not.toBe(dumpKey('any', plain));
    }
  });

  it('looks through a hole once, however many positions lie in it', () => {
    let given = 0;
    const image = pageImage([stored(4), ...Array.from({ length: 20_000 }, (_, at): ImagePart => ({ pages: 5, state: at % 2 === 0 ? 'excluded' : 'missing' }))]);
    const { extents } = image.memory;
    // As of a container that makes its extents on demand.
    const onDemand = generatedExtents({
      *from(address) {
        for (const extent of extents.from(address)) {
          given += 1;
          yield extent;
        }
        return undefined;
      },
    });
    dumpKey(identity, dumpOf({ ...image, memory: { ...image.memory, extents: onDemand } }));
    expect(given).toBeLessThan(4 * 20_000);
  });
});
