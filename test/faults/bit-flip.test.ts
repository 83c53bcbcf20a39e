/**
 * A checksum is only worth what it notices: every single flipped bit in what a check vouches for, and that the damage is tied to the
 * structure it lies in. The checks come from the registry: a new one that vouches for its ranges is flipped too.
 */
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/shared/check-model.ts';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import { damageOf } from '../../src/analysis/engine/integrity/verify.ts';
import { checks } from '../../src/analysis/integrity/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { everything, randomFor, runs } from '../run-size.ts';
import { bordersOf, coveredBy, drawnBits, flippedSource, runCheck, storedAt, vouching, type Bit, type CoveredRange } from './flipped-bits.ts';

const { signal } = new AbortController();

/** Small dumps in which every check that vouches for something passes. */
const dumps = ['', ' kdump=kernel'].map((words) => buildCase(`system healthy cpus=1 state=disabled-wait reipl-entry ipib${words}\nformat s390`));

/** @throws Error for one that is not stored as it is */
function fileOffsetOf(session: Session, address: bigint): number {
  const offset = storedAt(session, address);
  if (offset === undefined) throw new Error(`0x${address.toString(16)} is not in the file`);
  return offset;
}

const flipped = (dump: Uint8Array, offset: number, bit: number): Session => sessionOn(flippedSource(memorySource('dump', dump), offset, bit));

/** All bits of so many bytes are flipped in a run of everything. */
const mostExhaustive = 16 << 10;

/** Bits of the ranges: all of them where they are few (or in a run of everything, where they are not many), else the borders and a sample. */
function bitsOf(id: string, ranges: readonly CoveredRange[]): readonly Bit[] {
  const bytes = ranges.flatMap(({ start, end }) =>
    end - start > 0x10000n ? [] : Array.from({ length: Number(end - start) }, (_, index) => start + BigInt(index)),
  );
  const all = bytes.length === 0 ? undefined : bytes.flatMap((address) => Array.from({ length: 8 }, (_, bit) => [address, bit] as const));
  if (all !== undefined && all.length <= (everything ? 8 * mostExhaustive : 2000)) return all;
  const isLarge = id === 'purgatory-sha256';
  return [...bordersOf(ranges).slice(0, isLarge ? 4 : 16), ...drawnBits(ranges, runs(isLarge ? 12 : 300, 200), randomFor(`flip ${id}`))];
}

describe('flipped bits', () => {
  it('there are checks that cover bytes', () => {
    expect(vouching.map(({ id }) => id)).toEqual(expect.arrayContaining(['os-info-page', 'os-info-entries', 'ipib', 'purgatory-sha256']));
  });

  it.each(vouching.flatMap((check) => dumps.map((dump, which) => [check.id, which, check, dump] as const)))(
    '%s notices each of them (dump %i)',
    async (id, _, check, dump) => {
      const intact = sessionOn(memorySource('dump', dump));
      const passed = await runCheck(intact, check);
      expect(passed.verdict).toBe('passed');
      const ranges = coveredBy(passed);
      expect(ranges.length).toBeGreaterThan(0);
      const unnoticed: string[] = [];
      const untied: string[] = [];
      for (const [address, bit] of bitsOf(id, ranges)) {
        const session = flipped(dump, fileOffsetOf(intact, address), bit);
        const outcome = await runCheck(session, check);
        const name = `bit ${bit} of 0x${address.toString(16)}`;
        if (outcome.verdict === 'passed') unnoticed.push(name);
        // A flip in a size or a pointer can lead elsewhere: then it is reported as unreadable, without a place.
        if (outcome.verdict !== 'failed') continue;
        const result: CheckResult = {
          id,
          title: check.title,
          verdict: 'failed',
          detail: outcome.detail,
          ranges: [...(outcome.ranges ?? [])],
          findings: [...(outcome.findings ?? [])],
        };
        if (!damageOf(session, [result]).some(({ structures }) => structures.includes(check.structure ?? ''))) untied.push(name);
      }
      expect({ unnoticed, untied }).toEqual({ unnoticed: [], untied: [] });
    },
    // All bits of a page and its damage map each: minutes.
    everything ? 3_600_000 : 60_000,
  );

  it('a check ignores changes outside of what it covers', async () => {
    for (const dump of dumps) {
      const intact = sessionOn(memorySource('dump', dump));
      // Memory of the small system that nothing records a checksum of.
      const session = flipped(dump, fileOffsetOf(intact, 0x6ff000n), 0);
      for (const check of vouching) expect((await runCheck(session, check)).verdict).toBe('passed');
    }
  });

  it('end marker: each of its bits', async () => {
    const [dump = new Uint8Array()] = dumps;
    const endMarker = checks.find(({ id }) => id === 'end-marker');
    if (endMarker === undefined) throw new Error('no check end-marker');
    const at = 0x1000 + 0x700000;
    for (let bit = 0; bit < 64; bit += 1) expect((await runCheck(flipped(dump, at + (bit >> 3), bit & 7), endMarker)).verdict).toBe('failed');
  });

  it('intact, no check fails, and there is no damage', async () => {
    for (const dump of dumps) {
      const session = sessionOn(memorySource('dump', dump));
      const results = await checkSession(session, 'scan', signal);
      expect(results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(damageOf(session, results)).toEqual([]);
    }
  });
});
