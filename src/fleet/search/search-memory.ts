/** Searches the memory of one dump of a catalogue, in the child process that is watched; a dump that cannot be read is a result. */
import type { EngineClient } from '../../shared/engine-protocol.ts';
import { isDumpError } from '../../shared/dump-error.ts';
import { defined } from '../../shared/defined.ts';
import type { FleetSearchEvent, FleetUnread } from '../../shared/fleet-search-model.ts';
import { RequestError } from '../../shared/rpc.ts';
import { isReachable, whyUnreachable } from '../reachable.ts';
import { EngineCrash, type DumpEngine } from '../worker/dump-engine.ts';
import { linkTo, type ChosenDump, type DumpCopy } from './chosen-dumps.ts';
import type { FleetSearchRequest } from './search-request.ts';
import { streamed } from './streamed.ts';

export interface SearchedDump {
  readonly hits: number;
  readonly bytes: number;
  readonly unreadable: number;
  readonly encrypted: number | undefined;
  /** There are more hits than were asked for. */
  readonly truncated: boolean;
}

/** Another copy of the dump may be read instead. */
class PlaceUnread extends Error {
  readonly kind: FleetUnread['kind'];
  constructor(kind: FleetUnread['kind'], why: string) {
    super(why);
    this.kind = kind;
  }
}

function assertReachable({ storage, path }: DumpCopy): void {
  if (!isReachable(storage))
    throw new PlaceUnread('unreachable', `${path} is on a disk of ${storage.slice('local:'.length)}, which cannot be reached from this machine`);
  const unreachable = whyUnreachable(path);
  if (unreachable !== undefined) throw new PlaceUnread('unreachable', unreachable.why);
}

interface Asked {
  readonly request: FleetSearchRequest;
  /** Hits at most. */
  readonly limit: number;
  readonly engine: DumpEngine;
  readonly progress: (bytes: { readonly done: number; readonly total: number }) => FleetSearchEvent;
}

async function searchOpen(
  { client, alive }: { readonly client: EngineClient; readonly alive: () => void },
  dump: ChosenDump,
  place: DumpCopy,
  asked: Asked,
  emit: (event: FleetSearchEvent) => void,
  signal: AbortSignal,
): Promise<SearchedDump> {
  const { pattern = '', type = 'text', endian, codePage, ignoreCase } = asked.request;
  const { path, parts } = place;
  const { dump: handle } = await client.call('open', { path, ...(parts.length === 0 ? {} : { volumes: [...parts] }) }, { signal });
  try {
    const { dumpKey } = await client.call('dumpKey', { dump: handle }, { signal });
    if (dumpKey !== dump.about.key) throw new PlaceUnread('changed', `${path} now contains another dump than when it was added: "fleet add" adds it`);
    let hits = 0;
    let reached = 0;
    const found = await client.call(
      'search',
      { dump: handle, pattern, type, limit: asked.limit, ...defined({ endian, codePage, ignoreCase }) },
      {
        signal,
        onProgress({ hits: more, done, total }) {
          hits += more.length;
          // Dumps may be large: a search with progress does not hang.
          if (done > reached) alive();
          reached = done;
          for (const hit of more) emit({ event: 'hit', hit: { in: 'memory', dump: dump.about, space: 'absolute', ...hit, link: linkTo(place, hit.address) } });
          emit(asked.progress({ done, total }));
        },
      },
    );
    return { hits, bytes: found.searchedBytes, unreadable: found.unreadableBytes, encrypted: found.encryptedBytes, truncated: found.truncated };
  } finally {
    // Where the child is gone it has nothing open.
    await client.call('close', { dump: handle }).catch(() => undefined);
  }
}

/** What an error says about the place, or about the dump wherever it is. */
function unreadOf(error: unknown): { readonly kind: FleetUnread['kind']; readonly why: string; readonly isOfPlace: boolean } {
  if (error instanceof PlaceUnread) return { kind: error.kind, why: error.message, isOfPlace: true };
  if (error instanceof EngineCrash) return { kind: error.kind, why: error.message, isOfPlace: false };
  if (isDumpError(error)) return { kind: error.kind === 'io' ? 'unreachable' : 'refused', why: error.message, isOfPlace: true };
  if (error instanceof RequestError) return { kind: 'refused', why: error.message, isOfPlace: false };
  throw error;
}

/**
 * One copy after the other, until one is read.
 * @returns why none was, after what was found of it @throws Cancelled
 */
export async function* searchMemory(
  dump: ChosenDump,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<FleetSearchEvent, SearchedDump | FleetUnread, undefined> {
  let unread: FleetUnread = { dump: dump.about, kind: 'unreachable', why: 'none of its places is known any more: "fleet add" finds it again' };
  for (const place of dump.places) {
    let found = 0;
    try {
      assertReachable(place);
      return yield* streamed<FleetSearchEvent, SearchedDump>(signal, (emit, until) => {
        const counted = (event: FleetSearchEvent): void => {
          if (event.event === 'hit') found += 1;
          emit(event);
        };
        return asked.engine.run((client, alive) => searchOpen({ client, alive }, dump, place, asked, counted, until), until);
      });
    } catch (error) {
      const { kind, why, isOfPlace } = unreadOf(error);
      unread = { dump: dump.about, kind, why: found === 0 ? why : `${why}; it was searched in part` };
      // Another copy would give the same results again.
      if (!isOfPlace || found > 0) return unread;
    }
  }
  return unread;
}
