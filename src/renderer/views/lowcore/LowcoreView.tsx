/** Lowcores of the CPUs side by side: every field with its offset, value and meaning, linked to its bytes in both directions. */
import { useCallback, useMemo, useState } from 'react';
import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { LowcoreJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { fieldAddress } from '../../../shared/place-names.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { maxColumns } from '../../state/cpu-columns.ts';
import { crashedCpu, useCpuTraces } from '../../hooks/use-cpu-traces.ts';
import { useCpuColumns } from '../../hooks/use-cpu-columns.ts';
import { usePlaceNames } from '../../hooks/use-place-names.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { groupedHex } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { CpuPicker } from '../../widgets/CpuPicker.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { FieldPane } from './FieldPane.tsx';
import { LowcoreAddresses } from './LowcoreAddresses.tsx';
import { LayoutLine } from './LayoutLine.tsx';
import { LowcoreTable, type LowcoreColumn } from './LowcoreTable.tsx';
import { cursorIn, filterRows, lowcoreBytes, lowcoreRows, rowAt, type LowcoreRow } from './lowcore-rows.ts';
import './lowcore.css';

const noCpus: readonly CpuJson[] = [];

/** A requested column: of a CPU, or at an address. */
interface Wanted extends Pick<LowcoreColumn, 'key' | 'number' | 'name'> {
  readonly address?: bigint;
}
interface Answer {
  readonly lowcore?: LowcoreJson;
  readonly layouts?: readonly string[];
  readonly error?: string;
}

const what = (error: unknown): string => (isDumpError(error) ? error.what : error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

export function LowcoreView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places } = useWorkbench();
  const cpus = dump.triage?.cpus ?? noCpus;
  const numbering = cpuNumbering(cpus);
  const choice = useCpuColumns(dump, cpus, crashedCpu(cpus, useCpuTraces(dump)));
  const [addresses, setAddresses] = useState<readonly bigint[]>([]);
  const [layout, setLayout] = useState<string>();
  const [text, setText] = useState('');
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const [hideZeros, setHideZeros] = useState(true);
  const { owner, position: cursor } = useFollowedCursor(dump.key);

  const ofCpus = choice.columns.map((cpu): Wanted => ({ key: `cpu${cpu.id}`, number: cpuNumber(cpu, numbering), name: cpuName(cpu, numbering) }));
  const ofAddresses = addresses.map((address): Wanted => ({ key: hex(address), address, number: undefined, name: `Lowcore at ${groupedHex(address)}` }));
  const wanted = [...ofCpus, ...ofAddresses].slice(0, maxColumns);
  const question = wanted.length === 0 ? undefined : `${wanted.map(({ key }) => key).join()}/${layout ?? ''}`;
  const query = useQuery(dump, question, async (handle, signal) => {
    const ask = async ({ number: cpu, address }: Wanted): Promise<Answer> => {
      try {
        const which = defined({ cpu, address });
        const answer = await engine.call('lowcore', { dump: handle, ...which, ...defined({ layout }) }, { signal });
        const [lowcore] = answer.cpus;
        return lowcore === undefined ? { error: 'no lowcore' } : { lowcore, layouts: answer.layouts };
      } catch (error) {
        // A lowcore that is not in the dump does not hide the others; an engine failure affects all.
        if (isDumpError(error)) return { error: what(error) };
        throw error;
      }
    };
    return { wanted, answers: await Promise.all(wanted.map(ask)) };
  });

  const answered = query.value;
  const columns = useMemo(
    () =>
      (answered?.wanted ?? []).map(({ key, number, name }, index): LowcoreColumn => {
        const { lowcore, error } = answered?.answers[index] ?? {};
        return { key, number, name, lowcore, error };
      }),
    [answered],
  );
  const rows = useMemo(() => lowcoreRows(columns.map(({ lowcore }) => lowcore)), [columns]);
  const leads = useMemo(() => [...new Set(columns.flatMap(({ lowcore }) => lowcore?.fields.flatMap((field) => fieldAddress(field) ?? []) ?? []))], [columns]);
  const names = usePlaceNames(dump, leads);
  const shown = useMemo(() => filterRows(rows, { text, onlyDifferences, hideZeros }), [rows, text, onlyDifferences, hideZeros]);

  const spots = columns.flatMap((column, index) => (column.lowcore === undefined ? [] : [{ index, prefix: column.lowcore.prefix, number: column.number }]));
  const at = cursorIn(cursor, spots);
  const active = at?.place.index ?? spots[0]?.index ?? 0;
  const select = useCallback(
    (column: number, offset: number, size: number): void => {
      const prefix = columns[column]?.lowcore?.prefix;
      if (prefix !== undefined) places.moveCursor(owner, { space: 'absolute', address: BigInt(prefix) + BigInt(offset), length: size });
    },
    [places, owner, columns],
  );
  const selectRow = useCallback(
    (row: LowcoreRow, column: number): void => {
      // If the layout lacks the field, the bytes are taken from a lowcore that has it.
      const held = row.cells[column] === undefined ? row.cells.findIndex((cell) => cell !== undefined) : column;
      select(held, row.offset, row.size);
    },
    [select],
  );

  if (dump.triage !== undefined && dump.triage.info.machine.features?.includes('lowcore') !== true)
    return (
      <div className="view">
        <p className="message">{dump.triage.info.machine.arch} has no lowcore; only s390x CPUs have one. The CPUs view shows the registers.</p>
      </div>
    );
  const free = <LowcoreAddresses cpus={cpus} addresses={addresses} full={wanted.length >= maxColumns} onChange={setAddresses} />;
  if (dump.triage !== undefined && wanted.length === 0)
    return (
      <div className="view">
        <p className="message">This dump records no CPU prefixes, so no lowcore can be located. If you know the address of a lowcore, enter it:</p>
        <div className="lowcore-bar">{free}</div>
      </div>
    );
  if (answered === undefined)
    return (
      <div className="view">
        <QueryMessage query={query} what="the lowcores" />
      </div>
    );

  const everywhere = cpus.flatMap((cpu) => (cpu.prefix === undefined ? [] : [{ cpu, prefix: cpu.prefix, number: cpuNumber(cpu, numbering) }]));
  const elsewhere = at === undefined ? cursorIn(cursor, everywhere) : undefined;
  const current = at === undefined ? undefined : rowAt(rows, at.place.index, at.offset);
  const hidden = current !== undefined && !shown.includes(current);
  const differing = rows.filter((row) => row.differs).length;
  const selectByte = (offset: number): void => {
    const row = rowAt(rows, active, offset);
    if (row === undefined) select(active, offset, 1);
    else selectRow(row, active);
  };
  const bytesOf = columns[active]?.lowcore;

  return (
    <div className="view lowcore-view">
      <div className="lowcore-bar" role="toolbar" aria-label="Lowcore">
        {cpus.length === 0 ? null : <CpuPicker cpus={cpus} choice={choice} />}
        {free}
        <input
          type="search"
          className="input lowcore-search"
          placeholder="Field, meaning or 0x offset"
          aria-label="Filter fields"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid="lowcore-search"
        />
        {columns.length > 1 ? (
          <label className="lowcore-toggle">
            <input
              type="checkbox"
              checked={onlyDifferences}
              onChange={(event) => setOnlyDifferences(event.currentTarget.checked)}
              data-testid="only-differences"
            />{' '}
            Only differences ({differing})
          </label>
        ) : null}
        <label className="lowcore-toggle">
          <input type="checkbox" checked={hideZeros} onChange={(event) => setHideZeros(event.currentTarget.checked)} data-testid="hide-zeros" /> Hide zero
          fields
        </label>
        <span className="dim lowcore-count" role="status">
          {shown.length} of {rows.length} fields
          {query.asking ? ' · reading…' : ''}
        </span>
      </div>
      <LayoutLine
        dump={dump.key}
        lowcore={bytesOf}
        name={columns[active]?.name}
        layouts={answered.answers[active]?.layouts ?? []}
        chosen={layout}
        onChoose={setLayout}
      />
      {elsewhere === undefined ? null : (
        <p className="lowcore-hint" role="status">
          The cursor is at offset 0x{elsewhere.offset.toString(16)} of the lowcore of {cpuName(elsewhere.place.cpu, numbering)}.{' '}
          <button type="button" className="link" onClick={() => choice.add(elsewhere.place.cpu.id)}>
            Show side by side
          </button>
        </p>
      )}
      {current !== undefined && hidden ? (
        <p className="lowcore-hint" role="status">
          The filter hides {current.name}, where the cursor is.{' '}
          <button
            type="button"
            className="link"
            onClick={() => {
              setText('');
              setOnlyDifferences(false);
              setHideZeros(false);
            }}
          >
            Show all fields
          </button>
        </p>
      ) : null}
      <SplitPane name="lowcore" label="Height of the fields" stacked share={0.72} least={[120, 90]} className="lowcore-split">
        <LowcoreTable dump={dump} columns={columns} rows={shown} names={names} current={current?.key} active={active} onSelect={selectRow} />
        {bytesOf === undefined ? null : (
          <FieldPane
            dump={dump}
            columns={columns}
            row={current}
            names={names}
            bytesOf={bytesOf}
            offset={at?.offset}
            length={Math.min(Math.max(1, cursor?.length ?? 1), lowcoreBytes)}
            onByte={selectByte}
          />
        )}
      </SplitPane>
    </div>
  );
}
