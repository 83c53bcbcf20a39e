/** The pages of one dump in ascending order, as its index knows them: what a comparison by fingerprint walks through. */
import { pageSize } from '../../shared/units.ts';
import { blockColumns } from '../page-index/packed-block.ts';
import type { IndexReader } from '../page-index/index-reader-type.ts';
import type { ViewWindow } from '../memory/view.ts';

/** Neighbouring pages. */
export interface PageSpan {
  readonly start: number;
  readonly pages: number;
  /** Meta byte of every page where all have the same one. */
  readonly uniform: number | undefined;
  /** Meta bytes; that of the span's first page is at `at`. */
  readonly meta: Uint8Array | undefined;
  /** Two words a page, low half first; undefined when no page is present. */
  readonly words: Int32Array | undefined;
  readonly at: number;
}

export interface PageColumn {
  /** Fingerprints and classes of different algorithms cannot be compared. */
  readonly algorithm: string;
  readonly totalPages: number;
  /** Pages that no span holds are missing. */
  spans(): Iterator<PageSpan>;
}

/** @param windows of a view, see `viewWindows`; without them the dump as stored */
export function indexColumn(reader: IndexReader, windows?: readonly ViewWindow[]): PageColumn {
  const { totalPages, fingerprintAlgorithm, classVersion } = reader.header();
  const parts =
    windows === undefined
      ? [{ start: 0, end: totalPages, from: 0 }]
      : windows.flatMap(({ start, end, from }) => (from === undefined ? [] : [{ start: pageOf(start), end: pageOf(end), from: pageOf(from) }]));
  return {
    algorithm: `${fingerprintAlgorithm}, classes ${classVersion}`,
    totalPages: parts.at(-1)?.end ?? 0,
    *spans() {
      for (const part of parts) {
        const end = part.from + (part.end - part.start);
        for (const row of reader.blocks(part.from, end)) {
          const { uniform, meta, words } = blockColumns(row);
          const first = Math.max(row.startPfn, part.from);
          const last = Math.min(row.startPfn + row.pages, end);
          yield { start: first - part.from + part.start, pages: last - first, uniform, meta, words, at: first - row.startPfn };
        }
      }
    },
  };
}

/** Windows begin and end at whole pages, but for the end of the last one. */
const pageOf = (address: bigint): number => Number((address + BigInt(pageSize - 1)) / BigInt(pageSize));
