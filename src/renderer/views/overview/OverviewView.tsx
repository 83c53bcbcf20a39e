/** The triage page: what it is, whether it can be trusted, why it probably died, and the ways on. */
import type { OpenDump } from '../../state/open-dump.ts';
import { CpuCard } from './CpuCard.tsx';
import { DumpTitle } from './DumpTitle.tsx';
import { FindingsCard } from './FindingsCard.tsx';
import { KdumpCard } from './KdumpCard.tsx';
import { MemoryCard } from './MemoryCard.tsx';
import { Opening } from './Opening.tsx';
import { VerdictCard } from './VerdictCard.tsx';
import { WaysOn } from './WaysOn.tsx';
import './overview.css';

export function OverviewView({ dump }: { readonly dump: OpenDump }) {
  const { triage } = dump;
  if (triage === undefined) return <Opening dump={dump} />;
  const decided = dump.osInfo ?? triage;
  const hasKdump = decided.standaloneKdump !== undefined || decided.panicKdump !== undefined;
  return (
    <div className="view overview" data-testid="overview">
      <DumpTitle dump={dump} info={triage.info} />
      <VerdictCard dump={dump} triage={triage} />
      <div className={hasKdump ? 'overview-pair' : 'overview-single'}>
        {hasKdump ? <KdumpCard dump={dump} decided={decided} /> : null}
        <CpuCard dump={dump} cpus={triage.cpus} reason={triage.reason} />
      </div>
      <MemoryCard dump={dump} />
      <FindingsCard dump={dump} info={triage.info} />
      <WaysOn dump={dump} />
    </div>
  );
}
