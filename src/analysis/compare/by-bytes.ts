/** Two dumps byte by byte: no index is needed, and no two pages that differ count as equal. */
import { pageSize } from '../../shared/units.ts';
import { pageStateCodes, type MemoryImage } from '../formats/dump-format.ts';
import { createPace } from '../jobs/pace.ts';
import { pageExtents, type PageExtents } from '../page-index/page-extents.ts';
import { createPageJob } from '../page-index/page-job.ts';
import { metaAvailable, stateCode } from '../page-index/page-meta.ts';
import { kindOfStates, type CompareOptions } from './by-fingerprint.ts';
import type { MovedPage } from './moved-pages.ts';
import { kindCode, pairRunsBuilder, type PairRuns } from './pair-runs.ts';

const chunkPages = 256;
const missingCode = pageStateCodes.indexOf('missing');

interface Side {
  readonly memory: MemoryImage;
  readonly extents: PageExtents;
  readonly bytes: Buffer;
  readonly states: Uint8Array;
}

const sideOf = (memory: MemoryImage): Side => ({
  memory,
  extents: pageExtents(memory),
  bytes: Buffer.alloc(chunkPages * pageSize),
  states: new Uint8Array(chunkPages),
});

/** Fills the side's buffers with the pages from `first` on, which may lie outside the dump. */
function readSide(side: Side, first: number, pages: number): void {
  const { memory, extents, bytes, states } = side;
  const from = Math.max(first, 0);
  const to = Math.min(first + pages, extents.totalPages);
  states.fill(missingCode, 0, pages);
  if (from >= to) return;
  const at = from - first;
  memory.readPages(from, bytes.subarray(at * pageSize, (to - first) * pageSize), states.subarray(at, to - first));
}

/** How many pages from `first` on surely have no bytes and are of one state; 0 when they must be looked at. */
function uniformFrom({ extents }: Side, first: number): { readonly pages: number; readonly state: number } {
  if (first < 0) return { pages: -first, state: missingCode };
  if (first >= extents.totalPages) return { pages: Infinity, state: missingCode };
  const extent = extents.from(first).next().value;
  return extent?.whole === true && extent.state !== 0 ? { pages: extent.endPfn - first, state: extent.state } : { pages: 0, state: 0 };
}

/**
 * @returns the kinds of all pages from the first to the last that either dump describes
 * @throws DumpError io when a file cannot be read
 * @throws Cancelled
 */
export async function compareByBytes(left: MemoryImage, right: MemoryImage, options: CompareOptions): Promise<PairRuns> {
  const { shift, moved } = options;
  const pace = createPace(options.signal);
  const [l, r] = [sideOf(left), sideOf(right)];
  const first = Math.min(0, -shift);
  const last = Math.max(l.extents.totalPages, r.extents.totalPages - shift);
  const runs = pairRunsBuilder(first);
  const job = moved === undefined ? undefined : createPageJob();
  const print = new Int32Array(2);
  const meta = new Uint8Array(1);
  const present = Uint8Array.of(stateCode.present);
  for (let position = first; position < last;) {
    const leftUniform = uniformFrom(l, position);
    const rightUniform = uniformFrom(r, position + shift);
    const known = Math.min(leftUniform.pages, rightUniform.pages, last - position);
    if (known > 0) {
      const kind = kindOfStates(leftUniform.state, rightUniform.state);
      runs.add(known, kindCode[kind ?? 'equal']);
      position += known;
    } else {
      const pages = Math.min(chunkPages, last - position);
      readSide(l, position, pages);
      readSide(r, position + shift, pages);
      for (let page = 0; page < pages; page += 1) {
        const kind = kindOfPage(l, r, page);
        runs.add(1, kind);
        if (moved === undefined || job === undefined || kind <= kindCode.equal) continue;
        for (const side of [l, r]) {
          if (side.states[page] !== stateCode.present) continue;
          job.run(side.bytes.subarray(page * pageSize, (page + 1) * pageSize), present, print, meta);
          const state = meta[0] ?? 0;
          if ((state & 7) !== stateCode.present) continue;
          if (side === l) moved.addLeft(position + page, state, print[0] ?? 0, print[1] ?? 0);
          else moved.addRight(position + page + shift, state, print[0] ?? 0, print[1] ?? 0);
        }
      }
      position += pages;
    }
    const done = position - first;
    await pace.breathe(() => options.progress(done, last - first));
  }
  return runs.finish();
}

function kindOfPage(l: Side, r: Side, page: number): number {
  const [left, right] = [l.states[page] ?? missingCode, r.states[page] ?? missingCode];
  if (metaAvailable(left) && metaAvailable(right)) {
    const from = page * pageSize;
    // Pages that are zero by what the container says have zeros in the buffer.
    return l.bytes.compare(r.bytes, from, from + pageSize, from, from + pageSize) === 0 ? kindCode.equal : kindCode.changed;
  }
  return kindCode[kindOfStates(left, right) ?? 'equal'];
}

/** Whether a page that has moved by its fingerprint has moved by its bytes. */
export function confirmByBytes(left: MemoryImage, right: MemoryImage): (moved: MovedPage) => boolean {
  const [one, other] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
  return ({ from, to }) => {
    const gone = left.read(BigInt(from) * BigInt(pageSize), one).length + right.read(BigInt(to) * BigInt(pageSize), other).length;
    return gone === 0 && one.equals(other);
  };
}
