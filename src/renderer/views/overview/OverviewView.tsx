/** The triage page: what it is, whether it can be trusted, why it probably died, and the ways on. */
import { useQuery } from '../../hooks/use-query.ts';
import type { CSSProperties } from 'react';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { CpuCard } from './CpuCard.tsx';
import { DumpTitle } from './DumpTitle.tsx';
import { FindingsCard } from './FindingsCard.tsx';
import { LogCard } from './LogCard.tsx';
import { KdumpCard } from './KdumpCard.tsx';
import { MemoryCard } from './MemoryCard.tsx';
import { mediumAreas, wideAreas } from './overview-areas.ts';
import { Opening } from './Opening.tsx';
import { TraceCard } from './TraceCard.tsx';
import { VerdictCard } from './VerdictCard.tsx';
import { WaysOn } from './WaysOn.tsx';
import './overview.css';

export function OverviewView({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const { triage } = dump;
  // The first facts come first: stacks may need a search for the kernel's symbols.
  const isLater = triage !== undefined && dump.checked !== 'triage';
  const hasCpus = isLater && triage.cpus.length > 0;
  const traces = useQuery(dump, hasCpus ? 'cpu activity' : undefined, (handle, signal) => engine.call('backtrace', { dump: handle }, { signal })).value;
  // What a CPU without a PSW was doing is told by its registers, which the triage does not explain.
  const hasNoPsw = hasCpus && triage.cpus.every(({ psw }) => psw === undefined);
  const cpus = useQuery(dump, hasNoPsw ? 'cpus' : undefined, (handle, signal) => engine.call('cpus', { dump: handle }, { signal })).value?.cpus;
  const log = useQuery(dump, isLater ? 'kernel log' : undefined, (handle, signal) => engine.call('dmesg', { dump: handle }, { signal }));
  if (triage === undefined) return <Opening dump={dump} />;
  const decided = dump.osInfo ?? triage;
  const kdump = decided.standaloneKdump !== undefined || decided.panicKdump !== undefined;
  const crashed = traces?.traces.find((trace) => trace.crashed === true);
  const cards = { trace: crashed !== undefined, kdump };
  const areas: CSSProperties & Readonly<Record<`--${string}`, string>> = { '--medium-areas': mediumAreas(cards), '--wide-areas': wideAreas(cards) };
  return (
    <div className="view overview" data-testid="overview">
      <DumpTitle dump={dump} info={triage.info} />
      <VerdictCard dump={dump} triage={triage} />
      <div className="overview-cards" style={areas}>
        {crashed === undefined ? null : <TraceCard dump={dump} trace={crashed} />}
        <LogCard dump={dump} query={log} />
        <CpuCard dump={dump} cpus={cpus ?? triage.cpus} traces={traces} reason={triage.reason} />
        {kdump ? <KdumpCard dump={dump} decided={decided} /> : null}
        <MemoryCard dump={dump} />
        <FindingsCard dump={dump} info={triage.info} />
      </div>
      <WaysOn dump={dump} />
    </div>
  );
}
