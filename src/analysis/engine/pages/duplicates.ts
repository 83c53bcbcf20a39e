/** `duplicates` and `duplicatePages`: the most frequent pages of a dump, and all pages of one group. Goes over the index in parts, so that memory stays bounded and other questions are answered meanwhile. */
import { defined } from '../../../shared/defined.ts';
import { type DuplicateGroupJson, mostDuplicateGroups, shownDuplicates } from '../../../shared/duplicates-protocol.ts';
import type { EngineProtocol, ScanProgress } from '../../../shared/engine-protocol.ts';
import type { CallContext, Result } from '../../../shared/rpc.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import type { IndexReader } from '../../page-index/index-reader-type.ts';
import { createPace, type Pace } from '../../jobs/pace.ts';
import { metaClass, stateCode } from '../../page-index/page-meta.ts';
import { eachPresent } from '../../page-index/present-pages.ts';
import type { Session } from '../session/session.ts';
import { openDumpIndex } from './dump-index.ts';

/** Fingerprints sorted at once: about a fifth of a second. */
const fingerprintsAtOnce = 1 << 19;
const shift = 32n;

interface Group {
  readonly fingerprint: bigint;
  readonly pages: number;
}
const mostFirst = (left: Group, right: Group): number => right.pages - left.pages || (left.fingerprint < right.fingerprint ? -1 : 1);

/** Groups among sorted fingerprints. */
function* groupsOf(sorted: BigUint64Array): Generator<Group> {
  for (let first = 0; first < sorted.length;) {
    const fingerprint = sorted[first] ?? 0n;
    let end = first + 1;
    while (end < sorted.length && sorted[end] === fingerprint) end += 1;
    if (end - first > 1) yield { fingerprint, pages: end - first };
    first = end;
  }
}

/** What of a list is asked for. */
interface Part {
  readonly skip?: number | undefined;
  readonly limit: number;
}

/**
 * @throws RequestError index without an index
 * @throws IndexDamaged
 * @throws Cancelled
 */
export async function describeDuplicates(
  session: Session,
  { skip = 0, limit }: Part,
  { signal, progress }: CallContext<ScanProgress>,
): Promise<Result<EngineProtocol, 'duplicates'>> {
  const { reader, unconfirmed } = openDumpIndex(session, undefined, `${session.path} has no page index yet`);
  try {
    const pace = createPace(signal);
    const presentPages = reader.totals().counters.states[stateCode.present] ?? 0;
    const { complete, totalPages } = reader.header();
    // Fingerprints are evenly spread, so equal parts of their range hold about equally many, with some to spare.
    const parts = Math.max(1, Math.ceil((presentPages * 1.25) / fingerprintsAtOnce));
    const report = (pass: number) => (pages: number) => {
      progress({ phase: 'duplicates', done: pass * totalPages + Math.min(pages, totalPages), total: (parts + 1) * totalPages, unit: 'pages' });
    };
    let top: Group[] = [];
    const kept = Math.min(skip + limit, mostDuplicateGroups);
    let groupCount = 0;
    let pages = 0;
    for (let part = 0; part < parts; part += 1) {
      const [from, to] = [Math.floor((part * 2 ** 32) / parts), Math.floor(((part + 1) * 2 ** 32) / parts)];
      const found: bigint[] = [];
      await eachPresent(reader, pace, report(part), (_pfn, low, high) => {
        if (high >= from && high < to) found.push((BigInt(high) << shift) | BigInt(low));
      });
      for (const group of groupsOf(BigUint64Array.from(found).sort())) {
        groupCount += 1;
        pages += group.pages;
        top.push(group);
        if (top.length > 2 * kept) top = top.sort(mostFirst).slice(0, kept);
      }
    }
    top = top.sort(mostFirst).slice(skip, kept);
    const groups = await placed(reader, top, pace, report(parts));
    return { groups, groupCount, pages, presentPages, complete, ...defined({ unconfirmed }) };
  } finally {
    reader.close();
  }
}

/**
 * @param fingerprint 16 hex digits
 * @throws RequestError index without an index
 * @throws IndexDamaged
 * @throws Cancelled
 */
export async function describeDuplicatePages(
  session: Session,
  { fingerprint, skip = 0, limit }: Part & { readonly fingerprint: string },
  { signal, progress }: CallContext<ScanProgress>,
): Promise<Result<EngineProtocol, 'duplicatePages'>> {
  const { reader } = openDumpIndex(session, undefined, `${session.path} has no page index yet`);
  try {
    const { totalPages: total } = reader.header();
    const wanted = BigInt(`0x${fingerprint}`);
    const [wantedLow, wantedHigh] = [Number(wanted & 0xffffffffn), Number(wanted >> shift)];
    const addresses: string[] = [];
    let pages = 0;
    const report = (done: number): void => {
      progress({ phase: 'duplicates', done: Math.min(done, total), total, unit: 'pages' });
    };
    await eachPresent(reader, createPace(signal), report, (pfn, low, high) => {
      if (low !== wantedLow || high !== wantedHigh) return;
      if (pages >= skip && addresses.length < limit) addresses.push(hex(BigInt(pfn) * BigInt(pageSize)));
      pages += 1;
    });
    return { addresses, pages };
  } finally {
    reader.close();
  }
}

/** The groups with their class and first addresses. */
async function placed(reader: IndexReader, groups: readonly Group[], pace: Pace, report: (pages: number) => void): Promise<DuplicateGroupJson[]> {
  const wanted = new Map(groups.map((group) => [group.fingerprint, { meta: 0, addresses: [] as string[] }]));
  // Most pages are in no group: their lower half says so without making a bigint.
  const lows = new Set(groups.map(({ fingerprint }) => Number(fingerprint & 0xffffffffn)));
  await eachPresent(reader, pace, report, (pfn, low, high, meta) => {
    if (!lows.has(low)) return;
    const place = wanted.get((BigInt(high) << shift) | BigInt(low));
    if (place === undefined || place.addresses.length === shownDuplicates) return;
    place.meta = meta;
    place.addresses.push(hex(BigInt(pfn) * BigInt(pageSize)));
  });
  return groups.map(({ fingerprint, pages }) => {
    const { meta, addresses } = wanted.get(fingerprint) ?? { meta: 0, addresses: [] };
    return { fingerprint: fingerprint.toString(16).padStart(16, '0'), pages, class: metaClass(meta) ?? 'data', addresses };
  });
}
