import type { CheckResult } from '../../../shared/check-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { placePosition } from '../../words/place.ts';
import { remedyWords } from '../../words/remedies.ts';
import { verdictTones, verdictWords } from '../../words/health.ts';
import { digestPieces, overwrittenDigest } from '../../../shared/digest-match.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { PlaceWords } from '../../widgets/PlaceWords.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { StepList } from '../../widgets/StepList.tsx';
import { VerdictMark } from '../../widgets/VerdictMark.tsx';

interface CheckRowProps {
  readonly dump: OpenDump;
  readonly check: CheckResult;
  readonly open: boolean;
  readonly running: boolean;
  readonly onToggle: () => void;
  /** Offers to compare the kdump kernel with a healthy image if its check failed. */
  readonly onCompare: (() => void) | undefined;
}

/** The report has the remaining links. */
const maxRanges = 8;

/** A value; in a partly overwritten digest, the overwritten part is marked. */
function CheckValue({ text, other }: { readonly text: string; readonly other: string | undefined }) {
  const match = overwrittenDigest(text, other);
  if (match === undefined) return <Hostile text={text} />;
  return digestPieces(text, match).map((piece, index) => (piece.differs ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>));
}

/** What was compared, and the steps of the check. */
function Details({ dump, check, onCompare }: Pick<CheckRowProps, 'dump' | 'check' | 'onCompare'>) {
  const { recorded, computed, steps = [], findings = [], ranges = [] } = check;
  return (
    <div className="check-details selectable" id={`check-${dump.key}-${check.id}`}>
      {recorded === undefined && computed === undefined ? null : (
        <dl className="check-values">
          <dt className="dim">recorded</dt>
          <dd className="code">{recorded === undefined ? <span className="dim">nothing</span> : <CheckValue text={recorded} other={computed} />}</dd>
          <dt className="dim">computed</dt>
          <dd className={`code${check.verdict === 'failed' ? ' tone-bad' : ''}`}>
            {computed === undefined ? <span className="dim">nothing</span> : <CheckValue text={computed} other={recorded} />}
          </dd>
        </dl>
      )}
      {check.remedy === 'give-kdump-image' ? (
        <p>
          <button type="button" className="button" disabled={onCompare === undefined} onClick={onCompare} data-testid="compare-kdump">
            <Icon name="git-compare" /> Compare with a healthy image…
          </button>
        </p>
      ) : null}
      {steps.length === 0 ? null : <StepList dump={dump.key} steps={steps} label={`Steps of ${check.title}`} />}
      {ranges.length > 1 ? (
        <ul className="check-ranges" aria-label="Ranges">
          {ranges.map((place, index) => (
            <li key={index}>
              <PlaceLink dump={dump.key} place={place} />
            </li>
          ))}
        </ul>
      ) : null}
      {findings.map((finding, index) => (
        <p key={index}>
          <span className={`tone-${finding.severity === 'error' ? 'bad' : finding.severity === 'warning' ? 'warn' : 'plain'}`}>{finding.severity}</span>{' '}
          <Hostile text={finding.title} />:{' '}
          <span className="dim">
            <PlaceText dump={dump.key} text={finding.detail} />
          </span>{' '}
          {finding.where === undefined ? null : <PlaceLink dump={dump.key} place={finding.where} />}
        </p>
      ))}
    </div>
  );
}

export function CheckRow({ dump, check, open, running, onToggle, onCompare }: CheckRowProps) {
  const remedy = check.remedy === undefined ? undefined : remedyWords[check.remedy];
  const hasMore =
    check.recorded !== undefined ||
    check.computed !== undefined ||
    [check.steps, check.findings].some((list) => list !== undefined && list.length > 0) ||
    (check.ranges?.length ?? 0) > 1;
  return (
    <li className={open ? 'check open' : 'check'} data-check={check.id} data-verdict={check.verdict} data-testid={`check-${check.id}`}>
      <div className="check-line">
        <button
          type="button"
          className="check-toggle"
          aria-expanded={open}
          aria-controls={open ? `check-${dump.key}-${check.id}` : undefined}
          disabled={!hasMore}
          onClick={onToggle}
        >
          <Icon name={open ? 'chevron-down' : 'chevron-right'} className={hasMore ? '' : 'hidden'} />
          <span className={`check-verdict tone-${verdictTones[check.verdict]}`}>
            <VerdictMark verdict={check.verdict} running={running} /> {running ? 'running' : verdictWords[check.verdict]}
          </span>
          <span className="check-title">
            <Hostile text={check.title} />
            <span className="code dim check-id">{check.id}</span>
          </span>
        </button>
        <span className="check-detail dim selectable">
          <PlaceText dump={dump.key} text={check.detail} />
          {remedy === undefined ? null : ` · ${remedy}`}
        </span>
        <span className="check-places">
          {(check.ranges ?? []).slice(0, open ? maxRanges : 1).map((place, index) => (
            <span key={index} className="check-place">
              <PlaceLink dump={dump.key} place={place} />
              <PlaceWords dump={dump} position={placePosition(place)} />
            </span>
          ))}
          {!open && (check.ranges?.length ?? 0) > 1 ? <span className="dim">and {(check.ranges?.length ?? 0) - 1} more</span> : null}
        </span>
      </div>
      {open ? <Details dump={dump} check={check} onCompare={onCompare} /> : null}
    </li>
  );
}
