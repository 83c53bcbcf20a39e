/** Two dumps side by side: which other one, then what differs. */
import { useStore } from '../../state/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plainComparison } from '../../state/comparisons.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Comparison } from './Comparison.tsx';
import './compare.css';

export function CompareView({ dump }: { readonly dump: OpenDump }) {
  const { dumps, comparisons } = useWorkbench();
  const all = useStore(dumps.all);
  const settings = useStore(comparisons.settings)[dump.key] ?? plainComparison;
  const others = all.filter(({ key, phase }) => key !== dump.key && phase.kind !== 'failed');
  const [only] = others;
  const right = others.find(({ key }) => key === settings.right) ?? (others.length === 1 ? only : undefined);
  if (right === undefined) return <ChooseOther dump={dump} others={others} />;
  return <Comparison key={`${dump.key}/${right.key}`} left={dump} right={right} others={others} settings={settings} />;
}

function ChooseOther({ dump, others }: { readonly dump: OpenDump; readonly others: readonly OpenDump[] }) {
  const { comparisons, chooseDumps } = useWorkbench();
  return (
    <div className="view">
      <section className="card compare-choose" aria-label="Choose the other dump">
        <h2>
          Compare <Hostile text={dump.name} /> with…
        </h2>
        {others.length === 0 ? (
          <p className="dim">
            No other dump is open. Two times of one system, two kinds of container of one dump, or a damaged and a healthy copy can be compared.
          </p>
        ) : (
          <ul>
            {others.map((other) => (
              <li key={other.key}>
                <button type="button" className="link" onClick={() => comparisons.change(dump.key, { right: other.key })}>
                  <Hostile text={other.name} />
                </button>{' '}
                <span className="dim cut">
                  <Hostile text={other.path} />
                </span>
              </li>
            ))}
          </ul>
        )}
        <button type="button" className="button primary" onClick={chooseDumps}>
          Open another dump…
        </button>
      </section>
    </div>
  );
}
