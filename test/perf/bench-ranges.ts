/** One dump in ranges, one after the other in one process, against its index in one go; and what joining the pieces costs. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { indexPages } from '../../src/analysis/engine/pages/index-pages.ts';
import { indexRange, rangesOf } from '../../src/analysis/engine/pages/index-range.ts';
import { mergeRanges } from '../../src/analysis/engine/pages/merge-ranges.ts';
import { openSession, type Session } from '../../src/analysis/engine/session/session.ts';
import type { Row } from './bench-row.ts';
import { median } from './bench-run.ts';

const rounds = 5;
/** Processes for whose sake the dump is cut. */
const workers = 2;
const never = new AbortController().signal;
const quiet = (): void => undefined;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function round(session: Session, folder: string) {
  const pieces = join(folder, 'pieces');
  const index = join(folder, 'ranges.sqlite');
  const fresh = (): void => {
    for (const path of [pieces, index]) rmSync(path, { recursive: true, force: true });
    mkdirSync(pieces);
  };
  const { ranges, rangeSize } = rangesOf(session, { workers });
  fresh();
  const whole = await seconds(() => indexPages(session, { digest: false, rebuild: true, path: index }, never, quiet));
  fresh();
  const inRanges = await seconds(async () => {
    for (const { number } of ranges) await indexRange(session, { number, rangeSize, output: pieces, digest: false }, never, quiet);
  });
  const joined = await seconds(() => mergeRanges(session, { folder: pieces, path: index }, never, quiet));
  rmSync(index);
  const asFiles = await seconds(() => mergeRanges(session, { folder: pieces, path: index, piecesFrom: 0 }, never, quiet));
  fresh();
  return { whole, inRanges, joined, asFiles, ranges: ranges.length };
}

export interface RangeSeconds {
  /** Of an index in one go, in ranges one after the other, of the pieces joined to one file and as files; the rounds in their order. */
  readonly runs: readonly Awaited<ReturnType<typeof round>>[];
  readonly bytes: number;
}

export async function rangeSeconds(folder: string, path: string): Promise<RangeSeconds> {
  const session = openSession(path);
  try {
    const runs: Awaited<ReturnType<typeof round>>[] = [];
    for (let at = 0; at < rounds; at += 1) runs.push(await round(session, folder));
    return { runs, bytes: statSync(path).size };
  } finally {
    session.close();
  }
}

export async function inRangesAgainstOne(folder: string, path: string): Promise<Row[]> {
  const { runs, bytes } = await rangeSeconds(folder, path);
  const ratio = (what: 'inRanges' | 'joined' | 'asFiles'): number => median(runs.map((run) => run[what] / run.whole));
  const name = basename(path);
  const note = `${runs[0]?.ranges ?? 0} ranges, one after the other`;
  return [
    { what: `${name}: index in ranges`, value: ratio('inRanges'), unit: 'x one index', note },
    { what: `${name}: pieces joined to one file`, value: ratio('joined'), unit: 'x one index' },
    { what: `${name}: pieces joined to one file, for a GiB`, value: median(runs.map((run) => run.joined)) / (bytes / 2 ** 30), unit: 's' },
    { what: `${name}: pieces joined as files`, value: ratio('asFiles'), unit: 'x one index' },
  ];
}
