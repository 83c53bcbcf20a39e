/** `strip`: page counts for the memory strip. */
import type { MemoryImage } from '../../formats/dump-format.ts';
import { type Strip, type StripSource, memoryStrip } from '../../page-index/strip.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { toolVersion } from '../tool.ts';
import { emptyCounters } from '../../page-index/page-meta.ts';
import type { Session } from '../session/session.ts';
import { viewWindows } from '../../memory/view.ts';
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

/** Page counts for the memory strip, from as much of the index as there is: the index is of the dump as stored, a view shows it elsewhere. */
export function stripOf(
  session: Session,
  range: { readonly start: bigint; readonly end: bigint; readonly buckets: number },
): Strip & { readonly buckets: Strip['buckets'][number][]; readonly unconfirmed?: string } {
  const { view, twoSystems } = session;
  const stored = session.inView('all');
  const windows = view === 'all' || twoSystems === undefined ? undefined : viewWindows(view, twoSystems, stored.image.memory.end);
  const counted = (source: StripSource): Strip => memoryStrip(source, pageExtents(stored.image.memory), range.start, range.end, range.buckets, windows);
  const index = indexOf(stored);
  try {
    const strip = counted(index?.reader ?? unindexed(stored.image.memory));
    return { ...strip, buckets: [...strip.buckets], ...defined({ unconfirmed: index?.unconfirmed }) };
  } finally {
    index?.reader.close();
  }
}

/** No index is no trouble here; one whose rows are wrong is. */
function indexOf(session: Session): DumpIndex | undefined {
  try {
    return openDumpIndex(session, undefined, '');
  } catch (error) {
    if (error instanceof RequestError && !(error instanceof IndexDamaged)) return undefined;
    throw error;
  }
}
