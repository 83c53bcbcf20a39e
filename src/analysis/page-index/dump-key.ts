/**
 * What tells dumps with equal headers apart (docs/page-index.md, "Identity, dump key, confirmation"): a few pages of memory at places
 * that the identity itself draws. A sample is an aid and no proof: two dumps of one key may still differ in other pages.
 */
import { createHash } from 'node:crypto';
import { pageSize, type Pfn } from '../../shared/units.ts';
import { architectures } from '../arch/index.ts';
import { pageStateCodes, type DumpImage, type MemoryImage } from '../formats/dump-format.ts';
import { pageExtents, storedCode, type PageExtents } from './page-extents.ts';

/** Equal slices of memory, of each of which a page goes into the key. */
const slices = 64;
/** A lowcore is 8 KiB (Principles of Operation, "Prefixing"). */
const lowcorePages = 2;
/** Lowcores that go into the key: s390x has no more CPUs, and a header that lists more cannot make opening slow. */
const mostLowcores = 512;
/** A four-byte prefix register (elf-vmcore.md section 3). */
const NT_S390_PREFIX = 0x305;

/** Finds stored pages in both directions; what lies between two of them is looked through once. */
function storedPageFinder(extents: PageExtents) {
  /** Ranges without a stored page: [after the last one before it, the next one after it). */
  const gaps: { readonly start: number; readonly end: number }[] = [];

  /** The last stored page of [from, to). */
  const lastIn = (from: number, to: number): number | undefined => {
    let last: number | undefined;
    for (const { startPfn, endPfn, state } of extents.from(from)) {
      if (startPfn >= to) break;
      if (state === storedCode) last = Math.min(endPfn, to) - 1;
    }
    return last;
  };
  /** In growing steps: what is looked for mostly lies close. */
  const lastBefore = (pfn: Pfn): number | undefined => {
    for (let to = pfn, step = 256; to > 0; step *= 4) {
      const from = Math.max(0, to - step);
      const found = lastIn(from, to);
      if (found !== undefined) return found;
      to = from;
    }
    return undefined;
  };
  const gapAt = (pfn: Pfn) => {
    const known = gaps.find(({ start, end }) => start <= pfn && pfn < end);
    if (known !== undefined) return known;
    let end = Infinity;
    for (const extent of extents.from(pfn)) {
      if (extent.state !== storedCode) continue;
      end = extent.startPfn;
      break;
    }
    const before = end === pfn ? pfn - 1 : lastBefore(pfn);
    const gap = { start: before === undefined ? 0 : before + 1, end };
    if (end > pfn) gaps.push(gap);
    return gap;
  };

  /** The stored page nearest to a page, of two the lower one; undefined when no page is stored. */
  return (pfn: Pfn): number | undefined => {
    const { start, end } = gapAt(pfn);
    if (end === pfn) return pfn;
    const below = start === 0 ? undefined : start - 1;
    if (end === Infinity) return below;
    return below !== undefined && pfn - below <= end - pfn ? below : end;
  };
}

/**
 * The position that is drawn in slice `slice` of memory: the slices are [floor(s * pages / 64), floor((s + 1) * pages / 64)), and in
 * each the first eight bytes of SHA-256(identity, slice number) decide, modulo its pages. An empty slice has none.
 */
function drawnPosition(identity: string, slice: number, totalPages: number): number | undefined {
  const start = Math.floor((slice * totalPages) / slices);
  const pages = Math.floor(((slice + 1) * totalPages) / slices) - start;
  if (pages <= 0) return undefined;
  const drawn = createHash('sha256').update(`${identity}\0${slice}`).digest().readBigUInt64BE(0);
  return start + Number(drawn % BigInt(pages));
}

/** Prefixes that headers, records and notes of the container name, in its order; nothing is looked for in memory. */
function* prefixesOf({ prefixes, recordedCpus = [], notes }: DumpImage): Generator<number> {
  yield* prefixes;
  for (const { prefix } of recordedCpus) yield prefix;
  for (const { owner, type, desc } of notes) {
    if (owner === 'LINUX' && type === NT_S390_PREFIX && desc.length >= 4) yield new DataView(desc.buffer, desc.byteOffset).getUint32(0);
  }
}

/** Pages of the lowcores that the container names, and of the one at absolute 0, ascending. */
function lowcoresOf(image: DumpImage, totalPages: number): number[] {
  if (!architectures[image.machine.arch].features.has('lowcore')) return [];
  const starts = new Set([0]);
  for (const prefix of prefixesOf(image)) {
    if (starts.size > mostLowcores) break;
    starts.add(Math.floor(prefix / pageSize));
  }
  const pages = [...starts].flatMap((start) => Array.from({ length: lowcorePages }, (_, page) => start + page));
  return [...new Set(pages)].filter((pfn) => pfn < totalPages).sort((a, b) => a - b);
}

/** Adds a page: its number, what it is, and its bytes if it has any. */
function createPageHash(memory: MemoryImage) {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(pageSize);
  const state = new Uint8Array(1);
  return {
    add(pfn: Pfn): void {
      bytes.fill(0);
      memory.readPages(pfn, bytes, state);
      // A page that the disk does not give is not a page of zeros: with it, it would be another dump.
      hash.update(`${pfn}\0${pageStateCodes[state[0] ?? 0] ?? ''}\0`).update(bytes);
    },
    digest: () => hash.digest('hex'),
  };
}

/**
 * Dump key: SHA-256 over the pages of the lowcores and over the stored page nearest to the position that is drawn in each of 64 equal
 * slices of memory. It goes with the identity: keys of two identities are never compared. Reads some 64 pages, and lowcores.
 * @param image the dump as stored
 * @returns 64 hex digits
 * @throws DumpError io when the file changed since it was opened
 */
export function dumpKey(identity: string, image: DumpImage): string {
  const { memory } = image;
  const extents = pageExtents(memory);
  const { totalPages } = extents;
  const pages = createPageHash(memory);
  for (const pfn of lowcoresOf(image, totalPages)) pages.add(pfn);
  const nearest = storedPageFinder(extents);
  for (let slice = 0; slice < slices; slice += 1) {
    const position = drawnPosition(identity, slice, totalPages);
    const pfn = position === undefined ? undefined : nearest(position);
    if (pfn !== undefined) pages.add(pfn);
  }
  return pages.digest();
}
