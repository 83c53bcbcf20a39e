/**
 * Builds the page index of a dump, or what is missing of it. Memory stays bounded whatever the dump's size: one block
 * and the rows of one transaction. A process that is killed loses what it did since its last transaction; what is stored
 * never depends on where that was.
 */
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import type { PageCounts } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { createTreeHasher, memoryRoot, type Subtree, type TreeHasher } from '../integrity/digest.ts';
import { blockPages, blockQueue, type PlannedBlock } from './block-plan.ts';
import { createBlockScanner, uniformSubtree, type BlockScanner, type Wanted } from './block-scan.ts';
import type { PartialBlock } from './index-reader.ts';
import { partialChecksum } from './index-writer.ts';
import { createPace, type Pace } from './pace.ts';
import { uniformRun, type BlockRow } from './packed-block.ts';
import { pageExtents, type PageExtent, type PageExtents } from './page-extents.ts';
import { metaByte } from './page-meta.ts';
import { pageCounts } from './queries.ts';
import type { IndexStore } from './store.ts';

export interface IndexOptions {
  /** Also compute the memory root. */
  readonly digest: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScanProgress) => void;
}

export interface IndexResult {
  readonly pages: PageCounts;
  /** Pages read from the dump in this run. */
  readonly pagesRead: number;
  /** The same in bytes of memory. */
  readonly bytesRead: number;
  /** True when something was stored before this run began. */
  readonly resumed: boolean;
  /** 64 hex digits, when it was asked for and memory does not end behind 16 TiB (see `digestPages`). */
  readonly memoryRoot: string | undefined;
}

/**
 * Every address up to the last page has a leaf, also in a hole, at about 0.8 microseconds each. Behind 16 TiB, which only
 * a damaged or hostile header names so far, that takes hours: such dumps have no memory root.
 */
const digestPages = 2 ** 32;

/** A transaction is due after so long ... */
const commitMilliseconds = 40;
/** ... or after this part of the stored pages, so that a kill costs a small dump little as well. */
const commitShare = 1 / 32;
/** Rows that wait for the next transaction at most. */
const commitRows = 1024;

/**
 * Indexes every page of an image that the store does not have yet, and completes the memory root when asked. Reads each
 * page once for both. An index made without digest can be completed later, and the other way round.
 * @throws Cancelled after `signal`, within 200 ms; everything done so far is stored
 * @throws DumpError io when the dump cannot be read; likewise
 * @throws IndexError when the index cannot be written
 */
export async function buildIndex(image: { readonly memory: MemoryImage }, store: IndexStore, asked: IndexOptions): Promise<IndexResult> {
  const extents = pageExtents(image.memory);
  const options: IndexOptions = { ...asked, digest: asked.digest && extents.availableEnd <= digestPages };
  const resumed = store.totals().pages > 0 || store.partial() !== undefined;
  const run = new IndexRun(image.memory, extents, store, options);
  const before = store.header();
  if (!before.complete || (options.digest && before.memoryRoot === undefined)) await run.run();
  const { memoryRoot: root } = store.header();
  return {
    pages: pageCounts(store),
    pagesRead: run.pagesRead,
    bytesRead: run.pagesRead * pageSize,
    resumed,
    memoryRoot: options.digest ? root : undefined,
  };
}

/** One call of `buildIndex`: what it has read, and the rows that wait for the next transaction. */
class IndexRun {
  pagesRead = 0;
  readonly #extents: PageExtents;
  readonly #store: IndexStore;
  readonly #options: IndexOptions;
  readonly #pace: Pace;
  readonly #hasher: TreeHasher;
  readonly #scanner: BlockScanner;
  readonly #commitPages: number;
  #blocks: BlockRow[] = [];
  #subtrees: Subtree[] = [];
  #waitingPages = 0;
  #committed = performance.now();
  #pagesDone = 0;

  constructor(memory: MemoryImage, extents: PageExtents, store: IndexStore, options: IndexOptions) {
    this.#extents = extents;
    this.#store = store;
    this.#options = options;
    this.#pace = createPace(options.signal);
    this.#hasher = createTreeHasher();
    this.#scanner = createBlockScanner(memory, extents, this.#hasher);
    this.#commitPages = Math.max(blockPages / 2, extents.storedPages * commitShare);
  }

  async run(): Promise<void> {
    await this.#writeExtents();
    let begun = this.#begun();
    const queue = blockQueue(this.#extents);
    for (let planned = queue.next(); planned !== undefined; planned = queue.next()) {
      if (planned.kind === 'uniform') await this.#uniform(planned);
      else await this.#block(planned, begun);
      if (begun?.startPfn === planned.startPfn) begun = undefined;
      this.#pagesDone = planned.startPfn + planned.pages;
    }
    const root = this.#options.digest ? { memoryRoot: this.#root() } : {};
    this.#store.commit({ ...this.#waiting(), complete: true, ...root });
    this.#report();
  }

  /** What a killed run had of its last block, unless it is damaged. */
  #begun(): PartialBlock | undefined {
    const stored = this.#store.partial();
    if (stored === undefined) return undefined;
    return partialChecksum(stored) === stored.checksum ? stored : undefined;
  }

  async #writeExtents(): Promise<void> {
    const { count } = this.#extents;
    let next = this.#store.header().extentsWritten;
    while (next < count) {
      const rows: PageExtent[] = [];
      while (next < count && rows.length < 4 * commitRows) rows.push(this.#extents.at(next++));
      this.#store.commit({ extents: rows });
      await this.#breathe();
    }
  }

  async #uniform({ startPfn, pages, state }: PlannedBlock): Promise<void> {
    if (!this.#store.hasBlock(startPfn)) this.#blocks.push(uniformRun(startPfn, pages, metaByte(state)));
    await this.#breathe();
    if (!this.#options.digest) return;
    // Behind the last page that can have bytes no leaf counts.
    const end = Math.min(startPfn + pages, this.#extents.availableEnd);
    for (let first = startPfn; first < end; first += blockPages) {
      if (!this.#store.hasSubtree(first)) this.#subtrees.push(uniformSubtree(this.#hasher, first, Math.min(blockPages, startPfn + pages - first), state));
      this.#pagesDone = first;
      await this.#breathe();
    }
  }

  async #block(planned: PlannedBlock, begun: PartialBlock | undefined): Promise<void> {
    const { startPfn } = planned;
    const wanted: Wanted = {
      index: !this.#store.hasBlock(startPfn),
      digest: this.#options.digest && startPfn < this.#extents.availableEnd && !this.#store.hasSubtree(startPfn),
    };
    if (!wanted.index && !wanted.digest) return;
    const scan = this.#scanner.begin(planned, wanted, begun);
    try {
      while (scan.done < scan.pages) {
        const read = scan.step();
        this.pagesRead += read;
        this.#waitingPages += read;
        this.#pagesDone = startPfn + scan.done;
        if (scan.done < scan.pages) await this.#breathe(() => scan.partial());
      }
    } catch (error) {
      this.#store.commit({ ...this.#waiting(), partial: scan.partial() });
      throw error;
    }
    const { block, subtree } = scan.rows();
    if (block !== undefined) this.#blocks.push(block);
    if (subtree !== undefined) this.#subtrees.push(subtree);
    await this.#breathe();
  }

  /** Between two steps: commits when it is time, gives way, notices a cancel. */
  async #breathe(partial?: () => PartialBlock): Promise<void> {
    const rows = this.#blocks.length + this.#subtrees.length;
    const due = performance.now() - this.#committed >= commitMilliseconds || this.#waitingPages >= this.#commitPages || rows >= commitRows;
    if (due && (rows > 0 || this.#waitingPages > 0)) this.#store.commit({ ...this.#waiting(), ...(partial === undefined ? {} : { partial: partial() }) });
    try {
      await this.#pace.breathe(() => {
        this.#report();
      });
    } catch (error) {
      // Inside a block the caller stores what it has begun together with the rows.
      if (partial === undefined) this.#store.commit(this.#waiting());
      throw error;
    }
  }

  /** Takes the rows that wait for a transaction. */
  #waiting(): { blocks: BlockRow[]; subtrees: Subtree[]; pagesRead: number } {
    const waiting = { blocks: this.#blocks, subtrees: this.#subtrees, pagesRead: this.#waitingPages };
    this.#blocks = [];
    this.#subtrees = [];
    this.#waitingPages = 0;
    this.#committed = performance.now();
    return waiting;
  }

  #root(): string {
    this.#store.commit(this.#waiting());
    return memoryRoot(this.#store.subtrees());
  }

  #report(): void {
    const { digest, onProgress } = this.#options;
    onProgress?.({ phase: digest ? 'digest' : 'index', done: this.#pagesDone, total: this.#extents.totalPages, unit: 'pages' });
  }
}
