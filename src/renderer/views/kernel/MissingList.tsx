import type { Missing } from '../../../shared/result.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { usePane } from '../../widgets/pane.ts';

/** What could not be read from this dump, and why. Always shown. */
export function MissingList({ missing }: { readonly missing: readonly Missing[] }) {
  const dump = usePane()?.dump;
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
            <dd className="dim">{dump === undefined ? <Hostile text={why} /> : <AddressText dump={dump} text={why} />}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
