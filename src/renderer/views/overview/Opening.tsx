import type { OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';

/** Between the choice of a file and its first facts: usually less than a second. */
export function Opening({ dump }: { readonly dump: OpenDump }) {
  const { state } = useStore(useWorkbench().engine.status);
  return (
    <div className="view opening" role="status" data-testid="opening">
      <h1 className="cut">
        <Hostile text={dump.name} />
      </h1>
      <p className="dim">{state === 'ready' ? 'Reading headers and small structures…' : 'Waiting for the engine…'}</p>
      <ProgressBar fraction={undefined} label="Opening the dump" />
    </div>
  );
}
