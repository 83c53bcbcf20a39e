/** The pane below the table: the bytes of the lowcore, and the chosen field in full. */
import type { LowcoreJson } from '../../../shared/structure-model.ts';
import type { PlaceNames } from '../../../shared/place-names.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { BytePane } from '../../widgets/byte-pane/BytePane.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { FieldValue, offsetText, type LowcoreColumn } from './LowcoreTable.tsx';
import { lowcoreBytes, type LowcoreRow } from './lowcore-rows.ts';

interface FieldPaneProps {
  readonly dump: OpenDump;
  readonly columns: readonly LowcoreColumn[];
  readonly row: LowcoreRow | undefined;
  readonly names: PlaceNames;
  /** Whose bytes are shown. */
  readonly bytesOf: LowcoreJson | undefined;
  /** Where the cursor is in them, and how much is selected. */
  readonly offset: number | undefined;
  readonly length: number;
  readonly onByte: (offset: number) => void;
}

export function FieldPane({ dump, columns, row, names, bytesOf, offset, length, onByte }: FieldPaneProps) {
  if (bytesOf === undefined) return null;
  const prefix = BigInt(bytesOf.prefix);
  const selection = offset === undefined ? undefined : { offset, length };
  return (
    <div className="field-pane">
      <BytePane
        dump={dump}
        space="absolute"
        start={prefix}
        length={lowcoreBytes}
        selection={selection}
        label={`Bytes of the lowcore at ${bytesOf.prefix}`}
        onByte={onByte}
      />
      <section className="field-details selectable" aria-label="Chosen field" data-testid="field-details">
        {row === undefined ? (
          <p className="dim">
            {offset === undefined
              ? 'Select a field to see its bytes, or a byte to see its field. Placing the hex cursor in a lowcore also selects the field here.'
              : `${offsetText(offset)} belongs to no field of this layout.`}
          </p>
        ) : (
          <>
            <h2 className="code">{row.name}</h2>
            <p className="dim">{row.doc}</p>
            <p className="dim">
              offset {offsetText(row.offset)}, {row.size} {row.size === 1 ? 'byte' : 'bytes'} ·{' '}
              <PlaceLink
                dump={dump.key}
                place={{ space: 'absolute', start: hex(prefix + BigInt(row.offset)), end: hex(prefix + BigInt(row.offset + row.size)) }}
              />
            </p>
            <dl className="field-values">
              {columns.map((column, index) => (
                <div key={column.key} className="field-entry">
                  {columns.length > 1 ? <dt className="dim">{column.name}</dt> : null}
                  <dd>
                    {column.lowcore === undefined ? (
                      <span className="dim">–</span>
                    ) : (
                      <FieldValue dump={dump.key} field={row.cells[index]} number={column.number} names={names} beside={row.differs ? row.cells : undefined} />
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </section>
    </div>
  );
}
