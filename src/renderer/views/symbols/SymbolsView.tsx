/** All symbols of the kernel and its modules: searched and ordered by the engine; the window holds only what is in view. */
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
import { FilterInput } from '../../widgets/data-table/FilterInput.tsx';
import type { SortBy } from '../../widgets/data-table/sort-by.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { countText, plural } from '../../words/numbers.ts';
import { isCode, symbolTypeText } from '../../words/symbol.ts';
import './symbols.css';

const kindTitles: Readonly<Record<SymbolKind, string>> = { code: 'code', data: 'data', absolute: 'absolute numbers' };

/** An absolute number refers to no memory that could be shown. */
const placeOf = (symbol: SymbolJson): { readonly position: Position; readonly view: 'hex' | 'disassembly' } =>
  isCode(symbol)
    ? { position: kernelPosition(symbol.address, 2), view: 'disassembly' }
    : { position: kernelPosition(symbol.address, Math.max(1, Math.min(symbol.size ?? 8, 4096))), view: 'hex' };

/** @param dump key of the dump */
const symbolColumns = (dump: string, onOpen: (symbol: SymbolJson) => void): readonly DataColumn<SymbolJson>[] => [
  {
    id: 'address',
    title: 'address',
    width: 21,
    kind: 'hex',
    text: ({ address }) => address,
    cell: ({ address }) => <AddressLink dump={dump} position={kernelPosition(address, 8)} />,
  },
  {
    id: 'type',
    title: 'type',
    about: 'Letter as printed by nm, and its meaning',
    width: 24,
    text: ({ type }) => symbolTypeText(type),
    cell: ({ type }) => <span className="dim">{symbolTypeText(type)}</span>,
  },
  {
    id: 'name',
    title: 'name',
    width: 24,
    grow: 3,
    text: ({ name }) => name,
    cell: (symbol) =>
      /^[aA]$/.test(symbol.type) ? (
        <Hostile text={symbol.name} title />
      ) : (
        <button type="button" className="link cut symbol-name" onClick={() => onOpen(symbol)}>
          <Hostile text={symbol.name} title />
        </button>
      ),
  },
  {
    id: 'size',
    title: 'bytes',
    about: 'Distance to the next symbol',
    width: 11,
    kind: 'number',
    text: ({ size }) => (size === undefined ? '' : countText(size)),
    value: ({ size }) => size,
  },
  { id: 'module', title: 'module', width: 12, grow: 1, text: ({ module = '' }) => module },
];

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
  const ask = useCallback(
    async (start: number, count: number, signal?: AbortSignal) => {
      if (handle === undefined) throw new Error('the dump is being opened');
      const wantedKind = symbolKinds.find((one) => one === kind);
      const order = symbolOrders.find((one) => one === by?.column);
      const of = module === '' ? {} : { module: module === ownKernel ? '' : module };
      const question = { dump: handle, words: wordsOf(text), ...of, ...defined({ kind: wantedKind, by: order, descending: by?.descending }), start, count };
      const { matching, symbols } = await engine.call('symbolPage', question, defined({ signal }));
      return { matching, rows: symbols };
    },
    [engine, handle, text, module, kind, by],
  );
  const rows = useMemo(() => createPagedRows<SymbolJson>(ask), [ask]);
  useEffect(() => {
    // Once the first page has arrived, the table requests what is in view.
    if (rows.matching() === undefined) rows.want(0, 1);
    return rows.stop;
  }, [rows]);
  useStore(rows.version);
  const modules = useQuery(dump, 'modules', (of, signal) => engine.call('symbolModules', { dump: of }, { signal })).value?.modules ?? [];
  const error = rows.error();
  const matching = rows.matching();
  const want = useCallback((first: number, end: number) => rows.want(first, Math.max(first + 1, end)), [rows]);
  const open = useCallback(
    (symbol: SymbolJson): void => {
      const { position, view } = placeOf(symbol);
      places.goTo(dump.key, position, view);
    },
    [places, dump.key],
  );
  const columns = useMemo(() => symbolColumns(dump.key, open), [dump.key, open]);
  const bar = (
    <>
      <FilterInput label="Search symbols" placeholder="Part of a name, name*, or 0x…" testId="symbols-filter" value={typed} onChange={setTyped} />
      <select className="select" aria-label="Module" value={module} onChange={(event) => setModule(event.currentTarget.value)} data-testid="symbols-module">
        <option value="">kernel and modules</option>
        <option value={ownKernel}>kernel only</option>
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
    </>
  );
  return (
    <div className="symbols-view">
      <DataTable
        name="symbols"
        label="Symbols"
        testId="symbols-table"
        columns={columns}
        rows={{
          of: `${text} ${module} ${kind} ${by?.column ?? ''} ${by?.descending === true ? 'down' : 'up'}`,
          total: error === undefined ? (matching ?? 0) : 0,
          at: rows.at,
          want,
          read: async (first, count) => (await ask(first, count)).rows,
          order: { columns: symbolOrders, by, onOrder: setBy },
        }}
        before={bar}
        nothing={
          error === undefined ? undefined : (
            <p className="symbols-none" data-testid="symbols-none">
              No symbols: <Hostile text={error.message} />
            </p>
          )
        }
        onRow={open}
      />
    </div>
  );
}

/** No module name contains a blank. */
const ownKernel = ' kernel';
