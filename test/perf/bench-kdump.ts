/**
 * The same dump read by us and by another tool, in two ways: whole processes, and pages alone once everything is warm. What
 * runs in turn is compared; where the other tool hands out pages, they have to be the same ones.
 */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { openDump } from '../../src/analysis/formats/index.ts';
import { pageStateCodes } from '../../src/analysis/formats/dump-format.ts';
import { createPageJob, stepPages } from '../../src/analysis/page-index/page-job.ts';
import { openFile } from '../../src/analysis/source/file-source.ts';
import { pageSize } from '../../src/shared/units.ts';
import { makedumpfileSeconds } from './bench-others.ts';
import type { Row } from './bench-row.ts';
import { installed, median, type Bench } from './bench-run.ts';
import { without, yardstick, type NotMeasured } from './yardsticks.ts';

const rounds = 3;
const readable = new Set([pageStateCodes.indexOf('stored'), pageStateCodes.indexOf('zero')]);

/** Reads, decodes and looks at all pages of a dump in this thread: the work of an index without its start and its rows. */
export function looker(path: string): { readonly pages: number; seconds(): number; checksum(): string } {
  const { memory } = openDump(openFile(path));
  const pages = Number(memory.end / BigInt(pageSize));
  const job = createPageJob();
  const { bytes } = job;
  const states = new Uint8Array(stepPages);
  const [prints, meta, sums] = [new Int32Array(2 * stepPages), new Uint8Array(stepPages), new Int32Array(stepPages)];
  const walk = (look: (count: number) => void): void => {
    for (let first = 0; first < pages; first += stepPages) {
      const count = Math.min(stepPages, pages - first);
      memory.readPages(first, bytes.subarray(0, count * pageSize), states.subarray(0, count));
      look(count);
    }
  };
  return {
    pages,
    seconds() {
      const started = performance.now();
      walk((count) => job.run(bytes, states.subarray(0, count), prints, meta.subarray(0, count), sums));
      return (performance.now() - started) / 1000;
    },
    checksum() {
      let sum = 0;
      let read = 0;
      walk((count) => {
        for (let page = 0; page < count; page += 1) {
          if (!readable.has(states[page] ?? -1)) continue;
          sum = crc32(bytes.subarray(page * pageSize, (page + 1) * pageSize), sum);
          read += 1;
        }
      });
      return `${read} pages, CRC ${sum}`;
    },
  };
}

/** Reads every page with libkdumpfile's own bindings, twice; absent ones are passed over. Then once more for the checksum. */
const readAll = `
import sys, time, zlib, kdumpfile
dump = kdumpfile.kdumpfile(sys.argv[1])
pages = int(sys.argv[2])
def each(look):
    for pfn in range(pages):
        try:
            page = dump.read(kdumpfile.KDUMP_MACHPHYSADDR, pfn * 4096, 4096)
        except Exception:
            continue
        look(page)
if sys.argv[3] == 'once':
    each(lambda page: None)
    sys.exit()
best = None
for turn in range(2):
    started = time.perf_counter()
    each(lambda page: None)
    took = time.perf_counter() - started
    best = took if best is None else min(best, took)
total, read = 0, 0
def add(page):
    global total, read
    total = zlib.crc32(page, total)
    read += 1
each(add)
print(best)
print('%d pages, CRC %d' % (read, total))
`;

/** Wall time of a process. */
function wall(command: string, args: readonly string[]): number {
  const started = performance.now();
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) throw new Error(`${command} ${args.slice(1).join(' ')} failed`);
  return (performance.now() - started) / 1000;
}

/** @returns ratios to libkdumpfile, or why there are none */
export function againstLibkdumpfile(bench: Bench, path: string, name: string): readonly (Row | NotMeasured)[] {
  const what = `${name}: against libkdumpfile`;
  const python = yardstick('libkdumpfile');
  if (python === undefined) return [without('libkdumpfile', what)];
  if (!installed(python, ['-c', 'import sys, kdumpfile; kdumpfile.kdumpfile(sys.argv[1])', path]))
    return [{ what, why: 'libkdumpfile does not open this dump' }];
  const ours = looker(path);
  ours.seconds();
  const runs = Array.from({ length: rounds }, () => {
    const [seconds = '', checksum = ''] = spawnSync(python, ['-c', readAll, path, String(ours.pages), 'warm'], { encoding: 'utf8' }).stdout.split('\n');
    if (checksum !== ours.checksum()) throw new Error(`${path}: libkdumpfile reads ${checksum}, we read ${ours.checksum()}`);
    const warm = Number.parseFloat(seconds) / Math.min(ours.seconds(), ours.seconds());
    return { warm, whole: wall(python, ['-c', readAll, path, String(ours.pages), 'once']) / bench.indexCommand(path) };
  });
  return [
    {
      what: `${name}: pages alone, one thread, warm`,
      value: median(runs.map((run) => run.warm)),
      unit: 'x libkdumpfile',
      note: 'the same pages, through its Python bindings',
    },
    {
      what: `${name}: index, whole process`,
      value: median(runs.map((run) => run.whole)),
      unit: 'x libkdumpfile',
      target: { least: 0.8 },
      note: 'which does nothing with the pages',
    },
  ];
}

/** The same against makedumpfile -d 1, which looks for zero pages and writes nothing. */
export function againstMakedumpfile(bench: Bench, path: string): readonly (Row | NotMeasured)[] {
  const name = basename(path);
  const what = `${name}: against makedumpfile`;
  if (yardstick('makedumpfile') === undefined) return [without('makedumpfile', what)];
  const first = makedumpfileSeconds(path, 1);
  if (typeof first === 'string') return [{ what, why: first }];
  const ours = looker(path);
  ours.seconds();
  const runs = Array.from({ length: rounds }, () => {
    const other = Number(makedumpfileSeconds(path, 1));
    return { warm: other / Math.min(ours.seconds(), ours.seconds()), whole: other / bench.indexCommand(path) };
  });
  const note = 'it looks for zero pages only; its start, some 10 ms, is in both';
  return [
    { what: `${name}: pages alone, one thread, warm`, value: median(runs.map((run) => run.warm)), unit: 'x makedumpfile -d 1', note },
    { what: `${name}: index, whole process`, value: median(runs.map((run) => run.whole)), unit: 'x makedumpfile -d 1', note },
  ];
}
