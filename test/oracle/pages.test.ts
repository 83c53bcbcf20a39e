import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { pageSize } from '../../src/shared/units.ts';
import { openDumpSource, wholeDumps } from '../dumps.ts';
import { patchedSource } from '../patched-source.ts';
import { everything, randomFor } from '../run-size.ts';
import { withSession } from './oracle-suite.ts';
import { compareAllPages, comparePages } from './page-hashes.ts';
import { pageListOf } from './page-lists.ts';

const pagesPerDump = 400;

const cases = wholeDumps.flatMap((entry) => {
  const list = pageListOf(entry.name);
  return list === undefined ? [] : [{ entry, list }];
});

describe.skipIf(cases.length === 0)('page hashes', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);

  it.each(cases.map((one) => [one.entry.name, one.list.file, one] as const))('%s: its pages are those of %s', async (name, _file, { entry, list }) => {
    const pages = list.pages();
    expect(pages.size).toBeGreaterThan(1000);
    await withSession(entry, (session) => {
      const end = Number(session.image.memory.end / BigInt(pageSize));
      const random = randomFor(`pages ${name}`);
      // Ends of segments, whose neighbours are most easily mistaken for them, and pages from everywhere.
      const edges = [...session.image.segments].flatMap(({ start, memoryBytes }) => [start, start + memoryBytes].map((at) => Number(at / BigInt(pageSize))));
      const chosen = new Set([...edges.flatMap((pfn) => [pfn - 1, pfn]), ...list.changed, ...Array.from({ length: pagesPerDump }, () => random.below(end))]);
      const inside = [...chosen].filter((pfn) => pfn >= 0 && (pages.has(pfn) || pfn < end));
      const found = everything ? compareAllPages(session, pages, list.complete) : comparePages(session, pages, inside, list.complete);
      expect(found.filter(({ pfn }) => !list.changed.has(pfn))).toEqual([]);
      // A page that the converter changed differs in both.
      expect(
        found
          .filter(({ pfn }) => list.changed.has(pfn))
          .map(({ pfn }) => pfn)
          .sort(),
      ).toEqual([...list.changed].sort());
    });
  });

  it.each(cases.map((one) => [one.entry.name, one.list.file, one] as const))('%s: %s notices one changed bit', async (name, _file, { entry, list }) => {
    const pages = list.pages();
    const { source, close } = await openDumpSource(entry);
    try {
      const random = randomFor(`bit ${name}`);
      const { segments } = sessionOn(source).image;
      const listed = [...pages.keys()].filter((pfn) => !list.changed.has(pfn));
      for (let round = 0; round < 5; round += 1) {
        const pfn = listed[random.below(listed.length)] ?? 0;
        // Where pieces overlap the first one listed is read.
        const address = BigInt(pfn) * BigInt(pageSize);
        const segment = [...segments].find(({ start, fileBytes }) => address >= start && address < start + BigInt(fileBytes));
        if (segment === undefined) continue;
        const offset = segment.fileOffset + Number(address - segment.start) + random.below(pageSize);
        const byte = new Uint8Array(1);
        source.readInto(offset, byte);
        const flipped = sessionOn(patchedSource(source, [{ offset, bytes: byte.map((value) => value ^ (1 << random.below(8))) }]));
        expect(comparePages(flipped, pages, [pfn], list.complete).map((one) => one.pfn)).toEqual([pfn]);
      }
    } finally {
      close();
    }
  });
});
