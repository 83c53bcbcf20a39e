import type { DmesgJson, LogRecordJson } from '../../../shared/kernel-model.ts';
import type { QueryState } from '../../engine/query-slot.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { recordTone } from '../dmesg/log-tone.ts';
import { logTail } from '../../../shared/log-tail.ts';

/** Of the log, and of them below the line that says why. */
const shownLines = 13;
const linesAfter = 4;

interface LineProps {
  readonly dump: string;
  readonly record: LogRecordJson;
  readonly isDeath: boolean;
}

function Line({ dump, record, isDeath }: LineProps) {
  return (
    <li className={isDeath ? 'log-tail-line death' : 'log-tail-line'} data-testid={isDeath ? 'log-death' : undefined}>
      <span className="dim log-tail-time">{record.time?.slice(0, -3) ?? ''}</span>
      <span className={recordTone(record)}>
        <AddressText dump={dump} text={record.text} />
      </span>
    </li>
  );
}

/** What the kernel said around its end; the whole log is one click away. */
export function LogCard({ dump, query }: { readonly dump: OpenDump; readonly query: QueryState<DmesgJson> }) {
  const { places } = useWorkbench();
  const title = `log-${dump.key}`;
  const tail = query.value === undefined ? undefined : logTail(query.value.records, shownLines, linesAfter);
  const { file, lost = 0 } = query.value ?? {};
  return (
    <section className="card overview-card log-card" aria-labelledby={title} data-testid="log-card">
      <div className="card-head">
        <h2 className="caption" id={title}>
          {tail?.death === undefined ? 'End of the kernel log' : 'Kernel log around the panic'}
        </h2>
        <button type="button" className="link" onClick={() => places.show('dmesg', dump.key)}>
          {query.value === undefined ? 'Kernel log' : `All ${plural(query.value.records.length, 'record')}`}
        </button>
      </div>
      {tail === undefined ? (
        query.error === undefined ? (
          <p className="dim" role="status">
            Reading the kernel log…
          </p>
        ) : (
          <QueryMessage query={query} what="the kernel log" />
        )
      ) : (
        <ul className="log-tail selectable" aria-label="Lines of the kernel log">
          {tail.records.map((record, index) => (
            <Line key={index} dump={dump.key} record={record} isDeath={index === tail.death} />
          ))}
        </ul>
      )}
      {tail === undefined || tail.after === 0 ? null : <p className="dim log-tail-after">{plural(tail.after, 'more record')} below</p>}
      {lost === 0 ? null : <p className="tone-warn">{plural(lost, 'record')} or more cannot be read.</p>}
      {file === undefined ? null : (
        <p className="tone-warn">
          From the file <Hostile text={file.name} />, not from memory.
        </p>
      )}
    </section>
  );
}
