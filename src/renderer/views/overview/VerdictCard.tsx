import type { TriageDump } from '../../../shared/triage-model.ts';
import { classLine } from '../../../shared/verdict-text.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { placePosition } from '../../words/place.ts';
import { verdictBanner } from '../../words/verdict.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

/** The verdict first, in a sentence; then what it rests on. */
export function VerdictCard({ dump, triage }: { readonly dump: OpenDump; readonly triage: TriageDump }) {
  const { places, shownCheck, wantedEvidence } = useWorkbench();
  const { tone, headline, detail, check } = verdictBanner(triage, dump.checks, dump.osInfo ?? triage);
  const [range] = check?.ranges ?? [];
  return (
    <section className={`card verdict verdict-${tone}`} aria-label="Verdict" data-testid="verdict" data-tone={tone}>
      <div className="verdict-words">
        <h2>
          <Hostile text={headline} />
        </h2>
        <p className="verdict-title selectable" data-testid="verdict-title" title={visibleText(triage.verdict.evidence.map(({ text }) => text).join('\n'))}>
          <Hostile text={`${triage.verdict.title} (${classLine(triage.verdict)})`} />
        </p>
        <p className="dim selectable">
          <Hostile text={detail.join(' ')} />
        </p>
      </div>
      <div className="verdict-links">
        {check === undefined ? (
          <button type="button" className="link" onClick={() => places.show('integrity', dump.key)}>
            Show the checks
          </button>
        ) : (
          <button
            type="button"
            className="link"
            onClick={() => {
              shownCheck.update((old) => ({ ...old, [dump.key]: check.id }));
              places.show('integrity', dump.key);
            }}
          >
            Show the steps
          </button>
        )}
        {range === undefined ? null : (
          <button type="button" className="link" onClick={() => places.goTo(dump.key, placePosition(range))}>
            Go to the bytes
          </button>
        )}
        {check?.remedy === 'give-kdump-image' ? (
          <button
            type="button"
            className="link"
            onClick={() => {
              wantedEvidence.update((old) => ({ ...old, [dump.key]: 'kdumpImage' }));
              places.show('integrity', dump.key);
            }}
          >
            Compare with a healthy image
          </button>
        ) : null}
      </div>
    </section>
  );
}
