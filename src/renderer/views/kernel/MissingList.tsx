import type { Missing } from '../../../shared/result.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

/** What this dump does not give, and why: never silent. */
export function MissingList({ missing }: { readonly missing: readonly Missing[] }) {
  if (missing.length === 0) return null;
  return (
    <details className="kernel-missing" open={missing.length < 4}>
      <summary className="dim">Not known from this dump: {missing.length}</summary>
      <dl>
        {missing.map(({ what, why }, index) => (
          <div key={index}>
            <dt>
              <Hostile text={what} />
            </dt>
            <dd className="dim">
              <Hostile text={why} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
