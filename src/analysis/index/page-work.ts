/** What a page worker does: comes to the pages with a descriptor of its own, then looks at the blocks that it is given. */
import { isDumpError } from '../../shared/dump-error.ts';
import { createTreeHasher } from '../integrity/digest.ts';
import { openFile } from '../source/file-source.ts';
import { createBlockScanner, uniformSubtree, type BlockScanner } from './block-scan.ts';
import { exchanged, type CrewFailure, type CrewOrder, type CrewPages, type CrewReport, type CrewStart } from './crew-messages.ts';
import { unpackExtents } from './page-extents.ts';
import { useCompiledPageJob } from './page-job/wasm-page-job.ts';
import { rawPages } from './raw-pages.ts';

/** The worker's end of the line to the engine's thread. */
export interface CrewPort {
  post(report: CrewReport): void;
  onOrder(listener: (order: CrewOrder) => void): void;
}

/** What a worker reads from. Only dumps whose pages must be decoded need the formats. */
async function openPages(pages: CrewPages): Promise<Parameters<typeof createBlockScanner>> {
  const hasher = createTreeHasher();
  if (pages.kind === 'dump') {
    const { dumpPages } = await import('./dump-pages.ts');
    return [...dumpPages(pages), hasher];
  }
  const file = openFile(pages.file.path, { cacheBlocks: 1 });
  if (file.file.stamp !== pages.file.stamp) throw exchanged(pages.name);
  const extents = unpackExtents(pages.extents);
  return [rawPages({ ...file, name: pages.name }, extents), extents, hasher];
}

/** Opens the dump and answers orders in their turn. What goes wrong is reported, once. */
export async function startPageWork(port: CrewPort, start: CrewStart): Promise<void> {
  const cancelled = new Int32Array(start.cancelled);
  try {
    useCompiledPageJob(start.jobModule);
    const [memory, extents, hasher] = await openPages(start.pages);
    const scanner: BlockScanner = createBlockScanner(memory, extents, hasher);
    port.onOrder((order) => {
      try {
        const { pages } = order;
        if (order.kind === 'subtree') {
          if (Atomics.load(cancelled, 0) !== 0) return;
          const subtree = uniformSubtree(hasher, order.startPfn, pages, order.state);
          port.post({ kind: 'done', rows: { block: undefined, subtree }, pages, read: 0 });
          return;
        }
        const scan = scanner.begin(order, order);
        let read = 0;
        while (scan.done < scan.pages) {
          if (Atomics.load(cancelled, 0) !== 0) return;
          read += scan.step();
        }
        port.post({ kind: 'done', rows: scan.rows(), pages, read });
      } catch (error) {
        port.post({ kind: 'failed', failure: failureOf(error) });
      }
    });
    port.post({ kind: 'ready' });
  } catch (error) {
    port.post({ kind: 'failed', failure: failureOf(error) });
  }
}

function failureOf(error: unknown): CrewFailure {
  if (isDumpError(error)) {
    const { kind, where, what, expected } = error;
    return { kind: 'dump', error: { kind, where, what, ...(expected === undefined ? {} : { expected }) } };
  }
  return { kind: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
