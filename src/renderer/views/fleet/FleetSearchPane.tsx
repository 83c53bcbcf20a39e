/** A search over all dumps of a catalogue, or over those of an issue: hits appear as they are found, and each links to its dump. */
import { useCallback, useMemo, useState, type SyntheticEvent } from 'react';
import { defined } from '../../../shared/defined.ts';
import type { FleetSearchPart } from '../../../shared/fleet-search-parts.ts';
import { searchTypes, type SearchType } from '../../../shared/search-model.ts';
import { fileName } from '../../state/open-dump.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { patternHints, hasCase, typeNames } from '../search/search-form.ts';
import '../search/search.css';
import { hitRow, searchText, type HitRow } from './search-rows.ts';

const places = { both: ['catalogue', 'memory'], catalogue: ['catalogue'], memory: ['memory'], pages: ['pages'] } as const satisfies Readonly<
  Record<string, readonly FleetSearchPart[]>
>;
type PlaceName = keyof typeof places;
const placeNames: readonly (readonly [PlaceName, string])[] = [
  ['both', 'catalogue and memory'],
  ['catalogue', 'catalogue only'],
  ['memory', 'memory of the dumps'],
  ['pages', 'pages shared by several dumps'],
];

const hitColumns = (onOpen: (row: HitRow) => void): readonly DataColumn<HitRow>[] => [
  {
    id: 'where',
    title: 'where',
    about: 'Absolute address, column of the catalogue, or number of dumps',
    width: 20,
    text: ({ where }) => where,
    cell: (row) =>
      row.target === undefined ? (
        <Hostile text={row.where} />
      ) : (
        <button type="button" className="link cut fleet-title" onClick={() => onOpen(row)}>
          <Hostile text={row.where} />
        </button>
      ),
  },
  {
    id: 'text',
    title: 'text',
    width: 40,
    grow: 4,
    text: ({ text }) => text,
    cell: ({ text, around }) =>
      around === undefined ? (
        <Hostile text={text} title />
      ) : (
        <span className="search-text">
          <span className="search-around">{around.before.slice(-8)}</span>
          <mark>{around.match}</mark>
          <span className="search-around">{around.after}</span>
        </span>
      ),
  },
  { id: 'host', title: 'machine', width: 12, grow: 1, text: ({ host }) => host },
  { id: 'release', title: 'release', width: 14, grow: 1, text: ({ release }) => release },
  { id: 'ended', title: 'ended (UTC)', width: 21, text: ({ ended }) => ended.replace('T', ' ').replace(/(\.\d+)?Z$/, '') },
  {
    id: 'path',
    title: 'dump',
    width: 20,
    grow: 2,
    text: ({ path }) => path,
    cell: ({ path }) => (
      <span title={visibleText(path)}>
        <Hostile text={fileName(path)} />
      </span>
    ),
  },
];

export function FleetSearchPane({ issue }: { readonly issue: number | undefined }) {
  const { fleet, dumps, places: shownPlaces } = useWorkbench();
  const { search } = fleet;
  const state = useStore(search.state);
  const [pattern, setPattern] = useState(state.question?.pattern ?? '');
  const [type, setType] = useState<SearchType>(state.question?.type ?? 'text');
  const [place, setPlace] = useState<PlaceName>('both');
  const [ignoreCase, setIgnoreCase] = useState(state.question?.ignoreCase ?? false);
  const isRunning = state.phase === 'running';
  // What the catalogue stores about dumps is text.
  const wherever = type === 'text' || place === 'pages' ? place : 'memory';
  const start = (event: SyntheticEvent): void => {
    event.preventDefault();
    const given = { pattern: pattern === '' ? undefined : pattern, issue, ignoreCase: hasCase(type) && ignoreCase ? true : undefined };
    search.start({ type: wherever === 'pages' ? 'text' : type, parts: [...places[wherever]], ...defined(given) });
  };
  const isEbcdic = state.question?.type === 'ebcdic';
  const rows = useMemo(() => state.hits.map((hit) => hitRow(hit, isEbcdic)), [state.hits, isEbcdic]);
  const open = useCallback(
    ({ target }: HitRow): void => {
      if (target === undefined) return;
      if ('issue' in target) {
        fleet.shown.set({ kind: 'issue', id: target.issue });
        return;
      }
      const key = dumps.open(target.path, defined({ volumes: target.volumes }));
      if (target.address === undefined) shownPlaces.show('overview', key);
      else shownPlaces.goTo(key, { space: 'absolute', address: target.address, length: target.bytes });
    },
    [fleet, dumps, shownPlaces],
  );
  const columns = useMemo(() => hitColumns(open), [open]);
  const progress = state.progress;
  return (
    <section className="fleet-search" aria-label={issue === undefined ? 'Search all dumps' : `Search the dumps of issue ${issue}`}>
      <form role="search" className="fleet-search-form" onSubmit={start} onKeyDown={(event) => event.key === 'Escape' && search.cancel()}>
        <input
          className="input code"
          aria-label="Pattern"
          placeholder={wherever === 'pages' ? 'Fingerprint of a page; leave empty for the most widely shared pages' : patternHints[type]}
          spellCheck={false}
          autoComplete="off"
          maxLength={4000}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
          data-testid="fleet-search-pattern"
        />
        <select
          className="select"
          aria-label="Kind of pattern"
          value={type}
          disabled={wherever === 'pages'}
          onChange={(event) => setType(searchTypes.find((one) => one === event.currentTarget.value) ?? 'text')}
        >
          {searchTypes.map((one) => (
            <option key={one} value={one}>
              {typeNames[one]}
            </option>
          ))}
        </select>
        <select
          className="select"
          aria-label="Where"
          value={wherever}
          onChange={(event) => setPlace(placeNames.find(([name]) => name === event.currentTarget.value)?.[0] ?? 'both')}
          data-testid="fleet-search-where"
        >
          {placeNames
            .filter(([name]) => type === 'text' || name === 'memory' || name === 'pages')
            .map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
        </select>
        {hasCase(type) && wherever !== 'pages' ? (
          <label className="dim">
            <input type="checkbox" checked={ignoreCase} onChange={(event) => setIgnoreCase(event.currentTarget.checked)} /> ignore case
          </label>
        ) : null}
        {isRunning ? (
          <button type="button" className="button" onClick={search.cancel} data-testid="fleet-search-cancel">
            Cancel
          </button>
        ) : (
          <button type="submit" className="button primary" disabled={pattern === '' && wherever !== 'pages'} data-testid="fleet-search-start">
            Search
          </button>
        )}
        {issue === undefined ? <span className="dim">in all dumps</span> : <span className="dim">in the dumps of issue {issue}</span>}
      </form>
      {isRunning ? (
        <ProgressBar fraction={progress === undefined || progress.total === 0 ? undefined : progress.done / progress.total} label="Search of the fleet" />
      ) : null}
      <p className={state.phase === 'failed' ? 'tone-bad' : 'dim'} role="status" data-testid="fleet-search-status">
        <Hostile text={searchText(state)} />
      </p>
      {rows.length === 0 ? null : (
        <DataTable name="fleet-hits" label="Hits" testId="fleet-hits" columns={columns} rows={rows} filter={{ label: 'Filter hits' }} onRow={open} />
      )}
    </section>
  );
}
