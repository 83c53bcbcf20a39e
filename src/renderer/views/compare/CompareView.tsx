/** Two dumps side by side: which other one, then what differs. */
import { defined } from '../../../shared/defined.ts';
import { useStore } from '../../hooks/use-store.ts';
import { fileName, type OpenDump } from '../../state/open-dump.ts';
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
          Two times of one system, two kinds of container of one dump, or a damaged and a healthy copy. The same on the command line:{' '}
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
