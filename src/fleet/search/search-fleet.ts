/** Searches all dumps of a catalogue, one after the other; results are passed on as they are found. */
import { defined } from '../../shared/defined.ts';
import { mostUnread, type FleetSearchEvent, type FleetSearchSummary } from '../../shared/fleet-search-model.ts';
import type { FleetSearchPart } from '../../shared/fleet-search-parts.ts';
import { schemaVersion } from '../../shared/model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import type { Database } from '../database/database.ts';
import { DumpEngine, type EngineLimits } from '../worker/dump-engine.ts';
import { assertIssue, chosenKeys, dumpsOf, withoutTime, type ChosenDump } from './chosen-dumps.ts';
import { searchCatalogue } from './search-catalogue.ts';
import { searchMemory } from './search-memory.ts';
import { searchPages } from './search-pages.ts';
import { assertRequest, type FleetSearchRequest } from './search-request.ts';

export interface FleetSearchOptions {
  /** Of the child process that reads a dump. */
  readonly limits: EngineLimits;
  readonly signal: AbortSignal;
}

/** The totals of a search so far. */
type Tally = { -readonly [K in keyof FleetSearchSummary]: FleetSearchSummary[K] };

const batch = 100;

/** What is known of dumps, some at a time: a catalogue may have a hundred thousand. */
async function* inBatches(database: Database, keys: readonly string[]): AsyncGenerator<ChosenDump, void> {
  for (let start = 0; start < keys.length; start += batch) {
    const some = keys.slice(start, start + batch);
    const dumps = await dumpsOf(database, some);
    for (const key of some) {
      const dump = dumps.get(key);
      // Removed since the search began.
      if (dump !== undefined) yield dump;
    }
  }
}

class FleetSearch {
  readonly tally: Tally;
  #left: number;
  readonly #database: Database;
  readonly #request: FleetSearchRequest;
  readonly #options: FleetSearchOptions;

  constructor(database: Database, request: FleetSearchRequest, options: FleetSearchOptions) {
    this.#database = database;
    this.#request = request;
    this.#options = options;
    this.#left = request.limit;
    const { pattern, type = 'text', endian, codePage, parts } = request;
    this.tally = {
      schema: schemaVersion,
      ...defined({ pattern }),
      type,
      ...defined({ endian: type === 'u32' || type === 'u64' ? endian : undefined, codePage: type === 'ebcdic' ? (codePage ?? '1047') : undefined }),
      parts: [...parts],
      dumps: 0,
      searchedDumps: 0,
      searchedBytes: 0,
      unreadableBytes: 0,
      cutDumps: 0,
      unreadDumps: 0,
      unread: [],
      truncated: false,
    };
  }

  async *run(keys: readonly string[]): AsyncGenerator<FleetSearchEvent, void> {
    for (const part of this.#request.parts) {
      if (this.tally.truncated) return;
      yield* this.#noted(this.#part(part, keys));
    }
  }

  #part(part: FleetSearchPart, keys: readonly string[]): AsyncGenerator<FleetSearchEvent, void> {
    switch (part) {
      case 'catalogue':
        return this.#catalogue();
      case 'memory':
        return this.#memory(keys);
      case 'pages':
        return this.#pages(keys);
    }
  }

  /** Counts what passes through. */
  async *#noted(events: AsyncGenerator<FleetSearchEvent, void>): AsyncGenerator<FleetSearchEvent, void> {
    for await (const event of events) {
      if (event.event === 'hit') this.#left -= 1;
      if (event.event === 'unread') {
        this.tally.unreadDumps += 1;
        if (this.tally.unread.length < mostUnread) this.tally.unread.push(event.unread);
      }
      yield event;
    }
  }

  async *#catalogue(): AsyncGenerator<FleetSearchEvent, void> {
    const { pattern = '' } = this.#request;
    let left = this.#left;
    for await (const hit of searchCatalogue(this.#database, this.#request, pattern, left + 1, this.#options.signal)) {
      if (left === 0) {
        this.tally.truncated = true;
        return;
      }
      left -= 1;
      yield { event: 'hit', hit };
    }
  }

  async *#memory(keys: readonly string[]): AsyncGenerator<FleetSearchEvent, void> {
    const { limits, signal } = this.#options;
    const engine = new DumpEngine(limits);
    const total = keys.length;
    let done = 0;
    try {
      for await (const dump of inBatches(this.#database, keys)) {
        if (signal.aborted) throw new Cancelled();
        if (this.#left === 0) {
          // Whether the others have it too is not known; that they were not searched is.
          this.tally.truncated = true;
          return;
        }
        yield { event: 'progress', part: 'memory', done, total };
        yield* this.#oneDump(dump, engine, done, total);
        done += 1;
      }
      yield { event: 'progress', part: 'memory', done, total };
    } finally {
      engine.end();
    }
  }

  async *#oneDump(dump: ChosenDump, engine: DumpEngine, done: number, total: number): AsyncGenerator<FleetSearchEvent, void> {
    const request = this.#request;
    const most = Math.min(request.perDump, this.#left);
    const progress = (bytes: { readonly done: number; readonly total: number }): FleetSearchEvent => ({
      event: 'progress',
      part: 'memory',
      done,
      total,
      bytes,
    });
    const result = yield* searchMemory(dump, { request, limit: most, engine, progress }, this.#options.signal);
    if ('why' in result) {
      yield { event: 'unread', unread: result };
      return;
    }
    const { tally } = this;
    tally.searchedDumps += 1;
    tally.searchedBytes += result.bytes;
    tally.unreadableBytes += result.unreadable;
    if (result.encrypted !== undefined) tally.encryptedBytes = (tally.encryptedBytes ?? 0) + result.encrypted;
    if (!result.truncated) return;
    if (most < request.perDump) tally.truncated = true;
    else tally.cutDumps += 1;
  }

  async *#pages(keys: readonly string[]): AsyncGenerator<FleetSearchEvent, void> {
    const dumps: ChosenDump[] = [];
    for await (const dump of inBatches(this.#database, keys)) dumps.push(dump);
    const { asked, incomplete, truncated } = yield* searchPages(dumps, this.#request, this.#options.signal);
    this.tally.indexes = { asked, incomplete };
    this.tally.truncated = truncated;
  }
}

/**
 * Hits, dumps that could not be read, and how far it is; the summary at the end. It ends if the caller goes away in the middle, and on the signal.
 * @throws FleetError; RequestError query for a wrong pattern; IndexError; Cancelled
 */
export async function* searchFleet(database: Database, request: FleetSearchRequest, options: FleetSearchOptions): AsyncGenerator<FleetSearchEvent, void> {
  assertRequest(request);
  await assertIssue(database, request);
  const keys = await chosenKeys(database, request);
  const search = new FleetSearch(database, request, options);
  search.tally.dumps = keys.length;
  const undated = await withoutTime(database, request);
  if (undated !== undefined) search.tally.withoutTime = undated;
  yield* search.run(keys);
  yield { event: 'end', summary: search.tally };
}
