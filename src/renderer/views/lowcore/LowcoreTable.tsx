/** The fields of one or several lowcores: a line each, in the order of their offsets, by who defines them. */
import { memo, useEffect, useRef } from 'react';
import { fieldAddress, type PlaceNames } from '../../../shared/place-names.ts';
import type { LowcoreFieldJson, LowcoreJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { bytesDigits } from '../../words/numbers.ts';
import { lowcoreBytes, meaningOf, pswParts, targetOf, type FieldGroup, type LowcoreRow } from './lowcore-rows.ts';

export interface LowcoreColumn {
  /** Unlike those of the others. */
  readonly key: string;
  /** As positions and the engine name the CPU; undefined for an address that a person gave. */
  readonly number: number | undefined;
  readonly name: string;
  readonly lowcore: LowcoreJson | undefined;
  /** Why there is none. */
  readonly error: string | undefined;
}

const groupTitles: Readonly<Record<FieldGroup, string>> = {
  architected: 'Architected: interruptions and PSWs',
  linux: 'Linux',
  'save area': 'Save area: status as it was stored',
};
const groups = ['architected', 'linux', 'save area'] as const;

export const offsetText = (offset: number): string => `0x${offset.toString(16).padStart(4, '0')}`;

interface FieldValueProps {
  readonly dump: string;
  readonly field: LowcoreFieldJson | undefined;
  readonly number: number | undefined;
  readonly names: PlaceNames;
  /** The same field of the columns beside it, of which one differs. */
  readonly beside?: readonly (LowcoreFieldJson | undefined)[] | undefined;
}

/** Value, its meaning, and where it leads, with the kernel's name for that place. */
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

interface RowProps {
  readonly dump: string;
  readonly row: LowcoreRow;
  readonly columns: readonly LowcoreColumn[];
  readonly names: PlaceNames;
  /** Column that the cursor is in. */
  readonly active: number;
  /** Its bytes are selected. */
  readonly isCurrent: boolean;
  readonly onSelect: (row: LowcoreRow, column: number) => void;
}

const FieldRow = memo(function FieldRow({ dump, row, columns, names, active, isCurrent, onSelect }: RowProps) {
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isCurrent) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isCurrent]);
  return (
    <tr
      ref={line}
      className={row.differs ? 'followed differs' : 'followed'}
      aria-selected={isCurrent}
      data-field={row.name}
      onClick={() => onSelect(row, active)}
    >
      <td className="code dim">{offsetText(row.offset)}</td>
      <td className="number dim">{row.size}</td>
      <td className="field-name">
        <button type="button" className="code plain-button" title={row.doc} onClick={() => onSelect(row, active)}>
          {row.name}
        </button>
        {row.differs ? <span className="unseen"> differs between the CPUs</span> : null}
      </td>
      {columns.map((column, index) => (
        <td
          key={column.key}
          className={isCurrent && active === index ? 'field-cell chosen' : 'field-cell'}
          onClick={(event) => {
            event.stopPropagation();
            onSelect(row, index);
          }}
        >
          {column.lowcore === undefined ? (
            <span className="dim">–</span>
          ) : (
            <FieldValue dump={dump} field={row.cells[index]} number={column.number} names={names} beside={row.differs ? row.cells : undefined} />
          )}
        </td>
      ))}
      {columns.length === 1 ? <td className="field-doc dim">{row.doc}</td> : null}
    </tr>
  );
});

interface LowcoreTableProps {
  readonly dump: OpenDump;
  readonly columns: readonly LowcoreColumn[];
  readonly rows: readonly LowcoreRow[];
  /** What the kernel calls the places that fields lead to. */
  readonly names: PlaceNames;
  /** Key of the row that the cursor is in. */
  readonly current: string | undefined;
  /** Column that the cursor is in. */
  readonly active: number;
  readonly onSelect: (row: LowcoreRow, column: number) => void;
}

const arrows: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

export function LowcoreTable({ dump, columns, rows, names, current, active, onSelect }: LowcoreTableProps) {
  const ordered = groups.flatMap((group) => rows.filter((row) => row.group === group));
  return (
    <div
      className="lowcore-scroll"
      tabIndex={0}
      role="group"
      aria-label="Fields of the lowcore. Up and down move from field to field."
      data-testid="lowcore-fields"
      onKeyDown={(event) => {
        const by = arrows[event.key];
        if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        const at = ordered.findIndex(({ key }) => key === current);
        const next = ordered[at === -1 ? 0 : at + by];
        if (next !== undefined) onSelect(next, active);
      }}
    >
      <table className="table lowcore-table selectable" style={{ minWidth: `${300 + columns.length * 230}px` }}>
        <thead>
          <tr>
            <th className="lowcore-offset">offset</th>
            <th className="lowcore-size number">size</th>
            <th className="lowcore-field">field</th>
            {columns.map(({ key, name, lowcore, error }) => (
              <th key={key} className="lowcore-column">
                <span className="lowcore-column-name">{name}</span>{' '}
                {lowcore === undefined ? (
                  <span className="tone-bad">
                    <Hostile text={error ?? ''} />
                  </span>
                ) : (
                  <>
                    <PlaceLink
                      dump={dump.key}
                      place={{ space: 'absolute', start: lowcore.prefix, end: `0x${(BigInt(lowcore.prefix) + BigInt(lowcoreBytes)).toString(16)}` }}
                    >
                      <HexNumber value={lowcore.prefix} digits={8} />
                    </PlaceLink>
                    <span className="lowcore-column-layout">
                      {' '}
                      {lowcore.layout.name}, {lowcore.layout.word}
                    </span>
                  </>
                )}
              </th>
            ))}
            {columns.length === 1 ? <th className="field-doc">what it is for</th> : null}
          </tr>
        </thead>
        {groups.map((group) => {
          const own = rows.filter((row) => row.group === group);
          if (own.length === 0) return null;
          return (
            <tbody key={group}>
              <tr className="lowcore-group">
                <th colSpan={columns.length + (columns.length === 1 ? 4 : 3)} scope="rowgroup" className="caption">
                  {groupTitles[group]}
                </th>
              </tr>
              {own.map((row) => (
                <FieldRow
                  key={row.key}
                  dump={dump.key}
                  row={row}
                  columns={columns}
                  names={names}
                  active={active}
                  isCurrent={row.key === current}
                  onSelect={onSelect}
                />
              ))}
            </tbody>
          );
        })}
      </table>
      {rows.length === 0 ? <p className="message">No field passes the filter: clear it to see all of them.</p> : null}
    </div>
  );
}
