/** A checksum is only worth what it notices: every single flipped bit in what a check says that it covers. */
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/shared/model.ts';
import { sessionOn, type Session } from '../../src/analysis/engine/session.ts';
import { checkSession } from '../../src/analysis/engine/triage.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { patchedSource } from '../patched-source.ts';
import { randomFor, runs } from '../run-size.ts';

const dump = buildCase('system healthy cpus=1 state=disabled-wait reipl-entry ipib\nformat s390');

/** Checks whose passing vouches for every byte of their ranges. */
const covering = ['os-info-page', 'os-info-entries', 'ipib', 'purgatory-sha256'] as const;

const checkOf = async (session: Session, id: string): Promise<CheckResult | undefined> =>
  (await checkSession(session, 'scan', new AbortController().signal)).find((one) => one.id === id);

/** Where an absolute address lies in the file. */
function fileOffsetOf(session: Session, address: bigint): number {
  const extent = session.image.memory.extents.find(({ start, end, fileOffset }) => fileOffset !== undefined && address >= start && address < end);
  if (extent?.fileOffset === undefined) throw new Error(`0x${address.toString(16)} is not in the file`);
  return extent.fileOffset + Number(address - extent.start);
}

describe('flipped bits', () => {
  it.each(covering)('%s notices each of them', async (id) => {
    const source = memorySource('dump', dump);
    const intact = sessionOn(source);
    const passed = await checkOf(intact, id);
    expect(passed?.verdict).toBe('passed');
    const ranges = (passed?.ranges ?? []).flatMap((range) =>
      'space' in range && range.space === 'absolute' ? [{ start: BigInt(range.start), end: BigInt(range.end) }] : [],
    );
    expect(ranges.length).toBeGreaterThan(0);
    const random = randomFor(`flip ${id}`);
    for (let round = 0; round < runs(12, 200); round += 1) {
      const { start, end } = ranges[random.below(ranges.length)] ?? { start: 0n, end: 1n };
      const address = start + BigInt(random.below(Number(end - start)));
      const offset = fileOffsetOf(intact, address);
      const flipped = sessionOn(patchedSource(source, [{ offset, bytes: Uint8Array.of((dump[offset] ?? 0) ^ (1 << random.below(8))) }]));
      expect((await checkOf(flipped, id))?.verdict, `bit of 0x${address.toString(16)}`).not.toBe('passed');
    }
  });

  it('outside of what it covers, a check does not mind', async () => {
    const source = memorySource('dump', dump);
    const intact = sessionOn(source);
    // Memory of the small system that nothing records a checksum of.
    const offset = fileOffsetOf(intact, 0x6ff000n);
    const flipped = sessionOn(patchedSource(source, [{ offset, bytes: Uint8Array.of((dump[offset] ?? 0) ^ 1) }]));
    for (const id of covering) expect((await checkOf(flipped, id))?.verdict).toBe('passed');
  });

  it('end marker: each bit of its word', async () => {
    const source = memorySource('dump', dump);
    const at = 0x1000 + 0x700000;
    for (let bit = 0; bit < 64; bit += 1) {
      const offset = at + (bit >> 3);
      const flipped = sessionOn(patchedSource(source, [{ offset, bytes: Uint8Array.of((dump[offset] ?? 0) ^ (1 << (bit & 7))) }]));
      expect((await checkOf(flipped, 'end-marker'))?.verdict).toBe('failed');
    }
  });
});
