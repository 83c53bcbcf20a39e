/** What a whole process costs besides the pages of a small dump: Node's own start and the time of the pages, warm, are taken off. */
import type { Row } from './bench-row.ts';
import { median, timed, type Bench } from './bench-run.ts';
import { looker } from './bench-kdump.ts';

const rounds = 11;

/** In turn, so that a busy moment of the machine meets all of them. */
export function startCost(bench: Bench, path: string): Row[] {
  const pages = looker(path);
  pages.seconds();
  const warm = Math.min(pages.seconds(), pages.seconds());
  bench.indexCommand(path);
  const runs = Array.from({ length: rounds }, () => ({
    node: timed(process.execPath, ['-e', '0']),
    version: bench.command('--version'),
    info: bench.command('info', path),
    index: bench.indexCommand(path),
  }));
  const above = (seconds: (run: (typeof runs)[number]) => number): number => median(runs.map((run) => (seconds(run) - run.node) * 1000));
  return [
    { what: 'node -e 0', value: median(runs.map(({ node }) => node)) * 1000, unit: 'ms', note: 'the start of Node itself' },
    { what: 'dumpbench --version, above node -e 0', value: above(({ version }) => version), unit: 'ms', note: 'the program is loaded' },
    { what: 'info of a kdump file of 32 MiB, above node -e 0', value: above(({ info }) => info), unit: 'ms', note: 'opened, with the names of the kernel' },
    {
      what: 'index of a kdump file of 32 MiB, above node -e 0 and its pages',
      value: above(({ index }) => index - warm),
      unit: 'ms',
      target: { most: 60 },
      note: `the pages take ${Math.round(warm * 1000)} ms in one warm thread`,
    },
  ];
}
