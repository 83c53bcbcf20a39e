import type { MappingsJson } from '../../../shared/task-model.ts';
import { byteText } from '../../../shared/units.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';

type Mapping = MappingsJson['mappings'][number];

const sizeOf = ({ start, end }: Mapping): bigint => BigInt(end) - BigInt(start);

const columns: readonly DataColumn<Mapping>[] = [
  { id: 'start', title: 'start', width: 20, kind: 'hex', text: ({ start }) => start, cell: ({ start }) => <HexNumber value={start} /> },
  { id: 'end', title: 'end', width: 20, kind: 'hex', text: ({ end }) => end, cell: ({ end }) => <HexNumber value={end} /> },
  { id: 'size', title: 'size', width: 10, kind: 'number', text: (mapping) => byteText(sizeOf(mapping)), value: sizeOf },
  { id: 'permissions', title: 'permissions', width: 12, text: ({ permissions }) => permissions },
  { id: 'file', title: 'file', width: 24, grow: 1, text: ({ file = '' }) => file },
];

/** The mappings of a process, of which it may have tens of thousands (vm.max_map_count). */
export function MappingTable({ mappings }: { readonly mappings: readonly Mapping[] }) {
  return (
    <DataTable
      name="mappings"
      label="Memory mappings"
      testId="mapping-table"
      columns={columns}
      rows={mappings}
      noun={['mapping', 'mappings']}
      filter={{ label: 'Filter mappings' }}
      asHighAsRows
    />
  );
}
