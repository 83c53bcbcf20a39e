/**
 * An index of a dump on a source of a given speed: a library that is preloaded lets each read take its time, one after the other. What was read once is
 * there at once, as it is with a page cache: the search for the kernel reads the beginning of a dump before its pages are looked at.
 */
import { statSync } from 'node:fs';
import { failingDisk } from '../faults/disk/failing-disk.ts';
import type { Row } from './bench-row.ts';
import { median, type Bench } from './bench-run.ts';

const rounds = 3;
/** Bytes a second: a disk, and a network file system over a fast line. */
const rates = [200e6, 800e6] as const;

export function slowSource(bench: Bench, path: string): Row[] {
  const disk = failingDisk();
  const { size } = statSync(path);
  try {
    return rates.map((rate) => {
      const { env } = disk.start({ FILE: [path], RATE: rate, KEPT: 1 });
      const seconds = median(Array.from({ length: rounds }, () => bench.index(path, [], env).seconds));
      return {
        what: `index from a source of ${rate / 1e6} MB/s`,
        value: size / rate / seconds,
        unit: 'x its speed',
        target: { least: 0.95 },
        note: 'bytes over the speed of the source, over the time of the index',
      };
    });
  } finally {
    disk.remove();
  }
}
