/**
 * Reading an index: rows as they are stored, in ascending order, a bounded number in memory at a time. Each is compared with its checksum
 * before it is given out, and rows that a complete index lacks are noticed; only blobs are left to whoever opens a block.
 */
import type { Pfn } from '../../shared/units.ts';
import type { Subtree } from '../memory-tree/digest.ts';
import type { Connection } from './connection.ts';
import { assertRows } from './assert-rows.ts';
import { IndexDamaged } from './index-error.ts';
import type { IndexReader, StoredExtent } from './index-reader-type.ts';
import { pieceOfRow } from './piece-row.ts';
import { BlockDamaged, countsChecksum, type BlockRow } from './packed-block.ts';
import { addCounters, emptyCounters } from './page-meta.ts';
import { assertRow } from './row-checksum.ts';
import { counterColumns, countersOf } from './schema.ts';
import type { FileSet, KnownBy } from './source-files.ts';

/** Rows fetched in one go where they are small. */
const rowsAtOnce = 1024;
const counterList = counterColumns.join(', ');
type Row = readonly unknown[];

/** NULL of SQLite as undefined. */
const optional = (value: unknown): unknown => value ?? undefined;

interface PartialRow {
  readonly start_pfn: number;
  readonly done: number;
  readonly csum: number;
  readonly meta: Uint8Array;
  readonly fingerprints: Uint8Array | null;
  readonly leaves: Uint8Array | null;
  readonly checksum: number;
}

const firstCounter = 6;
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
  assertRow('subtree', row);
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
  assertRow('first_extent', row);
  const [startPfn, endPfn, state, fileOffset] = row;
  return { startPfn: startPfn as number, endPfn: endPfn as number, state: state as string, fileOffset: optional(fileOffset) as number | undefined };
}

/**
 * What is in one file; `readerOf` is for whatever index it may be.
 * @param connection open on an index whose schema version was checked
 * @param gapless false where some of the pages are in other files: then a page that is not here is not lost
 */
export function createIndexReader(path: string, connection: Connection, gapless = true): IndexReader {
  const statement = (sql: string) => connection.prepare(sql).raw();
  const header = statement('SELECT * FROM header WHERE id = 1');
  const files = statement('SELECT * FROM source_file ORDER BY file_set, position');
  const blockSelect = `SELECT start_pfn, pages, uniform, checksum, csum, counts_checksum, ${counterList}`;
  const blockBelow = statement(`${blockSelect}, meta, fingerprints FROM block WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1`);
  const blockFrom = statement(`${blockSelect}, meta, fingerprints FROM block WHERE start_pfn >= ? ORDER BY start_pfn LIMIT 1`);
  const startBelow = statement('SELECT start_pfn, pages FROM block WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1');
  const anyBetween = statement('SELECT 1 FROM block WHERE start_pfn >= ? AND start_pfn < ? LIMIT 1');
  const countersFrom = statement(`${blockSelect} FROM block WHERE start_pfn >= ? AND start_pfn < ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const hasBlock = statement('SELECT 1 FROM block WHERE start_pfn = ?');
  const hasSubtree = statement('SELECT 1 FROM subtree WHERE start_pfn = ?');
  const subtreesFrom = statement(`SELECT * FROM subtree WHERE start_pfn >= ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const extentBelow = statement('SELECT * FROM first_extent WHERE start_pfn <= ? ORDER BY start_pfn DESC LIMIT 1');
  const extentsFrom = statement(`SELECT * FROM first_extent WHERE start_pfn >= ? AND start_pfn < ? ORDER BY start_pfn LIMIT ${rowsAtOnce}`);
  const partial = connection.prepare('SELECT * FROM partial_block LIMIT 1');
  const pieces = statement('SELECT * FROM piece ORDER BY start_pfn');

  /** Where a scan of [startPfn, ...) begins: at the start of the block that holds startPfn, if there is one. */
  const scanStart = (startPfn: Pfn): number => {
    const row = startBelow.get(startPfn) as Row | undefined;
    return row !== undefined && (row[0] as number) + (row[1] as number) > startPfn ? (row[0] as number) : startPfn;
  };

  /** A complete index has a row for every page: where there is none, a row was lost, or its place. */
  const assertNoneLost = (startPfn: Pfn, endPfn: Pfn): void => {
    const end = Math.min(endPfn, reader.header().totalPages);
    // Whoever builds it may have completed it just now.
    if (!gapless || startPfn >= end || !reader.header().complete || anyBetween.get(startPfn, end) !== undefined) return;
    throw new IndexDamaged(`it lacks the pages starting at PFN 0x${startPfn.toString(16)}, and calls itself complete`);
  };

  const reader: IndexReader = {
    path,
    header() {
      const row = header.get() as Row | undefined;
      if (row === undefined) throw new IndexDamaged('it does not record which dump it is of');
      assertRow('header', row);
      const [, identity, dumpKey, toolVersion, fingerprintAlgorithm, classVersion, totalPages, extentsWritten, complete, pagesRead, memoryRoot] = row;
      return {
        identity: identity as string,
        dumpKey: dumpKey as string,
        toolVersion: toolVersion as string,
        fingerprintAlgorithm: fingerprintAlgorithm as string,
        classVersion: classVersion as number,
        totalPages: totalPages as number,
        extentsWritten: extentsWritten as number,
        complete: complete === 1,
        pagesRead: pagesRead as number,
        memoryRoot: optional(memoryRoot) as string | undefined,
      };
    },
    sourceFiles() {
      const sets = new Map<number, { readonly how: KnownBy; readonly files: FileSet['files'][number][] }>();
      for (const row of files.all() as Row[]) {
        assertRow('source_file', row);
        const [number, , how, ...values] = row;
        const [device = 0n, inode = 0n, size = 0n, mtimeNs = 0n, ctimeNs = 0n] = values.slice(0, 5).map((value) => BigInt(value as string));
        const set = sets.get(number as number) ?? { how: how as KnownBy, files: [] };
        set.files.push({ device, inode, size, mtimeNs, ctimeNs });
        sets.set(number as number, set);
      }
      return [...sets.values()];
    },
    pieces: () => (pieces.all() as Row[]).map(pieceOfRow),
    blockAt(pfn) {
      const row = blockBelow.get(pfn) as Row | undefined;
      const block = row === undefined ? undefined : blockOf(row);
      if (block !== undefined && block.startPfn + block.pages > pfn) return block;
      assertNoneLost(pfn, pfn + 1);
      return undefined;
    },
    *blocks(startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) {
      let next = scanStart(startPfn);
      while (next < endPfn) {
        const row = blockFrom.get(next) as Row | undefined;
        const block = row === undefined ? undefined : blockOf(row);
        if (block?.startPfn !== next) assertNoneLost(next, Math.min(endPfn, block?.startPfn ?? endPfn));
        if (block === undefined || block.startPfn >= endPfn) return;
        yield block;
        next = block.startPfn + block.pages;
      }
    },
    *counters(startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) {
      let next = scanStart(startPfn);
      for (;;) {
        const rows = countersFrom.all(next, endPfn) as Row[];
        for (const row of rows) {
          const { startPfn: start, pages, uniform, csum, counters } = blockOf(row);
          if (start !== next) assertNoneLost(next, start);
          if (row[5] !== countsChecksum({ startPfn: start, pages, uniform, csum, counters })) throw new BlockDamaged(start);
          yield { startPfn: start, pages, uniform, counters };
          next = start + pages;
        }
        if (rows.length === rowsAtOnce) continue;
        assertNoneLost(next, endPfn);
        return;
      }
    },
    totals() {
      const counters = emptyCounters();
      let pages = 0;
      for (const row of reader.counters()) {
        addCounters(counters, row.counters);
        pages += row.pages;
      }
      return { pages, counters };
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
    verifyRows() {
      assertRows(connection, reader);
    },
    close() {
      connection.close();
    },
  };
  return reader;
}
