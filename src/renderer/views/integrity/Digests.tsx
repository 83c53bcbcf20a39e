import type { VerifyJson } from '../../../shared/check-model.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

/** Digests over everything, which only the full pass computes. */
export function Digests({
  digests,
  missing,
  checked,
}: {
  readonly digests: VerifyJson['digests'];
  /** Why a digest is missing. */
  readonly missing: VerifyJson['digestsMissing'];
  readonly checked: 'triage' | 'quick' | 'full';
}) {
  const rows = [
    ['SHA-256 of the file', digests.file, missing?.file],
    ['memory root', digests.memoryRoot, missing?.memoryRoot],
  ] as const;
  return (
    <section className="digests" aria-label="Digests">
      <h3 className="caption">Digests</h3>
      {checked !== 'full' ? (
        <p className="dim">“Verify everything” computes them over the whole file and all memory.</p>
      ) : (
        <dl className="check-values selectable" data-testid="digests">
          {rows.map(([name, value, why]) => (
            <div key={name} className="digest">
              <dt className="dim">{name}</dt>
              <dd className="code">
                {value === undefined ? (
                  <span className="dim">
                    not computed
                    {why === undefined ? null : (
                      <>
                        : <Hostile text={why} />
                      </>
                    )}
                  </span>
                ) : (
                  <Hostile text={value} />
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
