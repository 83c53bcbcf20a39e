/** `strip`: page counts for the memory strip. */
import type { MemoryImage } from '../../formats/dump-format.ts';
import { type Strip, type StripSource, memoryStrip } from '../../page-index/strip.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { toolVersion } from '../tool.ts';
import { emptyCounters } from '../../page-index/page-meta.ts';
import type { Session } from '../session/session.ts';
import { viewWindows } from '../../memory/view.ts';
import { scannedPages } from '../../page-index/scanned-pages.ts';
import { IndexDamaged } from '../../page-index/index-error.ts';
import { openDumpIndex, type DumpIndex } from './dump-index.ts';
import { defined } from '../../../shared/defined.ts';
import { RequestError } from '../../../shared/rpc.ts';

/** A dump without index: what the container says of its pages is known, the stored ones are not looked at yet. */
function unindexed(memory: MemoryImage): StripSource {
  const extents = pageExtents(memory);
  return {
    header: () => ({
      identity: '',
      dumpKey: '',
      toolVersion,
      fingerprintAlgorithm: '',
      classVersion: 0,
      totalPages: extents.totalPages,
      extentsWritten: 0,
      complete: false,
      pagesRead: 0,
      memoryRoot: undefined,
    }),
    totals: () => ({ counters: emptyCounters(), pages: 0 }),
    *counters() {
      // No block is indexed.
    },
    blockAt: () => undefined,
  };
}

interface StripRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly buckets: number;
}

/** The index is of the dump as stored, a view shows it elsewhere. */
function counted(session: Session, source: StripSource, { start, end, buckets }: StripRange): Strip {
  const { view, twoSystems } = session;
  const { memory } = session.inView('all').image;
  const windows = view === 'all' || twoSystems === undefined ? undefined : viewWindows(view, twoSystems, memory.end);
  return memoryStrip(source, pageExtents(memory), start, end, buckets, windows);
}

/** The same as with an index, where none could be made of the dump: reads all of it. @throws Cancelled, DumpError io */
export async function stripOfAll(session: Session, range: StripRange, signal: AbortSignal): Promise<Strip> {
  const index = indexOf(session.inView('all'));
  index?.reader.close();
  if (index !== undefined) return stripOf(session, range);
  const { memory } = session.inView('all').image;
  return counted(session, await scannedPages(memory, unindexed(memory).header(), signal), range);
}

/** What the container alone says of the pages. */
export const stripWithoutIndex = (session: Session, range: StripRange): Strip => counted(session, unindexed(session.inView('all').image.memory), range);

/** Page counts for the memory strip, from as much of the index as there is. */
export function stripOf(session: Session, range: StripRange): Strip & { readonly buckets: Strip['buckets'][number][]; readonly unconfirmed?: string } {
  const index = indexOf(session.inView('all'));
  try {
    const strip = index === undefined ? stripWithoutIndex(session, range) : counted(session, index.reader, range);
    return { ...strip, buckets: [...strip.buckets], ...defined({ unconfirmed: index?.unconfirmed }) };
  } finally {
    index?.reader.close();
  }
}

/** No index is not trouble here; one whose rows are wrong is. */
function indexOf(session: Session): DumpIndex | undefined {
  try {
    return openDumpIndex(session, undefined, '');
  } catch (error) {
    if (error instanceof RequestError && !(error instanceof IndexDamaged)) return undefined;
    throw error;
  }
}
