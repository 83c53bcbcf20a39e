import type { FleetOverview, TrendSpan } from '../../../shared/fleet-protocol.ts';
import type { FleetShown } from '../../state/fleet.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { howToFill } from './fleet-words.ts';
import { IssuePane } from './IssuePane.tsx';
import { IssueTable } from './IssueTable.tsx';
import { DumpsOfIssue } from './DumpsOfIssue.tsx';
import { FleetSearchPane } from './FleetSearchPane.tsx';

function Below({ shown, span }: { readonly shown: FleetShown; readonly span: TrendSpan | undefined }) {
  switch (shown.kind) {
    case 'issue':
      return <IssuePane key={shown.id} id={shown.id} span={span} />;
    case 'none':
      return (
        <section className="fleet-none" aria-label="Dumps without an issue">
          <DumpsOfIssue issue={undefined} />
        </section>
      );
    case 'search':
      return <FleetSearchPane key={String(shown.issue)} issue={shown.issue} />;
  }
}

/** Issues above, and details of the chosen one below. */
export function IssuesAndDumps({ overview }: { readonly overview: FleetOverview }) {
  const shown = useStore(useWorkbench().fleet.shown);
  if (overview.dumps === 0)
    return (
      <p className="message" role="status" data-testid="fleet-empty">
        {howToFill(overview.queued)}
      </p>
    );
  return (
    <SplitPane name="fleet" label="Height of the list of issues" share={0.42} stacked least={[180, 200]} className="fleet-panes">
      <IssueTable span={overview.span} />
      {shown === undefined ? null : <Below shown={shown} span={overview.span} />}
    </SplitPane>
  );
}
