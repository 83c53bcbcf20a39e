/** The memory strip: the contents of every page, as far as indexed. */
import { useMemo } from 'react';
import { memoryEnd, type OpenDump } from '../../state/open-dump.ts';
import { fractionOf } from '../../state/job-meter.ts';
import { isRunning } from '../../state/jobs.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { useStore } from '../../hooks/use-store.ts';
import { groupedHex } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Legend } from '../../widgets/memory-strip/Legend.tsx';
import { MemoryStrip } from '../../widgets/memory-strip/MemoryStrip.tsx';
import { failingSpans, outlinesOf } from '../../../shared/strip-marks.ts';
import { sumCounts } from '../../../shared/memory-kinds.ts';
import { useStrip } from '../../widgets/memory-strip/use-strip.ts';
import { useStripMenu } from '../../widgets/memory-strip/use-strip-menu.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';

/** Says what fills the strip, or how to get it filled. */
function IndexState({ dump }: { readonly dump: OpenDump }) {
  const { jobs, dumpJobs } = useWorkbench();
  const job = useStore(jobs.all).find(({ kind, dump: owner }) => kind === 'index' && owner === dump.key);
  if (job !== undefined && isRunning(job)) {
    const fraction = job.meter === undefined ? undefined : fractionOf(job.meter);
    return (
      <span className="index-state dim">
        scanning
        <span className="index-bar">
          <ProgressBar fraction={fraction} label="Indexing pages" />
        </span>
        <button type="button" className="link" onClick={() => jobs.cancel(job.id)}>
          Cancel
        </button>
      </span>
    );
  }
  if (job === undefined || job.state === 'done') return null;
  return (
    <span className="index-state dim">
      <span className={job.state === 'failed' ? 'tone-bad cut' : 'cut'}>
        {job.state === 'cancelled' ? 'scan cancelled' : <Hostile text={`scan ${job.state}: ${job.outcome ?? ''}`} title />}
      </span>
      <button type="button" className="link" onClick={() => dumpJobs.index(dump.key)}>
        Resume scan
      </button>
    </span>
  );
}

export function MemoryCard({ dump }: { readonly dump: OpenDump }) {
  const { places } = useWorkbench();
  const { position: cursor } = useFollowedCursor(dump.key);
  const end = memoryEnd(dump);
  const span = useMemo(() => ({ start: 0n, end }), [end]);
  const { strip, onWidth } = useStrip(dump, span);
  const buckets = strip.value?.buckets;
  const address = cursor?.space === 'absolute' ? cursor.address : undefined;
  const picture = useMemo(
    () => ({ span, buckets: buckets ?? [], outlines: outlinesOf(dump.regions ?? []), failing: failingSpans(dump.checks), cursor: address }),
    [span, buckets, dump.regions, dump.checks, address],
  );
  const openMenu = useStripMenu(dump.key, () => [{ label: 'Show the memory view', run: () => places.show('regions', dump.key) }]);
  const counts = useMemo(() => sumCounts(buckets ?? []), [buckets]);
  return (
    <section className="card memory-card" aria-labelledby={`memory-${dump.key}`}>
      <div className="card-head">
        <h2 className="caption memory-caption" id={`memory-${dump.key}`}>
          Memory · absolute{' '}
          <span className="plain-case">
            {groupedHex(0n)} – {groupedHex(end)}
          </span>
        </h2>
        <IndexState dump={dump} />
      </div>
      {end === 0n ? (
        <p className="dim">
          This dump contains no memory. The Notes and CPUs views show what its headers and notes record; Integrity shows what could be checked.
        </p>
      ) : (
        <>
          <MemoryStrip
            picture={picture}
            label="Memory strip"
            onWidth={onWidth}
            onPick={(picked) => places.goTo(dump.key, { space: 'absolute', address: picked & ~0xfffn, length: 1 })}
            onMenu={openMenu}
          />
          <div className="memory-legend">
            {strip.value === undefined && strip.error !== undefined ? (
              <span className="dim">
                The strip could not be read: <Hostile text={strip.error.message} />
              </span>
            ) : (
              <Legend counts={counts} failing={picture.failing.length} />
            )}
          </div>
          <Unconfirmed text={strip.value?.unconfirmed} />
        </>
      )}
    </section>
  );
}
