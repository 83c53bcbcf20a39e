import type { Finding } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { PlaceWords } from '../../widgets/PlaceWords.tsx';
import { placePosition } from '../../words/place.ts';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';

const tones = { error: 'bad', warning: 'warn', info: 'plain' } as const;

function Row({ dump, finding }: { readonly dump: OpenDump; readonly finding: Finding }) {
  return (
    <li className="finding">
      <span className={`tone-${tones[finding.severity]}`}>{finding.severity}</span>
      <span className="finding-title">
        <Hostile text={finding.title} />
      </span>
      <span className="finding-detail dim">
        <PlaceText dump={dump.key} text={finding.detail} />
      </span>
      <span className="finding-where">
        {finding.where === undefined ? null : (
          <>
            <PlaceLink dump={dump.key} place={finding.where} />
            <PlaceWords dump={dump} position={placePosition(finding.where)} />
          </>
        )}
      </span>
    </li>
  );
}

export function FindingsCard({ dump, findings }: { readonly dump: OpenDump; readonly findings: readonly Finding[] }) {
  return (
    <section className={findings.length === 0 ? 'card findings-card nothing' : 'card findings-card'} aria-labelledby={`findings-${dump.key}`}>
      <div className="card-head">
        <h2 className="caption" id={`findings-${dump.key}`}>
          Findings
        </h2>
      </div>
      {findings.length === 0 ? (
        <p className="dim" data-testid="findings">
          Nothing notable in the headers, the structures, or the checks that ran.
        </p>
      ) : (
        <ul className="findings card-scroll" data-testid="findings">
          {findings.map((finding, index) => (
            <Row key={index} dump={dump} finding={finding} />
          ))}
        </ul>
      )}
    </section>
  );
}
