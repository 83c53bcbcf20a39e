/** Saved queries: the built-in ones, the user's own, and saving the one in the editor. */
import { useState } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { starterQueries, type SavedQueries } from './saved-queries.ts';

interface QueryPickerProps {
  readonly saved: SavedQueries;
  readonly text: string;
  readonly onChoose: (query: string) => void;
}

export function QueryPicker({ saved, text, onChoose }: QueryPickerProps) {
  const own = useStore(saved.own);
  const [naming, setNaming] = useState<string>();
  const mine = own.find(({ query }) => query === text);
  const shownName = mine ?? starterQueries.find(({ query }) => query === text);
  if (naming !== undefined) {
    return (
      <form
        className="sql-save"
        onSubmit={(event) => {
          event.preventDefault();
          const name = naming.trim().slice(0, 100);
          if (name !== '') saved.save({ name, query: text });
          setNaming(undefined);
        }}
      >
        <input
          className="input sql-name"
          value={naming}
          onChange={(event) => setNaming(event.currentTarget.value)}
          placeholder="Name of the query"
          aria-label="Name of the query"
          autoFocus
          onKeyDown={(event) => {
            if (event.key === 'Escape') setNaming(undefined);
          }}
          data-testid="sql-save-name"
        />
        <button type="submit" className="button">
          Save
        </button>
      </form>
    );
  }
  return (
    <span className="sql-save">
      <label className="dim">
        query{' '}
        <select
          className="select sql-queries"
          value={shownName?.name ?? ''}
          onChange={(event) => {
            const chosen = [...own, ...starterQueries].find(({ name }) => name === event.currentTarget.value);
            if (chosen !== undefined) onChoose(chosen.query);
          }}
          data-testid="sql-queries"
        >
          {shownName === undefined ? <option value="">not saved</option> : null}
          {own.length === 0 ? null : (
            <optgroup label="Your queries">
              {own.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="Examples">
            {starterQueries.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {shownName === undefined ? (
        <button type="button" className="button" disabled={text.trim() === ''} onClick={() => setNaming('')} data-testid="sql-save">
          Save…
        </button>
      ) : null}
      {mine === undefined ? null : (
        <button type="button" className="button" onClick={() => saved.remove(mine.name)}>
          Forget
        </button>
      )}
    </span>
  );
}
