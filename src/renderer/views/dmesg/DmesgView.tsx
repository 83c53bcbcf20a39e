/** The kernel log: every record with its time and level, search, filters, and marks on lines that report trouble. */
import { useMemo, useState, type ReactNode } from 'react';
import type { DmesgJson } from '../../../shared/kernel-model.ts';
import { firstPlace } from '../../../shared/log-tail.ts';
import { levelNames, logLine } from '../../../shared/log-line.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { FilterInput } from '../../widgets/data-table/FilterInput.tsx';
import { DebugLog } from './DebugLog.tsx';
import { everything, filterRecords, nextMarked, type LogFilter } from './log-filter.ts';
import { LogTable } from './LogTable.tsx';
import './dmesg.css';

interface LogProps {
  readonly dump: OpenDump;
  readonly answer: DmesgJson;
  /** The control that switches between the logs. */
  readonly children: ReactNode;
}

function Log({ dump, answer, children }: LogProps) {
  const { shell, tell } = useWorkbench();
  const [filter, setFilter] = useState<LogFilter>(everything);
  const records = useMemo(() => filterRecords(answer.records, filter), [answer, filter]);
  const [shown, setShown] = useState({ index: firstPlace(answer.records), turn: 0 });
  const narrow = (change: Partial<LogFilter>): void => {
    const next = { ...filter, ...change };
    setFilter(next);
    setShown({ index: firstPlace(filterRecords(answer.records, next)), turn: shown.turn + 1 });
  };
  const step = (direction: 1 | -1): void => {
    const index = nextMarked(records, shown.index, direction);
    if (index !== undefined) setShown({ index, turn: shown.turn + 1 });
  };
  const marked = useMemo(() => answer.records.filter(({ mark }) => mark !== undefined).length, [answer]);
  const text = (): string => records.map((record) => `${logLine(record, false)}\n`).join('');
  return (
    <>
      {answer.file === undefined ? null : (
        <p className="log-lost tone-warn" role="note" data-testid="log-of-file">
          From the file <Hostile text={answer.file.name} />, not from memory: <Hostile text={`${answer.file.why}; ${answer.file.shown}`} />
        </p>
      )}
      {answer.lost === 0 ? null : (
        <p className="log-lost tone-warn" role="note">
          {plural(answer.lost, 'record')} or more cannot be read: <Hostile text={answer.lostWhy ?? ''} />
        </p>
      )}
      <LogTable dump={dump.key} records={records} search={filter.search} shown={shown} boot={answer.clock?.boot}>
        {children}
        <FilterInput
          label="Search the log"
          placeholder="words in the text"
          value={filter.search}
          onChange={(search) => narrow({ search })}
          testId="log-search"
        />
        <select
          className="input"
          aria-label="Lowest severity shown"
          value={filter.level}
          onChange={(event) => narrow({ level: Number(event.currentTarget.value) })}
          data-testid="log-level"
        >
          {levelNames.map((name, level) => (
            <option key={name} value={level}>
              {level === levelNames.length - 1 ? 'all levels' : level === 0 ? name : `${name} and more severe`}
            </option>
          ))}
        </select>
        <label className="log-marked">
          <input type="checkbox" checked={filter.marked} onChange={(event) => narrow({ marked: event.currentTarget.checked })} />
          only trouble
        </label>
        <IconButton
          icon="arrow-up"
          label="Previous line that reports trouble"
          onPress={() => step(-1)}
          disabled={nextMarked(records, shown.index, -1) === undefined}
        />
        <IconButton
          icon="arrow-down"
          label="Next line that reports trouble"
          testId="log-next-trouble"
          onPress={() => step(1)}
          disabled={nextMarked(records, shown.index, 1) === undefined}
        />
        <span className="dim log-count" role="status" data-testid="log-count">
          {records.length === answer.records.length ? plural(records.length, 'record') : `${records.length} of ${plural(answer.records.length, 'record')}`}
          {marked === 0 ? '' : ` · ${marked} reporting trouble`}
        </span>
        <button type="button" className="button" onClick={() => void shell.call('copyText', { text: text() }).catch(tell)} disabled={records.length === 0}>
          Copy {records.length === answer.records.length ? 'all' : 'shown'}
        </button>
      </LogTable>
      <p className="log-source dim">
        <PlaceText dump={dump.key} text={`${answer.source}${answer.vmcoreinfo === undefined ? '' : `; vmcoreinfo from the ${answer.vmcoreinfo}`}`} />
        {answer.clock === undefined ? null : (
          <span data-testid="log-clock">
            {' · '}
            {answer.clock.boot === undefined ? 'no time of day: ' : `booted ${answer.clock.boot.replace('T', ' ').replace('Z', ' UTC')} by the TOD clock: `}
            <Hostile text={answer.clock.detail} />
          </span>
        )}
      </p>
    </>
  );
}

const logs = { kernel: 'Kernel log', debug: 'Debug feature', merged: 'Both on one time axis' } as const;
type Shown = keyof typeof logs;
const choices = ['kernel', 'debug', 'merged'] as const;

/** The kernel log; for s390x also the debug feature's log, and both merged. */
export function DmesgView({ dump }: { readonly dump: OpenDump }) {
  const [shown, setShown] = useState<Shown>('kernel');
  const hasDebugFeature = dump.triage?.info.machine.features?.includes('lowcore') === true;
  const choice = hasDebugFeature ? (
    <select
      className="select"
      aria-label="Which log"
      value={shown}
      onChange={(event) => setShown(choices.find((one) => one === event.currentTarget.value) ?? 'kernel')}
      data-testid="log-choice"
    >
      {choices.map((one) => (
        <option key={one} value={one}>
          {logs[one]}
        </option>
      ))}
    </select>
  ) : null;
  return (
    <div className="view dmesg-view">
      {shown === 'kernel' ? (
        <KernelLog dump={dump}>{choice}</KernelLog>
      ) : (
        <DebugLog dump={dump} isMerged={shown === 'merged'}>
          {choice}
        </DebugLog>
      )}
    </div>
  );
}

function KernelLog({ dump, children }: { readonly dump: OpenDump; readonly children: ReactNode }) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'dmesg', (handle, signal) => engine.call('dmesg', { dump: handle, clock: true }, { signal }));
  if (query.value !== undefined)
    return (
      <Log dump={dump} answer={query.value}>
        {children}
      </Log>
    );
  return (
    <>
      {children === null ? null : <div className="log-head">{children}</div>}
      <QueryMessage query={query} what="the kernel log" />
    </>
  );
}
