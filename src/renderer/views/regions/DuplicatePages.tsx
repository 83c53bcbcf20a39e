/** Every page of one group of equal pages. */
import { useState } from 'react';
import type { DuplicateGroupJson } from '../../../shared/duplicates-protocol.ts';
import { pageSize } from '../../../shared/units.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { Pager } from './Pager.tsx';

const shownPages = 10_000;

const columns = [
  { id: 'number', title: 'page', width: '9ch', number: true },
  { id: 'address', title: 'absolute address', width: 'minmax(20ch, 1fr)' },
] as const;

interface DuplicatePagesProps {
  readonly dump: OpenDump;
  readonly group: DuplicateGroupJson;
  /** False where the addresses are those of another view of the dump. */
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
  const text = (row: number, column: number): string => (column === 0 ? String(skip + row + 1) : (answer?.addresses[row] ?? ''));
  const cell = (row: number, column: number) => {
    const address = answer?.addresses[row];
    if (column === 0 || address === undefined || !linked) return text(row, column);
    return <AddressLink dump={dump.key} position={{ space: 'absolute', address: BigInt(address), length: pageSize }} />;
  };
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
        <Pager what="pages" skip={skip} size={shownPages} total={group.pages} onSkip={setSkip} />
      </div>
      {answer === undefined ? (
        <QueryMessage query={query} what="the pages of the group" />
      ) : (
        <VirtualTable label="Pages of the group" columns={columns} rows={answer.addresses.length} text={text} cell={cell} testId="duplicate-pages" />
      )}
    </>
  );
}
