import type { FleetState } from '../../state/fleet.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { plural } from '../../words/numbers.ts';
import { overviewText } from './fleet-words.ts';

/** Which catalogue is open, and what it contains. */
export function CatalogueHead({ catalogue }: { readonly catalogue: Extract<FleetState, { readonly phase: 'open' }> }) {
  const { fleet, tell } = useWorkbench();
  const { kind, place, overview } = catalogue;
  return (
    <header className="fleet-head">
      <h1>Fleet</h1>
      <span className="code cut selectable" data-testid="fleet-place">
        <Hostile text={place} title />
      </span>
      <span className="dim">{kind === 'server' ? 'on a server' : 'in a folder'}</span>
      <span className="dim" role="status" data-testid="fleet-overview">
        {overviewText(overview)}
      </span>
      {overview.withoutIssue === 0 ? null : (
        <button
          type="button"
          className="link"
          title="These dumps have no signature: they record neither a stack nor a location in the kernel"
          onClick={() => fleet.shown.set({ kind: 'none' })}
          data-testid="fleet-without-issue"
        >
          {plural(overview.withoutIssue, 'dump')} without an issue
        </button>
      )}
      <span className="fleet-tools">
        <button type="button" className="button" onClick={() => fleet.shown.set({ kind: 'search', issue: undefined })} data-testid="fleet-search">
          Search all dumps…
        </button>
        <IconButton icon="refresh" label="Refresh" onPress={() => void fleet.refresh().catch(tell)} testId="fleet-refresh" />
        <button type="button" className="button" onClick={fleet.close} data-testid="fleet-close">
          Close catalogue
        </button>
      </span>
    </header>
  );
}
