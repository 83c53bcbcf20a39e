/** Real dumps: what a check of theirs vouches for, with a bit flipped. In a run of everything 2,000 of them for each check and dump, the borders first. */
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { openDumpSource, wholeDumps } from '../dumps.ts';
import { randomFor, runs } from '../run-size.ts';
import { bordersOf, coveredBy, drawnBits, flippedSource, runCheck, storedAt, vouching } from './flipped-bits.ts';

/** A digest over megabytes takes as many milliseconds. */
const flipsOf = (id: string): number => (id === 'purgatory-sha256' ? runs(2, 60) : runs(40, 2000));

/** Not damaged, and with memory that lies in the file as it is, the smallest: each flip opens its dump anew. */
const dumps = wholeDumps.toSorted((a, b) => a.size - b.size).slice(0, runs(2, 6));

describe('flipped bits of real dumps', () => {
  it('some of these dumps have bytes that a check covers', async () => {
    const covered: string[] = [];
    for (const entry of dumps) {
      const { source, close } = await openDumpSource(entry);
      try {
        const intact = sessionOn(source);
        for (const check of vouching) {
          const passed = await runCheck(intact, check);
          const ranges = coveredBy(passed);
          if (passed.verdict !== 'passed' || ranges.length === 0) continue;
          covered.push(`${entry.name} ${check.id}`);
          const unnoticed: string[] = [];
          const bits = [...bordersOf(ranges).slice(0, 32), ...drawnBits(ranges, flipsOf(check.id), randomFor(`flip ${entry.name} ${check.id}`))];
          for (const [address, bit] of bits) {
            const offset = storedAt(intact, address);
            if (offset === undefined) continue;
            const { verdict } = await runCheck(sessionOn(flippedSource(source, offset, bit)), check);
            if (verdict === 'passed') unnoticed.push(`bit ${bit} of 0x${address.toString(16)}`);
          }
          expect({ dump: entry.name, check: check.id, unnoticed }).toEqual({ dump: entry.name, check: check.id, unnoticed: [] });
        }
      } finally {
        close();
      }
    }
    console.log(covered.join(', '));
    expect(covered.length).toBeGreaterThan(0);
  }, 3_600_000);
});
