/**
 * A checksum is only worth what it notices: every single flipped bit in what a check vouches for, and that the damage is tied to the
 * structure it lies in. The checks come from the registry: a new one that vouches for its ranges is flipped too.
 */
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/shared/check-model.ts';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { checkContext, checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import { damageOf } from '../../src/analysis/engine/integrity/verify.ts';
import type { Check, CheckOutcome } from '../../src/analysis/integrity/check.ts';
import { checks } from '../../src/analysis/integrity/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { patchedSource } from '../patched-source.ts';
import { everything, randomFor, runs } from '../run-size.ts';

const { signal } = new AbortController();

/** Small dumps in which every check that vouches for something passes. */
const dumps = ['', ' kdump=kernel'].map((words) => buildCase(`system healthy cpus=1 state=disabled-wait reipl-entry ipib${words}\nformat s390`));
const vouching = checks.filter(({ vouches }) => vouches === true);

const run = (session: Session, check: Check): CheckOutcome | Promise<CheckOutcome> => check.run(checkContext(session, signal));

/** Where an absolute address lies in the file. */
function fileOffsetOf(session: Session, address: bigint): number {
  const extent = [...session.image.memory.extents].find(({ start, end, fileOffset }) => fileOffset !== undefined && address >= start && address < end);
  if (extent?.fileOffset === undefined) throw new Error(`0x${address.toString(16)} is not in the file`);
  return extent.fileOffset + Number(address - extent.start);
}

function flipped(dump: Uint8Array, offset: number, bit: number): Session {
  return sessionOn(patchedSource(memorySource('dump', dump), [{ offset, bytes: Uint8Array.of((dump[offset] ?? 0) ^ (1 << bit)) }]));
}

/** Bits of the ranges: all of them where they are few (or in a run of everything, where they are not many), else a sample. */
function bitsOf(id: string, ranges: readonly { readonly start: bigint; readonly end: bigint }[]): readonly (readonly [address: bigint, bit: number])[] {
  const bytes = ranges.flatMap(({ start, end }) =>
    end - start > 0x10000n ? [] : Array.from({ length: Number(end - start) }, (_, index) => start + BigInt(index)),
  );
  const all = bytes.length === 0 ? undefined : bytes.flatMap((address) => Array.from({ length: 8 }, (_, bit) => [address, bit] as const));
  if (all !== undefined && all.length <= (everything ? 100_000 : 2000)) return all;
  const random = randomFor(`flip ${id}`);
  return Array.from({ length: runs(id === 'purgatory-sha256' ? 12 : 300, 200) }, () => {
    const { start, end } = ranges[random.below(ranges.length)] ?? { start: 0n, end: 1n };
    return [start + BigInt(random.below(Number(end - start))), random.below(8)] as const;
  });
}

describe('flipped bits', () => {
  it('there are checks that vouch for bytes', () => {
    expect(vouching.map(({ id }) => id)).toEqual(expect.arrayContaining(['os-info-page', 'os-info-entries', 'ipib', 'purgatory-sha256']));
  });

  it.each(vouching.flatMap((check) => dumps.map((dump, which) => [check.id, which, check, dump] as const)))(
    '%s notices each of them (dump %i)',
    async (id, _, check, dump) => {
      const intact = sessionOn(memorySource('dump', dump));
      const passed = await run(intact, check);
      expect(passed.verdict).toBe('passed');
      const ranges = (passed.ranges ?? []).flatMap((range) =>
        'space' in range && range.space === 'absolute' ? [{ start: BigInt(range.start), end: BigInt(range.end) }] : [],
      );
      expect(ranges.length).toBeGreaterThan(0);
      const unnoticed: string[] = [];
      const untied: string[] = [];
      for (const [address, bit] of bitsOf(id, ranges)) {
        const session = flipped(dump, fileOffsetOf(intact, address), bit);
        const outcome = await run(session, check);
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

  it('outside of what it covers, a check does not mind', async () => {
    for (const dump of dumps) {
      const intact = sessionOn(memorySource('dump', dump));
      // Memory of the small system that nothing records a checksum of.
      const session = flipped(dump, fileOffsetOf(intact, 0x6ff000n), 0);
      for (const check of vouching) expect((await run(session, check)).verdict).toBe('passed');
    }
  });

  it('end marker: each bit of its word', async () => {
    const [dump = new Uint8Array()] = dumps;
    const endMarker = checks.find(({ id }) => id === 'end-marker');
    if (endMarker === undefined) throw new Error('no check end-marker');
    const at = 0x1000 + 0x700000;
    for (let bit = 0; bit < 64; bit += 1) expect((await run(flipped(dump, at + (bit >> 3), bit & 7), endMarker)).verdict).toBe('failed');
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
