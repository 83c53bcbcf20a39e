/** The catalogue of a fleet: which crashes occurred, how often, where, and since when; and the dumps of each. */
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { CatalogueChoice } from './CatalogueChoice.tsx';
import { CatalogueHead } from './CatalogueHead.tsx';
import { IssuesAndDumps } from './IssuesAndDumps.tsx';
import './fleet.css';

export function FleetView() {
  const state = useStore(useWorkbench().fleet.state);
  return (
    <div className="fleet-view" data-testid="fleet" data-phase={state.phase}>
      {state.phase === 'open' ? (
        <>
          <CatalogueHead catalogue={state} />
          <IssuesAndDumps overview={state.overview} />
        </>
      ) : (
        <CatalogueChoice state={state} />
      )}
    </div>
  );
}
