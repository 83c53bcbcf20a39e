/**
 * Builds the page index of a dump, or what is missing of it: page workers look at the blocks, the engine's thread alone
 * writes. Memory stays bounded whatever the dump's size: the blocks under way and the rows of one transaction. A process
 * that is killed loses what it did since its last transaction; what is stored never depends on where that was.
 */
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import type { PageCounts } from '../../shared/memory-model.ts';
import { pageSize, type Pfn } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { createMemoryRoot, createTreeHasher, type Subtree, type TreeHasher } from '../memory-tree/digest.ts';
import { blockPages, blockQueue, planBlocks, type BlockQueue, type PageRange, type PlannedBlock } from './block-plan.ts';
import { createBlockScanner, type BlockScanner } from './block-scan.ts';
import type { CrewOrder } from './crew-messages.ts';
import { crewPlan, type CrewWish } from './crew-plan.ts';
import { IndexError } from './index-error.ts';
import type { PartialBlock } from './index-reader-type.ts';
import { partialChecksum } from './index-writer.ts';
import { isPieced } from './pieced-reader.ts';
import { createPace, type Pace } from '../jobs/pace.ts';
import type { FileFault } from '../source/byte-source.ts';
import { uniformRun, type BlockRow } from './packed-block.ts';
import { startPageCrew, type DoneWork, type PageCrew } from './page-crew.ts';
import { pageExtents, storedCode, type PageExtent, type PageExtents } from './page-extents.ts';
import { mostExtents } from './schema.ts';
import { metaByte, stateCode } from './page-meta.ts';
import { pageCounts } from './queries.ts';
import type { IndexStore } from './store.ts';

export interface IndexOptions {
  /** Also compute the memory root. */
  readonly digest: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** Page workers, where the dump can be opened a second time; without them the engine's thread does all. */
  readonly crew?: CrewWish;
  /** Called once, with a function that brings the block of a page to the front while the index is built. */
  readonly onStart?: (prefer: (pfn: Pfn) => void) => void;
  /**
   * What this thread does besides while workers look at pages, and before them without workers: the index is not complete before it is done, and what it
   * throws ends the run. Its signal fires when the run ends before it.
   */
  readonly besides?: (signal: AbortSignal) => Promise<void>;
  /** What this thread could not read of the dump's files so far. */
  readonly faults?: () => readonly FileFault[];
  /** Look at the blocks of this part alone, for a piece: no extents, no uniform runs, no memory root. */
  readonly part?: PageRange;
  /** All blocks that need reading are stored: nothing is read, and what lacks is an error. */
  readonly joined?: boolean;
}

export interface IndexResult {
  readonly pages: PageCounts;
  /** Pages read from the dump in this run. */
  readonly pagesRead: number;
  /** The same in bytes of memory. */
  readonly bytesRead: number;
  /** True when something was stored before this run began. */
  readonly resumed: boolean;
  /** Page workers that took part. */
  readonly workers: number;
  /** 64 hex digits, when it was asked for. */
  readonly memoryRoot: string | undefined;
  /** What the disk did not give; then the index is not complete, and a later run reads the blocks of such pages again. */
  readonly faults: readonly FileFault[];
}

/** A transaction is due after so long ... */
const commitMilliseconds = 40;
/** ... or after this part of the stored pages, so that a kill costs a small dump little as well. */
const commitShare = 1 / 32;
/** Rows that wait for the next transaction at most. */
const commitRows = 1024;

/**
 * Indexes every page of an image that the store does not have yet, and completes the memory root when asked. Reads each
 * page once for both. An index made without digest can be completed later, and the other way round.
 * @throws Cancelled after `signal`, within 200 ms; what was committed, and in one thread everything done so far, is stored
 * @throws DumpError io when the dump cannot be read; likewise
 * @throws IndexError when the index cannot be written
 */
export async function buildIndex(image: { readonly memory: MemoryImage }, store: IndexStore, options: IndexOptions): Promise<IndexResult> {
  const extents = pageExtents(image.memory);
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
    workers: run.workers,
    memoryRoot: options.digest ? root : undefined,
    faults: run.faults(),
  };
}

/** One call of `buildIndex`: what it has read, and the rows that wait for the next transaction. */
class IndexRun {
  pagesRead = 0;
  workers = 0;
  readonly #memory: MemoryImage;
  readonly #extents: PageExtents;
  readonly #store: IndexStore;
  readonly #options: IndexOptions;
  readonly #pace: Pace;
  readonly #hasher: TreeHasher = createTreeHasher();
  readonly #queue: BlockQueue;
  readonly #orders: Generator<CrewOrder | undefined, undefined>;
  readonly #storedPages: number;
  readonly #commitPages: number;
  #scanner: BlockScanner | undefined;
  #crew: PageCrew | undefined;
  /** True once every order was given out. */
  #exhausted = false;
  #blocks: BlockRow[] = [];
  #subtrees: Subtree[] = [];
  readonly #faults = new Map<string, FileFault>();
  #waitingPages = 0;
  /** What went wrong with what is done besides. */
  #failed: { readonly error: unknown } | undefined;
  #committed = steadyMilliseconds();
  #pagesDone = 0;

  constructor(memory: MemoryImage, extents: PageExtents, store: IndexStore, options: IndexOptions) {
    this.#memory = memory;
    this.#extents = extents;
    this.#store = store;
    this.#options = options;
    this.#pace = createPace(options.signal);
    this.#queue = blockQueue(extents, options.part);
    this.#orders = this.#plan();
    this.#storedPages =
      options.part === undefined
        ? extents.storedPages
        : (extents.counts(options.part.startPfn, Math.min(options.part.endPfn, extents.totalPages))[storedCode] ?? 0);
    this.#commitPages = Math.max(blockPages / 2, this.#storedPages * commitShare);
  }

  async run(): Promise<void> {
    if (isPieced(this.#store) && this.#options.joined !== true)
      throw new IndexError(
        `the index ${this.#store.path} is read from pieces, and they lack some of what was asked for: index those ranges again and join them, or build it again`,
        'rebuild-index',
      );
    const crew = this.#options.joined === true ? undefined : crewPlan(this.#extents, this.#options.crew, this.#storedPages);
    const over = new AbortController();
    let besides: Promise<void> | undefined;
    try {
      // Workers take their time to start: they do so while the first rows are written.
      if (crew !== undefined) this.#crew = startPageCrew(crew);
      this.workers = crew?.workers ?? 0;
      besides = this.#besides(over.signal);
      if (crew === undefined) await besides;
      this.#assertFine();
      // A run before may have met a disk that did not give them.
      if (this.#options.joined !== true) this.#store.forgetUnreadable();
      if (this.#options.part === undefined) await this.#writeExtents();
      this.#options.onStart?.((pfn) => {
        this.#queue.prefer(pfn);
      });
      const begun = this.#begun();
      if (begun !== undefined) this.#queue.prefer(begun.startPfn);
      await this.#work(begun);
      this.workers = this.#crew?.threads.length ?? 0;
      // It may continue for a while: what is done is stored by then.
      if (this.#blocks.length + this.#subtrees.length > 0) this.#store.commit(this.#waiting());
      await besides;
      this.#assertFine();
      const whole = this.faults().length === 0;
      const root = whole && this.#options.digest && this.#options.part === undefined ? { memoryRoot: await this.#root() } : {};
      this.#store.commit({ ...this.#waiting(), complete: whole, ...root });
      this.#report();
    } catch (error) {
      // What workers gave is kept, whatever went wrong; a block that this thread had begun is stored by now.
      if (this.#blocks.length + this.#subtrees.length > 0) this.#store.commit(this.#waiting());
      throw error;
    } finally {
      // Nobody needs to wait for their end.
      this.#crew?.close();
      over.abort();
      // It writes to the store, which is closed after this.
      await besides;
    }
  }

  /** Never rejects: what goes wrong is thrown where the run gets to it. */
  async #besides(over: AbortSignal): Promise<void> {
    const { besides, signal } = this.#options;
    try {
      await besides?.(signal === undefined ? over : AbortSignal.any([signal, over]));
    } catch (error) {
      this.#failed = { error };
    }
  }

  #assertFine(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** What a killed run had of its last block, unless it is damaged. */
  #begun(): PartialBlock | undefined {
    const stored = this.#store.partial();
    if (stored === undefined) return undefined;
    return partialChecksum(stored) === stored.checksum ? stored : undefined;
  }

  /** What SQL shows as `extent` without opening the dump, up to a bound: filtered dumps have tens of millions. */
  async #writeExtents(): Promise<void> {
    const written = this.#store.header().extentsWritten;
    let rows: PageExtent[] = [];
    let seen = 0;
    for (const extent of this.#extents.from(0)) {
      if (seen === mostExtents) break;
      if (++seen <= written) continue;
      rows.push(extent);
      if (rows.length < 4 * commitRows) continue;
      this.#store.commit({ extents: rows });
      rows = [];
      await this.#breathe();
    }
    if (rows.length > 0) this.#store.commit({ extents: rows });
    await this.#breathe();
  }

  /** What is left to do, in order; undefined where something needed nothing. Rows of uniform runs are made on the way. */
  *#plan(): Generator<CrewOrder | undefined, undefined> {
    for (let planned = this.#queue.next(); planned !== undefined; planned = this.#queue.next()) {
      if (planned.kind === 'uniform') {
        this.#uniform(planned);
        yield undefined;
      } else yield this.#order(planned);
    }
    return undefined;
  }

  /** A run of whole blocks of one state: its subtrees are constants, which `#root` puts in their places. */
  #uniform({ startPfn, pages, state }: PlannedBlock): void {
    if (this.#options.part === undefined && !this.#store.hasBlock(startPfn)) this.#blocks.push(uniformRun(startPfn, pages, metaByte(state)));
    this.#pagesDone += pages;
  }

  #order({ startPfn, pages }: PlannedBlock): CrewOrder | undefined {
    const index = !this.#store.hasBlock(startPfn);
    const digest = this.#options.digest && startPfn < this.#extents.availableEnd && !this.#store.hasSubtree(startPfn);
    if ((index || digest) && this.#options.joined === true)
      throw new IndexError(`no piece has the ${index ? 'block' : 'subtree'} of the pages starting at PFN 0x${startPfn.toString(16)}`);
    if (index || digest) return { kind: 'block', startPfn, pages, index, digest };
    this.#pagesDone += pages;
    return undefined;
  }

  /** Until all workers have started, this thread takes orders too; without any it does all. */
  async #work(begun: PartialBlock | undefined): Promise<void> {
    for (;;) {
      this.#serve();
      const crew = this.#crew;
      if (this.#exhausted && (crew === undefined || crew.idle)) return;
      if (!this.#exhausted && (crew === undefined || crew.starting)) {
        const next = this.#orders.next();
        if (next.done === true) this.#exhausted = true;
        else if (next.value !== undefined) await this.#own(next.value, begun);
        await this.#breathe();
      } else {
        await this.#breathe();
        this.#serve();
        if (crew !== undefined && !(this.#exhausted && crew.idle)) await this.#pace.wait(crew.changed());
      }
    }
  }

  /** Takes what the workers have done and gives them more. */
  #serve(): void {
    this.#assertFine();
    const crew = this.#crew;
    if (crew === undefined) return;
    for (const done of crew.take()) this.#keep(done);
    while (crew.hasRoom && !this.#exhausted) {
      const next = this.#orders.next();
      if (next.done === true) this.#exhausted = true;
      else if (next.value !== undefined) crew.give(next.value);
    }
  }

  /** What nobody could read, in the order of the files. */
  faults(): FileFault[] {
    const own = this.#options.faults?.() ?? [];
    const all = new Map([...this.#faults.values(), ...own].map((fault) => [`${fault.file}\0${fault.offset}`, fault]));
    return [...all.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset));
  }

  #keep({ block, subtrees, pages, read, faults }: DoneWork): void {
    for (const fault of faults) this.#faults.set(`${fault.file}\0${fault.offset}`, fault);
    if (block !== undefined) this.#blocks.push(block);
    for (const subtree of subtrees) this.#subtrees.push(subtree);
    this.pagesRead += read;
    this.#waitingPages += read;
    this.#pagesDone += pages;
  }

  /** Carries out an order in this thread. */
  async #own(order: CrewOrder, begun: PartialBlock | undefined): Promise<void> {
    const { pages } = order;
    this.#scanner ??= createBlockScanner(this.#memory, this.#extents, this.#hasher);
    const scan = this.#scanner.begin(order, order, begun);
    this.#pagesDone += scan.done;
    try {
      while (scan.done < pages) {
        const before = scan.done;
        const read = scan.step();
        this.#keep({ block: undefined, subtrees: [], pages: scan.done - before, read, faults: [] });
        if (scan.done < pages) await this.#breathe(() => scan.partial());
      }
    } catch (error) {
      this.#store.commit({ ...this.#waiting(), partial: scan.partial() });
      throw error;
    }
    const { block, subtree } = scan.rows();
    this.#keep({ block, subtrees: subtree === undefined ? [] : [subtree], pages: 0, read: 0, faults: [] });
  }

  /** Between two steps: commits when it is time, gives way, notices a cancel. */
  async #breathe(partial?: () => PartialBlock): Promise<void> {
    const rows = this.#blocks.length + this.#subtrees.length;
    const due = steadyMilliseconds() - this.#committed >= commitMilliseconds || this.#waitingPages >= this.#commitPages || rows >= commitRows;
    if (due && (rows > 0 || this.#waitingPages > 0)) this.#store.commit({ ...this.#waiting(), ...(partial === undefined ? {} : { partial: partial() }) });
    try {
      await this.#pace.breathe(() => {
        this.#report();
      });
      if (partial !== undefined) this.#serve();
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
    this.#committed = steadyMilliseconds();
    return waiting;
  }

  /** Joins the stored subtrees with those of uniform runs, which are constants. */
  async #root(): Promise<string> {
    this.#store.commit(this.#waiting());
    const tree = createMemoryRoot();
    const subtrees = this.#store.subtrees();
    for (const { kind, startPfn, pages, state } of planBlocks(this.#extents)) {
      if (startPfn >= this.#extents.availableEnd) break;
      if (kind === 'uniform') tree.addUniform(state === stateCode.zero ? 'zero' : 'absent', pages);
      else {
        const subtree = subtrees.next().value;
        if (subtree?.startPfn !== startPfn) throw new IndexError(`the index lacks the subtree of the pages starting at PFN 0x${startPfn.toString(16)}`);
        tree.add(subtree);
      }
      await this.#breathe();
    }
    return tree.root();
  }

  #report(): void {
    const { digest, onProgress, part } = this.#options;
    const total = Math.min(part?.endPfn ?? Infinity, this.#extents.totalPages) - (part?.startPfn ?? 0);
    // The last run of a part may continue beyond its end.
    onProgress?.({ phase: digest ? 'digest' : 'index', done: Math.min(this.#pagesDone, total), total, unit: 'pages' });
  }
}
