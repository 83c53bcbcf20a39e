/** Pairs of dumps that builders made of nearly the same memory, and a naive comparison to hold the fast ones against. */
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { pageStateCodes, type MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';

const pageBytes = 4096;
const hex = (value: number): string => `0x${value.toString(16)}`;

/** Statements that fill some pages; the same ones for both dumps of a pair. */
function contents(random: SeededRandom, pages: number): string[] {
  const lines: string[] = [];
  for (let count = random.below(8); count >= 0; count -= 1) {
    const page = random.below(pages);
    const length = (1 + random.below(Math.min(4, pages - page))) * pageBytes;
    const address = hex(page * pageBytes);
    const what = random.below(4);
    if (what === 0) lines.push(`random ${address} ${length} seed=${random.below(5)}`);
    else if (what === 1) lines.push(`lines ${address} ${length}`);
    else if (what === 2) lines.push(`fill ${address} ${length} ${random.below(3)}`);
    else lines.push(`pointers ${address} ${length} seed=${random.below(3)}`);
  }
  return lines;
}

/** What one of the two has besides. */
function changes(random: SeededRandom, pages: number): string[] {
  return Array.from({ length: random.below(4) }, () => {
    const address = random.below(pages * pageBytes);
    if (random.below(3) === 0) return `random ${hex(address - (address % pageBytes))} ${pageBytes} seed=${random.below(5)}`;
    return `bytes ${hex(address)} ${random.below(256).toString(16).padStart(2, '0')}`;
  });
}

/** A container that leaves something out, or nothing. */
function container(random: SeededRandom, pages: number): string[] {
  const hole = (word: string): string[] => {
    const page = random.below(pages);
    return [`${word} ${hex(page * pageBytes)} ${(1 + random.below(Math.min(4, pages - page))) * pageBytes}`];
  };
  switch (random.below(8)) {
    case 0:
      return [...hole('exclude'), 'format kdump-compressed codec=zlib'];
    case 1:
      return ['format kdump-compressed codec=none level=1'];
    case 2:
    case 3:
      return ['format s390 producer=zipl'];
    default: {
      // Two loads with a gap that need not lie at a page.
      const cut = 1 + random.below(pages * pageBytes - 2);
      const next = Math.min(cut + random.below(3 * pageBytes), pages * pageBytes - 1);
      return [`load 0x0 ${hex(cut)}`, `load ${hex(next)} ${hex(pages * pageBytes - next)}`, 'format elf-vmcore'];
    }
  }
}

export interface RandomPair {
  readonly texts: readonly [string, string];
  readonly left: MemoryImage;
  readonly right: MemoryImage;
  /** Pages. */
  readonly shift: number;
}

export function randomPair(random: SeededRandom): RandomPair {
  const pages = 4 + random.below(10);
  const common = contents(random, pages);
  const text = (): string =>
    [`memory ${pages * pageBytes}`, 'cpu prefix=0x2000 unstored', ...common, ...changes(random, pages), ...container(random, pages)].join('\n');
  const texts = [text(), text()] as const;
  const [left, right] = texts.map((one) => sessionOn(memorySource('dump', buildCase(one))).image.memory) as [MemoryImage, MemoryImage];
  return { texts, left, right, shift: random.below(4) === 0 ? random.below(9) - 4 : 0 };
}

/** One page at a time, one byte at a time; a page that is held in part counts as held, what it lacks as zero. */
export function naiveKinds({ left, right, shift }: Pick<RandomPair, 'left' | 'right' | 'shift'>): string[] {
  const pagesOf = (memory: MemoryImage): number => Math.ceil(Number(memory.end) / pageBytes);
  const last = Math.max(pagesOf(left), pagesOf(right) - shift);
  const kinds: string[] = [];
  for (let page = Math.min(0, -shift); page < last; page += 1) {
    const [one, other] = [pageOf(left, page), pageOf(right, page + shift)];
    if (one === undefined || other === undefined) kinds.push(one !== undefined ? 'onlyLeft' : other !== undefined ? 'onlyRight' : 'neither');
    else {
      let equal = true;
      for (let at = 0; at < pageBytes; at += 1) if (one[at] !== other[at]) equal = false;
      kinds.push(equal ? 'equal' : 'changed');
    }
  }
  return kinds;
}

function pageOf(memory: MemoryImage, page: number): Uint8Array | undefined {
  if (page < 0) return undefined;
  const start = BigInt(page) * BigInt(pageBytes);
  if (start >= memory.end) return undefined;
  const bytes = new Uint8Array(pageBytes);
  const absent = memory.read(start, bytes).reduce((sum, gap) => sum + Number(gap.end - gap.start), 0);
  return absent < pageBytes ? bytes : undefined;
}

/** States and bytes of all pages, as an indexer reads them. */
export function readAll(memory: MemoryImage): { readonly bytes: Uint8Array; readonly states: Uint8Array } {
  const pages = Math.ceil(Number(memory.end) / pageBytes);
  const bytes = new Uint8Array(pages * pageBytes);
  const states = new Uint8Array(pages).fill(pageStateCodes.indexOf('missing'));
  memory.readPages(0, bytes, states);
  return { bytes, states };
}
