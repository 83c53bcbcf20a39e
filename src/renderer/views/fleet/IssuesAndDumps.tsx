import type { FleetOverview } from '../../../shared/fleet-protocol.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { howToFill } from './fleet-words.ts';
import { IssuePane } from './IssuePane.tsx';
import { IssueTable } from './IssueTable.tsx';
import { DumpsOfIssue } from './DumpsOfIssue.tsx';

/** Issues above, and what is known of the chosen one below. */
export function IssuesAndDumps({ overview }: { readonly overview: FleetOverview }) {
  const issue = useStore(useWorkbench().fleet.issue);
  if (overview.dumps === 0)
    return (
      <p className="message" role="status" data-testid="fleet-empty">
        {howToFill(overview.queued)}
      </p>
    );
  return (
    <SplitPane name="fleet" label="Height of the list of issues" share={0.42} stacked least={[180, 200]} className="fleet-panes">
      <IssueTable span={overview.span} />
      {issue === undefined ? null : issue === 'none' ? (
        <section className="fleet-none" aria-label="Dumps without an issue">
          <DumpsOfIssue key="none" issue={undefined} />
        </section>
      ) : (
        <IssuePane key={issue} id={issue} span={overview.span} />
      )}
    </SplitPane>
  );
}
