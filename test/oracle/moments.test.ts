/** The same guest at two moments: which pages differ, as a reference script counted them. */
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { pageSize } from '../../src/shared/units.ts';
import { guestOracle, wholeDumps } from '../dumps.ts';
import { withSession } from './oracle-suite.ts';

const blockPages = 1024;

interface DifferingPage {
  readonly address: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

function differingPages(left: Session, right: Session): DifferingPage[] {
  const [ours, theirs, states] = [new Uint8Array(blockPages * pageSize), new Uint8Array(blockPages * pageSize), new Uint8Array(blockPages)];
  const pages: DifferingPage[] = [];
  for (let first = 0; BigInt(first) * BigInt(pageSize) < left.image.memory.end; first += blockPages) {
    left.image.memory.readPages(first, ours, states);
    right.image.memory.readPages(first, theirs, states);
    if (Buffer.compare(ours, theirs) === 0) continue;
    for (let page = 0; page < blockPages; page += 1) {
      const offsets: number[] = [];
      for (let at = page * pageSize; at < (page + 1) * pageSize; at += 1) if (ours[at] !== theirs[at]) offsets.push(at - page * pageSize);
      if (offsets.length > 0) pages.push({ address: (first + page) * pageSize, bytes: offsets.length, first: offsets[0] ?? 0, last: offsets.at(-1) ?? 0 });
    }
  }
  return pages;
}

const cases = wholeDumps.flatMap((later) => {
  const earlier = wholeDumps.find(({ name }) => name === later.name.replace('-s2-', '-s1-'));
  const text = later.name.includes('-s2-') ? guestOracle(later.name, 's1-vs-s2.txt') : undefined;
  return earlier === undefined || text === undefined ? [] : [{ earlier, later, text }];
});

describe.skipIf(cases.length === 0)('two moments', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases.map((one) => [one.later.name, one] as const))(
    '%s differs from the earlier dump where the reference says',
    async (_name, { earlier, later, text }) => {
      const pages = await withSession(earlier, (left) => withSession(later, (right) => differingPages(left, right)));
      const lines = pages.map(
        ({ address, bytes, first, last }) => `page 0x${address.toString(16)}: ${bytes} bytes differ, offsets 0x${first.toString(16)}..0x${last.toString(16)}`,
      );
      const listed = text.split('\n').filter((line) => line.startsWith('page '));
      expect(listed.length).toBeGreaterThan(5);
      expect(lines.slice(0, listed.length)).toEqual(listed);
      expect(pages.length).toBe(Number(/pages that differ: (\d+)/.exec(text)?.[1]));
    },
  );
});
