/** Switches between two systems in one dump. Each is a separate dump in the window, so that they can be compared. */
import { defined } from '../../../shared/defined.ts';
import type { Info } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';

export function ViewSwitch({ dump, info }: { readonly dump: OpenDump; readonly info: Info }) {
  const { dumps, places, catalogue } = useWorkbench();
  const { views } = useStore(catalogue);
  if (info.memory.twoSystems === undefined) return null;
  const now = info.memory.view ?? 'all';
  return (
    <div className="view-switch" role="group" aria-label="System in the dump" data-testid="view-switch">
      {views.map(({ id: view, title }) => (
        <button
          key={view}
          type="button"
          className={view === now ? 'button chosen' : 'button'}
          aria-pressed={view === now}
          data-testid={`view-${view}`}
          onClick={() => {
            if (view === now) return;
            const { volumes, said } = dump;
            const key = dumps.open(dump.path, { ...defined({ volumes }), said, ...(view === 'all' ? {} : { view }) });
            places.show('overview', key);
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
