/** What the memory of every format has in common: extents, read and readPages tell the same story about each page. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { pageSize } from '../../src/shared/units.ts';
import { pageStateCodes, type Extent, type MemoryImage } from '../../src/analysis/formats/dump-format.ts';
import { caseSession } from '../case-answers.ts';
import { runs, sample } from '../run-size.ts';

const folder = new URL('../cases/', import.meta.url);

const images = readdirSync(folder)
  .filter((name) => name.endsWith('.dump'))
  .flatMap((name): { name: string; format: string; memory: MemoryImage }[] => {
    try {
      const { image } = caseSession(name, readFileSync(new URL(name, folder), 'utf8'));
      return [{ name, format: image.format, memory: image.memory }];
    } catch (error) {
      if (isDumpError(error)) return [];
      throw error;
    }
  });
/** One case of each format, and some more. */
const chosen = [...new Map(images.map((one) => [one.format, one])).values(), ...sample(images, 12, 'memory images')];

const stateOf = (extents: readonly Extent[], address: bigint): string | undefined => extents.find(({ start, end }) => address >= start && address < end)?.state;

describe.each([...new Set(chosen)].map((one) => [`${one.format} (${one.name})`, one.memory] as const))('%s', (_name, memory) => {
  const end = Number(memory.end);
  const addresses = fc.oneof(
    fc.nat({ max: end + pageSize }),
    fc.nat({ max: Math.ceil(end / pageSize) }).chain((page) => fc.integer({ min: -2, max: 2 }).map((near) => Math.max(0, page * pageSize + near))),
  );

  it('extents ascend and cover it without holes', () => {
    let at = 0n;
    for (const extent of memory.extents) {
      expect(extent.start).toBe(at);
      expect(extent.end).toBeGreaterThan(at);
      at = extent.end;
    }
    expect(at).toBe(memory.end);
  });

  it('read agrees with itself in parts, and with the extents', () => {
    fc.assert(
      fc.property(addresses, fc.nat({ max: 3 * pageSize }), fc.nat(), (address, length, cut) => {
        const whole = new Uint8Array(length).fill(0xee);
        const absent = memory.read(BigInt(address), whole);
        const at = length === 0 ? 0 : cut % length;
        const parts = new Uint8Array(length).fill(0xdd);
        const absences = [...memory.read(BigInt(address), parts.subarray(0, at)), ...memory.read(BigInt(address + at), parts.subarray(at))];
        expect(Buffer.compare(whole, parts)).toBe(0);
        const bytesOf = (list: typeof absent): number => list.reduce((sum, gap) => sum + Number(gap.end - gap.start), 0);
        expect(bytesOf(absences)).toBe(bytesOf(absent));
        for (const gap of absent) {
          expect(gap.start).toBeGreaterThanOrEqual(BigInt(address));
          expect(gap.end).toBeLessThanOrEqual(BigInt(address + length));
          const listed = stateOf([...memory.extents], gap.start) ?? 'missing';
          // What an extent stores may still turn out not to be readable.
          expect(listed === gap.state || (listed === 'stored' && gap.state === 'unreadable'), `${listed}, ${gap.state}`).toBe(true);
          for (let index = Number(gap.start) - address; index < Number(gap.end) - address; index += 1)
            if (whole[index] !== 0) expect.fail('an absent byte is not zero');
        }
      }),
      { numRuns: runs(40, 400) },
    );
  });

  it('readPages agrees with read', () => {
    const pages = Math.ceil(end / pageSize);
    fc.assert(
      fc.property(fc.nat({ max: pages }), fc.integer({ min: 1, max: 5 }), (first, count) => {
        const target = new Uint8Array(count * pageSize).fill(0xee);
        const states = new Uint8Array(count).fill(0xee);
        memory.readPages(first, target, states);
        for (let page = 0; page < count; page += 1) {
          const bytes = new Uint8Array(pageSize);
          const absent = memory.read(BigInt(first + page) * BigInt(pageSize), bytes);
          expect(Buffer.compare(target.subarray(page * pageSize, (page + 1) * pageSize), bytes)).toBe(0);
          const state = pageStateCodes[states[page] ?? -1];
          expect(state).toBeDefined();
          const gone = absent.reduce((sum, gap) => sum + Number(gap.end - gap.start), 0);
          if (gone === pageSize) expect(absent.map((gap) => gap.state)).toContain(state);
          if (gone === 0) expect(['stored', 'zero']).toContain(state);
          if (state === 'zero') expect(bytes.every((byte) => byte === 0)).toBe(true);
        }
      }),
      { numRuns: runs(40, 400) },
    );
  });

  it('nothing is there past its end', () => {
    expect(memory.read(memory.end, new Uint8Array(8))).toMatchObject([{ start: memory.end, end: memory.end + 8n, state: 'missing' }]);
    expect(memory.read((1n << 64n) - 8n, new Uint8Array(8))).toMatchObject([{ state: 'missing' }]);
    expect(memory.read(memory.end + 5n, new Uint8Array(0))).toEqual([]);
  });
});
