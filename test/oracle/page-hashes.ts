/** Lists of page frame number and SHA-256, made by reference tools from the same memory, against the pages that we read. */
import { createHash, hash } from 'node:crypto';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { pageStateCodes } from '../../src/analysis/formats/dump-format.ts';
import { pageSize } from '../../src/shared/units.ts';

export type PageHashes = ReadonlyMap<number, string>;

/** Page frame numbers are hexadecimal. */
export function parsePageHashes(text: string): PageHashes {
  const pages = new Map<number, string>();
  for (const [, pfn = '', digest = ''] of text.matchAll(/^([0-9a-f]+) ([0-9a-f]{64})$/gm)) pages.set(Number.parseInt(pfn, 16), digest);
  return pages;
}

const zeroPage = createHash('sha256').update(new Uint8Array(pageSize)).digest('hex');

/** Undefined: the dump has no bytes of this page. */
function ourHash(session: Session, pfn: number): string | undefined {
  const page = session.memory.readPresent(BigInt(pfn) * BigInt(pageSize), pageSize);
  return page === undefined ? undefined : hash('sha256', page);
}

export interface PageDisagreement {
  readonly pfn: number;
  readonly oracle: string | undefined;
  readonly ours: string | undefined;
}

/** libkdumpfile 0.5.1 also reads the last page of each gap before a segment, as zeros. */
const isReadAhead = (session: Session, pfn: number, digest: string): boolean =>
  digest === zeroPage && [...session.image.segments].some(({ start }) => start === BigInt(pfn + 1) * BigInt(pageSize));

/**
 * Compares single pages.
 * @param complete the list names every page that is in the dump: pages that it lacks must be absent
 */
export function comparePages(session: Session, list: PageHashes, pfns: Iterable<number>, complete: boolean): readonly PageDisagreement[] {
  const found: PageDisagreement[] = [];
  for (const pfn of pfns) {
    const oracle = list.get(pfn);
    if (oracle === undefined && !complete) continue;
    const ours = ourHash(session, pfn);
    if (ours === oracle || (ours === undefined && oracle !== undefined && isReadAhead(session, pfn, oracle))) continue;
    found.push({ pfn, oracle, ours });
  }
  return found;
}

const blockPages = 256;

/** The same for all pages, through the bulk reader that the indexer uses. */
export function compareAllPages(session: Session, list: PageHashes, complete: boolean): readonly PageDisagreement[] {
  const found: PageDisagreement[] = [];
  let last = 0;
  for (const pfn of list.keys()) last = Math.max(last, pfn);
  // A header may claim terabytes that the list does not know.
  if (complete) last = Math.max(last, Number(session.image.memory.end / BigInt(pageSize)) - 1);
  const held = new Set([pageStateCodes.indexOf('stored'), pageStateCodes.indexOf('zero')]);
  const bytes = new Uint8Array(blockPages * pageSize);
  const states = new Uint8Array(blockPages);
  for (let first = 0; first <= last; first += blockPages) {
    session.image.memory.readPages(first, bytes, states);
    for (let index = 0; index < blockPages && first + index <= last; index += 1) {
      const pfn = first + index;
      const oracle = list.get(pfn);
      const ours = held.has(states[index] ?? -1) ? hash('sha256', bytes.subarray(index * pageSize, (index + 1) * pageSize)) : undefined;
      if (ours === oracle || (oracle === undefined && !complete) || (ours === undefined && oracle !== undefined && isReadAhead(session, pfn, oracle))) continue;
      found.push({ pfn, oracle, ours });
    }
  }
  return found;
}
