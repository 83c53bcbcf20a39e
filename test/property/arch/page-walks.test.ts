/** Page-table walks against naive walkers that were written from the architecture's words alone, on random and on builder tables. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateAarch64 } from '../../../src/analysis/arch/aarch64/paging.ts';
import { realToAbsolute } from '../../../src/analysis/arch/s390x/prefixing.ts';
import { translate } from '../../../src/analysis/arch/s390x/dat.ts';
import { translateX86 } from '../../../src/analysis/arch/x86_64/paging.ts';
import type { AbsoluteMemory } from '../../../src/analysis/layout/absolute-memory.ts';
import { caseSession } from '../../case-answers.ts';
import { naiveArm, naiveS390x, naiveX86 } from './naive-walkers.ts';

/** Memory of some entries, everything else zero, and nothing past its end. */
function tables(entries: ReadonlyMap<bigint, bigint>, endian: 'big' | 'little', end: bigint): AbsoluteMemory {
  const read: AbsoluteMemory['read'] = (address, length) => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setBigUint64(0, entries.get(address) ?? 0n, endian === 'little');
    return { bytes, absent: [], absences: [] };
  };
  return { end, read, readPresent: (address, length) => read(address, length).bytes };
}

const end = 1n << 24n;
const draw = fc.infiniteStream(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));

/** A way down the tables of s390x that often works: entries of the right type, and now and then something else. */
function s390xTables(address: bigint, top: number, stream: Iterator<bigint>): { readonly asce: bigint; readonly entries: Map<bigint, bigint> } {
  const next = (below: bigint): bigint => (stream.next().value as bigint) % below;
  const entries = new Map<bigint, bigint>();
  const place = (): bigint => next(end >> 14n) << 14n;
  let origin = place();
  const asce = origin | (BigInt(top) << 2n) | next(4n);
  for (let level = top; level >= 0; level -= 1) {
    const index = (address >> BigInt(20 + 11 * level)) & 0x7ffn;
    const following = place();
    const kind = next(12n);
    const type = kind === 0n ? next(4n) << 2n : BigInt(level) << 2n;
    const large = level <= 1 && next(5n) === 0n ? 0x400n : 0n;
    const flags = (next(9n) === 0n ? 0x20n : 0n) | (next(3n) === 0n ? 0x200n : 0n) | (next(4n) === 0n ? 0x100n : 0n);
    const bounds = level === 0 ? next(4n) : (next(4n) === 0n ? next(4n) << 6n : 0n) | (next(4n) === 0n ? next(4n) : 3n);
    const entry = (level === 0 && large === 0n ? following & ~0x7ffn : following) | type | large | flags | bounds;
    entries.set(origin + index * 8n, entry);
    origin = level === 0 ? entry & ~0x7ffn : entry & ~0xfffn;
  }
  const page = (next(1n << 40n) << 12n) | [0x21dn, 0x13dn, 0x400n, 0x401n, 0x600n, 0x200n, 0x100n][Number(next(7n))]!;
  entries.set(origin + ((address >> 12n) & 0xffn) * 8n, page);
  return { asce, entries };
}

describe('the s390x walk', () => {
  it('ends where a naive one ends, and fails where it fails', () => {
    let reached = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.boolean(), draw, (top, wide, inside, stream) => {
        const address = inside ? wide & ((1n << BigInt(31 + 11 * top)) - 1n) : wide;
        const { asce, entries } = s390xTables(address, top, stream[Symbol.iterator]());
        const ours = translate(tables(entries, 'big', end), asce, address);
        const theirs = naiveS390x((at) => (at + 8n > end ? undefined : (entries.get(at) ?? 0n)), asce, address);
        expect(ours.absolute).toEqual(theirs);
        expect(ours.failure === undefined).toBe(theirs !== undefined);
        if (theirs !== undefined) reached += 1;
      }),
      { numRuns: 2000 },
    );
    expect(reached).toBeGreaterThan(200);
  });

  it('agrees with the naive one on the tables of a built system, for every page of its kernel and user space', () => {
    const session = caseSession('system.dump', '# a system\nsystem healthy kernel=6.12 cpus=2\nformat elf-vmcore producer=kernel\n');
    const entryAt = (at: bigint): bigint | undefined => {
      const bytes = session.memory.readPresent(at, 8);
      return bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
    };
    const [cpu] = session.cpuSet.cpus;
    let mapped = 0;
    for (const register of [1, 7, 13]) {
      const asce = BigInt(cpu?.crs?.[register] ?? '0x0');
      const starts = [0n, 0x100000n, 0x1000000n, 0x3ff00000000n, 0x3ffe0000000n, 0x3fffff00000n];
      for (const start of starts) {
        for (let page = 0n; page < 300n; page += 1n) {
          const address = start + page * 0x1000n + 0x123n;
          const ours = translate(session.memory, asce, address).absolute;
          expect(ours).toEqual(naiveS390x(entryAt, asce, address));
          if (ours !== undefined) mapped += 1;
        }
      }
    }
    expect(mapped).toBeGreaterThan(300);
  });

  it('notices that prefixing is its own inverse', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 31n }), fc.integer({ min: 1, max: 0x3ffff }), (address, place) => {
        const prefix = BigInt(place) << 13n;
        const there: bigint = realToAbsolute(address, prefix);
        expect(realToAbsolute(there, prefix)).toBe(address);
      }),
    );
  });
});

describe('the x86_64 walk', () => {
  it('ends where a naive one ends, and fails where it fails', () => {
    let reached = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 5 as const),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.boolean(),
        draw,
        (levels, wide, canonical, stream) => {
          const iterator = stream[Symbol.iterator]();
          const next = (below: bigint): bigint => (iterator.next().value as bigint) % below;
          const width = 12 + 9 * levels;
          const address = canonical ? BigInt.asUintN(64, BigInt.asIntN(width, wide)) : wide;
          const mask = next(3n) === 0n ? 1n << 47n : 0n;
          const entries = new Map<bigint, bigint>();
          let table = next(end >> 12n) << 12n;
          const root = table | next(0x1000n);
          for (let level = levels; level >= 1; level -= 1) {
            const following = next(end >> 12n) << 12n;
            const flags = (next(10n) === 0n ? 0n : 1n) | next(2n) << 1n | next(2n) << 2n | (next(4n) === 0n ? 0x80n : 0n) | next(2n) << 63n; // prettier-ignore
            entries.set(table + ((address >> BigInt(3 + 9 * level)) & 0x1ffn) * 8n, following | flags | mask);
            table = following;
          }
          const ours = translateX86(tables(entries, 'little', end), { table: root, levels, encryptionMask: mask }, address);
          const theirs = naiveX86((at) => (at + 8n > end ? undefined : (entries.get(at) ?? 0n)), root, levels, mask, address);
          expect(ours.absolute).toEqual(theirs);
          expect(ours.failure === undefined).toBe(theirs !== undefined);
          if (theirs !== undefined) reached += 1;
        },
      ),
      { numRuns: 1500 },
    );
    expect(reached).toBeGreaterThan(150);
  });
});

describe('the aarch64 walk', () => {
  it('ends where a naive one ends, and fails where it fails', () => {
    let reached = 0;
    fc.assert(
      fc.property(
        fc.constantFrom([12, 36], [12, 39], [12, 42], [12, 47], [12, 48], [12, 52], [14, 36], [14, 47], [14, 48], [14, 52], [16, 42], [16, 48], [16, 52]),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.boolean(),
        draw,
        ([pageShift = 12, virtualBits = 48], wide, upper, stream) => {
          const iterator = stream[Symbol.iterator]();
          const next = (below: bigint): bigint => (iterator.next().value as bigint) % below;
          const address = upper ? BigInt.asUintN(64, (-1n << BigInt(virtualBits)) | (wide & ((1n << BigInt(virtualBits)) - 1n))) : wide;
          const entries = new Map<bigint, bigint>();
          const page = BigInt(pageShift);
          const perLevel = pageShift - 3;
          const root = next(end >> page) << page;
          let table = root;
          for (let remaining = virtualBits; remaining > pageShift;) {
            const step = (remaining - pageShift) % perLevel === 0 ? perLevel : (remaining - pageShift) % perLevel;
            const index = (address >> BigInt(remaining - step)) & ((1n << BigInt(step)) - 1n);
            const following = next(end >> page) << page;
            const kind = [3n, 3n, 3n, 3n, 1n, 0n, 2n][Number(next(7n))] ?? 3n;
            entries.set(table + index * 8n, following | kind | next(2n) << 7n | next(2n) << 53n | next(2n) << 60n | (next(8n) === 0n ? next(4n) << 8n : 0n)); // prettier-ignore
            table = following;
            remaining -= step;
          }
          const ours = translateAarch64(tables(entries, 'little', end), { table: root, virtualBits, pageBytes: 1 << pageShift }, address);
          const theirs = naiveArm((at) => (at + 8n > end ? undefined : (entries.get(at) ?? 0n)), root, virtualBits, address, pageShift);
          expect(ours.absolute).toEqual(theirs);
          expect(ours.failure === undefined).toBe(theirs !== undefined);
          if (theirs !== undefined) reached += 1;
        },
      ),
      { numRuns: 1500 },
    );
    expect(reached).toBeGreaterThan(100);
  });
});
