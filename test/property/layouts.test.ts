import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DumpError } from '../../src/shared/dump-error.ts';
import { diff, fieldsAt, leaves, parse, view } from '../../src/analysis/layout/struct.ts';
import { referencedLayouts } from '../../scripts/reference.ts';
import { runs } from '../run-size.ts';
import { randomStructs, type PlacedLeaf } from './random-layouts.ts';

/** How a value is in JSON: 64-bit numbers exactly, as text. */
function jsonOf({ scalar, value }: PlacedLeaf): string | number {
  if (scalar === 'u64') return `0x${(value as bigint).toString(16)}`;
  if (scalar === 'bytes') return Buffer.from(value as Uint8Array).toString('hex');
  return value as string | number;
}

describe('struct declaration, random structures', () => {
  it('parse gives back what was encoded, in both byte orders, 64 bits exactly', () => {
    fc.assert(
      fc.property(randomStructs, ({ layout, endian, data, value }) => {
        expect(parse(layout, data, { endian })).toEqual(value);
      }),
    );
  });

  it('view lists every scalar with its place and value', () => {
    fc.assert(
      fc.property(randomStructs, ({ layout, endian, data, leaves: placed }) => {
        const shown = view(layout, data, { endian }).fields.map(({ name, offset, size, value }) => ({ name, offset, size, value }));
        expect(shown).toEqual(placed.map((leaf) => ({ name: leaf.path, offset: leaf.offset, size: leaf.size, value: jsonOf(leaf) })));
      }),
    );
  });

  it('a byte belongs to exactly the fields that cover it', () => {
    fc.assert(
      fc.property(randomStructs, ({ layout, endian, data, leaves: placed }) => {
        const decoded = view(layout, data, { endian });
        for (let at = -1; at <= data.length; at += 1) {
          const covering = placed.filter(({ offset, size }) => at >= offset && at < offset + size).map(({ path }) => path);
          expect(fieldsAt(decoded, at).map(({ name }) => name)).toEqual(covering);
        }
      }),
      { numRuns: runs(30, 300) },
    );
  });

  it('of partly absent bytes exactly the touched fields have no value', () => {
    const cut = fc.record({ length: fc.nat({ max: 400 }), gaps: fc.array(fc.tuple(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 20 })), { maxLength: 4 }) });
    fc.assert(
      fc.property(randomStructs, cut, ({ layout, endian, data, leaves: placed }, { length, gaps }) => {
        const bytes = data.subarray(0, Math.min(length, data.length));
        const absent = gaps.map(([start, size]) => ({ start, end: start + size }));
        const isAbsent = (at: number): boolean => at >= bytes.length || absent.some(({ start, end }) => at >= start && at < end);
        const expected = placed.map((leaf) => {
          const touched = Array.from({ length: leaf.size }, (_, index) => leaf.offset + index).some(isAbsent);
          return [leaf.path, touched ? undefined : jsonOf(leaf)];
        });
        expect(view(layout, { bytes, absent }, { endian }).fields.map(({ name, value }) => [name, value])).toEqual(expected);
      }),
    );
  });

  it('a structure that is cut off is an error that says how much is there', () => {
    fc.assert(
      fc.property(randomStructs, fc.nat(), ({ layout, endian, data }, cut) => {
        const short = data.subarray(0, cut % data.length);
        expect(() => parse(layout, short, { endian, where: { file: 'f', offset: 7 } })).toThrow(DumpError);
        expect(() => parse(layout, short, { endian, where: { file: 'f', offset: 7 } })).toThrow(
          `f, offset 0x7: random is cut off after ${short.length} bytes (expected ${data.length} bytes)`,
        );
      }),
    );
  });

  it('diff names exactly the field that was changed', () => {
    fc.assert(
      fc.property(randomStructs, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ layout, endian, data, leaves: placed }, which, flip) => {
        const leaf = placed[which % placed.length];
        if (leaf === undefined) return;
        const changed = data.slice();
        // The first byte always counts: text begins there.
        changed[leaf.offset] = (changed[leaf.offset] ?? 0) ^ flip;
        const left = view(layout, data, { endian });
        expect(diff(left, view(layout, data.slice(), { endian }))).toEqual([]);
        expect(diff(left, view(layout, changed, { endian })).map(({ field }) => field)).toEqual([leaf.path]);
        const without = view(layout, { bytes: data, absent: [{ start: leaf.offset, end: leaf.offset + 1 }] }, { endian });
        expect(diff(left, without)).toEqual([{ field: leaf.path, left: jsonOf(leaf) }]);
        expect(diff(without, left)).toEqual([{ field: leaf.path, right: jsonOf(leaf) }]);
      }),
    );
  });
});

describe.each(referencedLayouts.map((layout) => [layout.name, layout] as const))('%s', (_name, layout) => {
  const placed = [...leaves(layout)];

  it('has its fields inside, in order, without overlap', () => {
    const sorted = placed.map(({ offset, field, path }) => ({ path, start: offset, end: offset + field.size })).sort((a, b) => a.start - b.start);
    for (const [index, one] of sorted.entries()) {
      expect(one.end, one.path).toBeLessThanOrEqual(layout.size);
      expect(one.start, one.path).toBeGreaterThanOrEqual(sorted[index - 1]?.end ?? 0);
    }
  });

  it('a changed byte changes at most the field that it belongs to', () => {
    const contents = fc.uint8Array({ minLength: layout.size, maxLength: layout.size });
    fc.assert(
      fc.property(
        contents,
        fc.nat({ max: layout.size - 1 }),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('big' as const, 'little' as const),
        (data, at, flip, endian) => {
          const changed = data.slice();
          changed[at] = (changed[at] ?? 0) ^ flip;
          const decoded = view(layout, data, { endian });
          const names = diff(decoded, view(layout, changed, { endian })).map(({ field }) => field);
          const owners = fieldsAt(decoded, at).map(({ name }) => name);
          expect(owners).toEqual(expect.arrayContaining(names));
          // Text may go on after its NUL without showing it.
          if (!placed.some(({ path, field }) => owners.includes(path) && field.type.startsWith('char'))) expect(names).toEqual(owners);
        },
      ),
      { numRuns: runs(20, 200) },
    );
  });
});
