import type { MappingsJson } from '../../../shared/task-model.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { ListFrame } from './ListFrame.tsx';

type Mapping = MappingsJson['mappings'][number];

const columns: readonly VirtualColumn[] = [
  { id: 'addresses', title: 'addresses', width: '42ch' },
  { id: 'permissions', title: 'permissions', width: '12ch' },
  { id: 'file', title: 'file', width: 'minmax(24ch, 1fr)' },
];

const textsOf = ({ start, end, permissions, file = '' }: Mapping): readonly string[] => [`${start}–${end}`, permissions, file];

/** The mappings of a process, of which it may have tens of thousands (vm.max_map_count). */
export function MappingTable({ mappings }: { readonly mappings: readonly Mapping[] }) {
  const text = (row: number, column: number): string => {
    const mapping = mappings[row];
    return mapping === undefined ? '' : (textsOf(mapping)[column] ?? '');
  };
  return (
    <ListFrame rows={mappings.length}>
      <VirtualTable
        label="Memory mappings"
        testId="mapping-table"
        columns={columns}
        rows={mappings.length}
        text={text}
        cell={(row, column) => {
          const mapping = mappings[row];
          if (column !== 0 || mapping === undefined) return <Hostile text={text(row, column)} title />;
          return (
            <>
              <HexNumber value={mapping.start} />–<HexNumber value={mapping.end} />
            </>
          );
        }}
      />
    </ListFrame>
  );
}
