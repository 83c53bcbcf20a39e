/** Reading an index: rows as they are stored, in ascending order, a bounded number in memory at a time. */
import { pageClasses, pageStates } from '../../shared/model.ts';
import type { Subtree } from '../memory-tree/digest.ts';
import type { Connection } from './connection.ts';
import { BlockDamaged, type BlockRow } from './packed-block.ts';
import { emptyCounters, type Counters } from './page-meta.ts';
import { counterColumns } from './schema.ts';

export interface IndexHeader {
  readonly identity: string;
  readonly toolVersion: string;
  readonly fingerprintAlgorithm: string;
  readonly classVersion: number;
  /** Pages from address 0 to the end of the image. */
  readonly totalPages: number;
  /** Rows of `extent` so far. */
  readonly extentsWritten: number;
  /** True when every page is indexed. */
  readonly complete: boolean;
  /** Pages read for what is stored here, over all runs. */
  readonly pagesRead: number;
  /** 64 hex digits. */
  readonly memoryRoot: string | undefined;
}

export interface BlockCounters {
  readonly startPfn: number;
  readonly pages: number;
  readonly counters: Counters;
  readonly uniform: number | undefined;
}

/** A row of `extent`: the state is a word of `pageStateCodes`. */
export interface StoredExtent {
  readonly startPfn: number;
  readonly endPfn: number;
  readonly state: string;
  readonly fileOffset: number | undefined;
}

/** What an interrupted run had of one block: so much that only the last few milliseconds are done again. */
export interface PartialBlock {
  readonly startPfn: number;
  /** Pages done, from the block's first on. */
  readonly done: number;
  /** csum_partial of the pages done. */
  readonly csum: number;
  /** One byte a page of the whole block; bare states when only digests were missing. */
  readonly meta: Uint8Array;
  /** Undefined when only digests were missing. */
  readonly fingerprints: Uint8Array | undefined;
  /** 32 bytes a page; undefined without digest. */
  readonly leaves: Uint8Array | undefined;
}

export interface IndexReader {
  readonly path: string;
  header(): IndexHeader;
  /** The block, or run of blocks, that holds a page; undefined when it is not indexed. Blobs are not checked here. */
  blockAt(pfn: number): BlockRow | undefined;
  /** Blocks that touch [startPfn, endPfn). */
  blocks(startPfn?: number, endPfn?: number): Generator<BlockRow>;
  /** The same without blobs. */
  counters(startPfn?: number, endPfn?: number): Generator<BlockCounters>;
  /** Counters over all indexed pages. */
  totals(): { readonly counters: Counters; readonly pages: number };
  hasBlock(startPfn: number): boolean;
  hasSubtree(startPfn: number): boolean;
  subtrees(): Generator<Subtree, undefined>;
  extentAt(pfn: number): StoredExtent | undefined;
  /** Extents that touch [startPfn, endPfn). */
  extents(startPfn?: number, endPfn?: number): Generator<StoredExtent>;
  partial(): (PartialBlock & { readonly checksum: number }) | undefined;
  close(): void;
}

/** Rows fetched in one go where they are small. */
const rowsAtOnce = 1024;
const counterList = counterColumns.join(', ');
type Row = readonly unknown[];

/** NULL of SQLite as undefined. */
const optional = (value: unknown): unknown => value ?? undefined;

function countersOf(row: Row, from: number): Counters {
  const counters = emptyCounters();
  pageStates.forEach((_, state) => (counters.states[state] = row[from + state] as number));
  pageClasses.forEach((_, code) => (counters.classes[code] = row[from + pageStates.length + code] as number));
  return counters;
}

interface HeaderRow {
  readonly identity: string;
  readonly tool_version: string;
  readonly fingerprint_algorithm: string;
  readonly class_version: number;
  readonly total_pages: number;
  readonly extents_written: number;
  readonly complete: number;
  readonly pages_read: number;
  readonly memory_root: string | null;
}
interface PartialRow {
  readonly start_pfn: number;
  readonly done: number;
  readonly csum: number;
  readonly meta: Uint8Array;
  readonly fingerprints: Uint8Array | null;
  readonly leaves: Uint8Array | null;
  readonly checksum: number;
}

const firstCounter = 5;
const blobColumn = firstCounter + counterColumns.length;

function blockOf(row: Row): BlockRow {
  const [startPfn, pages, uniform, checksum, csum] = row;
  if (!Number.isSafeInteger(startPfn) || !Number.isSafeInteger(pages)) throw new BlockDamaged(Number(startPfn));
  return {
    startPfn: startPfn as number,
    pages: pages as number,
    uniform: optional(uniform) as number | undefined,
    csum: csum as number,
    checksum: checksum as number,
    counters: countersOf(row, firstCounter),
    meta: optional(row[blobColumn]) as Uint8Array | undefined,
    fingerprints: optional(row[blobColumn + 1]) as Uint8Array | undefined,
  };
}

function subtreeOfRow(row: Row): Subtree {
  const [startPfn, pages, root, availablePages, availableRoot] = row;
  return {
    startPfn: startPfn as number,
    pages: pages as number,
    root: root as Buffer,
    availablePages: availablePages as number,
    availableRoot: optional(availableRoot) as Buffer | undefined,
  };
}

function extentOf(row: Row): StoredExtent {
  const [startPfn, endPfn, state, fileOffset] = row;
  return { startPfn: startPfn as number, endPfn: endPfn as number, state: state as string, fileOffset: optional(fileOffset) as number | undefined };
}

/** @param connection open on an index whose schema version was checked */
export function createIndexReader(path: string, connection: Connection): IndexReader {
  const statement = (sql: string) => connection.prepare(sql).raw();
  const header = connection.prepare('SELECT * FROM header WHERE id = 1');
  const blockSelect = `SELECT start_pfn, pages, uniform, checksum, csum, ${counterList}`;
  const blockBelow = statement(`${blockSelect}, meta, fingerprints FROM block WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1`);
  const blockFrom = statement(`${blockSelect}, meta, fingerprints FROM block WHERE start_pfn >= ? ORDER BY start_pfn LIMIT 1`);
  const startBelow = statement('SELECT start_pfn, pages FROM block WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1');
  const countersFrom = statement(`${blockSelect} FROM block WHERE start_pfn >= ? AND start_pfn < ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const sums = statement(`SELECT total(pages), ${counterColumns.map((name) => `total(${name})`).join(', ')} FROM block`);
  const hasBlock = statement('SELECT 1 FROM block WHERE start_pfn = ?');
  const hasSubtree = statement('SELECT 1 FROM subtree WHERE start_pfn = ?');
  const subtreesFrom = statement(`SELECT * FROM subtree WHERE start_pfn >= ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const extentBelow = statement('SELECT * FROM extent WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1');
  const extentsFrom = statement(`SELECT * FROM extent WHERE start_pfn >= ? AND start_pfn < ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const partial = connection.prepare('SELECT * FROM partial_block LIMIT 1');

  /** Where a scan of [startPfn, ...) begins: at the start of the block that holds startPfn, if there is one. */
  const scanStart = (startPfn: number): number => {
    const row = startBelow.get(startPfn) as Row | undefined;
    return row !== undefined && (row[0] as number) + (row[1] as number) > startPfn ? (row[0] as number) : startPfn;
  };

  const reader: IndexReader = {
    path,
    header() {
      const row = header.get() as HeaderRow;
      return {
        identity: row.identity,
        toolVersion: row.tool_version,
        fingerprintAlgorithm: row.fingerprint_algorithm,
        classVersion: row.class_version,
        totalPages: row.total_pages,
        extentsWritten: row.extents_written,
        complete: row.complete === 1,
        pagesRead: row.pages_read,
        memoryRoot: row.memory_root ?? undefined,
      };
    },
    blockAt(pfn) {
      const row = blockBelow.get(pfn) as Row | undefined;
      if (row === undefined) return undefined;
      const block = blockOf(row);
      return block.startPfn + block.pages > pfn ? block : undefined;
    },
    *blocks(startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) {
      let next = scanStart(startPfn);
      while (next < endPfn) {
        const row = blockFrom.get(next) as Row | undefined;
        if (row === undefined) return;
        const block = blockOf(row);
        if (block.startPfn >= endPfn) return;
        yield block;
        next = block.startPfn + block.pages;
      }
    },
    *counters(startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) {
      let next = scanStart(startPfn);
      for (;;) {
        const rows = countersFrom.all(next, endPfn) as Row[];
        for (const row of rows) {
          const [start, pages, uniform] = row;
          yield {
            startPfn: start as number,
            pages: pages as number,
            uniform: optional(uniform) as number | undefined,
            counters: countersOf(row, firstCounter),
          };
          next = (start as number) + 1;
        }
        if (rows.length < rowsAtOnce) return;
      }
    },
    totals() {
      const row = sums.get() as Row;
      return { pages: row[0] as number, counters: countersOf(row, 1) };
    },
    hasBlock: (startPfn) => hasBlock.get(startPfn) !== undefined,
    hasSubtree: (startPfn) => hasSubtree.get(startPfn) !== undefined,
    *subtrees() {
      let next = 0;
      for (;;) {
        const rows = subtreesFrom.all(next) as Row[];
        for (const row of rows) {
          yield subtreeOfRow(row);
          next = (row[0] as number) + 1;
        }
        if (rows.length < rowsAtOnce) return undefined;
      }
    },
    extentAt(pfn) {
      const row = extentBelow.get(pfn) as Row | undefined;
      if (row === undefined) return undefined;
      const extent = extentOf(row);
      return extent.endPfn > pfn ? extent : undefined;
    },
    *extents(startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) {
      let next = reader.extentAt(startPfn)?.startPfn ?? startPfn;
      for (;;) {
        const rows = extentsFrom.all(next, endPfn) as Row[];
        for (const row of rows) {
          yield extentOf(row);
          next = (row[0] as number) + 1;
        }
        if (rows.length < rowsAtOnce) return;
      }
    },
    partial() {
      const row = partial.get() as PartialRow | undefined;
      if (row === undefined) return undefined;
      const { start_pfn: startPfn, done, csum, meta, fingerprints, leaves, checksum } = row;
      return { startPfn, done, csum, meta, fingerprints: fingerprints ?? undefined, leaves: leaves ?? undefined, checksum };
    },
    close() {
      connection.close();
    },
  };
  return reader;
}
