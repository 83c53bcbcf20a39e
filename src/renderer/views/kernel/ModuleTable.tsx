import { useMemo } from 'react';
import type { ModulesJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { countText } from '../../words/numbers.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { defined } from '../../../shared/defined.ts';

type Module = ModulesJson['modules'][number];
type Column = DataColumn<Module>;

const numberColumn = (id: 'bytes' | 'users' | 'types', width: number, about?: string): Column => ({
  id,
  title: id,
  width,
  kind: 'number',
  ...defined({ about }),
  text: (module) => (module[id] === undefined ? '' : countText(module[id])),
  value: (module) => module[id],
});

const addressColumn = (dump: string, id: 'address' | 'base', title: string): Column => ({
  id,
  title,
  width: 20,
  kind: 'hex',
  text: (module) => module[id] ?? '',
  cell: (module) => (module[id] === undefined ? null : <AddressLink dump={dump} position={kernelPosition(module[id])} />),
});

/** @param hasTypes whether data that depends on kernel types is known */
const moduleColumns = (dump: string, hasTypes: boolean): readonly Column[] => [
  { id: 'name', title: 'module', width: 20, grow: 1, text: ({ name }) => name },
  {
    id: 'state',
    title: 'state',
    width: 10,
    text: ({ state }) => state,
    cell: ({ state }) => <span className={state === 'live' ? 'dim' : 'tone-warn'}>{state}</span>,
  },
  ...(hasTypes
    ? [
        numberColumn('bytes', 10),
        numberColumn('users', 6),
        addressColumn(dump, 'base', 'base'),
        { id: 'taint', title: 'taint', width: 8, text: ({ taint = '' }) => taint } satisfies Column,
        numberColumn('types', 6, 'Types defined by the module and available in View as; empty if its BTF is not in the dump'),
      ]
    : []),
  addressColumn(dump, 'address', 'struct module'),
];

/** The loaded modules, of which a large system has thousands. */
export function ModuleTable({ dump, modules }: { readonly dump: string; readonly modules: readonly Module[] }) {
  const hasTypes = modules.some(({ bytes }) => bytes !== undefined);
  const columns = useMemo(() => moduleColumns(dump, hasTypes), [dump, hasTypes]);
  return (
    <DataTable
      name="modules"
      label="Modules"
      testId="module-table"
      columns={columns}
      rows={modules}
      noun={['module', 'modules']}
      filter={{ label: 'Filter modules' }}
      asHighAsRows
    />
  );
}
