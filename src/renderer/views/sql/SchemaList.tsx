/** The tables and columns that a query can name, by subject; a click inserts the name into the query. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';

interface SchemaListProps {
  readonly tables: readonly SqlTableJson[];
  readonly onInsert: (word: string) => void;
}

const titles = { dump: 'This dump', index: 'Pages and structures', analysis: 'Analyses', storage: 'Index storage' } as const;
const groups = Object.keys(titles) as readonly (keyof typeof titles)[];

function Table({ table, onInsert }: { readonly table: SqlTableJson; readonly onInsert: SchemaListProps['onInsert'] }) {
  const call = table.parameters.length === 0 ? table.name : `${table.name}(${table.parameters.join(', ')})`;
  return (
    <details>
      <summary className="code" title={table.about}>
        {call}
      </summary>
      <p className="dim">
        {table.about}{' '}
        <button type="button" className="link" onClick={() => onInsert(table.name)}>
          Insert the name
        </button>
      </p>
      <ul>
        {table.columns.map((column) => (
          <li key={column.name}>
            <button type="button" className="link code" onClick={() => onInsert(column.name)} title={`Insert ${column.name} into the query`}>
              {column.name}
            </button>{' '}
            <span className="dim">{column.about}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function SchemaList({ tables, onInsert }: SchemaListProps) {
  return (
    <div className="sql-schema" tabIndex={0} role="group" aria-label="Tables and their columns" data-testid="sql-schema">
      {tables.length === 0 ? <p className="dim">No table matches.</p> : null}
      {groups.map((group) => {
        const of = tables.filter((table) => table.group === group);
        return of.length === 0 ? null : (
          <section key={group} aria-label={titles[group]}>
            <h3 className="caption">
              {titles[group]}
              {group === 'storage' ? <span className="dim"> may change</span> : null}
            </h3>
            {of.map((table) => (
              <Table key={table.name} table={table} onInsert={onInsert} />
            ))}
          </section>
        );
      })}
    </div>
  );
}
