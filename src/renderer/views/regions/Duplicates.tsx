/** Pages that occur more than once, the most frequent first. */
import { useState } from 'react';
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
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { DuplicatePages } from './DuplicatePages.tsx';
import { Pager } from './Pager.tsx';

/** Groups of one part of the list. */
const shownGroups = 1000;
const shownAddresses = 4;

const columns: readonly VirtualColumn[] = [
  { id: 'pages', title: 'pages', width: '9ch', number: true },
  { id: 'size', title: 'size', width: '10ch', number: true },
  { id: 'class', title: 'class', width: '9ch' },
  { id: 'fingerprint', title: 'fingerprint', width: '17ch' },
  { id: 'addresses', title: 'where', width: 'minmax(84ch, 1fr)' },
];

export function Duplicates({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const { coverage } = dump;
  const [skip, setSkip] = useState(0);
  const [chosen, setChosen] = useState<DuplicateGroupJson>();
  // Asked again when the index is complete, not at each of its steps: it goes over all of it.
  const whole = coverage !== undefined && coverage.indexed >= coverage.total;
  const query = useQuery(dump, `${whole ? 'duplicates of all' : 'duplicates so far'} from ${skip}`, (handle, signal) =>
    engine.call('duplicates', { dump: handle, skip, limit: shownGroups }, { signal }),
  );
  // The index is of the dump as stored: one of two systems has the page elsewhere.
  const isWhole = (dump.view ?? 'all') === 'all';
  const answer = query.value;
  if (answer === undefined) return <QueryMessage query={query} what="the duplicates" />;
  if (chosen !== undefined) return <DuplicatePages dump={dump} group={chosen} linked={isWhole} onBack={() => setChosen(undefined)} />;
  if (answer.groupCount === 0) return <p className="message">No page with bytes occurs twice{answer.complete ? '' : ' among those indexed so far'}.</p>;
  const text = (row: number, column: number): string => {
    const group = answer.groups[row];
    if (group === undefined) return '';
    switch (columns[column]?.id) {
      case 'pages':
        return countText(group.pages);
      case 'size':
        return byteText(group.pages * pageSize);
      case 'class':
        return group.class;
      case 'fingerprint':
        return group.fingerprint;
      default:
        return group.addresses.join(' ');
    }
  };
  const cell = (row: number, column: number) => {
    const group = answer.groups[row];
    if (group === undefined) return null;
    if (columns[column]?.id !== 'addresses') return text(row, column);
    return (
      <>
        {group.addresses.slice(0, shownAddresses).map((address) => (
          <span key={address}>
            {isWhole ? (
              <AddressLink dump={dump.key} position={{ space: 'absolute', address: BigInt(address), length: pageSize }} />
            ) : (
              <span className="code">
                <HexNumber value={address} />
              </span>
            )}{' '}
          </span>
        ))}
        {group.pages > shownAddresses ? (
          <button type="button" className="link" onClick={() => setChosen(group)} aria-label={`All ${countText(group.pages)} pages of the group`}>
            and {countText(group.pages - shownAddresses)} more
          </button>
        ) : null}
      </>
    );
  };
  return (
    <>
      <p className="dim" data-testid="duplicates-summary">
        {plural(answer.pages, 'page')} in {plural(answer.groupCount, 'group')} of equal pages, {percentText(answer.pages, answer.presentPages)} of the pages
        with bytes
        {answer.groupCount > mostDuplicateGroups ? `; the ${countText(mostDuplicateGroups)} largest groups are listed` : ''}
        {answer.complete ? '' : ' indexed so far'}. By fingerprint; zero pages are left out.
        {isWhole ? '' : ' Of all memory, at the addresses of the view “all memory”.'}
      </p>
      <Unconfirmed text={answer.unconfirmed} />
      <Pager what="groups" skip={skip} size={shownGroups} total={Math.min(answer.groupCount, mostDuplicateGroups)} onSkip={setSkip} />
      <VirtualTable
        label="Duplicate pages"
        columns={columns}
        rows={answer.groups.length}
        text={text}
        cell={cell}
        onRow={(row) => setChosen(answer.groups[row])}
        testId="duplicates"
      />
    </>
  );
}
