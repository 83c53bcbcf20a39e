/** Next to the editor: the tables that a query can name, and the queries that were run; one filter for both. */
import { useState } from 'react';
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import type { PastQuery } from '../../state/query-book.ts';
import { plural } from '../../words/numbers.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { filterWords } from '../../widgets/data-table/filter-words.ts';
import { FilterInput } from '../../widgets/data-table/FilterInput.tsx';
import { SchemaList } from './SchemaList.tsx';

interface SqlPanelProps {
  readonly tables: readonly SqlTableJson[];
  readonly history: readonly PastQuery[];
  readonly onInsert: (word: string) => void;
  readonly onChoose: (query: string) => void;
  readonly onForget: () => void;
}

export function SqlPanel({ tables, history, onInsert, onChoose, onForget }: SqlPanelProps) {
  const [shown, setShown] = useState<'tables' | 'history'>('tables');
  const [typed, setTyped] = useState('');
  const words = filterWords(typed);
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const past = history.filter(({ query }) => fits(query));
  const choice = (id: typeof shown, title: string) => (
    <button type="button" className="button" aria-pressed={shown === id} onClick={() => setShown(id)} data-testid={`sql-show-${id}`}>
      {title}
    </button>
  );
  return (
    <aside className="sql-panel" aria-label={shown === 'tables' ? 'Tables' : 'Query history'}>
      <div className="sql-panel-head">
        {choice('tables', 'Tables')}
        {choice('history', 'History')}
        <FilterInput
          label={shown === 'tables' ? 'Filter the tables' : 'Search the history'}
          placeholder={shown === 'tables' ? 'Filter' : 'Search'}
          value={typed}
          onChange={setTyped}
          testId="sql-panel-filter"
        />
      </div>
      {shown === 'tables' ? (
        <SchemaList
          tables={tables.filter((table) => fits(`${table.name} ${table.about} ${table.columns.map(({ name }) => name).join(' ')}`))}
          onInsert={onInsert}
        />
      ) : (
        <div className="sql-history" tabIndex={0} role="group" aria-label="Queries, newest first" data-testid="sql-history">
          {past.length === 0 ? <p className="dim">{history.length === 0 ? 'Queries that you run are listed here.' : 'No query matches.'}</p> : null}
          {past.map(({ query, rows }) => (
            <button key={query} type="button" className="sql-past" onClick={() => onChoose(query)} title={query}>
              <span className="code cut">
                <Hostile text={query.replaceAll(/\s+/g, ' ')} />
              </span>
              <span className={rows === undefined ? 'tone-bad' : 'dim'}>{rows === undefined ? 'failed' : plural(rows, 'row')}</span>
            </button>
          ))}
          {history.length === 0 ? null : (
            <button type="button" className="link" onClick={onForget}>
              Clear the history
            </button>
          )}
        </div>
      )}
    </aside>
  );
}
