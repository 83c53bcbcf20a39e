/**
 * A bad sector anywhere in any dump: what it held is said to be unreadable, everything else stays as it was, and nothing is
 * called zero, left out or missing because of it.
 */
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { pageStateCodes } from '../../../src/analysis/formats/dump-format.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { caseFiles, type CaseFile } from '../../case-files.ts';
import { failingSource } from '../../failing-source.ts';
import { randomFor, runs } from '../../run-size.ts';
import { askEverything } from '../hostile-dump.ts';

const sectorBytes = 4096;

/** Pages of a dump as the indexer reads them. */
function pagesOf(session: Session): { readonly bytes: Uint8Array; readonly states: Uint8Array } {
  const { memory } = session.image;
  const pages = Math.min(Number((memory.end + BigInt(pageSize) - 1n) / BigInt(pageSize)), 4096);
  const found = { bytes: new Uint8Array(pages * pageSize), states: new Uint8Array(pages) };
  if (pages > 0) memory.readPages(0, found.bytes, found.states);
  return found;
}

/** Sectors that were drawn once and answered wrongly: the notes of a dump within a file system. */
const alwaysTried: Readonly<Record<string, readonly number[]>> = { 'check-ngdump-digest.dump': [10] };

/** First sectors of the file, where the headers are, its last one, and some from anywhere. */
function sectors({ name, bytes }: CaseFile): readonly number[] {
  const count = Math.ceil(bytes.length / sectorBytes);
  const random = randomFor(`sectors ${name}`);
  const early = Array.from({ length: Math.min(count, runs(5, 16)) }, (_, index) => index);
  return [...new Set([...early, count - 1, ...(alwaysTried[name] ?? []), ...Array.from({ length: runs(4, 500) }, () => random.below(count))])];
}

const unreadable = pageStateCodes.indexOf('unreadable');
const page = (bytes: Uint8Array, index: number): Uint8Array => bytes.subarray(index * pageSize, (index + 1) * pageSize);

describe('a bad sector', () => {
  it.each(caseFiles().map((file) => [file.name, file] as const))('%s', async (_name, file) => {
    const whole = memorySource(file.name, file.bytes);
    const intact = await askEverything(whole, file.companions, 'sound disk');
    if (intact === undefined) return;
    const before = pagesOf(intact.session);
    for (const sector of sectors(file)) {
      const start = sector * sectorBytes;
      const what = `bad sector at 0x${start.toString(16)} of ${file.name}`;
      const found = await askEverything(failingSource(whole, [{ start, end: start + sectorBytes }]), file.companions, what);
      if (found === undefined) continue;
      // Of another format by what is left of its header: nothing of the file is known then, and nothing may be said.
      expect(found.session.image.format, what).toBe(intact.session.image.format);
      expect(found.session.memory.end, what).toBe(intact.session.memory.end);
      const after = pagesOf(found.session);
      const wrong: string[] = [];
      for (let index = 0; index < before.states.length; index += 1) {
        const state = after.states[index];
        if (state === unreadable) continue;
        const same = state === before.states[index] && Buffer.compare(page(before.bytes, index), page(after.bytes, index)) === 0;
        if (!same) wrong.push(`page ${index}: ${pageStateCodes[before.states[index] ?? 0] ?? ''} became ${pageStateCodes[state ?? 0] ?? ''}`);
      }
      expect(wrong.slice(0, 5), what).toEqual([]);
      // A check that cannot be made is none that fails.
      const failed = found.answers.checks.filter(({ id, verdict }) => {
        const earlier = intact.answers.checks.find((check) => check.id === id)?.verdict;
        return verdict === 'failed' && earlier !== 'failed';
      });
      expect(
        failed.map(({ id, detail }) => `${id}: ${detail}`),
        what,
      ).toEqual([]);
      // Pages and bytes agree.
      const lost = found.session.memory.read(0n, before.states.length * pageSize).absences.filter(({ state }) => state === 'unreadable');
      expect(lost.length > 0, what).toBe(after.states.includes(unreadable));
    }
  });
});
