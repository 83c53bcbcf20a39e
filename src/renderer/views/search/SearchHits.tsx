/** The hits as a list of any length: address, place in the file, bytes, and the text around. */
import type { SearchHit } from '../../../shared/search-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { VirtualTable, type VirtualColumn } from '../../widgets/virtual-table/VirtualTable.tsx';
import { hitBytes, hitText } from './hit-text.ts';
import type { SearchQuestion } from './search-run.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'address', title: 'absolute address', width: '19ch', number: true },
  { id: 'file', title: 'in the file', width: '15ch', number: true },
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
  const show = (hit: SearchHit): void => places.goTo(dump.key, { space: 'absolute', address: BigInt(hit.address), length: hit.bytes });
  const cell = (row: number, column: number) => {
    const hit = hits[row];
    if (hit === undefined) return null;
    switch (columns[column]?.id) {
      case 'address':
        return (
          <button type="button" className="link code" title={`Show absolute:${hit.address} in hex`} onClick={() => show(hit)}>
            {hit.address}
          </button>
        );
      case 'file':
        return hit.fileOffset === undefined ? null : (
          <button
            type="button"
            className="link code"
            onClick={() => places.goTo(dump.key, { space: 'file', address: BigInt(hit.fileOffset ?? 0), length: hit.bytes })}
          >
            {hex(hit.fileOffset)}
          </button>
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
      cell={cell}
      testId="search-hits"
      onRow={(row) => {
        const hit = hits[row];
        if (hit !== undefined) show(hit);
      }}
    />
  );
}
