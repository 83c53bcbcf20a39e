/** Pages that occur more than once, most frequent first. */
import { useMemo, useState } from 'react';
import { mostDuplicateGroups, type DuplicateGroupJson } from '../../../shared/duplicates-protocol.ts';
import { byteText, pageSize } from '../../../shared/units.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText, percentText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { DuplicatePages } from './DuplicatePages.tsx';
import { Pager } from './Pager.tsx';

/** Groups in one part of the list. */
const shownGroups = 1000;
const shownAddresses = 4;

interface Shown {
  /** Key of the dump. */
  readonly dump: string;
  /** The addresses belong to the current view. */
  readonly linked: boolean;
  readonly onChoose: (group: DuplicateGroupJson) => void;
}

const groupColumns = ({ dump, linked, onChoose }: Shown): readonly DataColumn<DuplicateGroupJson>[] => [
  { id: 'pages', title: 'pages', width: 9, kind: 'number', text: ({ pages }) => countText(pages), value: ({ pages }) => pages },
  { id: 'size', title: 'size', width: 10, kind: 'number', text: ({ pages }) => byteText(pages * pageSize), value: ({ pages }) => pages * pageSize },
  { id: 'class', title: 'class', width: 9, text: (group) => group.class },
  { id: 'fingerprint', title: 'fingerprint', width: 17, text: ({ fingerprint }) => fingerprint },
  {
    id: 'addresses',
    title: 'where',
    width: 84,
    grow: 1,
    text: ({ addresses }) => addresses.join(' '),
    cell: (group) => (
      <>
        {group.addresses.slice(0, shownAddresses).map((address) => (
          <span key={address}>
            {linked ? (
              <AddressLink dump={dump} position={{ space: 'absolute', address: BigInt(address), length: pageSize }} />
            ) : (
              <span className="code">
                <HexNumber value={address} />
              </span>
            )}{' '}
          </span>
        ))}
        {group.pages > shownAddresses ? (
          <button type="button" className="link" onClick={() => onChoose(group)} aria-label={`All ${countText(group.pages)} pages of the group`}>
            and {countText(group.pages - shownAddresses)} more
          </button>
        ) : null}
      </>
    ),
  },
];

export function Duplicates({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const { coverage } = dump;
  const [skip, setSkip] = useState(0);
  const [chosen, setChosen] = useState<DuplicateGroupJson>();
  // Repeated when the index is complete, not at each step: the query reads the whole index.
  const whole = coverage !== undefined && coverage.indexed >= coverage.total;
  const query = useQuery(dump, `${whole ? 'duplicates of all' : 'duplicates so far'} from ${skip}`, (handle, signal) =>
    engine.call('duplicates', { dump: handle, skip, limit: shownGroups }, { signal }),
  );
  // The index describes the dump as stored: in the view of one of two systems the page has another address.
  const isWhole = (dump.view ?? 'all') === 'all';
  const columns = useMemo(() => groupColumns({ dump: dump.key, linked: isWhole, onChoose: setChosen }), [dump.key, isWhole]);
  const answer = query.value;
  if (answer === undefined) return <QueryMessage query={query} what="the duplicates" />;
  if (chosen !== undefined) return <DuplicatePages dump={dump} group={chosen} linked={isWhole} onBack={() => setChosen(undefined)} />;
  if (answer.groupCount === 0) return <p className="message">No non-zero page occurs twice{answer.complete ? '' : ' among those indexed so far'}.</p>;
  return (
    <>
      <p className="dim" data-testid="duplicates-summary">
        {plural(answer.pages, 'page')} in {plural(answer.groupCount, 'group')} of equal pages, {percentText(answer.pages, answer.presentPages)} of the pages
        with bytes
        {answer.groupCount > mostDuplicateGroups ? `; the ${countText(mostDuplicateGroups)} largest groups are listed` : ''}
        {answer.complete ? '' : ' indexed so far'}. By fingerprint; zero pages are left out.
        {isWhole ? '' : ' Counted over all memory, with the addresses of the view “all memory”.'}
      </p>
      <Unconfirmed text={answer.unconfirmed} />
      <DataTable
        name="duplicates"
        label="Duplicate pages"
        testId="duplicates"
        columns={columns}
        rows={answer.groups}
        noun={['group', 'groups']}
        filter={{ label: 'Filter groups' }}
        after={<Pager what="groups" skip={skip} size={shownGroups} total={Math.min(answer.groupCount, mostDuplicateGroups)} onSkip={setSkip} />}
        onRow={setChosen}
      />
    </>
  );
}
