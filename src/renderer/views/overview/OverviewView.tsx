/** The triage page: what the dump is, whether it can be trusted, why the system probably died, and next steps. */
import { useCpuTraces } from '../../hooks/use-cpu-traces.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { CSSProperties } from 'react';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { allFindings } from './all-findings.ts';
import { CapsuleCard } from './CapsuleCard.tsx';
import { CpuCard } from './CpuCard.tsx';
import { DumpTitle } from './DumpTitle.tsx';
import { FindingsCard } from './FindingsCard.tsx';
import { LogCard } from './LogCard.tsx';
import { KdumpCard } from './KdumpCard.tsx';
import { MemoryCard } from './MemoryCard.tsx';
import { capsuleAreas, mediumAreas, wideAreas } from './overview-areas.ts';
import { Opening } from './Opening.tsx';
import { TraceCard } from './TraceCard.tsx';
import { VerdictCard } from './VerdictCard.tsx';
import { WaysOn } from './WaysOn.tsx';
import './overview.css';
import './overview-cards.css';

const areaStyle = (medium: string, wide: string): CSSProperties & Readonly<Record<`--${string}`, string>> => ({
  '--medium-areas': medium,
  '--wide-areas': wide,
});

export function OverviewView({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const { triage } = dump;
  // Waits until the first facts are loaded.
  const isLater = triage !== undefined && dump.checked !== 'triage';
  const hasCpus = isLater && triage.cpus.length > 0;
  const traces = useCpuTraces(dump);
  // Without a PSW, a CPU's activity is determined from its registers, which the triage does not interpret.
  const hasNoPsw = hasCpus && triage.cpus.every(({ psw }) => psw === undefined);
  const cpus = useQuery(dump, hasNoPsw ? 'cpus' : undefined, (handle, signal) => engine.call('cpus', { dump: handle }, { signal })).value?.cpus;
  const log = useQuery(dump, isLater ? 'kernel log' : undefined, (handle, signal) => engine.call('dmesg', { dump: handle }, { signal }));
  if (triage === undefined) return <Opening dump={dump} />;
  const decided = dump.osInfo ?? triage;
  const kdump = decided.standaloneKdump !== undefined || decided.panicKdump !== undefined;
  const crashed = traces?.traces.find((trace) => trace.crashed === true);
  const findings = allFindings(triage.info, dump.checks);
  const gravity = findings.length === 0 ? 'none' : findings.some(({ severity }) => severity !== 'info') ? 'grave' : 'remarks';
  const findingsCard = <FindingsCard dump={dump} findings={findings} />;
  const cards = { trace: crashed !== undefined, kdump, findings: gravity } as const;
  const { recorded } = triage;
  if (recorded !== undefined)
    return (
      <div className="view overview" data-testid="overview">
        <DumpTitle dump={dump} info={triage.info} />
        <CapsuleCard dump={dump} recorded={recorded} />
        <div className="overview-cards" style={areaStyle(capsuleAreas.medium, capsuleAreas.wide)}>
          <MemoryCard dump={dump} />
          {findingsCard}
        </div>
        <WaysOn dump={dump} />
      </div>
    );
  return (
    <div className="view overview" data-testid="overview">
      <DumpTitle dump={dump} info={triage.info} />
      <VerdictCard dump={dump} triage={triage} />
      <div className="overview-cards" style={areaStyle(mediumAreas(cards), wideAreas(cards))}>
        <MemoryCard dump={dump} />
        {gravity === 'grave' ? findingsCard : null}
        {crashed === undefined ? null : <TraceCard dump={dump} trace={crashed} />}
        <LogCard dump={dump} query={log} />
        <CpuCard dump={dump} cpus={cpus ?? triage.cpus} traces={traces} reason={triage.reason} />
        {kdump ? <KdumpCard dump={dump} decided={decided} /> : null}
        {gravity === 'grave' ? null : findingsCard}
      </div>
      <WaysOn dump={dump} />
    </div>
  );
}
