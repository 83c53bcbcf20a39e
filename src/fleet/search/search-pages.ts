/** Pages that are in several dumps of a catalogue, by the page indexes that this machine has of them. No dump is opened. */
import { existsSync } from 'node:fs';
import { createPace, type Pace } from '../../analysis/jobs/pace.ts';
import { IndexDamaged, IndexError } from '../../analysis/page-index/index-error.ts';
import { indexPath } from '../../analysis/page-index/index-location.ts';
import type { BlockRow } from '../../analysis/page-index/packed-block.ts';
import { fingerprintText } from '../../analysis/page-index/page-job.ts';
import { eachPresent } from '../../analysis/page-index/present-pages.ts';
import { sharedPages, type SharedPage, type SharedReader } from '../../analysis/page-index/shared-pages.ts';
import { readIndex } from '../../analysis/page-index/store.ts';
import { defined } from '../../shared/defined.ts';
import type { FleetHit, FleetPagesHit, FleetSearchEvent, FleetUnread } from '../../shared/fleet-search-model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import { firstLink, type ChosenDump } from './chosen-dumps.ts';
import type { FleetSearchRequest } from './search-request.ts';
import { streamed } from './streamed.ts';

const shownDumps = 20;
const shownAddresses = 4;

/** The index of a dump, opened for each pass over it: there may be thousands. */
class DumpIndex implements SharedReader {
  readonly dump: ChosenDump;
  readonly path: string;
  readonly #header: ReturnType<SharedReader['header']>;
  readonly #totals: ReturnType<SharedReader['totals']>;
  /** Hears which one is being read. */
  readonly #reading: (index: DumpIndex) => void;

  /** @throws IndexError */
  constructor(dump: ChosenDump, path: string, reading: (index: DumpIndex) => void) {
    this.dump = dump;
    this.path = path;
    this.#reading = reading;
    const reader = this.#open();
    try {
      this.#header = reader.header();
      this.#totals = reader.totals();
    } finally {
      reader.close();
    }
  }

  header(): ReturnType<SharedReader['header']> {
    return this.#header;
  }
  totals(): ReturnType<SharedReader['totals']> {
    return this.#totals;
  }

  *blocks(): Generator<BlockRow> {
    this.#reading(this);
    const reader = this.#open();
    try {
      yield* reader.blocks();
    } finally {
      reader.close();
    }
  }

  #open() {
    return readIndex(this.path, { identity: this.dump.identity, dumpKey: this.dump.about.key });
  }
}

type Emit = (event: FleetSearchEvent) => void;

interface Indexes {
  readonly usable: DumpIndex[];
  /** The one that was read last. */
  readonly last: () => DumpIndex | undefined;
}

const unreadEvent = ({ about }: ChosenDump, kind: FleetUnread['kind'], why: string): FleetSearchEvent => ({
  event: 'unread',
  unread: { dump: about, kind, why },
});

/** Those that can be compared: with fingerprints of the algorithm that most have. */
function openIndexes(dumps: Iterable<ChosenDump>, emit: Emit): Indexes {
  let last: DumpIndex | undefined;
  const found: DumpIndex[] = [];
  for (const dump of dumps) {
    const path = [indexPath({ identity: dump.identity, dumpKey: dump.about.key }), ...dump.indexes].find((one) => existsSync(one));
    if (path === undefined) {
      emit(unreadEvent(dump, 'no-index', 'no page index of it can be reached from this machine'));
      continue;
    }
    try {
      found.push(new DumpIndex(dump, path, (index) => (last = index)));
    } catch (error) {
      if (!(error instanceof IndexError)) throw error;
      emit(unreadEvent(dump, 'index', error.message));
    }
  }
  const byAlgorithm = [...Map.groupBy(found, (index) => index.header().fingerprintAlgorithm)].sort(([, left], [, right]) => right.length - left.length);
  const [most, ...others] = byAlgorithm;
  for (const index of others.flatMap(([, indexes]) => indexes))
    emit(unreadEvent(index.dump, 'index', `${index.path} has fingerprints of another algorithm than most others: it has to be built again`));
  return { usable: most?.[1] ?? [], last: () => last };
}

/** Something that reads indexes one after the other; it begins again without one that is damaged. */
async function withoutDamaged<T>(indexes: Indexes, emit: Emit, read: (usable: readonly DumpIndex[]) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read(indexes.usable);
    } catch (error) {
      const damaged = indexes.last();
      if (!(error instanceof IndexDamaged) || damaged === undefined) throw error;
      indexes.usable.splice(indexes.usable.indexOf(damaged), 1);
      emit(unreadEvent(damaged.dump, 'index', `${damaged.path}: ${error.message}`));
    }
  }
}

const inMostDumps = (left: SharedPage, right: SharedPage): number =>
  right.dumps.length - left.dumps.length || right.pages - left.pages || (left.fingerprint < right.fingerprint ? -1 : 1);

interface Ranked {
  readonly pages: readonly SharedPage[];
  readonly isAll: boolean;
}

/** Those that are in most dumps, and in as many dumps those that are there most often. */
async function ranked(usable: readonly DumpIndex[], { leastDumps, limit }: FleetSearchRequest, emit: Emit, signal: AbortSignal): Promise<Ranked> {
  const onProgress = (done: number): void => emit({ event: 'progress', part: 'pages', done, total: 1000 });
  let top: SharedPage[] = [];
  let isAll = true;
  const keep = (): void => {
    isAll &&= top.length <= limit;
    top = top.sort(inMostDumps).slice(0, limit);
  };
  for await (const page of sharedPages(usable, { leastDumps, signal, onProgress })) {
    top.push(page);
    if (top.length > 2 * limit + 1000) keep();
  }
  keep();
  return { pages: top, isAll };
}

interface Occurrence {
  pages: number;
  readonly addresses: string[];
}

/** Where pages are in one dump. @param wanted their fingerprints */
async function occurrences(index: DumpIndex, wanted: ReadonlySet<string>, pace: Pace): Promise<ReadonlyMap<string, Occurrence>> {
  const found = new Map<string, Occurrence>();
  // Most pages are none of them: their lower half says so without a text.
  const lows = new Set([...wanted].map((digits) => Number.parseInt(digits.slice(8), 16)));
  await eachPresent(
    index,
    pace,
    () => undefined,
    (pfn, low, high) => {
      if (!lows.has(low)) return;
      const fingerprint = fingerprintText(low, high);
      if (!wanted.has(fingerprint)) return;
      const one = found.get(fingerprint) ?? { pages: 0, addresses: [] };
      one.pages += 1;
      if (one.addresses.length < shownAddresses) one.addresses.push(hex(BigInt(pfn) * BigInt(pageSize)));
      found.set(fingerprint, one);
    },
  );
  return found;
}

const dumpEntry = ({ dump }: DumpIndex, { pages, addresses }: Occurrence): FleetPagesHit['dumps'][number] => ({
  dump: dump.about,
  pages,
  space: 'absolute',
  addresses,
  ...defined({ link: firstLink(dump, addresses[0]) }),
});

/** Places of ranked pages in the dumps that are shown of each. */
async function placed(usable: readonly DumpIndex[], pages: readonly SharedPage[], pace: Pace): Promise<readonly FleetHit[]> {
  const wanted = new Map<number, Set<string>>();
  for (const { fingerprint, dumps } of pages)
    for (const { place } of dumps.slice(0, shownDumps)) wanted.set(place, (wanted.get(place) ?? new Set()).add(fingerprint));
  const entries = new Map(pages.map(({ fingerprint }) => [fingerprint, [] as FleetPagesHit['dumps']]));
  for (const [place, fingerprints] of [...wanted].sort(([left], [right]) => left - right)) {
    const index = usable[place];
    if (index === undefined) continue;
    for (const [fingerprint, one] of await occurrences(index, fingerprints, pace)) entries.get(fingerprint)?.push(dumpEntry(index, one));
  }
  return pages.map(({ fingerprint, dumps, pages: all }) => ({
    in: 'pages',
    fingerprint,
    dumpCount: dumps.length,
    pages: all,
    dumps: entries.get(fingerprint) ?? [],
  }));
}

/** One page, in all dumps that have it. */
async function onePage(usable: readonly DumpIndex[], fingerprint: string, pace: Pace): Promise<readonly FleetHit[]> {
  const found: FleetPagesHit['dumps'] = [];
  let [dumpCount, pages] = [0, 0];
  for (const index of usable) {
    const one = (await occurrences(index, new Set([fingerprint]), pace)).get(fingerprint);
    if (one === undefined) continue;
    dumpCount += 1;
    pages += one.pages;
    if (found.length < shownDumps) found.push(dumpEntry(index, one));
  }
  return dumpCount === 0 ? [] : [{ in: 'pages', fingerprint, dumpCount, pages, dumps: found }];
}

export interface SearchedPages {
  readonly asked: number;
  readonly incomplete: number;
  /** There are more pages than were asked for. */
  readonly truncated: boolean;
}

/** @throws IndexError where there is no cache folder; Cancelled */
export function searchPages(dumps: Iterable<ChosenDump>, request: FleetSearchRequest, signal: AbortSignal): AsyncGenerator<FleetSearchEvent, SearchedPages> {
  return streamed(signal, async (emit, until) => {
    const indexes = openIndexes(dumps, emit);
    const pace = createPace(until);
    const { pattern } = request;
    const { hits, isAll } = await withoutDamaged(indexes, emit, async (usable) => {
      if (pattern !== undefined) return { hits: await onePage(usable, pattern, pace), isAll: true };
      const { pages, isAll: whole } = await ranked(usable, request, emit, until);
      return { hits: await placed(usable, pages, pace), isAll: whole };
    });
    for (const hit of hits) emit({ event: 'hit', hit });
    const { usable } = indexes;
    return { asked: usable.length, incomplete: usable.filter((index) => !index.header().complete).length, truncated: !isAll };
  });
}
