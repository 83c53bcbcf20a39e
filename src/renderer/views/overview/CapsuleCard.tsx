import { capsuleLimits, recordedHeading, unknownCase } from '../../../shared/capsule-text.ts';
import type { RecordedCaseJson } from '../../../shared/triage-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { healthWords } from '../../words/health.ts';
import { classTone } from '../../words/verdict.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { VerdictClass } from './VerdictClass.tsx';
import { VerdictDetails } from './VerdictDetails.tsx';

function Recorded({ dump, recorded }: { readonly dump: OpenDump; readonly recorded: RecordedCaseJson }) {
  if ('why' in recorded)
    return (
      <h2 className="selectable" data-testid="verdict-title">
        <Hostile text={unknownCase(recorded)} />
      </h2>
    );
  const { fileName, verdict, reason, health } = recorded;
  return (
    <>
      <p className="dim selectable">
        <Hostile text={recordedHeading(fileName)} />
      </p>
      <div className="verdict-line">
        <h2 className="selectable" data-testid="verdict-title">
          <Hostile text={verdict.title} />
        </h2>
        <VerdictClass verdict={verdict} />
      </div>
      {reason === undefined ? null : (
        <p className="selectable">
          <AddressText dump={dump.key} text={reason} />
        </p>
      )}
      <p className="dim selectable">Checks of that dump: {healthWords(health)}.</p>
      <VerdictDetails dump={dump.key} verdict={verdict} />
    </>
  );
}

/** Shown instead of the verdict: a capsule's pages do not show what happened; its report says so, and was not checked here. */
export function CapsuleCard({ dump, recorded }: { readonly dump: OpenDump; readonly recorded: RecordedCaseJson }) {
  const tone = 'why' in recorded ? 'warn' : classTone(recorded.verdict.class);
  return (
    <section className={`card verdict verdict-${tone}`} aria-label="Verdict of the report in the capsule" data-testid="verdict" data-tone={tone}>
      <div className="verdict-words">
        <Recorded dump={dump} recorded={recorded} />
        <p className="capsule-limits dim selectable">{capsuleLimits.join(' ')}</p>
      </div>
    </section>
  );
}
