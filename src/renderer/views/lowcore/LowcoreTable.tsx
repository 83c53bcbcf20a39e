/** The fields of one or several lowcores: one row each, ordered by who defines them and by offset. */
import { useMemo } from 'react';
import { fieldAddress, type PlaceNames } from '../../../shared/place-names.ts';
import type { LowcoreFieldJson, LowcoreJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { bytesDigits } from '../../words/numbers.ts';
import { lowcoreBytes, meaningOf, pswParts, targetOf, type FieldGroup, type LowcoreRow } from './lowcore-rows.ts';

export interface LowcoreColumn {
  /** Differs from the others. */
  readonly key: string;
  /** The CPU's number as used in positions and by the engine; undefined for an address that the user entered. */
  readonly number: number | undefined;
  readonly name: string;
  readonly lowcore: LowcoreJson | undefined;
  /** Why there is no value. */
  readonly error: string | undefined;
}

const groupTitles: Readonly<Record<FieldGroup, string>> = {
  architected: 'Interruptions and PSWs, as the architecture defines them',
  linux: 'Fields of Linux',
  'save area': 'Stored CPU status',
};
const groups = ['architected', 'linux', 'save area'] as const;

export const offsetText = (offset: number): string => `0x${offset.toString(16).padStart(4, '0')}`;

interface FieldValueProps {
  readonly dump: string;
  readonly field: LowcoreFieldJson | undefined;
  readonly number: number | undefined;
  readonly names: PlaceNames;
  /** The same field in the neighbouring columns, at least one of which differs. */
  readonly beside?: readonly (LowcoreFieldJson | undefined)[] | undefined;
}

/** Value, its meaning, and where it points, with the kernel's symbol for that place. */
export function FieldValue({ dump, field, number, names, beside }: FieldValueProps) {
  if (field === undefined) return <span className="dim">not in this layout</span>;
  if (field.value === undefined) return <span className="dim">not in the dump</span>;
  const target = targetOf(field, number);
  const psw = pswParts(field);
  const value = psw?.address ?? String(field.value);
  const others = beside?.filter((other) => other?.value !== undefined) ?? [];
  const digits = psw === undefined ? bytesDigits(field.size) : 16;
  const shown = (text: string, part: 'mask' | 'address') =>
    digits === undefined || !text.startsWith('0x') ? (
      <span className={others.some((other) => other?.value !== field.value) ? 'hex-differs' : undefined}>
        <Hostile text={text} />
      </span>
    ) : (
      <HexNumber value={text} digits={digits} beside={others.map((other) => (other === undefined ? '' : (pswParts(other)?.[part] ?? String(other.value))))} />
    );
  const meaning = meaningOf(field);
  const leadsTo = fieldAddress(field);
  const place = leadsTo === undefined ? undefined : names.get(hex(leadsTo));
  return (
    <>
      <span className="code field-value">
        {psw === undefined ? null : <>{shown(psw.mask, 'mask')} </>}
        {target === undefined ? (
          shown(value, 'address')
        ) : (
          <AddressLink dump={dump} position={target} explain={target.space !== 'virtual' || leadsTo !== undefined || field.pointsTo === undefined}>
            {shown(value, 'address')}
          </AddressLink>
        )}
      </span>
      {place === undefined ? null : (
        <span className="code field-place">
          <Hostile text={place} />
        </span>
      )}
      {meaning === undefined ? null : (
        <span className="field-meaning">
          <Hostile text={meaning} />
        </span>
      )}
    </>
  );
}

type Column = DataColumn<LowcoreRow>;

const groupColumn: Column = {
  id: 'part',
  title: 'part',
  about: 'Who defines it',
  width: 12,
  text: ({ group }) => group,
  cell: ({ group }) => (
    <span className="dim" title={groupTitles[group]}>
      {group}
    </span>
  ),
};
const offsetColumn: Column = {
  id: 'offset',
  title: 'offset',
  width: 9,
  kind: 'hex',
  text: ({ offset }) => offsetText(offset),
  value: ({ offset }) => offset,
  cell: ({ offset }) => <span className="code dim">{offsetText(offset)}</span>,
};
const sizeColumn: Column = { id: 'size', title: 'size', width: 6, kind: 'number', text: ({ size }) => String(size), value: ({ size }) => size };
const nameColumn: Column = {
  id: 'field',
  title: 'field',
  width: 24,
  text: ({ name }) => name,
  cell: ({ name, doc, differs }) => (
    <span className="code" data-field={name} title={doc}>
      {name}
      {differs ? <span className="unseen"> differs between the CPUs</span> : null}
    </span>
  ),
};
const docColumn: Column = { id: 'about', title: 'purpose', width: 20, grow: 1, text: ({ doc = '' }) => doc };

function valueText(field: LowcoreFieldJson | undefined): string {
  if (field === undefined) return 'not in this layout';
  if (field.value === undefined) return 'not in the dump';
  const psw = pswParts(field);
  const meaning = meaningOf(field);
  return `${psw === undefined ? String(field.value) : `${psw.mask} ${psw.address}`}${meaning === undefined ? '' : ` ${meaning}`}`;
}

interface LowcoreTableProps {
  readonly dump: OpenDump;
  readonly columns: readonly LowcoreColumn[];
  readonly rows: readonly LowcoreRow[];
  /** The kernel's symbols for the places that fields point to. */
  readonly names: PlaceNames;
  /** Key of the row at the cursor. */
  readonly current: string | undefined;
  /** Column at the cursor. */
  readonly active: number;
  readonly onSelect: (row: LowcoreRow, column: number) => void;
}

/** Whose lowcore a column shows, where it is, and how its layout is known. */
function ColumnHead({ dump, column: { name, lowcore, error } }: { readonly dump: string; readonly column: LowcoreColumn }) {
  return (
    <li data-testid="lowcore-head">
      <span className="lowcore-column-name">{name}</span>{' '}
      {lowcore === undefined ? (
        <span className="tone-bad">
          <Hostile text={error ?? ''} />
        </span>
      ) : (
        <>
          <PlaceLink dump={dump} place={{ space: 'absolute', start: lowcore.prefix, end: `0x${(BigInt(lowcore.prefix) + BigInt(lowcoreBytes)).toString(16)}` }}>
            <HexNumber value={lowcore.prefix} digits={8} />
          </PlaceLink>
          <span className="dim">
            {' '}
            {lowcore.layout.name}, {lowcore.layout.word}
          </span>
        </>
      )}
    </li>
  );
}

export function LowcoreTable({ dump, columns, rows, names, current, active, onSelect }: LowcoreTableProps) {
  const ordered = useMemo(() => groups.flatMap((group) => rows.filter((row) => row.group === group)), [rows]);
  const { key } = dump;
  const shown = useMemo((): readonly Column[] => {
    const ofLowcore = ({ key: id, name, number, lowcore }: LowcoreColumn, index: number): Column => ({
      id,
      title: name,
      width: 34,
      grow: 2,
      text: ({ cells }) => (lowcore === undefined ? '' : valueText(cells[index])),
      value: ({ cells }) => cells[index]?.value,
      cell: (row) =>
        lowcore === undefined ? (
          <span className="dim">–</span>
        ) : (
          <div
            className="field-cell"
            onClick={(event) => {
              event.stopPropagation();
              onSelect(row, index);
            }}
          >
            <FieldValue dump={key} field={row.cells[index]} number={number} names={names} beside={row.differs ? row.cells : undefined} />
          </div>
        ),
    });
    return [groupColumn, offsetColumn, sizeColumn, nameColumn, ...columns.map(ofLowcore), ...(columns.length === 1 ? [docColumn] : [])];
  }, [columns, key, names, onSelect]);
  const at = ordered.findIndex((row) => row.key === current);
  return (
    <div className="lowcore-fields" data-testid="lowcore-fields">
      <DataTable
        name="lowcore"
        label="Fields of the lowcore"
        testId="lowcore-table"
        columns={shown}
        rows={ordered}
        wrap
        isTransient
        current={at === -1 ? undefined : at}
        onRow={(row) => onSelect(row, active)}
        opensOnClick
        mark={({ differs }) => (differs ? 'differs' : undefined)}
        before={
          <ul className="lowcore-heads">
            {columns.map((column) => (
              <ColumnHead key={column.key} dump={key} column={column} />
            ))}
          </ul>
        }
        nothing={<p className="message">No field matches the filter. Clear it to see all fields.</p>}
      />
    </div>
  );
}
