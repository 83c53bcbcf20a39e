/** All symbols of the kernel and its modules: searched and ordered by the engine, of which the window holds what is in sight. */
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { symbolKinds, symbolOrders, type SymbolKind } from '../../../shared/symbol-list-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { SymbolJson } from '../../../shared/kernel-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { createPagedRows } from '../../state/paged-rows.ts';
import { kernelPosition, type Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { FilterInput } from '../../widgets/virtual-table/FilterInput.tsx';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { countText, plural } from '../../words/numbers.ts';
import { isCode, symbolTypeText } from '../../words/symbol.ts';
import './symbols.css';

const columns: readonly (VirtualColumn & { readonly id: (typeof symbolOrders)[number] })[] = [
  { id: 'address', title: 'address', width: '21ch' },
  { id: 'type', title: 'type', width: '24ch', about: 'Letter as nm prints it, and what it means' },
  { id: 'name', title: 'name', width: 'minmax(40ch, 1fr)' },
  { id: 'size', title: 'bytes', width: '11ch', number: true, about: 'To the next symbol' },
  { id: 'module', title: 'module', width: 'minmax(16ch, 24ch)' },
];

const kindTitles: Readonly<Record<SymbolKind, string>> = { code: 'code', data: 'data', absolute: 'absolute numbers' };

function textOf(symbol: SymbolJson, id: string): string {
  switch (id) {
    case 'address':
      return symbol.address;
    case 'type':
      return symbolTypeText(symbol.type);
    case 'name':
      return symbol.name;
    case 'size':
      return symbol.size === undefined ? '' : countText(symbol.size);
    default:
      return symbol.module ?? '';
  }
}

/** Of an absolute number there is nothing to see. */
const placeOf = (symbol: SymbolJson): { readonly position: Position; readonly view: 'hex' | 'disassembly' } =>
  isCode(symbol)
    ? { position: kernelPosition(symbol.address, 2), view: 'disassembly' }
    : { position: kernelPosition(symbol.address, Math.max(1, Math.min(symbol.size ?? 8, 4096))), view: 'hex' };

/** Words as the engine takes them: as they were typed, since a pattern tells nothing of cases. */
const wordsOf = (typed: string): string[] =>
  typed
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 16);

export function SymbolsView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places } = useWorkbench();
  const [typed, setTyped] = useState('');
  const [module, setModule] = useState('');
  const [kind, setKind] = useState('');
  const [by, setBy] = useState<SortBy>();
  const text = useDeferredValue(typed);
  const handle = handleOf(dump);
  const rows = useMemo(() => {
    const wantedKind = symbolKinds.find((one) => one === kind);
    const order = symbolOrders.find((one) => one === by?.column);
    return createPagedRows<SymbolJson>(async (start, count, signal) => {
      if (handle === undefined) throw new Error('the dump is being opened');
      const of = module === '' ? {} : { module: module === ownKernel ? '' : module };
      const question = { dump: handle, words: wordsOf(text), ...of, ...defined({ kind: wantedKind, by: order, descending: by?.descending }), start, count };
      const { matching, symbols } = await engine.call('symbolPage', question, { signal });
      return { matching, rows: symbols };
    });
  }, [engine, handle, text, module, kind, by]);
  useEffect(() => {
    // Once the first page is there the table wants what is in sight.
    if (rows.matching() === undefined) rows.want(0, 1);
    return rows.stop;
  }, [rows]);
  useStore(rows.version);
  const modules = useQuery(dump, 'modules', (of, signal) => engine.call('symbolModules', { dump: of }, { signal })).value?.modules ?? [];
  const error = rows.error();
  const matching = rows.matching();
  const onVisible = useCallback((first: number, end: number) => rows.want(first, Math.max(first + 1, end)), [rows]);
  const open = (symbol: SymbolJson | undefined): void => {
    if (symbol === undefined) return;
    const { position, view } = placeOf(symbol);
    places.goTo(dump.key, position, view);
  };
  const cell = (row: number, column: number) => {
    const symbol = rows.at(row);
    const { id } = columns[column] ?? { id: 'name' };
    if (symbol === undefined) return id === 'name' ? <span className="dim">reading…</span> : null;
    const shown = textOf(symbol, id);
    if (id === 'address') return <AddressLink dump={dump.key} position={kernelPosition(symbol.address, 8)} />;
    if (id === 'type') return <span className="dim">{shown}</span>;
    if (id === 'name' && !/^[aA]$/.test(symbol.type))
      return (
        <button type="button" className="link cut symbol-name" onClick={() => open(symbol)}>
          <Hostile text={shown} title />
        </button>
      );
    return <Hostile text={shown} title />;
  };
  return (
    <div className="symbols-view">
      <div className="symbols-bar">
        <FilterInput label="Search symbols" placeholder="Part of a name, name*, or 0x…" testId="symbols-filter" value={typed} onChange={setTyped} />
        <select className="select" aria-label="Module" value={module} onChange={(event) => setModule(event.currentTarget.value)} data-testid="symbols-module">
          <option value="">kernel and modules</option>
          <option value={ownKernel}>kernel alone</option>
          {modules.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name} ({countText(one.symbols)})
            </option>
          ))}
        </select>
        <select className="select" aria-label="Type" value={kind} onChange={(event) => setKind(event.currentTarget.value)} data-testid="symbols-kind">
          <option value="">all types</option>
          {symbolKinds.map((one) => (
            <option key={one} value={one}>
              {kindTitles[one]}
            </option>
          ))}
        </select>
        <span className="dim" role="status" data-testid="symbols-count">
          {matching === undefined ? (error === undefined ? 'Reading the symbols…' : '') : plural(matching, 'symbol')}
        </span>
        <span className="dim symbols-keys">Enter opens code in the disassembly, data in hex</span>
      </div>
      {error === undefined ? (
        <VirtualTable
          key={`${text} ${module} ${kind} ${by?.column ?? ''} ${by?.descending === true ? 'down' : 'up'}`}
          label="Symbols"
          testId="symbols-table"
          columns={columns}
          rows={matching ?? 0}
          text={(row, column) => {
            const symbol = rows.at(row);
            return symbol === undefined ? '' : textOf(symbol, columns[column]?.id ?? '');
          }}
          cell={cell}
          layout="fit"
          sort={{ by, onSort: (column) => setBy((now) => nextSort(now, column)) }}
          onRow={(row) => open(rows.at(row))}
          onVisible={onVisible}
          isRead={(row) => rows.at(row) !== undefined}
        />
      ) : (
        <p className="symbols-none" data-testid="symbols-none">
          No symbols: <Hostile text={error.message} />
        </p>
      )}
    </div>
  );
}

/** No module has a name with a blank. */
const ownKernel = ' kernel';
