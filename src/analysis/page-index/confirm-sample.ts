/**
 * Compares a sample of the pages of a dump with an index that was made from other files of the same dump key. A sample that agrees is an
 * aid: integrity rests on full reads.
 */
import { createHash } from 'node:crypto';
import { pageSize } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { createPace } from '../jobs/pace.ts';
import type { IndexReader } from './index-reader-type.ts';
import { pageExtents, storedCode, type PageExtents } from './page-extents.ts';
import { createPageJob, fingerprintText } from './page-job.ts';
import { metaAvailable, metaClass, metaState } from './page-meta.ts';
import { createPageLookup } from './queries.ts';

/** Pages of a sample: this many, or this share of the stored ones if that is more, or all there are. */
const leastPages = 256;
const shareOfPages = 0.01;

export interface SampleOutcome {
  /** Pages that were compared, of so many that the dump stores. */
  readonly pages: number;
  readonly of: number;
  /** The first page that is not what the index says. */
  readonly differs: number | undefined;
  /** False where the disk gave too little of the sample, or the index holds too little of it, to say anything. */
  readonly enough: boolean;
}

/** 32-bit numbers that follow from a seed alone. */
function* drawn(seed: string): Generator<number, never> {
  for (let block = 0; ; block += 1) {
    const digest = createHash('sha256').update(`${seed}\0${block}`).digest();
    for (let at = 0; at < digest.length; at += 4) yield digest.readUInt32BE(at);
  }
}

/** One stored page from each of as many equal parts of all stored ones, ascending. */
function* samplePages(extents: PageExtents, wanted: number, seed: string): Generator<number> {
  const numbers = drawn(seed);
  const { storedPages } = extents;
  const rankOf = (part: number): number => {
    const start = Math.floor((part * storedPages) / wanted);
    const pages = Math.floor(((part + 1) * storedPages) / wanted) - start;
    return start + (numbers.next().value % pages);
  };
  let part = 0;
  let rank = wanted > 0 ? rankOf(0) : 0;
  let before = 0;
  for (const { startPfn, endPfn, state } of extents.from(0)) {
    if (part === wanted) return;
    if (state !== storedCode) continue;
    for (; part < wanted && rank < before + (endPfn - startPfn); rank = ++part < wanted ? rankOf(part) : 0) yield startPfn + (rank - before);
    before += endPfn - startPfn;
  }
}

/**
 * Compares state, class and fingerprint of max(256, 1 %) of the stored pages.
 * @param seed draws them: the same seed draws the same pages
 * @throws IndexDamaged, Cancelled, DumpError io
 */
export async function compareSample(
  memory: MemoryImage,
  index: IndexReader,
  seed: string,
  { signal, onPages }: { readonly signal: AbortSignal; readonly onPages?: (done: number, total: number) => void },
): Promise<SampleOutcome> {
  const extents = pageExtents(memory);
  const of = extents.storedPages;
  const wanted = Math.min(of, Math.max(leastPages, Math.ceil(of * shareOfPages)));
  const lookup = createPageLookup(index);
  const job = createPageJob(1);
  const [states, meta, prints] = [new Uint8Array(1), new Uint8Array(1), new Int32Array(2)];
  const pace = createPace(signal);
  let pages = 0;
  for (const pfn of samplePages(extents, wanted, seed)) {
    await pace.breathe(() => onPages?.(pages, wanted));
    const known = lookup.content(pfn);
    if (known === undefined || known.state === 'unreadable') continue;
    const bytes = job.bytes.subarray(0, pageSize).fill(0);
    memory.readPages(pfn, bytes, states);
    job.run(bytes, states, prints, meta);
    const [now = 0] = meta;
    if (metaState(now) === 'unreadable') continue;
    pages += 1;
    const print = metaAvailable(now) ? fingerprintText(prints[0] ?? 0, prints[1] ?? 0) : undefined;
    if (metaState(now) !== known.state || metaClass(now) !== known.class || print !== known.fingerprint) return { pages, of, differs: pfn, enough: true };
  }
  return { pages, of, differs: undefined, enough: pages >= Math.min(wanted, leastPages) };
}
