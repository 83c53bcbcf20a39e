/** What comparing costs: two indexes of a million pages against the yardstick of reading the same fingerprints off memory. */
import { compareByFingerprint } from '../../src/analysis/compare/by-fingerprint.ts';
import { movedPages } from '../../src/analysis/compare/moved-pages.ts';
import { indexColumn } from '../../src/analysis/compare/page-column.ts';
import { packBlock, type BlockRow } from '../../src/analysis/page-index/packed-block.ts';
import type { IndexReader } from '../../src/analysis/page-index/index-reader-type.ts';

const pages = 1 << 20;
const blockPages = 4096;
const presentData = 6 << 3;
const repeats = 9;

/** Blocks of a million present pages, every `differs`-th with another fingerprint than its neighbour in the other index. */
function blocks(differs: number): BlockRow[] {
  return Array.from({ length: pages / blockPages }, (_, block) => {
    const meta = new Uint8Array(blockPages).fill(presentData);
    const words = new Int32Array(2 * blockPages);
    for (let page = 0; page < blockPages; page += 1) {
      const number = block * blockPages + page;
      words[2 * page] = Math.imul(number + 1, 0x9e3779b1);
      words[2 * page + 1] = number % differs === 0 ? ~number : number;
    }
    // One page of another class, or the block would be stored as uniform.
    meta[0] = 2 << 3;
    return packBlock(block * blockPages, meta, words);
  });
}

function readerOf(rows: readonly BlockRow[]): IndexReader {
  const header = { fingerprintAlgorithm: 'bench', classVersion: 1, totalPages: pages };
  return { header: () => header, blocks: () => rows.values() } as unknown as IndexReader;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Median seconds of comparing two indexes of a million pages each, one page in a hundred changed. */
export async function measureComparison(): Promise<{ readonly name: string; readonly seconds: number; readonly note: string }> {
  const [left, right] = [readerOf(blocks(Infinity)), readerOf(blocks(100))];
  const times: number[] = [];
  let changed = 0;
  for (let run = 0; run <= repeats; run += 1) {
    const started = performance.now();
    const moved = movedPages(0);
    const runs = await compareByFingerprint(indexColumn(left), indexColumn(right), {
      shift: 0,
      signal: new AbortController().signal,
      progress: () => undefined,
      moved,
    });
    await moved.find();
    if (run > 0) times.push((performance.now() - started) / 1000);
    changed = runs.counts.changed;
  }
  return { name: 'compare two indexes of 1,048,576 pages', seconds: median(times), note: `${changed} changed; target 0.015 s` };
}
