/** The hits as a list of any length: address, file offset, bytes, and surrounding text. */
import { useMemo } from 'react';
import type { EbcdicPage } from '../../../shared/ebcdic.ts';
import type { SearchHit } from '../../../shared/search-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { addressItems } from '../../widgets/address-items.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { hitBytes, hitText } from './hit-text.ts';
import type { SearchQuestion } from './search-run.ts';

const placeOf = (hit: SearchHit): Position => ({ space: 'absolute', address: BigInt(hit.address), length: hit.bytes });

const fileColumn = (dump: string): DataColumn<SearchHit> => ({
  id: 'file',
  title: 'in the file',
  width: 21,
  kind: 'hex',
  text: ({ fileOffset }) => (fileOffset === undefined ? '' : hex(fileOffset)),
  cell: ({ fileOffset, bytes }) =>
    fileOffset === undefined ? null : <AddressLink dump={dump} position={{ space: 'file', address: BigInt(fileOffset), length: bytes }} />,
});

/**
 * @param codePage code page of EBCDIC text
 * @param inFile whether memory has a file offset: compressed pages have none
 */
const hitColumns = (dump: string, codePage: EbcdicPage | undefined, inFile: boolean): readonly DataColumn<SearchHit>[] => [
  {
    id: 'address',
    title: 'absolute address',
    width: 21,
    kind: 'hex',
    text: ({ address }) => address,
    cell: (hit) => (
      <AddressLink dump={dump} position={placeOf(hit)}>
        {hit.address}
      </AddressLink>
    ),
  },
  ...(inFile ? [fileColumn(dump)] : []),
  { id: 'bytes', title: 'bytes', width: 27, text: (hit) => hitBytes(hit) },
  {
    id: 'text',
    title: 'text',
    width: 84,
    grow: 1,
    text: (hit) => Object.values(hitText(hit, codePage)).join(''),
    cell: (hit) => {
      const { before, match, after } = hitText(hit, codePage);
      return (
        <span className="search-text">
          <span className="search-around">{before.padStart(16)}</span>
          <mark>{match}</mark>
          <span className="search-around">{after}</span>
        </span>
      );
    },
  },
];

interface SearchHitsProps {
  readonly dump: OpenDump;
  readonly hits: readonly SearchHit[];
  readonly question: SearchQuestion | undefined;
}

export function SearchHits({ dump, hits, question }: SearchHitsProps) {
  const workbench = useWorkbench();
  const { places } = workbench;
  const codePage = question?.type === 'ebcdic' ? (question.codePage ?? '1047') : undefined;
  const inFile = hits[0]?.fileOffset !== undefined;
  const columns = useMemo(() => hitColumns(dump.key, codePage, inFile), [dump.key, codePage, inFile]);
  return (
    <DataTable
      name="hits"
      label="Hits"
      testId="search-hits"
      columns={columns}
      rows={hits}
      noun={['hit', 'hits']}
      filter={{ label: 'Filter hits' }}
      onRow={(hit) => places.goTo(dump.key, placeOf(hit))}
      rowItems={(hit) => addressItems(workbench, dump.key, placeOf(hit), document.activeElement?.getBoundingClientRect() ?? new DOMRect())}
    />
  );
}
