import type { OpenDump } from '../../state/open-dump.ts';
import { dumpFacts } from '../../words/dump-facts.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';

/**
 * Shown between the choice of a file and its first page, usually less than a second. A long chain of headers takes longer, and what is known so far
 * is shown meanwhile.
 */
export function Opening({ dump }: { readonly dump: OpenDump }) {
  const { engine, catalogue } = useWorkbench();
  const { state } = useStore(engine.status);
  const known = useStore(catalogue);
  const { reading } = dump;
  const facts = reading?.info === undefined ? [] : dumpFacts(reading.info, known).filter(({ pill }) => pill !== undefined);
  return (
    <div className="view opening" role="status" data-testid="opening">
      <h1 className="cut">
        <Hostile text={dump.name} />
      </h1>
      <p className="dim">{state === 'ready' ? 'Reading headers and small structures…' : 'Waiting for the engine…'}</p>
      <ProgressBar fraction={reading?.fraction} label="Opening the dump" />
      {facts.length === 0 ? null : (
        <ul className="pills" aria-label="Facts so far">
          {facts.map(({ id, text, pill }) => (
            <li key={id} className="pill">
              <Hostile text={pill ?? text} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
