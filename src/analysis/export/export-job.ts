/**
 * Goes through the memory of a plan once: reads, chooses, counts, hashes, and hands blocks of pages to the writer of a format. Interrupted, it continues from its last
 * checkpoint; the file is the same, byte for byte.
 */
import type { ResumableOutput } from '../../files/resumable-output.ts';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import type { Missing } from '../../shared/result.ts';
import { pageSize, type Pfn } from '../../shared/units.ts';
import { createPace } from '../jobs/pace.ts';
import { paced } from '../jobs/steps.ts';
import {
  createMemoryRoot,
  createTreeHasher,
  digestBytes,
  subtreeLeaves,
  subtreeOf,
  uniformLeaf,
  type MemoryRoot,
  type MemoryRootState,
} from '../memory-tree/digest.ts';
import type { ExportPlan } from './export-plan.ts';
import { isKept, presentCode, type ExportWriter, type PositionedOutput, type WriterRun, type WriterState } from './export-writer.ts';
import { PageTally, type TallyState } from './page-tally.ts';
import { pageRanges, plannedParts, type PlannedPart } from './planned-parts.ts';
import { RunningDigest, type DigestState } from './running-digest.ts';
import { pagesAtOnce, sourcePages, type SourcePages } from './source-pages.ts';

/** What is lost when the process is killed is made again within seconds. */
const checkpointMilliseconds = 10_000;

export interface ExportJobOptions {
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  /** Between two checkpoints; 0: at every block. */
  readonly checkpointMilliseconds?: number;
}

/** What a checkpoint keeps. Plain JSON. */
interface JobState {
  readonly pfn: Pfn;
  readonly tally: TallyState;
  readonly root: MemoryRootState;
  readonly writer: WriterState;
  readonly digest: DigestState;
  /** Bytes of the file so far. */
  readonly size: number;
}

export interface ExportResult {
  readonly tally: PageTally;
  /** Of a raw file: its first page. */
  readonly firstPfn: Pfn | undefined;
  /** Over the pages that were kept, 64 hex digits. */
  readonly memoryRoot: string;
  /** Whether those are all that the source has. */
  readonly isWhole: boolean;
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes of an earlier run. */
  readonly resumedAt: number | undefined;
  /** Why an earlier run was not gone on with. */
  readonly discarded: string | undefined;
  readonly missing: readonly Missing[];
}

/** The output, with its digest and its size. */
class CountedOutput implements PositionedOutput {
  readonly digest = new RunningDigest();
  size = 0;
  readonly #output: ResumableOutput;

  constructor(output: ResumableOutput) {
    this.#output = output;
  }

  write(position: number, bytes: Uint8Array): void {
    this.#output.write(position, bytes);
    this.digest.wrote(position, bytes);
    this.size = Math.max(this.size, position + bytes.length);
  }

  setSize(bytes: number): void {
    this.#output.setSize(bytes);
    this.size = bytes;
  }
}

/** Adds the leaves of a block's pages that are in the export, the others being absent, as one subtree. */
function addSubtree(root: MemoryRoot, hasher: ReturnType<typeof createTreeHasher>, part: PlannedPart, leaves: Buffer, available: number): void {
  const { root: digest, availablePages, availableRoot } = subtreeOf(hasher, part.startPfn, leaves, part.pages, available);
  root.add({ pages: part.pages, root: digest, availablePages, availableRoot });
}

/** One run over a plan. */
class ExportRun {
  readonly #writer: WriterRun;
  readonly #pages: SourcePages;
  readonly #hasher = createTreeHasher();
  readonly #leaves = Buffer.alloc(subtreeLeaves * digestBytes);
  readonly tally: PageTally;
  readonly root: MemoryRoot;

  constructor(plan: ExportPlan, writer: WriterRun, from: JobState | undefined) {
    this.#writer = writer;
    this.#pages = sourcePages(plan);
    this.tally = new PageTally(plan.image.ranges, from?.tally);
    this.root = createMemoryRoot(from?.root);
  }

  /** @param breathe called between steps */
  async add(part: PlannedPart, breathe: (done: Pfn) => Promise<void>): Promise<void> {
    if (part.kind === 'outside') this.root.addUniform('absent', part.pages);
    else if (part.kind === 'uniform') await this.#uniform(part);
    else await this.#block(part, breathe);
  }

  async #uniform({ startPfn, pages, state: fate }: PlannedPart & { readonly kind: 'uniform' }): Promise<void> {
    this.tally.add(startPfn, pages, fate);
    this.root.addUniform(isKept(fate) ? 'zero' : 'absent', pages);
    await this.#writer.add({ kind: 'uniform', startPfn, pages, fate });
  }

  async #block(part: PlannedPart & { readonly kind: 'block' }, breathe: (done: Pfn) => Promise<void>): Promise<void> {
    for (let page = 0; page < part.pages; page += 1) uniformLeaf.absent.copy(this.#leaves, page * digestBytes);
    let available = 0;
    for (const { startPfn: first, endPfn } of part.ranges) {
      for (let startPfn = first; startPfn < endPfn; startPfn += pagesAtOnce) {
        const count = Math.min(pagesAtOnce, endPfn - startPfn);
        this.#pages.read(startPfn, count);
        const fates = this.#pages.fates.subarray(0, count);
        this.#count(startPfn, fates);
        available = Math.max(available, this.#hash(startPfn - part.startPfn, fates));
        await this.#writer.add({ kind: 'pages', startPfn, pages: count, fates, bytes: this.#pages.bytes.subarray(0, count * pageSize) });
        await breathe(startPfn + count);
      }
    }
    addSubtree(this.root, this.#hasher, part, this.#leaves, available);
  }

  #count(startPfn: Pfn, fates: Uint8Array): void {
    for (let page = 0; page < fates.length;) {
      const fate = fates[page] ?? 0;
      let end = page + 1;
      while (end < fates.length && fates[end] === fate) end += 1;
      this.tally.add(startPfn + page, end - page, fate);
      page = end;
    }
    for (let cut = 0; cut < this.#pages.cut; cut += 1) this.tally.addCut();
  }

  /** @param to place of the first page in the block @returns one past the place of the last kept page, 0 where none is kept */
  #hash(to: number, fates: Uint8Array): number {
    let available = 0;
    for (let page = 0; page < fates.length; page += 1) {
      const fate = fates[page] ?? 0;
      if (!isKept(fate)) continue;
      available = to + page + 1;
      if (fate === presentCode) this.#hasher.leaf(this.#pages.bytes, page * pageSize, this.#leaves, (to + page) * digestBytes);
      else uniformLeaf.zero.copy(this.#leaves, (to + page) * digestBytes);
    }
    return available;
  }
}

/** What an earlier run had, if the file is still what it wrote. */
async function resumedState(output: ResumableOutput, counted: CountedOutput, options: ExportJobOptions): Promise<{ state?: JobState; discarded?: string }> {
  if (output.resumed === undefined) return {};
  const state = output.resumed as JobState;
  counted.size = state.size;
  const total = state.digest.position;
  const isSame = await paced(
    counted.digest.goOn(state.digest, output.read, (done) => {
      options.progress({ phase: 'digest', about: 'what was written before', done, total, unit: 'bytes' });
    }),
    options.signal,
  );
  return isSame ? { state } : { discarded: 'what was written before had changed since' };
}

/**
 * Writes a plan. The output has all its bytes afterwards, and not yet its name.
 * @throws DumpError, Cancelled; what was written up to the last checkpoint can be gone on with
 */
export async function runExport(plan: ExportPlan, writer: ExportWriter, output: ResumableOutput, options: ExportJobOptions): Promise<ExportResult> {
  const { signal, progress } = options;
  let counted = new CountedOutput(output);
  const { state, discarded } = await resumedState(output, counted, options);
  if (state === undefined) {
    output.restart();
    counted = new CountedOutput(output);
  }
  const writing = await paced(writer.begin(plan, counted, state?.writer), signal);
  const run = new ExportRun(plan, writing, state);
  const total = pageRanges(plan).at(-1)?.endPfn ?? 0;
  const pace = createPace(signal);
  const breathe = (done: Pfn): Promise<void> =>
    pace.breathe(() => {
      progress({ phase: 'export', done, total, unit: 'pages' });
    });
  let kept = steadyMilliseconds();
  for (const part of plannedParts(plan, state?.pfn)) {
    await run.add(part, breathe);
    const pfn = part.startPfn + part.pages;
    await breathe(pfn);
    if (steadyMilliseconds() - kept < (options.checkpointMilliseconds ?? checkpointMilliseconds)) continue;
    output.checkpoint({
      pfn,
      tally: run.tally.state(),
      root: run.root.state(),
      writer: writing.state(),
      digest: counted.digest.state(),
      size: counted.size,
    } satisfies JobState);
    kept = steadyMilliseconds();
  }
  await paced(writing.finish(), signal);
  await paced(
    counted.digest.catchUp(output.read, counted.size, (done) => {
      progress({ phase: 'digest', about: 'what was written', done, total: counted.size, unit: 'bytes' });
    }),
    signal,
  );
  return {
    tally: run.tally,
    firstPfn: writing.firstPfn,
    memoryRoot: run.root.root(),
    isWhole: !plan.isPart && plan.choice === undefined,
    bytes: counted.size,
    sha256: counted.digest.sha256,
    resumedAt: state?.size,
    discarded,
    missing: [...plan.notes.missing, ...run.tally.missing(plan.image.memory), ...(plan.choice?.missing ?? []), ...writing.missing],
  };
}
