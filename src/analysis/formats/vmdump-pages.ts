/** Bit maps and pages of a VMDUMP (s390-dump.md section 7): an absent page reads as zeros. */
import { pageSize } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Extent, MemoryImage } from './dump-format.ts';
import { pageMemory, type PageContent } from './page-memory.ts';

/** Pages per bit-key page, and bit-key pages per index page. */
const groupPages = 4096;
const groupsPerIndex = 32768;
const notStored = 'z/VM stored only what is not zero';
const beyondFile = 'the file ends before it';

/** One bit-key page: which pages of its group are stored. */
interface Group {
  /** File offset of the bit-key page. */
  readonly keys: number;
  /** Stored pages before this group. */
  readonly before: number;
}

export interface VmdumpPages {
  readonly memory: MemoryImage;
  readonly stored: number;
  readonly findings: readonly Finding[];
}

/**
 * @param mapsAt file offset of the first index page
 * @param total number of pages that the dump describes, at most 2^32
 */
export function vmdumpPages(source: ByteSource, mapsAt: number, total: number): VmdumpPages {
  const groups = new Map<number, Group>();
  const findings: Finding[] = [];
  const block = new Uint8Array(pageSize);
  let at = mapsAt;
  let stored = 0;
  /** Groups below this one are known. */
  let known = Math.ceil(total / groupPages);
  const cut = (group: number): void => {
    known = group;
    findings.push({
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'The file is cut off',
      detail: `${source.name} ends within its bit maps; memory from absolute 0x${(BigInt(group) * BigInt(groupPages * pageSize)).toString(16)} on is not known`,
      where: { fileOffset: Math.min(at, source.size), bytes: pageSize },
    });
  };
  const readPage = (): Uint8Array | undefined => (at + pageSize <= source.size && source.readInto(at, block) === pageSize ? block : undefined);

  for (let first = 0; first < known && findings.length === 0; first += groupsPerIndex) {
    const index = readPage()?.slice();
    if (index === undefined) {
      cut(first);
      break;
    }
    at += pageSize;
    for (let bit = 0; bit < groupsPerIndex && first + bit < known; bit += 1) {
      if (((index[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) === 0) continue;
      const keys = readPage();
      if (keys === undefined) {
        cut(first + bit);
        break;
      }
      groups.set(first + bit, { keys: at, before: stored });
      const pages = Math.min(groupPages, total - (first + bit) * groupPages);
      for (let page = 0; page < pages; page += 1) stored += (keys[page] ?? 0) & 1;
      at += pageSize;
    }
  }
  const dataAt = at;
  if (findings.length === 0 && dataAt + stored * pageSize > source.size) {
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
  const keysOf = (number: number, group: Group): Uint8Array => {
    if (loaded !== number) {
      source.readInto(group.keys, keys);
      loaded = number;
    }
    return keys;
  };
  const unknown: PageContent = { state: 'missing', reason: beyondFile };
  const zero: PageContent = { state: 'zero', reason: notStored };

  const extents = (): Extent[] => {
    const list: Extent[] = [];
    const push = (start: number, end: number, content: PageContent, fileOffset?: number): void => {
      const last = list.at(-1);
      const to = BigInt(end) * BigInt(pageSize);
      // The pages that are stored lie one behind the other, so an extent of them grows without a look at its place.
      if (last?.state === content.state) list[list.length - 1] = { ...last, end: to };
      else {
        const reason = 'reason' in content ? { reason: content.reason } : {};
        list.push({ start: BigInt(start) * BigInt(pageSize), end: to, state: content.state, ...(fileOffset === undefined ? {} : { fileOffset }), ...reason });
      }
    };
    const knownPages = Math.min(total, known * groupPages);
    let next = 0;
    for (const [number, group] of groups) {
      const first = number * groupPages;
      if (first > next) push(next, first, zero);
      const present = keysOf(number, group);
      const end = Math.min(first + groupPages, total);
      let before = group.before;
      for (let pfn = first; pfn < end; pfn += 1) {
        if (((present[pfn - first] ?? 0) & 1) === 0) push(pfn, pfn + 1, zero);
        else {
          const offset = dataAt + before * pageSize;
          push(pfn, pfn + 1, offset + pageSize > source.size ? unknown : { state: 'stored' }, offset + pageSize > source.size ? undefined : offset);
          before += 1;
        }
      }
      next = end;
    }
    if (next < knownPages) push(next, knownPages, zero);
    if (knownPages < total) push(knownPages, total, unknown);
    return list;
  };

  const load = (pfn: number, target: Uint8Array): PageContent => {
    const number = Math.floor(pfn / groupPages);
    if (number >= known) return unknown;
    const group = groups.get(number);
    if (group === undefined) return zero;
    const present = keysOf(number, group);
    const slot = pfn % groupPages;
    if (((present[slot] ?? 0) & 1) === 0) return zero;
    let { before } = group;
    for (let page = 0; page < slot; page += 1) before += (present[page] ?? 0) & 1;
    const offset = dataAt + before * pageSize;
    return offset + pageSize > source.size || source.readInto(offset, target) < pageSize ? unknown : { state: 'stored' };
  };
  return { memory: pageMemory({ pages: total, extents, load }), stored, findings };
}
