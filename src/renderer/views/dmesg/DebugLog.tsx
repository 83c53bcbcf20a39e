/** Records of the debug feature of s390x as a log, alone or with the kernel's log on one time axis. */
import { useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import { mostRows } from '../../../shared/analysis-table.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { countText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { mostCopiedRows } from '../../widgets/data-table/use-row-exports.ts';
import { FilterInput } from '../../widgets/data-table/FilterInput.tsx';
import { createAnalysisRun, type AnalysisState } from '../kernel/analysis-run.ts';
import { MissingList } from '../kernel/MissingList.tsx';
import { allRecords, byTime, choicesOf, filterRows, lineOfRow, type DebugFilter } from './debug-log-rows.ts';
import { DebugLogTable } from './DebugLogTable.tsx';

/** Levels that debugfs knows (DEBUG_MAX_LEVEL in arch/s390/include/asm/debug.h). */
const levels = [0, 1, 2, 3, 4, 5, 6] as const;

interface DebugLogProps {
  readonly dump: OpenDump;
  readonly isMerged: boolean;
  /** The control that switches between the logs. */
  readonly children: ReactNode;
}

export function DebugLog({ dump, isMerged, children }: DebugLogProps) {
  const { engine, shell, tell } = useWorkbench();
  const [run] = useState(() => createAnalysisRun((...call) => engine.call(...call)));
  const state = useStore(run.state);
  const handle = handleOf(dump);
  const { generation } = dump;
  const id = isMerged ? 'merged-log' : 'debug-feature';
  useEffect(() => {
    if (handle !== undefined) run.start({ dump: handle, id, parameters: {}, limit: mostRows });
    return run.cancel;
  }, [run, handle, generation, id]);
  const [typed, setFilter] = useState<DebugFilter>(allRecords);
  const filter = useDeferredValue(typed);
  const [asBytes, setAsBytes] = useState(false);
  // Debug logs arrive one after another: once complete they form one log.
  const isWhole = state.phase === 'done' && !isMerged;
  const rows = useMemo(() => (isWhole ? byTime(state.rows) : state.rows), [state.rows, isWhole]);
  const shown = useMemo(() => filterRows(rows, filter), [rows, filter]);
  const { logs, cpus } = useMemo(() => choicesOf(rows), [rows]);
  const narrow = (change: Partial<DebugFilter>): void => setFilter((now) => ({ ...now, ...change }));
  const numbered = (value: string): number | undefined => (value === '' ? undefined : Number(value));
  const copy = (): void => {
    const text = shown.map((row) => `${lineOfRow(row, asBytes)}\n`).join('');
    shell.call('copyText', { text }).catch(tell);
  };
  const bar = (
    <>
      {children}
      <FilterInput
        label="Search the log"
        placeholder="words in the text"
        value={typed.search}
        onChange={(search) => narrow({ search })}
        testId="debug-search"
      />
      <FilterInput label="Callers" placeholder="caller" value={typed.caller} onChange={(caller) => narrow({ caller })} testId="debug-caller" />
      <select className="select" aria-label="Log" value={typed.log} onChange={(event) => narrow({ log: event.currentTarget.value })} data-testid="debug-log">
        <option value="">all logs</option>
        {logs.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="select"
        aria-label="Lowest severity in the debug feature"
        value={typed.level ?? ''}
        onChange={(event) => narrow({ level: numbered(event.currentTarget.value) })}
        data-testid="debug-level"
      >
        <option value="">all levels</option>
        {levels.map((level) => (
          <option key={level} value={level}>
            {level === 0 ? 'level 0' : `levels 0 to ${level}`}
          </option>
        ))}
      </select>
      <select
        className="select"
        aria-label="CPU"
        value={typed.cpu ?? ''}
        onChange={(event) => narrow({ cpu: numbered(event.currentTarget.value) })}
        data-testid="debug-cpu"
      >
        <option value="">all CPUs</option>
        {cpus.map((cpu) => (
          <option key={cpu} value={cpu}>
            CPU {cpu}
          </option>
        ))}
      </select>
      <label className="log-marked">
        <input type="checkbox" checked={asBytes} onChange={(event) => setAsBytes(event.currentTarget.checked)} data-testid="debug-bytes" />
        bytes
      </label>
      <span className="dim log-count" role="status" data-testid="debug-count">
        {countOf(state, shown.length)}
      </span>
      <button
        type="button"
        className="button"
        onClick={copy}
        disabled={shown.length === 0 || shown.length > mostCopiedRows}
        title={shown.length > mostCopiedRows ? `At most ${plural(mostCopiedRows, 'record')} are copied at once` : undefined}
      >
        Copy {shown.length === rows.length ? 'all' : 'shown'}
      </button>
    </>
  );
  return (
    <>
      {state.phase === 'failed' ? (
        <p className="log-lost tone-bad" role="alert">
          <Hostile text={state.error ?? ''} />
        </p>
      ) : null}
      <DebugLogTable
        key={id}
        dump={dump.key}
        rows={shown}
        isMerged={isMerged}
        asBytes={asBytes}
        before={bar}
        nothing={<p className="message">{nothingShown(state, isMerged)}</p>}
      />
      <div className="debug-missing">
        <MissingList missing={state.answer?.missing ?? []} />
      </div>
    </>
  );
}

function countOf({ phase, rows }: AnalysisState, shown: number): string {
  const all = plural(rows.length, 'record');
  return `${shown === rows.length ? all : `${countText(shown)} of ${all}`}${phase === 'running' ? ' so far' : ''}`;
}

function nothingShown({ phase, rows, answer }: AnalysisState, isMerged: boolean): string {
  if (phase === 'running') return 'Reading the records…';
  if (rows.length > 0) return 'No record matches: clear the filters.';
  if (phase !== 'done') return 'No records were received.';
  if (answer?.missing.length === 0) return 'There are no records.';
  return isMerged ? 'The two logs are not merged; see the reason below.' : 'No records could be read; see the reason below.';
}
