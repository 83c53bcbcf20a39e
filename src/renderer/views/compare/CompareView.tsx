/** Compares two dumps side by side: first the choice of the other dump, then the differences. */
import { defined } from '../../../shared/defined.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { fileName, handleOf, type OpenDump } from '../../state/open-dump.ts';
import { plainComparison, type ComparisonSettings } from '../../state/comparisons.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { dumpLabels, labelText } from '../../words/dump-label.ts';
import { Comparison } from './Comparison.tsx';
import { pairOf } from './pair.ts';
import './compare.css';
import './compare-lists.css';

export function CompareView({ dump }: { readonly dump: OpenDump }) {
  const { dumps, comparisons } = useWorkbench();
  const all = useStore(dumps.all);
  const settings = useStore(comparisons.settings)[dump.key] ?? plainComparison;
  const others = all.filter(({ key, phase }) => key !== dump.key && phase.kind !== 'failed');
  const [only] = others;
  const other = others.find(({ key }) => key === settings.right) ?? (others.length === 1 ? only : undefined);
  if (other === undefined) return <ChooseOther dump={dump} others={others} />;
  return <Ordered key={other.key} owner={dump} other={other} others={others} settings={settings} />;
}

interface OrderedProps {
  readonly owner: OpenDump;
  readonly other: OpenDump;
  readonly others: readonly OpenDump[];
  readonly settings: ComparisonSettings;
}

/** Nothing is compared before it is known which dump is older: swapping them would repeat the comparison. */
function Ordered({ owner, other, others, settings }: OrderedProps) {
  const { engine, dumps } = useWorkbench();
  const labels = dumpLabels(useStore(dumps.all));
  const handle = handleOf(other);
  const query = useQuery(owner, handle === undefined ? undefined : `${handle} ${other.generation}`, (left, signal) =>
    engine.call('compareTimes', { left, right: handle ?? '' }, { signal }),
  );
  if (query.value === undefined && query.error === undefined)
    return (
      <div className="compare-view" data-testid="compare">
        <QueryMessage query={query} what="the times of both dumps" />
      </div>
    );
  const nameOf = ({ key, name }: OpenDump): string => labelText(labels.get(key) ?? { name });
  const pair = pairOf({ owner, other, settings, times: query.value, nameOf });
  return <Comparison key={pair.left.key} pair={pair} others={others} />;
}

function ChooseOther({ dump, others }: { readonly dump: OpenDump; readonly others: readonly OpenDump[] }) {
  const { dumps, comparisons, chooseDumps, recents } = useWorkbench();
  const beside = (key: string): void => comparisons.change(dump.key, { right: key });
  const closed = useStore(recents).filter(({ path }) => path !== dump.path && !others.some((other) => other.path === path));
  return (
    <div className="view">
      <section className="card compare-choose" aria-label="Choose the other dump">
        <h2>
          Compare <Hostile text={dump.name} /> with…
        </h2>
        <p className="dim">
          For example: one system at two times, one dump in two container formats, or a damaged and a healthy copy. On the command line:{' '}
          <span className="code">dumpbench compare</span>.
        </p>
        <Choices title="Open" choices={others.map(({ key, name, path }) => ({ key, name, note: path, choose: () => beside(key) }))} />
        <Choices
          title="Recent"
          choices={closed.map(({ path, said, volumes }) => ({
            key: path,
            name: fileName(path),
            note: path,
            choose: () => beside(dumps.open(path, defined({ said, volumes }))),
          }))}
        />
        <button type="button" className="button primary" onClick={chooseDumps}>
          Open another dump…
        </button>
      </section>
    </div>
  );
}

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly choose: () => void;
}

function Choices({ title, choices }: { readonly title: string; readonly choices: readonly Choice[] }) {
  if (choices.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="caption">{title}</h3>
      <ul>
        {choices.map(({ key, name, note, choose }) => (
          <li key={key} className="compare-choice">
            <button type="button" className="link" onClick={choose}>
              <Hostile text={name} />
            </button>
            <span className="dim cut">
              <Hostile text={note} title />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
