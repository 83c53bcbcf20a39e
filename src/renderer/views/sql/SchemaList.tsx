/** The tables and columns that a query can name; a click puts the name into the query. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';

interface SchemaListProps {
  readonly tables: readonly SqlTableJson[];
  readonly onInsert: (word: string) => void;
}

export function SchemaList({ tables, onInsert }: SchemaListProps) {
  return (
    <aside className="sql-schema" aria-label="Tables" tabIndex={0} data-testid="sql-schema">
      {tables.map((table) => {
        const call = table.parameters.length === 0 ? table.name : `${table.name}(${table.parameters.join(', ')})`;
        return (
          <details key={table.name}>
            <summary className="code" title={table.about}>
              {call}
              {table.stable ? null : <span className="dim"> may change</span>}
            </summary>
            <p className="dim">{table.about}</p>
            <ul>
              {table.columns.map((column) => (
                <li key={column.name}>
                  <button type="button" className="link code" onClick={() => onInsert(column.name)} title={`Put ${column.name} into the query`}>
                    {column.name}
                  </button>{' '}
                  <span className="dim">{column.about}</span>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </aside>
  );
}
