/** Writing an index: everything that belongs together goes into one transaction. */
import { crc32 } from 'node:zlib';
import { pageStateCodes } from '../formats/dump-format.ts';
import type { Subtree } from '../memory-tree/digest.ts';
import type { Connection } from './connection.ts';
import type { PartialBlock, PieceRow } from './index-reader-type.ts';
import { countsChecksum, type BlockRow } from './packed-block.ts';
import type { PageExtent } from './page-extents.ts';
import { rowOfPiece } from './piece-row.ts';
import { rowChecksum } from './row-checksum.ts';
import { indexTables, stateColumn } from './schema.ts';
import { inOrder, type FileSet } from './source-files.ts';

/** What one transaction adds. Everything is optional, an empty batch changes nothing. */
export interface Batch {
  readonly blocks?: readonly BlockRow[];
  readonly subtrees?: readonly Subtree[];
  /** Extents in order, those that follow the ones written before. */
  readonly extents?: readonly PageExtent[];
  /** Replaces what was kept of a begun block; every commit without it removes that. */
  readonly partial?: PartialBlock;
  /** Pages read from the dump for this batch. */
  readonly pagesRead?: number;
  /** Set once every page is in a block. */
  readonly complete?: boolean;
  readonly memoryRoot?: string;
}

export interface IndexWriter {
  commit(batch: Batch): void;
  forgetUnreadable(): void;
  /** Drops the memory root and the subtrees that it was made of. */
  forgetRoot(): void;
  /** Replaces what is said of pieces. */
  putPieces(rows: readonly PieceRow[]): void;
  /** Adds a set of files of which the index was made, or that agreed with it. */
  addFiles(set: FileSet): void;
  /** Replaces all rows of tables; values in the order of the table's columns, undefined as NULL. */
  replaceRows(tables: Readonly<Record<string, readonly (readonly unknown[])[]>>): void;
}

/** Checksum of a begun block: CRC-32 over its blobs. */
export function partialChecksum(partial: PartialBlock): number {
  let sum = crc32(Buffer.from(`${partial.startPfn} ${partial.done} ${partial.csum}`));
  for (const blob of [partial.meta, partial.fingerprints, partial.leaves]) if (blob !== undefined) sum = crc32(blob, sum);
  return sum;
}

/** Sets of files that are remembered. */
const mostFileSets = 16;

const orNull = (value: unknown): unknown => value ?? null;
const blob = (bytes: Uint8Array | undefined): Buffer | null => (bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

const withChecksum = (values: readonly unknown[]): readonly unknown[] => [...values, rowChecksum(values)];

/** Values of `block`, in the order of its columns. */
export function blockValues(row: BlockRow): readonly unknown[] {
  const { counters } = row;
  const blobs = [blob(row.meta), blob(row.fingerprints)];
  const sums = [countsChecksum(row), row.checksum];
  return [row.startPfn, row.pages, ...counters.states, ...counters.classes, orNull(row.uniform), row.csum, ...sums, ...blobs];
}

/** Values of `subtree`, in the order of its columns. */
export const subtreeValues = ({ startPfn, pages, root, availablePages, availableRoot }: Subtree): readonly unknown[] =>
  withChecksum([startPfn, pages, root, availablePages, orNull(availableRoot)]);

function insertInto(connection: Connection, table: string) {
  const columns = indexTables.find((one) => one.name === table)?.columns ?? [];
  return connection.prepare(`INSERT INTO "${table}" VALUES (${columns.map(() => '?').join(', ')})`);
}

/** @param connection writable, on an index with the current schema */
export function createIndexWriter(connection: Connection): IndexWriter {
  const insertBlock = insertInto(connection, 'block');
  const insertSubtree = insertInto(connection, 'subtree');
  const insertExtent = insertInto(connection, 'first_extent');
  const insertPartial = insertInto(connection, 'partial_block');
  const insertFile = insertInto(connection, 'source_file');
  const newestSet = connection.prepare('SELECT max(file_set) FROM source_file').raw();
  const readHeader = connection.prepare('SELECT * FROM header WHERE id = 1').raw();
  const writeChecksum = connection.prepare('UPDATE header SET checksum = ? WHERE id = 1');
  const clearPartial = connection.prepare('DELETE FROM partial_block');
  const note = connection.prepare(
    'UPDATE header SET pages_read = pages_read + ?, extents_written = extents_written + ?, complete = max(complete, ?), memory_root = coalesce(?, memory_root)',
  );
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => connection.prepare(sql));

  const transaction = (work: () => void): void => {
    begin?.run();
    try {
      work();
      commit?.run();
    } catch (error) {
      // Some errors (a full disk) have rolled back by themselves, and a second failure would hide the first.
      if (connection.inTransaction) rollback?.run();
      throw error;
    }
  };

  /** The header as it is now, with its checksum. */
  const sealHeader = (): void => {
    const row = readHeader.get() as readonly unknown[];
    writeChecksum.run(rowChecksum(row.slice(0, -1)));
  };

  return {
    commit(batch) {
      transaction(() => {
        for (const row of batch.blocks ?? []) insertBlock.run(...blockValues(row));
        for (const row of batch.subtrees ?? []) insertSubtree.run(...subtreeValues(row));
        for (const { startPfn, endPfn, state, fileOffset } of batch.extents ?? []) {
          insertExtent.run(...withChecksum([startPfn, endPfn, pageStateCodes[state], orNull(fileOffset)]));
        }
        clearPartial.run();
        if (batch.partial !== undefined) {
          const { startPfn, done, csum, meta, fingerprints, leaves } = batch.partial;
          insertPartial.run(startPfn, done, csum, blob(meta), blob(fingerprints), blob(leaves), partialChecksum(batch.partial));
        }
        note.run(batch.pagesRead ?? 0, batch.extents?.length ?? 0, batch.complete === true ? 1 : 0, orNull(batch.memoryRoot));
        sealHeader();
      });
    },
    forgetUnreadable() {
      const some = `FROM block WHERE ${stateColumn('unreadable')} > 0`;
      transaction(() => {
        // A subtree is of the pages of one block.
        connection.prepare(`DELETE FROM subtree WHERE start_pfn IN (SELECT start_pfn ${some})`).run();
        connection.prepare(`DELETE ${some}`).run();
      });
    },
    forgetRoot() {
      transaction(() => {
        connection.exec('DELETE FROM subtree; DELETE FROM partial_block; UPDATE header SET memory_root = NULL');
        sealHeader();
      });
    },
    putPieces(rows) {
      transaction(() => {
        connection.exec('DELETE FROM piece');
        const insert = insertInto(connection, 'piece');
        for (const row of rows) insert.run(...rowOfPiece(row));
      });
    },
    addFiles({ how, files }) {
      transaction(() => {
        const [last] = newestSet.get() as readonly [number | null];
        const number = (last ?? 0) + 1;
        inOrder(files).forEach(({ device, inode, size, mtimeNs, ctimeNs }, position) => {
          insertFile.run(...withChecksum([number, position, how, ...[device, inode, size, mtimeNs, ctimeNs].map(String)]));
        });
        // Those of which it was made stay.
        connection.prepare("DELETE FROM source_file WHERE how <> 'made' AND file_set <= ?").run(number - mostFileSets);
      });
    },
    replaceRows(tables) {
      transaction(() => {
        for (const [table, rows] of Object.entries(tables)) {
          connection.prepare(`DELETE FROM "${table}"`).run();
          const insert = insertInto(connection, table);
          let sum = 0;
          for (const row of rows) {
            const values = row.map(orNull);
            insert.run(...values);
            sum = rowChecksum(values, sum);
          }
          connection.prepare('INSERT OR REPLACE INTO record_sum VALUES (?, ?, ?)').run(table, rows.length, sum);
        }
      });
    },
  };
}
