/** The extents of an LKCD dump against its holes, and what reading it through costs. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { lkcd } from '../../src/samples/lkcd.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { pageSize } from '../../src/shared/units.ts';
import { countingSource } from '../counting-source.ts';
import { longChain } from '../faults/giants.ts';

const system = s390xSystem({ cpuCount: 1 });
const pages = system.memory.size / pageSize;
/** After what makes it a system. */
const firstFree = 0x400;
const records = 15_000;

it('has an extent for each run of pages and each hole, wherever reading starts', () => {
  const hole = fc.record({ start: fc.integer({ min: firstFree, max: pages - 1 }), length: fc.integer({ min: 1, max: 400 }) });
  const looks = fc.array(fc.integer({ min: 0, max: pages - 1 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(hole, { maxLength: 12 }), looks, fc.boolean(), (holes, starts, compressed) => {
      const isHole = new Uint8Array(pages);
      for (const { start, length } of holes) isHole.fill(1, start, start + length);
      const ranges = holes.map(({ start, length }) => ({ start: start * pageSize, size: length * pageSize }));
      const { memory } = openDump(memorySource('dump', lkcd(system, { compressed, holes: ranges })));
      for (const from of starts) {
        let at = from;
        for (const { start, end, state } of memory.extents.from(BigInt(from * pageSize))) {
          const [first, stop] = [Math.max(from, Number(start) / pageSize), Number(end) / pageSize];
          expect(first).toBe(at);
          expect(isHole.subarray(first, stop).every((one) => (one === 1) === (state === 'missing'))).toBe(true);
          if (stop < pages) expect(isHole[stop]).not.toBe(isHole[stop - 1]);
          at = stop;
        }
        expect(at).toBe(pages);
      }
    }),
    { numRuns: 25 },
  );
});

it('is read through at a cost that grows with its size', () => {
  const source = countingSource(memorySource('dump', longChain(records)));
  const { memory } = openDump(source);
  const opened = source.delivered;
  const bytes = new Uint8Array(64 * pageSize);
  const states = new Uint8Array(64);
  for (let pfn = 0; pfn < records; pfn += states.length) memory.readPages(pfn, bytes, states);
  expect(source.delivered - opened).toBeLessThan(20 * source.size);
});
