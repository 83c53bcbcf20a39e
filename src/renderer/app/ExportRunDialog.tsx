/** Progress of an export, then what it contains, what it lacks, and how other programs open it. The export continues without the dialog. */
import { useState } from 'react';
import { exportFormatTitles, type ExportJson, type OpenWithJson } from '../../shared/export-model.ts';
import { phaseText } from '../../shared/scan-progress.ts';
import { byteText, pageSize } from '../../shared/units.ts';
import { useStore } from '../hooks/use-store.ts';
import { fractionOf } from '../state/job-meter.ts';
import { isRunning, type Job } from '../state/jobs.ts';
import { isOpenable } from '../shell/told-saves.ts';
import type { ExportRun } from '../state/exports.ts';
import { fileName } from '../state/open-dump.ts';
import { DataTable } from '../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../widgets/data-table/table-parts.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { ProgressBar } from '../widgets/ProgressBar.tsx';
import { pageRows } from '../words/exports.ts';
import { countText, plural } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';
import './export-dialog.css';

type PageRow = ReturnType<typeof pageRows>[number];

const pageColumns: readonly DataColumn<PageRow>[] = [
  { id: 'what', title: 'pages', width: 24, grow: 1, text: ([what]) => what },
  { id: 'count', title: 'count', width: 10, kind: 'number', text: ([, pages]) => countText(pages), value: ([, pages]) => pages },
  { id: 'size', title: 'size', width: 10, kind: 'number', text: ([, pages]) => byteText(pages * pageSize), value: ([, pages]) => pages * pageSize },
];

function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const { shell, tell } = useWorkbench();
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      className="button"
      aria-label={`${done ? 'Copied' : 'Copy'} ${what}`}
      onClick={() => void shell.call('copyText', { text }).then(() => setDone(true), tell)}
      data-testid="export-copy"
    >
      <Icon name={done ? 'check' : 'copy'} /> {done ? 'Copied' : 'Copy'}
    </button>
  );
}

/** The command that opens it in another program. */
function OpenWith({ tool, command, needs }: OpenWithJson) {
  return (
    <li className="export-tool" data-testid={`export-open-${tool}`}>
      <h3>Open with {tool}</h3>
      <div className="export-command">
        <code className="code selectable">
          <Hostile text={command} />
        </code>
        <Copy text={command} what={`the command of ${tool}`} />
      </div>
      {needs.length === 0 ? null : (
        <ul className="export-needs dim">
          {needs.map((need) => (
            <li key={need}>
              <Hostile text={need} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

const sources = { notes: 'the notes of the dump', 'save-areas': 'where their status was stored in memory', records: 'the records of the dump' } as const;

function factsOf(result: ExportJson): readonly (readonly [name: string, value: string])[] {
  const { path, format, compression, bytes, memory, notes, resumedAt } = result;
  const registers = notes.cpus === 0 ? 'none' : `${plural(notes.cpus, 'CPU')}${notes.from === undefined ? '' : `, from ${sources[notes.from]}`}`;
  return [
    ['file', path],
    ['format', `${exportFormatTitles[format].title}${compression === undefined ? '' : ` (${compression})`}, ${byteText(bytes)}`],
    ...(memory === undefined ? [] : ([['memory', `${memory.start} to ${memory.end}`]] as const)),
    ...(format === 'raw'
      ? []
      : ([
          ['registers', registers],
          ['VMCOREINFO', notes.vmcoreinfo ? 'included' : 'not included: the dump has none'],
        ] as const)),
    ...(resumedAt === undefined ? [] : ([['resumed', `after ${byteText(resumedAt)} of an interrupted export`]] as const)),
  ];
}

function Root({ result }: { readonly result: ExportJson }) {
  const { memoryRoot } = result;
  if (memoryRoot === undefined) return null;
  const { source, whole, equal } = memoryRoot;
  return (
    <div className="export-digest">
      <dt className="dim">memory root</dt>
      <dd>
        <span className="code selectable export-digits">{source}</span> <Copy text={source} what="the memory root" />
        <p>
          {equal === true ? (
            <span className="tone-ok">
              <Icon name="pass" /> Read back from the export and equal
            </span>
          ) : (
            <span className="dim">{result.format === 'raw' ? 'Not read back: a raw file does not record its addresses' : 'Not read back'}</span>
          )}
          {whole ? '; it is the memory root of the dump.' : '; it covers the exported pages, not the whole dump.'}
        </p>
      </dd>
    </div>
  );
}

function Result({ result }: { readonly result: ExportJson }) {
  const { shell, tell, exports, openPaths } = useWorkbench();
  const { missing, sha256, discarded } = result;
  const isDump = isOpenable(result);
  const openHere = (): void => {
    exports.shown.set(undefined);
    void openPaths([result.path]);
  };
  return (
    <div className="export-result" data-testid="export-result">
      <dl className="export-facts">
        {factsOf(result).map(([name, value]) => (
          <div key={name}>
            <dt className="dim">{name}</dt>
            <dd className="selectable">
              <Hostile text={value} />
            </dd>
          </div>
        ))}
        <div className="export-digest">
          <dt className="dim">SHA-256</dt>
          <dd>
            <span className="code selectable export-digits" data-testid="export-sha256">
              {sha256}
            </span>{' '}
            <Copy text={sha256} what="the SHA-256" />
          </dd>
        </div>
        <Root result={result} />
      </dl>
      <DataTable name="export-pages" label="Pages by outcome" testId="export-pages" columns={pageColumns} rows={pageRows(result)} asHighAsRows />
      <div className="export-actions">
        {isDump ? (
          <button type="button" className="button" onClick={openHere} data-testid="export-open-here">
            Open it here
          </button>
        ) : null}
        <button type="button" className="button" onClick={() => void shell.call('showWritten', { path: result.path }).catch(tell)} data-testid="export-show">
          Show in folder
        </button>
      </div>
      {missing.length === 0 && discarded === undefined ? null : (
        <section aria-label="Not exported" data-testid="export-missing">
          <h3 className="caption">Not exported</h3>
          <ul>
            {missing.map(({ what, why, where }, at) => (
              <li key={at}>
                <Hostile text={`${what}${where === undefined || !('start' in where) ? '' : ` at ${where.start} to ${where.end}`}: ${why}`} />
              </li>
            ))}
            {discarded === undefined ? null : (
              <li>
                <Hostile text={`an interrupted export was restarted: ${discarded}`} />
              </li>
            )}
          </ul>
        </section>
      )}
      {result.openWith === undefined ? null : (
        <ul className="export-tools">
          {result.openWith.map((one) => (
            <OpenWith key={one.tool} {...one} />
          ))}
        </ul>
      )}
    </div>
  );
}

const ended = { failed: 'failed', cancelled: 'was cancelled', stopped: 'stopped with the engine' } as const;

function Progress({ job }: { readonly job: Job }) {
  const { meter } = job;
  return (
    <>
      <ProgressBar fraction={meter === undefined ? undefined : fractionOf(meter)} label={job.title} />
      <p className="dim" data-testid="export-progress">
        {meter === undefined
          ? 'starting'
          : `${phaseText(meter.progress)}: ${countText(meter.progress.done)} of ${countText(meter.progress.total)} ${meter.progress.unit}`}
      </p>
      <p className="dim">The export continues when this dialog is closed; the list of jobs shows it.</p>
    </>
  );
}

function Shown({ run, job }: { readonly run: ExportRun; readonly job: Job }) {
  const { exports, jobs } = useWorkbench();
  const close = (): void => exports.shown.set(undefined);
  const name = <Hostile text={fileName(run.order.output)} />;
  if (isRunning(job)) {
    return (
      <Dialog
        title={<>Exporting {name}</>}
        testId="export-run"
        action={{ label: 'Stop', run: () => jobs.cancel(job.id), disabled: job.state === 'cancelling', testId: 'export-stop' }}
        dismiss="Close"
        onClose={close}
      >
        <Progress job={job} />
      </Dialog>
    );
  }
  if (run.result !== undefined) {
    return (
      <Dialog title={<>Exported {name}</>} testId="export-run" size="wide" onClose={close}>
        <Result result={run.result} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={
        <>
          The export of {name} {ended[job.state === 'stopped' || job.state === 'failed' ? job.state : 'cancelled']}
        </>
      }
      testId="export-run"
      action={{ label: job.state === 'failed' ? 'Try again' : 'Resume', run: () => void exports.start(run.order), testId: 'export-resume' }}
      dismiss="Close"
      onClose={close}
    >
      <p>
        <Hostile text={job.outcome ?? ''} />
      </p>
      {job.state === 'failed' ? null : <p className="dim">The unfinished export is kept; resuming the same export continues it.</p>}
    </Dialog>
  );
}

export function ExportRunDialog() {
  const { exports, jobs } = useWorkbench();
  const shown = useStore(exports.shown);
  const run = useStore(exports.runs).find(({ id }) => id === shown);
  const job = useStore(jobs.all).find(({ id }) => id === shown);
  return run === undefined || job === undefined ? null : <Shown key={`${run.id} ${job.state} ${run.result === undefined ? '' : 'done'}`} run={run} job={job} />;
}
