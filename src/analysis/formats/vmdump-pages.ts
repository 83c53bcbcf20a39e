/** Bit maps and pages of a VMDUMP (s390-dump.md section 7): an absent page reads as zeros. */
import { pageSize } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, readExactly, type ByteSource, type FileFault } from '../source/byte-source.ts';
import type { Extent, MemoryImage } from './dump-format.ts';
import { generatedExtents } from './extent-map.ts';
import { NumberColumn } from '../source/number-column.ts';
import { pageMemory, unreadablePage, type PageContent } from './page-memory.ts';

/** Pages per bit-key page, and bit-key pages per index page. */
const groupPages = 4096;
const groupsPerIndex = 32768;
const notStored = 'z/VM stored only what is not zero';
const beyondFile = 'the file ends before it';
const lostContent = (fault: FileFault): PageContent => ({ state: 'unreadable', reason: `where it is stored is not known: ${faultText(fault)}`, fault });

export interface VmdumpPages {
  readonly memory: MemoryImage;
  readonly stored: number;
  readonly findings: readonly Finding[];
}

/**
 * In steps: there is a map for every 16 MiB.
 * @param mapsAt file offset of the first index page
 * @param total number of pages that the dump describes, at most 2^32
 */
export function* vmdumpPages(source: ByteSource, mapsAt: number, total: number): Steps<VmdumpPages> {
  /** One row a bit-key page: its group, its place in the file, and the stored pages before the group. */
  const groups = { number: new NumberColumn(), keys: new NumberColumn(), before: new NumberColumn() };
  const findings: Finding[] = [];
  const block = new Uint8Array(pageSize);
  let at = mapsAt;
  let stored = 0;
  /** Groups below this one are known. */
  let known = Math.ceil(total / groupPages);
  /** What is said of pages after those. */
  let behind: PageContent = { state: 'missing', reason: beyondFile };
  const cut = (group: number): void => {
    known = group;
    findings.push({
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'The file is cut off',
      detail: `${source.name} ends within its bit maps; memory from absolute 0x${(BigInt(group) * BigInt(groupPages * pageSize)).toString(16)} onwards is not known`,
      where: { fileOffset: Math.min(at, source.size), bytes: pageSize },
    });
  };
  /** Maps that the disk does not give: the pages of this group are not known, and those of later ones lie nobody knows where. */
  let lost: { readonly group: number; readonly placed: number; readonly fault: FileFault } | undefined;
  const readPage = (): Uint8Array | FileFault | undefined => {
    if (at + pageSize > source.size && source.rest?.fault === undefined) return undefined;
    const got = source.readInto(at, block);
    return got === pageSize ? block : source.faultAt?.(at + got);
  };
  const lose = (group: number, placed: number, fault: FileFault): void => {
    if (lost !== undefined) return;
    lost = { group, placed, fault };
    findings.push({
      id: 'container-complete/bit-maps',
      severity: 'error',
      title: 'A bit map cannot be read',
      detail: `${faultText(fault)}: where the pages from absolute 0x${(BigInt(placed) * BigInt(groupPages * pageSize)).toString(16)} onwards are stored is not known`,
      where: { fileOffset: at, bytes: pageSize },
    });
  };

  for (let first = 0, ended = false; first < known && !ended; first += groupsPerIndex) {
    const page = readPage();
    if (!(page instanceof Uint8Array)) {
      // The pages follow the last map: without this one even the first page has no place.
      if (page === undefined) cut(first);
      else {
        lose(first, 0, page);
        known = first;
        behind = lostContent(page);
      }
      break;
    }
    const index = page.slice();
    at += pageSize;
    for (let bit = 0; bit < groupsPerIndex && first + bit < known; bit += 1) {
      if (bit % stepTurns === 0) yield;
      if (((index[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) === 0) continue;
      const keys = readPage();
      if (keys === undefined) {
        cut(first + bit);
        ended = true;
        break;
      }
      groups.number.push(first + bit);
      groups.keys.push(at);
      groups.before.push(stored);
      const pages = Math.min(groupPages, total - (first + bit) * groupPages);
      if (keys instanceof Uint8Array) for (let slot = 0; slot < pages; slot += 1) stored += (keys[slot] ?? 0) & 1;
      else lose(first + bit, first + bit, keys);
      at += pageSize;
    }
  }
  const dataAt = at;
  if (findings.length === 0 && source.rest?.fault === undefined && dataAt + stored * pageSize > source.size) {
    findings.push({
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'The file is cut off',
      detail: `the bit maps announce ${stored} pages; the file ends after ${Math.max(0, Math.floor((source.size - dataAt) / pageSize))} of them`,
      recorded: `${dataAt + stored * pageSize} bytes`,
      computed: `${source.size} bytes`,
    });
  }

  let loaded = -1;
  const keys = new Uint8Array(groupPages);
  const keysOf = (index: number): Uint8Array => {
    if (loaded !== index) {
      // It could be read before: a disk that takes it back now gives no page of the group, and not pages of zeros.
      keys.set(readExactly(source, groups.keys.at(index), groupPages, 'a bit map'));
      loaded = index;
    }
    return keys;
  };
  const unknown: PageContent =
    source.rest?.fault === undefined
      ? { state: 'missing', reason: beyondFile }
      : { state: 'unreadable', reason: faultText(source.rest.fault), fault: source.rest.fault };
  const zero: PageContent = { state: 'zero', reason: notStored };

  interface Piece {
    readonly start: number;
    readonly end: number;
    readonly content: PageContent;
    readonly fileOffset?: number;
  }

  /** Runs of pages of one group from page `from` on. */
  function* groupPieces(index: number, from: number): Generator<Piece> {
    const number = groups.number.at(index);
    const first = number * groupPages;
    const end = Math.min(first + groupPages, total);
    if (number === lost?.group) {
      yield { start: Math.max(first, from), end, content: lostContent(lost.fault) };
      return;
    }
    // A copy: the next question may load other keys before this run is asked for more.
    const present = keysOf(index).slice();
    let before = groups.before.at(index);
    const isStored = (pfn: number): boolean => ((present[pfn - first] ?? 0) & 1) === 1;
    for (let pfn = first; pfn < end;) {
      const kept = isStored(pfn);
      let stop = pfn + 1;
      while (stop < end && isStored(stop) === kept) stop += 1;
      const offset = dataAt + before * pageSize;
      if (kept) before += stop - pfn;
      const start = Math.max(pfn, from);
      if (start < stop && kept) yield* storedPieces(number, start, stop, offset + (start - pfn) * pageSize);
      else if (start < stop) yield { start, end: stop, content: zero };
      pfn = stop;
    }
  }

  /** Pages whose data follow each other from `offset` on, as far as the file has them. */
  function* storedPieces(group: number, start: number, end: number, offset: number): Generator<Piece> {
    if (lost !== undefined && group >= lost.placed) {
      yield { start, end, content: lostContent(lost.fault) };
      return;
    }
    const there = Math.min(end, start + Math.max(0, Math.floor((source.size - offset) / pageSize)));
    if (start < there) yield { start, end: there, content: { state: 'stored' }, fileOffset: offset };
    if (there < end) yield { start: there, end, content: unknown };
  }

  function* piecesFrom(pfn: number): Generator<Piece> {
    const knownPages = Math.min(total, known * groupPages);
    let next = pfn;
    for (let index = groups.number.firstFrom(Math.floor(pfn / groupPages)); index < groups.number.length; index += 1) {
      const first = groups.number.at(index) * groupPages;
      if (first > next) yield { start: next, end: first, content: zero };
      yield* groupPieces(index, next);
      next = Math.min(first + groupPages, total);
    }
    if (next < knownPages) yield { start: next, end: knownPages, content: zero };
    if (knownPages < total) yield { start: Math.max(knownPages, pfn), end: total, content: behind };
  }

  function* extentsFrom(address: bigint): Generator<Extent, undefined> {
    let last: Piece | undefined;
    const extent = ({ start, end, content, fileOffset }: Piece): Extent => ({
      start: BigInt(start) * BigInt(pageSize),
      end: BigInt(end) * BigInt(pageSize),
      state: content.state,
      ...(fileOffset === undefined ? {} : { fileOffset }),
      ...('reason' in content ? { reason: content.reason } : {}),
    });
    for (const piece of piecesFrom(Number(address / BigInt(pageSize)))) {
      // Stored pages follow one another in the file, so an extent of them grows without a look at its place.
      if (last?.content.state === piece.content.state) last = { ...last, end: piece.end };
      else {
        if (last !== undefined) yield extent(last);
        last = piece;
      }
    }
    if (last !== undefined) yield extent(last);
    return undefined;
  }

  const load = (pfn: number, target: Uint8Array): PageContent => {
    const number = Math.floor(pfn / groupPages);
    if (number >= known) return behind;
    const index = groups.number.firstFrom(number);
    if (index === groups.number.length || groups.number.at(index) !== number) return zero;
    if (number === lost?.group) return lostContent(lost.fault);
    const present = keysOf(index);
    const slot = pfn % groupPages;
    if (((present[slot] ?? 0) & 1) === 0) return zero;
    if (lost !== undefined && number >= lost.placed) return lostContent(lost.fault);
    let before = groups.before.at(index);
    for (let page = 0; page < slot; page += 1) before += (present[page] ?? 0) & 1;
    const offset = dataAt + before * pageSize;
    if (offset + pageSize > source.size) return unknown;
    const got = source.readInto(offset, target);
    return got < pageSize ? unreadablePage(source, offset + got, beyondFile) : { state: 'stored' };
  };
  // Of a dump that is whole all is known without going through its pages.
  const totals = findings.length > 0 ? {} : { totals: { storedPages: stored, availableEnd: BigInt(total) * BigInt(pageSize), cut: false } };
  return { memory: pageMemory({ pages: total, extents: generatedExtents({ from: extentsFrom, ...totals }), load }), stored, findings };
}
