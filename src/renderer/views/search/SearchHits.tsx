/** The hits as a list of any length: address, place in the file, bytes, and the text around. */
import type { SearchHit } from '../../../shared/search-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { hitBytes, hitText } from './hit-text.ts';
import type { SearchQuestion } from './search-run.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'address', title: 'absolute address', width: '21ch', number: true },
  { id: 'file', title: 'in the file', width: '21ch', number: true },
  { id: 'bytes', title: 'bytes', width: '27ch' },
  { id: 'text', title: 'text', width: 'minmax(84ch, 1fr)' },
];

interface SearchHitsProps {
  readonly dump: OpenDump;
  readonly hits: readonly SearchHit[];
  readonly question: SearchQuestion | undefined;
}

export function SearchHits({ dump, hits, question }: SearchHitsProps) {
  const { places } = useWorkbench();
  const codePage = question?.type === 'ebcdic' ? (question.codePage ?? '1047') : undefined;
  const place = (hit: SearchHit): Position => ({ space: 'absolute', address: BigInt(hit.address), length: hit.bytes });
  const text = (row: number, column: number): string => {
    const hit = hits[row];
    if (hit === undefined) return '';
    switch (columns[column]?.id) {
      case 'address':
        return hit.address;
      case 'file':
        return hit.fileOffset === undefined ? '' : hex(hit.fileOffset);
      case 'bytes':
        return hitBytes(hit);
      default:
        return Object.values(hitText(hit, codePage)).join('');
    }
  };
  const cell = (row: number, column: number) => {
    const hit = hits[row];
    if (hit === undefined) return null;
    switch (columns[column]?.id) {
      case 'address':
        return (
          <AddressLink dump={dump.key} position={place(hit)}>
            {hit.address}
          </AddressLink>
        );
      case 'file':
        return hit.fileOffset === undefined ? null : (
          <AddressLink dump={dump.key} position={{ space: 'file', address: BigInt(hit.fileOffset), length: hit.bytes }} />
        );
      case 'bytes':
        return hitBytes(hit);
      default: {
        const { before, match, after } = hitText(hit, codePage);
        return (
          <span className="search-text">
            <span className="search-around">{before.padStart(16)}</span>
            <mark>{match}</mark>
            <span className="search-around">{after}</span>
          </span>
        );
      }
    }
  };
  return (
    <VirtualTable
      label="Hits"
      columns={columns}
      rows={hits.length}
      text={text}
      cell={cell}
      testId="search-hits"
      onRow={(row) => {
        const hit = hits[row];
        if (hit !== undefined) places.goTo(dump.key, place(hit));
      }}
    />
  );
}
