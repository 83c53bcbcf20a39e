/** What a page worker does: comes to the pages with a descriptor of its own, then looks at the blocks that it is given. */
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { defined } from '../../shared/defined.ts';
import { isDumpError } from '../../shared/dump-error.ts';
import { createTreeHasher } from '../memory-tree/digest.ts';
import type { FileFault } from '../source/byte-source.ts';
import { openFile } from '../source/file-source.ts';
import { createBlockScanner, type BlockScanner } from './block-scan.ts';
import { exchanged, type CrewFailure, type CrewMessage, type CrewOrder, type CrewReport, type CrewStart } from './crew-messages.ts';
import { unpackExtents } from './page-extents.ts';
import { useCompiledPageJob } from './page-job/wasm-page-job.ts';
import { rawPages } from './raw-pages.ts';

/** The worker's end of the line to the engine's thread. */
export interface CrewPort {
  /** @param given buffers that go over instead of being copied */
  post(report: CrewReport, given?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: CrewMessage) => void): void;
}

/** A dump that a worker has open. */
interface OpenPages {
  readonly scanner: BlockScanner;
  /** One word: not 0 once nobody wants the work any more. */
  readonly cancelled: Int32Array;
  readonly faults: () => readonly FileFault[];
  close(): void;
}

/** Opens what a worker reads from. Only dumps whose pages must be decoded need the formats. */
async function openPages({ pages, cancelled, jobModule }: CrewStart): Promise<OpenPages> {
  useCompiledPageJob(jobModule);
  const hasher = createTreeHasher();
  const word = new Int32Array(cancelled);
  if (pages.kind === 'dump') {
    const { dumpPages } = await import('./dump-pages.ts');
    const { memory, extents, faults, close } = dumpPages(pages);
    return { scanner: createBlockScanner(memory, extents, hasher), cancelled: word, faults, close };
  }
  const file = openFile(pages.file.path, { cacheBlocks: 1 });
  const close = (): void => {
    file.close();
  };
  if (file.file.stamp !== pages.file.stamp || file.file.ctimeNs !== pages.file.ctimeNs) {
    close();
    throw exchanged(pages.name);
  }
  const extents = unpackExtents(pages.extents);
  return {
    scanner: createBlockScanner(rawPages({ ...file, name: pages.name }, extents), extents, hasher),
    cancelled: word,
    faults: () => file.faults(),
    close,
  };
}

/** Processor time of this thread in milliseconds; undefined where Node does not tell (before 23.9). */
function processorTime(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { readonly user: number; readonly system: number } };
  if (threadCpuUsage === undefined) return undefined;
  const { user, system } = threadCpuUsage();
  return (user + system) / 1000;
}

/** Does what one order wants, unless nobody wants it any more. */
function carryOut(order: CrewOrder, { scanner, cancelled, faults }: OpenPages, post: CrewPort['post']): void {
  const begun = steadyMilliseconds();
  const worked = processorTime();
  const scan = scanner.begin(order, order);
  let read = 0;
  while (scan.done < scan.pages) {
    if (Atomics.load(cancelled, 0) !== 0) return;
    read += scan.step();
  }
  const rows = scan.rows();
  const blobs = [rows.block?.meta, rows.block?.fingerprints].flatMap((blob) =>
    blob?.buffer instanceof ArrayBuffer && blob.byteLength === blob.buffer.byteLength ? [blob.buffer] : [],
  );
  const took = steadyMilliseconds() - begun;
  const waited = worked === undefined ? 0 : Math.max(0, took - ((processorTime() ?? 0) - worked));
  post({ kind: 'done', rows, pages: order.pages, read, faults: faults(), took, waited }, blobs);
}

/** Opens the dumps that it is told and answers orders in their turn. What goes wrong is reported. */
export function startPageWork(port: CrewPort): void {
  let open: OpenPages | undefined;
  const receive = async (message: CrewMessage): Promise<void> => {
    if (message.kind === 'rest') {
      open?.close();
      open = undefined;
    } else if (message.kind === 'start') {
      open = await openPages(message);
      port.post({ kind: 'ready' });
    } else if (open === undefined) throw new Error('an order came before a dump');
    else
      carryOut(message, open, (report, given) => {
        port.post(report, given);
      });
  };
  port.onMessage((message) => {
    receive(message).catch((error: unknown) => {
      port.post({ kind: 'failed', failure: failureOf(error) });
    });
  });
}

function failureOf(error: unknown): CrewFailure {
  if (isDumpError(error)) {
    const { kind, where, what, expected } = error;
    return { kind: 'dump', error: { kind, where, what, ...defined({ expected }) } };
  }
  return { kind: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
