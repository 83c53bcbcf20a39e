/** How many page workers an index is worth, and what they may take of the memory budget. */
import { availableParallelism } from 'node:os';
import type { DumpLocation } from '../formats/dump-files.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { CrewPages } from './crew-messages.ts';
import type { CrewOptions } from './page-crew.ts';
import { storedCode, type PageExtents } from './page-extents.ts';
import { areRaw } from './raw-pages.ts';

/** What somebody who builds an index can say of workers. */
export interface CrewWish {
  readonly location: DumpLocation;
  readonly identity: string;
  /** Of which the extents' positions are; workers read it directly where all pages lie in it as they are. */
  readonly source?: ByteSource;
  /** Bytes that the whole engine may take; default 512 MiB. */
  readonly memoryBytes?: number;
  /** Workers, also for a dump that is too small to be worth them; default as many as the machine has processors. */
  readonly workers?: number;
}

const defaultMemoryBytes = 512 * 2 ** 20;
/** The engine's own: Node, SQLite's cache, headers and lists of the dump. */
export const engineBytes = 192 * 2 ** 20;
/** A worker's own: its Node, blocks of the file, pages of one read and what two orders give. */
const workerBytes = 64 * 2 ** 20;
const mostWorkers = 8;
/** More than those, where they wait for the file. */
const mostSpare = 2;
/**
 * What each worker would hold again of the lists that a dump's headers make long: above this, and above this part of the file, this thread reads
 * alone. Headers of dumps that somebody took are a smaller part of them.
 */
const mostHeldBytes = 16 * 2 ** 20;
const mostHeldShare = 1 / 32;
/** Pages below which starting workers takes longer than it saves; compressed ones take some twenty times as long each. */
const leastStored = 131_072;
const leastCompressed = 16_384;

/**
 * @param storedPages of those that are to be looked at
 * @returns undefined when this thread alone is best
 */
export function crewPlan(extents: PageExtents, wish: CrewWish | undefined, storedPages = extents.storedPages): CrewOptions | undefined {
  if (wish === undefined) return undefined;
  const { memoryBytes = defaultMemoryBytes } = wish;
  const wanted = wish.workers ?? Math.min(availableParallelism(), mostWorkers);
  const affordable = Math.floor((memoryBytes - engineBytes) / workerBytes);
  const workers = Math.min(wanted, affordable);
  const least = wish.workers !== undefined ? 1 : liesAsItIs(extents) ? leastStored : leastCompressed;
  if (workers < 1 || storedPages < least) return undefined;
  const pages = crewPages(extents, wish);
  // Of pages that lie in the file as they are, workers are given the list.
  const held = pages.kind === 'raw' ? 0 : extents.heldBytes + (wish.source?.heldBytes ?? 0);
  if (held > Math.max(mostHeldBytes, mostHeldShare * (wish.source?.size ?? 0))) return undefined;
  // Whoever names a number gets that number.
  const spare = wish.workers === undefined ? Math.min(mostSpare, affordable - workers) : 0;
  return { pages, workers, spare, heapBytes: Math.min(workerBytes, Math.floor((memoryBytes - engineBytes) / (workers + spare))) };
}

function crewPages(extents: PageExtents, { location, identity, source }: CrewWish): CrewPages {
  const { packed } = extents;
  if (source?.file !== undefined && packed !== undefined && areRaw(packed)) return { kind: 'raw', file: source.file, name: source.name, extents: packed };
  return { kind: 'dump', location, identity, wholePages: !extents.cut };
}

/** True when the first stored pages lie in the file as they are. */
function liesAsItIs(extents: PageExtents): boolean {
  for (const extent of extents.from(0)) {
    if (extent.state === storedCode) return extent.fileOffset !== undefined;
  }
  return true;
}
