/** What a page worker does: opens the dump with descriptors of its own, then looks at the blocks that it is given. */
import { DumpError, isDumpError } from '../../shared/dump-error.ts';
import { dumpIdentity } from '../formats/dump-identity.ts';
import { openDumpFiles } from '../formats/dump-files.ts';
import { openDump } from '../formats/index.ts';
import { createTreeHasher } from '../integrity/digest.ts';
import { createBlockScanner, uniformSubtree, type BlockRows, type ScanExtents } from './block-scan.ts';
import type { CrewFailure, CrewOrder, CrewReport, CrewStart } from './crew-messages.ts';
import { pageExtents } from './page-extents.ts';

/** The worker's end of the line to the engine's thread. */
export interface CrewPort {
  post(report: CrewReport): void;
  onOrder(listener: (order: CrewOrder) => void): void;
}

/** Without cut pages a read tells all there is to know, and a list of extents in each worker would only take memory. */
const readsTell: ScanExtents = { needs: () => 'read', states: () => undefined };

/** Opens the dump and answers orders in their turn. What goes wrong is reported, once. */
export function startPageWork(port: CrewPort, start: CrewStart): void {
  const cancelled = new Int32Array(start.cancelled);
  try {
    const files = openDumpFiles(start.location);
    const image = openDump(files.source, files.context);
    if (dumpIdentity(image) !== start.identity) {
      throw new DumpError('io', { file: files.source.name }, 'the file was exchanged while it was open', 'the dump that was opened');
    }
    const { memory } = image;
    const hasher = createTreeHasher();
    const scanner = createBlockScanner(memory, start.wholePages ? readsTell : pageExtents(memory), hasher);
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

/** Rows as they come out of a message: views of bytes are no Buffers any more. */
export function receivedRows({ block, subtree }: BlockRows): BlockRows {
  if (subtree === undefined) return { block, subtree };
  const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { root, availableRoot } = subtree;
  return {
    block,
    subtree: { ...subtree, root: buffer(root), availableRoot: availableRoot === undefined ? undefined : buffer(availableRoot) },
  };
}
