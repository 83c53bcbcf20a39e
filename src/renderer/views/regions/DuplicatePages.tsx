/** All pages of one group of equal pages. */
import { useMemo, useState } from 'react';
import type { DuplicateGroupJson } from '../../../shared/duplicates-protocol.ts';
import { pageSize } from '../../../shared/units.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Pager } from './Pager.tsx';

const shownPages = 10_000;

/** @param skip pages of the group before the first row */
const pageColumns = (dump: string, linked: boolean, skip: number): readonly DataColumn<string>[] => [
  { id: 'number', title: 'page', width: 9, kind: 'number', text: (_, index) => countText(skip + index + 1), value: (_, index) => skip + index + 1 },
  {
    id: 'address',
    title: 'absolute address',
    width: 20,
    grow: 1,
    kind: 'hex',
    text: (address) => address,
    cell: (address) => (linked ? <AddressLink dump={dump} position={{ space: 'absolute', address: BigInt(address), length: pageSize }} /> : address),
  },
];

interface DuplicatePagesProps {
  readonly dump: OpenDump;
  readonly group: DuplicateGroupJson;
  /** False if the addresses belong to another view of the dump. */
  readonly linked: boolean;
  readonly onBack: () => void;
}

export function DuplicatePages({ dump, group, linked, onBack }: DuplicatePagesProps) {
  const { engine } = useWorkbench();
  const [skip, setSkip] = useState(0);
  const { fingerprint } = group;
  const query = useQuery(dump, `pages of ${fingerprint} from ${skip}`, (handle, signal) =>
    engine.call('duplicatePages', { dump: handle, fingerprint, skip, limit: shownPages }, { signal }),
  );
  const answer = query.value;
  const columns = useMemo(() => pageColumns(dump.key, linked, skip), [dump.key, linked, skip]);
  return (
    <>
      <div className="region-head">
        <span>
          <button type="button" className="button" onClick={onBack} data-testid="duplicates-back">
            All groups
          </button>{' '}
          <span className="dim">
            {plural(group.pages, 'page')} of class {group.class} with the fingerprint <span className="code">{fingerprint}</span>
          </span>
        </span>
      </div>
      {answer === undefined ? (
        <QueryMessage query={query} what="the pages of the group" />
      ) : (
        <DataTable
          name="duplicate-pages"
          label="Pages of the group"
          testId="duplicate-pages"
          columns={columns}
          rows={answer.addresses}
          noun={['page', 'pages']}
          filter={{ label: 'Filter pages' }}
          after={<Pager what="pages" skip={skip} size={shownPages} total={group.pages} onSkip={setSkip} />}
        />
      )}
    </>
  );
}
