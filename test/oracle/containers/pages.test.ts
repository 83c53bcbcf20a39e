/** Pages of every container against the lists that libkdumpfile and scripts made: bytes, and what is not there. */
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { pageStateCodes } from '../../../src/analysis/formats/dump-format.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { guestOracle } from '../../dumps.ts';
import { everything, randomFor } from '../../run-size.ts';
import { compareAllPages, parsePageHashes, type PageHashes } from '../page-hashes.ts';
import { containers, withContainer, type Container } from './container-dumps.ts';

const pagesPerDump = 600;

const cases = containers.flatMap((container) => {
  const text = container.list === undefined ? undefined : guestOracle(container.name, container.list);
  return text === undefined ? [] : [{ container, text }];
});

/** A page as we answer it: undefined when it is not there. */
type PageAnswer = (pfn: number) => { readonly bytes: Uint8Array | undefined; readonly state: string };

const answersOf =
  (session: Session): PageAnswer =>
  (pfn) => {
    const bytes = new Uint8Array(pageSize);
    const states = new Uint8Array(1);
    session.image.memory.readPages(pfn, bytes, states);
    const state = pageStateCodes[states[0] ?? -1] ?? '?';
    return { bytes: state === 'stored' || state === 'zero' ? bytes : undefined, state };
  };

/** Page frames on which the list and we do not agree. */
function differing(list: PageHashes, answer: PageAnswer, pfns: Iterable<number>, ram: PageHashes | undefined): number[] {
  return [...pfns].filter((pfn) => {
    const expected = list.get(pfn);
    const { bytes, state } = answer(pfn);
    // A page that the list lacks was filtered, or there is no memory; where nobody says which, it is one of the two.
    if (expected === undefined) return ram === undefined ? state !== 'excluded' && state !== 'missing' : state !== (ram.has(pfn) ? 'excluded' : 'missing');
    return bytes === undefined || hash('sha256', bytes) !== expected;
  });
}

/** libkdumpfile 0.5.1 also reads the last page of each gap before an ELF segment, as zeros. */
const zeroPage = hash('sha256', new Uint8Array(pageSize));
const readAheadOf = ({ image: { segments } }: Session): ReadonlySet<number> => new Set([...segments].map(({ start }) => Number(start / BigInt(pageSize)) - 1));

const ramOf = ({ name, ram }: Container): PageHashes | undefined => {
  const text = ram === undefined ? undefined : guestOracle(name, ram);
  return text === undefined ? undefined : parsePageHashes(text);
};

describe.skipIf(cases.length === 0)('pages of containers', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);

  it.each(cases.map((one) => [one.container.name, one] as const))('%s: bytes and states are those of the list', async (name, { container, text }) => {
    const list = parsePageHashes(text);
    expect(list.size).toBeGreaterThan(1000);
    await withContainer(container, (session) => {
      const end = Number(session.image.memory.end / BigInt(pageSize));
      if (everything) expect(compareAllPages(session, list, true)).toEqual([]);
      const random = randomFor(`container pages ${name}`);
      const held = [...list.keys()];
      const chosen = Array.from({ length: pagesPerDump }, (_, index) => (index % 2 === 0 ? random.below(end) : (held[random.below(held.length)] ?? 0)));
      const readAhead = readAheadOf(session);
      const judged = chosen.filter((pfn) => !(readAhead.has(pfn) && list.get(pfn) === zeroPage));
      expect(differing(list, answersOf(session), judged, ramOf(container))).toEqual([]);
    });
  });

  it.each(cases.map((one) => [one.container.name, one] as const))('%s: the list notices an altered page', async (name, { container, text }) => {
    const list = parsePageHashes(text);
    await withContainer(container, (session) => {
      const answer = answersOf(session);
      const random = randomFor(`altered page ${name}`);
      const held = [...list.keys()];
      const ram = ramOf(container);
      const absent = Array.from({ length: Number(session.image.memory.end / BigInt(pageSize)) }, (_, pfn) => pfn).filter((pfn) => !list.has(pfn));
      const noticed = (pfn: number, altered: PageAnswer): boolean => differing(list, altered, [pfn], ram).includes(pfn);
      for (let round = 0; round < 10; round += 1) {
        const pfn = held[random.below(held.length)] ?? 0;
        const at = random.below(pageSize);
        expect(noticed(pfn, (one) => ({ state: 'stored', bytes: answer(one).bytes?.map((byte, index) => (index === at ? byte ^ 1 : byte)) }))).toBe(true);
        expect(noticed(pfn, () => ({ state: 'excluded', bytes: undefined }))).toBe(true);
        const gone = absent[random.below(absent.length)];
        if (gone !== undefined) {
          expect(noticed(gone, () => ({ state: 'zero', bytes: new Uint8Array(pageSize) }))).toBe(true);
          expect(noticed(gone, () => ({ state: 'unreadable', bytes: undefined }))).toBe(true);
        }
      }
    });
  });
});
