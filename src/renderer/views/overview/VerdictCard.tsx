import type { TriageDump } from '../../../shared/triage-model.ts';
import { withKnownIssues } from '../../../shared/known-issues.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { placePosition } from '../../words/place.ts';
import { verdictBanner } from '../../words/verdict.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { VerdictClass } from './VerdictClass.tsx';
import { VerdictDetails } from './VerdictDetails.tsx';

const uncaused: ReadonlySet<string> = new Set(['unknown', 'running']);

/**
 * The worst first: a failed check, otherwise the kind of failure and its location, otherwise the kernel's last message; then the evidence for it. All
 * evidence, keys and excluded causes are a click away.
 */
export function VerdictCard({ dump, triage }: { readonly dump: OpenDump; readonly triage: TriageDump }) {
  const { places, shownCheck, wantedEvidence, knownIssues } = useWorkbench();
  const verdict = withKnownIssues(triage.verdict, useStore(knownIssues)?.issues, triage.info.kernel.release);
  const { tone, headline, detail, check } = verdictBanner(triage, dump.checks, dump.osInfo ?? triage);
  const [range] = check?.ranges ?? [];
  const named = check === undefined && !uncaused.has(verdict.class);
  const title = <Hostile text={verdict.title} />;
  // With the sentence that says what ended the system.
  const chip = <VerdictClass verdict={verdict} />;
  const said = <AddressText dump={dump.key} text={headline} />;
  return (
    <section className={`card verdict verdict-${tone}`} aria-label="Verdict" data-testid="verdict" data-tone={tone}>
      <div className="verdict-words">
        <div className="verdict-line">
          <h2 className="selectable" data-testid={named ? 'verdict-title' : undefined}>
            {named ? title : said}
          </h2>
          {named ? chip : null}
        </div>
        <div className="verdict-line">
          <p className="selectable" data-testid={named ? undefined : 'verdict-title'}>
            {named ? said : title}
          </p>
          {named ? null : chip}
        </div>
        <p className="dim selectable">
          <AddressText dump={dump.key} text={detail.join(' ')} />
        </p>
        {verdict.knownIssues?.map(({ text, link }, at) => (
          <p key={at} className="selectable" data-testid="known-issue">
            Known issue: <Hostile text={link === undefined ? text : `${text} (${link})`} />
          </p>
        ))}
        <VerdictDetails dump={dump.key} verdict={verdict} />
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
