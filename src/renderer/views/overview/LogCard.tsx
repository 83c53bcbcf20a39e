import type { DmesgJson } from '../../../shared/kernel-model.ts';
import type { QueryState } from '../../engine/query-slot.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { recordTone } from '../dmesg/log-tone.ts';
import { logAround, type ShownLine } from './log-around.ts';

const titles = { panic: 'Kernel log around the panic', trouble: 'Kernel log around the trouble' } as const;

/** One line per record: the first line of a longer one. */
function Line({ dump, line: { record, isDeath, skipped } }: { readonly dump: string; readonly line: ShownLine }) {
  const [first = '', ...more] = record.text.split('\n');
  return (
    <>
      {skipped === 0 ? null : <li className="log-tail-line log-tail-skipped dim">{plural(skipped, 'more record')}</li>}
      <li className={isDeath ? 'log-tail-line death' : 'log-tail-line'} data-testid={isDeath ? 'log-death' : undefined}>
        <span className="dim log-tail-time">{record.time?.slice(0, -3) ?? ''}</span>
        <span className={`cut ${recordTone(record)}`} title={visibleText(record.text)}>
          <AddressText dump={dump} text={first} />
          {more.length === 0 ? null : <span className="dim"> …</span>}
        </span>
      </li>
    </>
  );
}

/** The kernel's messages around its end; the whole log is one click away. */
export function LogCard({ dump, query }: { readonly dump: OpenDump; readonly query: QueryState<DmesgJson> }) {
  const { places } = useWorkbench();
  const title = `log-${dump.key}`;
  const tail = query.value === undefined ? undefined : logAround(query.value.records);
  const { file, lost = 0 } = query.value ?? {};
  return (
    <section className="card overview-card log-card" aria-labelledby={title} data-testid="log-card">
      <div className="card-head">
        <h2 className="caption" id={title}>
          {tail?.around === undefined ? 'End of the kernel log' : titles[tail.around]}
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
          {tail.lines.map((line, index) => (
            <Line key={index} dump={dump.key} line={line} />
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
