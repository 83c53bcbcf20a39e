/** All issues, those with the most dumps first: read in pages, ordered and filtered by the catalogue. */
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { defined } from '../../../shared/defined.ts';
import { issueOrders, type IssueOrder, type IssueRow, type TrendSpan } from '../../../shared/fleet-protocol.ts';
import { issueStates } from '../../../shared/issue-states.ts';
import { classText } from '../../../shared/verdict-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import { FilterInput } from '../../widgets/data-table/FilterInput.tsx';
import type { SortBy } from '../../widgets/data-table/sort-by.ts';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { countText, plural } from '../../words/numbers.ts';
import { namesText, statusText, whenSeen } from './fleet-words.ts';
import { Sparkline } from './Sparkline.tsx';
import { dayText } from './trend.ts';
import { useFleetPages } from './use-fleet.ts';

const issueColumns = (span: TrendSpan | undefined, onOpen: (issue: IssueRow) => void): readonly DataColumn<IssueRow>[] => [
  { id: 'dumps', title: 'dumps', width: 8, kind: 'number', text: ({ dumps }) => countText(dumps), value: ({ dumps }) => dumps },
  {
    id: 'trend',
    title: 'when',
    about: span === undefined ? 'No times are known' : `From ${dayText(span.start)} to ${dayText(span.end)}, each bar against the highest of its row`,
    width: 18,
    isTool: true,
    text: () => '',
    cell: ({ trend }) => <Sparkline trend={trend} span={span} />,
  },
  {
    id: 'title',
    title: 'title',
    width: 28,
    grow: 4,
    text: ({ title }) => title,
    cell: (issue) => (
      <button type="button" className="link cut fleet-title" onClick={() => onOpen(issue)}>
        <Hostile text={issue.title} title />
      </button>
    ),
  },
  { id: 'class', title: 'class', width: 16, grow: 1, text: (issue) => classText(issue.class) },
  { id: 'status', title: 'status', width: 9, text: ({ status }) => statusText[status] },
  { id: 'first', title: 'first seen', about: 'By crash time, or dump time if that is unknown (UTC)', width: 12, text: (issue) => whenSeen(issue)[0] },
  { id: 'last', title: 'last seen', about: 'By crash time, or dump time if that is unknown (UTC)', width: 12, text: (issue) => whenSeen(issue)[1] },
  { id: 'releases', title: 'releases', width: 16, grow: 2, text: ({ releases, releaseCount }) => namesText(releases, releaseCount) },
  { id: 'machines', title: 'machines', width: 14, grow: 1, text: ({ hosts, hostCount }) => namesText(hosts, hostCount) },
  { id: 'note', title: 'note', width: 16, grow: 1, isExtra: true, text: ({ note = '' }) => note },
  {
    id: 'id',
    title: 'number',
    about: 'As used by “dumpbench fleet issues NUMBER”',
    width: 8,
    kind: 'number',
    isExtra: true,
    text: ({ id }) => String(id),
    value: ({ id }) => id,
  },
];

const most: SortBy = { column: 'dumps', descending: true };

export function IssueTable({ span }: { readonly span: TrendSpan | undefined }) {
  const { fleet } = useWorkbench();
  const turn = useStore(fleet.turn);
  const shown = useStore(fleet.shown);
  const chosen = shown?.kind === 'issue' ? shown.id : undefined;
  const [typed, setTyped] = useState('');
  const [status, setStatus] = useState('');
  const [by, setBy] = useState<SortBy | undefined>(most);
  const text = useDeferredValue(typed.trim());
  const order: IssueOrder = issueOrders.find((one) => one === by?.column) ?? 'id';
  const descending = by?.descending ?? false;
  const ask = useCallback(
    (start: number, count: number, signal?: AbortSignal) => {
      const wanted = defined({ status: issueStates.find((one) => one === status), text: text === '' ? undefined : text });
      return fleet.call('issueRows', { ...wanted, by: order, descending, start, count, turn }, signal);
    },
    [fleet, turn, status, text, order, descending],
  );
  const { rows, matching, error } = useFleetPages(`${status} ${order} ${descending ? 'down' : 'up'} ${text}`, ask, {
    columns: issueOrders,
    by,
    onOrder: setBy,
  });
  const open = useCallback(({ id }: IssueRow) => fleet.shown.set({ kind: 'issue', id }), [fleet]);
  const columns = useMemo(() => issueColumns(span, open), [span, open]);
  const bar = (
    <>
      <FilterInput
        label="Search issues"
        placeholder="Title, note, link, machine, release"
        testId="fleet-filter"
        value={typed}
        onChange={(next) => setTyped(next.slice(0, 200))}
      />
      <select className="select" aria-label="Status" value={status} onChange={(event) => setStatus(event.currentTarget.value)} data-testid="fleet-status">
        <option value="">any status</option>
        {issueStates.map((one) => (
          <option key={one} value={one}>
            {statusText[one]}
          </option>
        ))}
      </select>
      <span className="dim" role="status" data-testid="fleet-count">
        {matching === undefined ? (error === undefined ? 'Reading the issues…' : '') : plural(matching, 'issue')}
      </span>
      {shown === undefined ? <span className="dim fleet-hint">Select an issue to see its details and dumps</span> : null}
    </>
  );
  return (
    <DataTable
      name="fleet-issues"
      label="Issues"
      testId="fleet-issues"
      columns={columns}
      rows={rows}
      before={bar}
      nothing={
        error !== undefined ? (
          <p className="message" role="alert">
            Couldn't read the issues: <Hostile text={error.message} />
          </p>
        ) : matching === 0 ? (
          <p className="message">
            {text === '' && status === '' ? 'No dump in this catalogue has a signature, so there are no issues.' : 'No issue matches the filter.'}
          </p>
        ) : undefined
      }
      opensOnClick
      onRow={open}
      mark={({ id }) => (id === chosen ? 'chosen' : undefined)}
    />
  );
}
