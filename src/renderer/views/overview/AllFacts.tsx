import type { OpenDump } from '../../state/open-dump.ts';
import type { ShownFact } from '../../words/dump-facts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';

/** Every fact with its source and how far it can be trusted, behind one button. */
export function AllFacts({ facts, dump }: { readonly facts: readonly ShownFact[]; readonly dump: OpenDump }) {
  const id = `facts-${dump.key}`;
  const identity = dump.phase.kind === 'open' ? dump.phase.identity : undefined;
  return (
    <>
      <button type="button" className="pill pill-more" popoverTarget={id} data-testid="all-facts">
        all {facts.length} facts
      </button>
      <div id={id} className="facts-popover" popover="auto" role="dialog" aria-label="All facts">
        <table className="table facts-table">
          <thead>
            <tr>
              <th>fact</th>
              <th>value</th>
              <th>trust</th>
              <th>source</th>
            </tr>
          </thead>
          <tbody className="selectable">
            {facts.map(({ id: fact, label, text, trust, source }) => (
              <tr key={fact}>
                <td className="dim">{label}</td>
                <td className="facts-value">
                  <Hostile text={text} />
                </td>
                <td className="facts-trust">
                  {trust === undefined ? (
                    <span className="dim">–</span>
                  ) : (
                    <>
                      <TrustMark trust={trust} /> <span aria-hidden="true">{trust}</span>
                    </>
                  )}
                </td>
                <td className="dim facts-source">
                  <Hostile text={source ?? ''} />
                </td>
              </tr>
            ))}
            <tr>
              <td className="dim">Path</td>
              <td className="facts-value" colSpan={3}>
                <Hostile text={dump.path} />
              </td>
            </tr>
            {identity === undefined ? null : (
              <tr>
                <td className="dim">Identity</td>
                <td className="facts-value code" colSpan={3}>
                  <Hostile text={identity} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}
