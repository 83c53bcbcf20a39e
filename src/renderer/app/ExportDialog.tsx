/** Export of a dump's memory: format, range, filter and system; then the desktop's dialog asks for the path. */
import { useState } from 'react';
import {
  exportFormatTitles,
  exportCompressions,
  exportFormats,
  filterLevels,
  type ExportCompression,
  type ExportFormat,
  type FilterLevel,
} from '../../shared/export-model.ts';
import type { MemoryView } from '../../shared/model.ts';
import { byteText, hex, type AddressRange } from '../../shared/units.ts';
import { useQuery } from '../hooks/use-query.ts';
import { useStore } from '../hooks/use-store.ts';
import type { ExportDraft } from '../state/exports.ts';
import { infoOf, memoryEnd, type OpenDump } from '../state/open-dump.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { compressionTitles, levelTitles, pagesOf, sizeText, typedAddress } from '../words/exports.ts';
import { plural } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';
import './export-dialog.css';

interface FilterProps {
  readonly chosen: ReadonlySet<FilterLevel>;
  readonly onChange: (chosen: ReadonlySet<FilterLevel>) => void;
  /** Undefined while it is not known. */
  readonly unfiltered: ReadonlyMap<FilterLevel, string> | undefined;
}

/** What is left out, by makedumpfile's levels; levels that cannot be applied to this dump say why. */
function Filter({ chosen, onChange, unfiltered }: FilterProps) {
  const reasons = new Set(unfiltered?.values());
  return (
    <fieldset className="export-filter">
      <legend className="caption">Leave out</legend>
      <div className="export-levels">
        {filterLevels.map((level) => {
          const why = level === 'zero' ? undefined : unfiltered?.get(level);
          const isOff = level !== 'zero' && (unfiltered === undefined || why !== undefined);
          return (
            <label key={level} className={isOff ? 'dim' : ''} title={why}>
              <input
                type="checkbox"
                disabled={isOff}
                checked={chosen.has(level) && !isOff}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.currentTarget.checked) next.add(level);
                  else next.delete(level);
                  onChange(next);
                }}
                data-testid={`export-filter-${level}`}
              />{' '}
              {levelTitles[level]}
            </label>
          );
        })}
      </div>
      {[...reasons].map((why) => (
        <p key={why} className="dim" data-testid="export-unfiltered">
          {[...(unfiltered ?? [])].filter(([, one]) => one === why).length === filterLevels.length - 1
            ? 'All except zero pages'
            : [...(unfiltered ?? [])]
                .filter(([, one]) => one === why)
                .map(([level]) => levelTitles[level])
                .join(', ')}
          : <Hostile text={why} />
        </p>
      ))}
    </fieldset>
  );
}

interface RangeProps {
  readonly typed: readonly [from: string, to: string];
  readonly onChange: (typed: readonly [string, string]) => void;
  readonly range: AddressRange | undefined;
}

function RangeFields({ typed: [from, to], onChange, range }: RangeProps) {
  return (
    <div className="export-range">
      <label>
        from <input className="input code" value={from} onChange={(event) => onChange([event.currentTarget.value, to])} data-testid="export-from" />
      </label>
      <label>
        to, not included <input className="input code" value={to} onChange={(event) => onChange([from, event.currentTarget.value])} data-testid="export-to" />
      </label>
      <span className={range === undefined ? 'tone-warn' : 'dim'} role="status" data-testid="export-range-text">
        {range === undefined
          ? 'Two absolute addresses in hexadecimal, the second one higher than the first.'
          : `${hex(range.start)} to ${hex(range.end)}: ${byteText(range.end - range.start)}, in ${plural(pagesOf(range), 'page')} of 4096 bytes`}
      </span>
    </div>
  );
}

function Form({ draft, dump }: { readonly draft: ExportDraft; readonly dump: OpenDump }) {
  const { engine, exports, shell, catalogue } = useWorkbench();
  const { views } = useStore(catalogue);
  const info = infoOf(dump);
  const [format, setFormat] = useState<ExportFormat>('elf');
  const [compression, setCompression] = useState<ExportCompression>('zlib');
  const [isPart, setPart] = useState(draft.range !== undefined);
  const [typed, setTyped] = useState<readonly [string, string]>([hex(draft.range?.start ?? 0n), hex(draft.range?.end ?? memoryEnd(dump))]);
  const [filter, setFilter] = useState<ReadonlySet<FilterLevel>>(new Set());
  const [view, setView] = useState<MemoryView>(info?.memory.view ?? 'all');
  const [start, end] = [typedAddress(typed[0]), typedAddress(typed[1])];
  const typedRange = start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
  const range = isPart ? typedRange : undefined;
  const isReady = !isPart || typedRange !== undefined;
  const query = useQuery(dump, isReady ? `${view} ${range === undefined ? '' : `${range.start}-${range.end}`}` : undefined, (handle, signal) =>
    engine.call('exportPreview', { dump: handle, view, ...(range === undefined ? {} : { ranges: [range] }) }, { signal }),
  );
  const preview = query.value;
  const unfiltered = preview === undefined ? undefined : new Map(preview.unfiltered.map(({ level, why }) => [level, why]));
  const levels = filterLevels.filter((level) => filter.has(level) && unfiltered?.has(level) !== true);
  const close = (): void => exports.draft.set(undefined);
  const run = async (): Promise<void> => {
    const part = range === undefined ? '' : `.${range.start.toString(16)}-${range.end.toString(16)}`;
    const suggestedName = `${dump.name.slice(0, 180)}${part}.${exportFormatTitles[format].extension}`;
    const { path } = await shell.call('chooseOutput', { suggestedName, title: 'Export to' });
    if (path === undefined) return;
    const order = { dump: dump.key, view, format, compression: format === 'kdump' ? compression : undefined, range, filter: levels, output: path };
    if (!exports.start(order)) throw new Error('another export of this dump is running: see the list of jobs');
    close();
  };
  return (
    <Dialog
      title={
        <>
          Export the memory of <Hostile text={dump.name} />
        </>
      }
      testId="export-dialog"
      action={{ label: 'Export to…', run, disabled: !isReady, testId: 'export-start' }}
      onClose={close}
    >
      <fieldset className="dialog-options">
        <legend className="unseen">Format</legend>
        {exportFormats.map((one) => (
          <label key={one} className="dialog-option">
            <input type="radio" name="format" checked={one === format} onChange={() => setFormat(one)} data-testid={`export-${one}`} />
            <span>{exportFormatTitles[one].title}</span>
            <span className="dim">{exportFormatTitles[one].about}</span>
          </label>
        ))}
      </fieldset>
      {format === 'kdump' ? (
        <fieldset className="export-row">
          <legend className="caption">Compression</legend>
          {exportCompressions.map((one) => (
            <label key={one}>
              <input type="radio" name="compression" checked={one === compression} onChange={() => setCompression(one)} data-testid={`export-${one}`} />{' '}
              {compressionTitles[one]}
            </label>
          ))}
        </fieldset>
      ) : null}
      <fieldset className="export-row">
        <legend className="caption">Memory</legend>
        <label>
          <input type="radio" name="part" checked={!isPart} onChange={() => setPart(false)} data-testid="export-all" /> All
        </label>
        <label>
          <input type="radio" name="part" checked={isPart} onChange={() => setPart(true)} data-testid="export-part" /> A range of absolute addresses
        </label>
      </fieldset>
      {isPart ? <RangeFields typed={typed} onChange={setTyped} range={typedRange} /> : null}
      {info?.memory.twoSystems === undefined ? null : (
        <fieldset className="export-row">
          <legend className="caption">System</legend>
          {views.map(({ id, title, about }) => (
            <label key={id} title={about}>
              <input type="radio" name="view" checked={id === view} onChange={() => setView(id)} data-testid={`export-view-${id}`} /> {title}
            </label>
          ))}
        </fieldset>
      )}
      <Filter chosen={filter} onChange={setFilter} unfiltered={unfiltered} />
      <p role="status" data-testid="export-size">
        {query.error !== undefined ? (
          <span className="tone-warn">
            <Hostile text={query.error.message} />
          </span>
        ) : !isReady ? null : preview === undefined ? (
          <span className="dim">Examining the pages…</span>
        ) : (
          sizeText(format, preview, levels)
        )}
      </p>
      <p className="dim">The dump is only read. The exported file is read back and its memory root is compared.</p>
    </Dialog>
  );
}

export function ExportDialog() {
  const { exports, dumps } = useWorkbench();
  const draft = useStore(exports.draft);
  const dump = useStore(dumps.all).find(({ key }) => key === draft?.dump);
  return draft === undefined || dump === undefined ? null : <Form draft={draft} dump={dump} />;
}
