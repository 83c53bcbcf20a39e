/** Exports of memory: requests, running and finished exports, and their results. Each is a job; an interrupted one can be resumed. */
import type { ExportCompression, ExportFormat, ExportJson, FilterLevel } from '../../shared/export-model.ts';
import type { MemoryView } from '../../shared/model.ts';
import type { AddressRange } from '../../shared/units.ts';
import { byteText } from '../../shared/units.ts';
import { defined } from '../../shared/defined.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import { fileName, handleOf } from './open-dump.ts';
import type { OpenDumps } from './open-dumps.ts';
import type { Jobs } from './jobs.ts';
import { createStore, type Readable, type Store } from './store.ts';

/** Initial values of the dialog. */
export interface ExportDraft {
  /** Key of the dump. */
  readonly dump: string;
  /** Absolute addresses that were selected or marked. */
  readonly range?: AddressRange;
}

export interface ExportOrder {
  readonly dump: string;
  readonly view: MemoryView | undefined;
  readonly format: ExportFormat;
  readonly compression: ExportCompression | undefined;
  readonly range: AddressRange | undefined;
  readonly filter: readonly FilterLevel[];
  readonly output: string;
}

export interface ExportRun {
  /** Same as the id of its job. */
  readonly id: string;
  readonly order: ExportOrder;
  readonly result: ExportJson | undefined;
}

export interface Exports {
  readonly draft: Store<ExportDraft | undefined>;
  readonly runs: Readable<readonly ExportRun[]>;
  /** Run whose progress or result is on screen. */
  readonly shown: Store<string | undefined>;
  /** False while another export of the dump is running. */
  readonly start: (order: ExportOrder) => boolean;
}

/** "512 MiB, read again and equal": the outcome of its job. */
function outcome({ path, bytes, memoryRoot, resumedAt, missing }: ExportJson): string {
  const parts = [
    `${byteText(bytes)} in ${path}`,
    memoryRoot?.equal === true ? 'read back and equal' : undefined,
    resumedAt === undefined ? undefined : `resumed after ${byteText(resumedAt)}`,
    missing.length === 0 ? undefined : `${missing.length} ${missing.length === 1 ? 'item' : 'items'} not exported`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

/** @param onWritten called if the job has ended and its result is not on screen */
export function createExports(engine: Pick<EngineLink, 'call'>, dumps: Pick<OpenDumps, 'find'>, jobs: Jobs, onWritten: (result: ExportJson) => void): Exports {
  const draft = createStore<ExportDraft | undefined>(undefined);
  const runs = createStore<readonly ExportRun[]>([]);
  const shown = createStore<string | undefined>(undefined);
  return {
    draft,
    runs,
    shown,
    start(order) {
      const dump = dumps.find(order.dump);
      if (dump === undefined) return false;
      const title = `Export ${fileName(order.output)}`;
      const id: string | undefined = jobs.run({ kind: 'export', title, dump: dump.key, dumpName: dump.name }, async (context) => {
        const now = dumps.find(order.dump);
        const handle = now === undefined ? undefined : handleOf(now);
        if (handle === undefined) throw new Error('the dump is not open');
        const { view, format, compression, range, filter, output } = order;
        const result = await engine.call(
          'export',
          {
            dump: handle,
            format,
            output,
            filter: [...filter],
            ...defined({ view, compression }),
            ...(range === undefined ? {} : { ranges: [{ ...range }] }),
          },
          context,
        );
        runs.update((all) => all.map((run) => (run.id === id ? { ...run, result } : run)));
        if (shown.get() !== id) onWritten(result);
        return outcome(result);
      });
      if (id === undefined) return false;
      runs.update((all) => [...all.filter((run) => run.order.output !== order.output), { id, order, result: undefined }]);
      shown.set(id);
      return true;
    },
  };
}
