import type { ModulesJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { ListFrame } from './ListFrame.tsx';

type Module = ModulesJson['modules'][number];

const name: VirtualColumn = { id: 'name', title: 'module', width: 'minmax(20ch, 1fr)' };
const state: VirtualColumn = { id: 'state', title: 'state', width: '10ch' };
const address: VirtualColumn = { id: 'address', title: 'struct module', width: '20ch' };
/** What only the types of the kernel tell. */
const ofTypes: readonly VirtualColumn[] = [
  { id: 'bytes', title: 'bytes', width: '10ch', number: true },
  { id: 'users', title: 'users', width: '6ch', number: true },
  { id: 'base', title: 'base', width: '20ch' },
  { id: 'taint', title: 'taint', width: '8ch' },
  { id: 'types', title: 'types', width: '6ch', number: true, about: 'Types of its own that View as knows; empty where its BTF is not in the dump' },
];

function textOf(module: Module, id: string | undefined): string {
  switch (id) {
    case 'name':
      return module.name;
    case 'state':
      return module.state;
    case 'address':
      return module.address;
    case 'bytes':
      return String(module.bytes ?? '');
    case 'users':
      return String(module.users ?? '');
    case 'base':
      return module.base ?? '';
    case 'taint':
      return module.taint ?? '';
    default:
      return String(module.types ?? '');
  }
}

/** The loaded modules, of which a large system has thousands. */
export function ModuleTable({ dump, modules }: { readonly dump: string; readonly modules: readonly Module[] }) {
  const hasTypes = modules.some(({ bytes }) => bytes !== undefined);
  const columns = [name, state, ...(hasTypes ? ofTypes : []), address];
  const text = (row: number, column: number): string => {
    const module = modules[row];
    return module === undefined ? '' : textOf(module, columns[column]?.id);
  };
  const cell = (row: number, column: number) => {
    const module = modules[row];
    if (module === undefined) return null;
    const { id } = columns[column] ?? name;
    const shown = textOf(module, id);
    if (id === 'state') return <span className={module.state === 'live' ? 'dim' : 'tone-warn'}>{shown}</span>;
    if ((id === 'address' || id === 'base') && shown !== '') return <AddressLink dump={dump} position={kernelPosition(shown)} />;
    return id === 'name' ? <Hostile text={shown} title /> : shown;
  };
  return (
    <ListFrame rows={modules.length}>
      <VirtualTable label="Modules" testId="module-table" columns={columns} rows={modules.length} text={text} cell={cell} />
    </ListFrame>
  );
}
