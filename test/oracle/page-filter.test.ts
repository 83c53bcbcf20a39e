/** The pages that a filter keeps of a real dump against those that makedumpfile kept of it: in its dumps of the same guest, and, where it is installed, as it filters now. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagChoice } from '../../src/analysis/engine/export/flag-choice.ts';
import { previewExport } from '../../src/analysis/engine/export/preview.ts';
import { openSession, type Session } from '../../src/analysis/engine/session/session.ts';
import { pageStateCodes } from '../../src/analysis/formats/dump-format.ts';
import { filterLevels, type FilterLevel } from '../../src/shared/export-model.ts';
import { dumpFile, withDumps } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const storedOrZero = 1;

/** A byte for each page: its state code. */
function statesOf({ image: { memory } }: Session): Uint8Array {
  const states = new Uint8Array(Number(memory.end / 4096n));
  for (const { start, end, state } of memory.extents) states.fill(pageStateCodes.indexOf(state), Number(start / 4096n), Number(end / 4096n));
  return states;
}

async function marksOf(session: Session, levels: readonly FilterLevel[]): Promise<Uint8Array> {
  const { choice, missing } = await flagChoice(session, levels, new AbortController().signal);
  expect(missing).toEqual([]);
  const marks = new Uint8Array(Number(session.image.memory.end / 4096n));
  for (let pfn = 0; pfn < marks.length; pfn += 4096) choice?.exclude(pfn, marks.subarray(pfn, Math.min(marks.length, pfn + 4096)));
  expect(choice?.missing ?? []).toEqual([]);
  return marks;
}

/** Holds the kept pages of a dump against those that another tool's filtered dump has. @returns how many are kept */
async function expectSameChoice(source: Session, filtered: Session, levels: readonly FilterLevel[]): Promise<number> {
  const [have, left] = [statesOf(source), statesOf(filtered)];
  const marks = await marksOf(source, levels);
  let kept = 0;
  for (let pfn = 0; pfn < have.length; pfn += 1) {
    if ((have[pfn] ?? 9) > storedOrZero) continue;
    const [ours, theirs] = [marks[pfn] === 0, (left[pfn] ?? 9) <= storedOrZero];
    if (ours !== theirs)
      expect.fail(`page ${pfn} is ${ours ? 'kept here and left out' : `left out here as ${filterLevels[(marks[pfn] ?? 1) - 1]} and kept`} by makedumpfile`);
    if (ours) kept += 1;
  }
  return kept;
}

const pairs = withDumps(
  [
    ['o-s390-s3-vmcore.elf', 'o-s390-s3-kdump-zlib-d31', 5766],
    ['o-s390k612-s3-vmcore.elf', 'o-s390k612-s3-kdump-zlib-d31', 7346],
    ['o-x86-x1-vmcore.elf', 'o-x86-x1-kdump-raw-d31', 20_992],
  ] as const,
  2,
);

describe.skipIf(pairs.length === 0)('level 31', () => {
  if (pairs.length === 0) it('needs the real dumps', () => undefined);
  it.each(pairs)('of %s keeps the pages that %s has', async (source, filtered, kept) => {
    expect(await expectSameChoice(openSession(await dumpFile(source)), openSession(await dumpFile(filtered)), filterLevels)).toBe(kept);
  });

  it.each(pairs)('of %s can be followed in a range that ends after its memory', async (source) => {
    const session = openSession(await dumpFile(source));
    const { end } = session.image.memory;
    const preview = await previewExport(session, [{ start: 0n, end: end + 0x100000n }], new AbortController().signal);
    expect(preview.unfiltered).toEqual([]);
    expect(preview.pages.total).toBe(Number(end / 4096n));
    session.close();
  });
});

describeNeeding('makedumpfile', 'each level of makedumpfile', () => {
  const names = withDumps(['o-x86-x1-vmcore.elf']);
  if (names.length === 0) it.skip('needs the real dumps', () => undefined);
  const levels = [2, 4, 6, 8, 10, 16, 24, 30];
  it.each(names.flatMap((name) => levels.map((level) => [level, name] as const)))('%i of %s', async (level, name) => {
    const path = await dumpFile(name);
    const out = join(folder, `level-${level}`);
    // Pages as they are: nothing is won here by packing them.
    execFileSync('makedumpfile', ['-d', String(level), path, out], { stdio: 'ignore' });
    const asked = filterLevels.filter((_, bit) => (level & (1 << bit)) !== 0);
    expect(await expectSameChoice(openSession(path), openSession(out), asked)).toBeGreaterThan(0);
  });
});
