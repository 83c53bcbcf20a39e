import { Fragment, useState } from 'react';
import type { VerdictJson } from '../../../shared/verdict-model.ts';
import { verdictRows } from '../../../shared/verdict-text.ts';
import { AddressText } from '../../widgets/AddressText.tsx';

/** Rows of the verdict that are in the card itself. */
const shownAbove: ReadonlySet<string> = new Set(['Title', 'Class']);

/** Evidence, keys and causes without any sign, one click away. @param dump key of the open dump, whose places the texts name */
export function VerdictDetails({ dump, verdict }: { readonly dump: string; readonly verdict: VerdictJson }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="verdict-why" data-testid="verdict-why" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>Evidence and signature</summary>
      {isOpen ? (
        <dl className="selectable">
          {verdictRows(verdict)
            .filter(([name]) => !shownAbove.has(name) && (name !== 'Known issue' || verdict.knownIssues?.length === 0))
            .map(([name, value], row) => (
              <Fragment key={row}>
                <dt>{name}</dt>
                <dd>
                  <AddressText dump={dump} text={value} />
                </dd>
              </Fragment>
            ))}
        </dl>
      ) : null}
    </details>
  );
}
