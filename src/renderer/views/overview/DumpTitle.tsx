import type { Info } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { dumpFacts, type ShownFact } from '../../words/dump-facts.ts';
import { healthCounts, verdictWords } from '../../words/health.ts';
import { countText, percentText } from '../../words/numbers.ts';
import { trustText } from '../../words/trust.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';
import { AllFacts } from './AllFacts.tsx';
import { AttachedList, AttachMenu } from './Attachments.tsx';
import { BesideDump } from './BesideDump.tsx';
import { ViewSwitch } from './ViewSwitch.tsx';

function Pill({ fact }: { readonly fact: ShownFact }) {
  const bad = fact.id === 'complete' && fact.text !== 'complete';
  return (
    <li
      className={bad ? 'pill tone-bad' : 'pill'}
      title={fact.trust === undefined ? undefined : trustText(fact.trust, fact.source)}
      data-testid={`fact-${fact.id}`}
    >
      <Hostile text={fact.pill ?? fact.text} />
      {fact.trust === undefined || fact.trust === 'unverifiable' ? (
        <span className="unseen"> (unverifiable)</span>
      ) : (
        <>
          {' '}
          <TrustMark trust={fact.trust} />
        </>
      )}
    </li>
  );
}

/** Progress of the checks and the index. */
function coverageText({ checked, coverage }: OpenDump): string {
  const scan = { triage: 'first checks', quick: 'quick checks done', full: 'full scan done' }[checked];
  if (coverage === undefined) return `${scan} · pages not indexed`;
  if (coverage.indexed >= coverage.total) return `${scan} · ${countText(coverage.total)} pages indexed`;
  return `${scan} · ${percentText(coverage.indexed, coverage.total)} of ${countText(coverage.total)} pages indexed`;
}

/** Name, facts and health: the head of the page. */
export function DumpTitle({ dump, info }: { readonly dump: OpenDump; readonly info: Info }) {
  const { places, catalogue } = useWorkbench();
  const facts = dumpFacts(info, useStore(catalogue));
  return (
    <header className="title">
      <h1 className="title-name cut" data-testid="dump-title">
        <Hostile text={dump.name} title />
      </h1>
      <div className="title-health">
        <button type="button" className="health" data-testid="health" title="Show all checks" onClick={() => places.show('integrity', dump.key)}>
          {dump.health === undefined
            ? null
            : healthCounts(dump.health).map(({ verdict, count, tone }) => (
                <span key={verdict} className={`health-count tone-${tone}`}>
                  <strong>{count}</strong> {verdictWords[verdict]}
                </span>
              ))}
        </button>
        <div className="title-coverage dim">{coverageText(dump)}</div>
      </div>
      <ViewSwitch dump={dump} info={info} />
      <ul className="pills" aria-label="Facts">
        {facts.map((fact) => (fact.pill === undefined ? null : <Pill key={fact.id} fact={fact} />))}
        <li>
          <AllFacts facts={facts} dump={dump} />
        </li>
        <li>
          <AttachMenu dump={dump} />
        </li>
      </ul>
      <AttachedList dump={dump} />
      <BesideDump dump={dump} />
    </header>
  );
}
