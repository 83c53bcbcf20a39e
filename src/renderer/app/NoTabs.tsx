/** The page shown when dumps are open but no tabs. */
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { DumpName } from './DumpName.tsx';
import './no-tabs.css';

export function NoTabs() {
  const { dumps, places, closedTabs } = useWorkbench();
  const all = useStore(dumps.all);
  const closed = useStore(closedTabs.count);
  return (
    <div className="no-tabs" data-testid="no-tabs" data-pane="view">
      <h1>No view is open</h1>
      <p className="dim">The bar on the left opens views of the dump you used last. Dumps stay open until you close them (Ctrl+Shift+W).</p>
      <ul aria-label="Open dumps">
        {all.map((dump, index) => (
          <li key={dump.key}>
            <button
              type="button"
              className="no-tabs-dump"
              onClick={() => places.show('overview', dump.key)}
              {...(index === 0 ? { 'data-pane-focus': true } : {})}
            >
              <DumpName dump={dump} />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="button" disabled={closed === 0} onClick={closedTabs.reopen}>
        Reopen closed tab <kbd>Ctrl Shift T</kbd>
      </button>
    </div>
  );
}
