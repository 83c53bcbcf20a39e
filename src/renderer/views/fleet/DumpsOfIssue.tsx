/** The dumps of an issue: one can be opened at its location, two can be compared. */
import { useCallback, useMemo, useState } from 'react';
import { defined } from '../../../shared/defined.ts';
import type { IssueDump } from '../../../shared/fleet-protocol.ts';
import { byteText } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { fileName } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { timeText } from '../../words/durations.ts';
import { plural } from '../../words/numbers.ts';
import { machineText } from './fleet-words.ts';
import { chooseForComparison, placeText, reachable } from './fleet-dumps.ts';
import { useFleetPages } from './use-fleet.ts';

interface DumpActions {
  readonly chosen: readonly IssueDump[];
  readonly onChoose: (dump: IssueDump) => void;
  readonly onOpen: (dump: IssueDump) => void;
}

const dumpColumns = ({ chosen, onChoose, onOpen }: DumpActions): readonly DataColumn<IssueDump>[] => [
  {
    id: 'compare',
    title: '',
    about: 'Select two to compare them',
    width: 3,
    isTool: true,
    text: () => '',
    cell: (dump) => (
      <input
        type="checkbox"
        aria-label={visibleText(`Compare the dump of ${dump.host ?? 'a machine'}: ${placeText(dump)}`)}
        disabled={reachable(dump) === undefined}
        checked={chosen.some(({ dumpKey }) => dumpKey === dump.dumpKey)}
        onChange={() => onChoose(dump)}
        data-testid="fleet-choose"
      />
    ),
  },
  {
    id: 'when',
    title: 'crashed (UTC)',
    about: 'Time of the crash, or of the dump if the crash time is unknown',
    width: 21,
    text: ({ crashed, dumped }) => {
      const time = crashed ?? dumped;
      return time === undefined ? '' : timeText(time).replace(/ UTC$/, '');
    },
  },
  { id: 'host', title: 'machine', width: 12, grow: 1, text: ({ host = '' }) => host },
  { id: 'release', title: 'release', width: 14, grow: 1, text: ({ release = '' }) => release },
  {
    id: 'place',
    title: 'location',
    width: 22,
    grow: 3,
    text: placeText,
    cell: (dump) =>
      reachable(dump) === undefined ? (
        <span className="dim">
          <Hostile text={placeText(dump)} title />
        </span>
      ) : (
        <span className="fleet-place">
          <button type="button" className="link cut" onClick={() => onOpen(dump)} data-testid="fleet-open">
            <Hostile text={fileName(reachable(dump)?.path ?? '')} />
          </button>
          <span className="dim cut">
            <Hostile text={placeText(dump)} title />
          </span>
        </span>
      ),
  },
  { id: 'bytes', title: 'size', width: 10, kind: 'number', text: ({ bytes }) => byteText(bytes), value: ({ bytes }) => bytes },
  {
    id: 'complete',
    title: 'complete',
    width: 9,
    text: ({ complete }) => (complete === undefined ? 'not known' : complete ? 'yes' : 'no'),
    cell: ({ complete }) => <span className={complete === false ? 'tone-bad' : ''}>{complete === undefined ? 'not known' : complete ? 'yes' : 'no'}</span>,
  },
  { id: 'arch', title: 'type', width: 14, isExtra: true, text: machineText },
  { id: 'format', title: 'format', width: 12, isExtra: true, text: ({ format }) => format },
  { id: 'title', title: 'title', width: 20, grow: 1, isExtra: true, text: ({ title }) => title },
  { id: 'key', title: 'dump key', width: 20, isExtra: true, text: ({ dumpKey }) => dumpKey },
];

/** @param issue undefined for dumps without an issue */
export function DumpsOfIssue({ issue }: { readonly issue: number | undefined }) {
  const { fleet, dumps, places, comparisons, notice, shell, tell } = useWorkbench();
  const turn = useStore(fleet.turn);
  const [chosen, setChosen] = useState<readonly IssueDump[]>([]);
  const ask = useCallback(
    (start: number, count: number, signal?: AbortSignal) => fleet.call('dumps', { ...defined({ issue }), start, count, turn }, signal),
    [fleet, issue, turn],
  );
  const { rows, matching, error } = useFleetPages<IssueDump>(String(issue), ask);
  const opened = useCallback(
    (dump: IssueDump): string | undefined => {
      const place = reachable(dump);
      if (place === undefined) {
        notice.set({ tone: 'bad', text: `It is on another machine: ${placeText(dump)}` });
        return undefined;
      }
      return dumps.open(place.path, place.parts.length === 0 ? {} : { volumes: place.parts });
    },
    [dumps, notice],
  );
  const open = useCallback(
    (dump: IssueDump): void => {
      const key = opened(dump);
      if (key !== undefined) places.show('overview', key);
    },
    [opened, places],
  );
  const compare = (): void => {
    const [left, right] = chosen.map(opened);
    if (left === undefined || right === undefined) return;
    comparisons.change(left, { right, order: 'time' });
    places.show('compare', left);
  };
  const onChoose = useCallback((dump: IssueDump) => setChosen((old) => chooseForComparison(old, dump)), []);
  const columns = useMemo(() => dumpColumns({ chosen, onChoose, onOpen: open }), [chosen, onChoose, open]);
  const bar = (
    <>
      <span className="dim" role="status" data-testid="fleet-dump-count">
        {matching === undefined
          ? error === undefined
            ? 'Reading the dumps…'
            : ''
          : plural(matching, issue === undefined ? 'dump without an issue' : 'dump', issue === undefined ? 'dumps without an issue' : 'dumps')}
      </span>
      <button
        type="button"
        className="button"
        disabled={chosen.length !== 2}
        title="Select two dumps in the list"
        onClick={compare}
        data-testid="fleet-compare"
      >
        Compare the two selected dumps
      </button>
      {issue === undefined ? null : (
        <button type="button" className="button" onClick={() => fleet.shown.set({ kind: 'search', issue })} data-testid="fleet-search-issue">
          Search these dumps…
        </button>
      )}
    </>
  );
  return (
    <DataTable
      name="fleet-dumps"
      label="Dumps"
      testId="fleet-dumps"
      columns={columns}
      rows={rows}
      before={bar}
      nothing={
        error === undefined ? undefined : (
          <p className="message" role="alert">
            Couldn't read the dumps: <Hostile text={error.message} />
          </p>
        )
      }
      onRow={open}
      rowItems={(dump) => [
        { label: 'Open', enabled: reachable(dump) !== undefined, run: () => open(dump) },
        ...dump.places.map(({ path }) => ({ label: `Copy the path ${path}`, run: () => void shell.call('copyText', { text: path }).catch(tell) })),
      ]}
    />
  );
}
