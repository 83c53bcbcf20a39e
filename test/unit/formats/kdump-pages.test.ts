/** Pages of kdump-compressed dumps read in bulk: what reading one by one gives, whatever is wrong with the file. */
import { describe, expect, it } from 'vitest';
import { pageStateCodes, type MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { kdumpCompressed, type KdumpOptions } from '../../../src/samples/kdump-compressed.ts';
import { pageCodecNames } from '../../../src/samples/page-codec.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { randomFor, runs } from '../../run-size.ts';

const system = s390xSystem({ cpuCount: 2 });
const mixed = (pfn: number) => pageCodecNames[(pfn >> 2) % pageCodecNames.length] ?? 'zlib';
const zstdOrRaw = (pfn: number) => (pfn % 3 === 0 ? ('none' as const) : ('zstd' as const));
const shapes: readonly (readonly [string, KdumpOptions])[] = [
  ['all codecs', { codec: mixed }],
  ['zero pages that share their data', { codec: mixed, dumpLevel: 0 }],
  ['zstd and raw in turn, with holes', { codec: zstdOrRaw, holes: [{ start: 0x100000, size: 0x3000 }], excluded: [{ start: 0x205000, size: 0x1000 }] }],
  ['raw', { codec: 'none', dumpLevel: 0 }],
  ['lost pages', { codec: 'lzo', lost: [{ start: 0x300000, size: 0x4000 }] }],
];

/** Pages whose state or bytes in bulk are not those that reading them alone gives. */
function differing(memory: MemoryImage, first: number, count: number): number[] {
  const bytes = new Uint8Array(count * pageSize).fill(0xaa);
  const states = new Uint8Array(count).fill(0xaa);
  memory.readPages(first, bytes, states);
  const single = new Uint8Array(pageSize);
  return Array.from({ length: count }, (_, index) => first + index).filter((pfn) => {
    const state = memory.read(BigInt(pfn) * BigInt(pageSize), single)[0]?.state ?? 'stored';
    const at = (pfn - first) * pageSize;
    return pageStateCodes[states[pfn - first] ?? -1] !== state || Buffer.compare(bytes.subarray(at, at + pageSize), single) !== 0;
  });
}

describe.each(shapes)('bulk reading of %s', (name, options) => {
  const whole = kdumpCompressed(system, options);
  const pages = system.memory.size / pageSize;

  it('equals reading page by page, from any page on', () => {
    const { memory } = openDump(memorySource('dump', whole));
    expect(differing(memory, 0, pages + 3)).toEqual([]);
    const random = randomFor(`bulk ${name}`);
    for (let run = 0; run < runs(20, 500); run += 1) expect(differing(memory, random.below(pages), 1 + random.below(700))).toEqual([]);
  });

  it('equals it in damaged files', () => {
    const random = randomFor(`damaged bulk ${name}`);
    const image = openDump(memorySource('dump', whole));
    const descriptors = (image.bitmaps === undefined ? undefined : finish(image.bitmaps()))?.parts[0]?.descriptors ?? 0;
    let unlike = 0;
    for (let run = 0; run < runs(12, 300); run += 1) {
      const bytes = Uint8Array.from(whole);
      const table = Math.min(bytes.length, descriptors + 24 * pages) - descriptors;
      for (let flip = 0; flip < 40; flip += 1) bytes[descriptors + random.below(table)]! ^= 1 << random.below(8);
      for (let flip = 0; flip < 40; flip += 1) bytes[descriptors + random.below(bytes.length - descriptors)]! ^= 1 << random.below(8);
      const cut = random.below(3) === 0 ? descriptors + random.below(bytes.length - descriptors) : bytes.length;
      const { memory } = openDump(memorySource('dump', bytes.subarray(0, cut)));
      expect(differing(memory, 0, pages)).toEqual([]);
      const states = new Uint8Array(pages);
      memory.readPages(0, new Uint8Array(pages * pageSize), states);
      if (states.includes(pageStateCodes.indexOf('unreadable'))) unlike += 1;
    }
    expect(unlike).toBeGreaterThan(0);
  });
});
