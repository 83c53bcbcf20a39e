/** What a whole process costs besides the pages of a small dump: Node's own start and the time of the pages, warm, are taken off. */
import type { Row } from './bench-row.ts';
import { childrenSeconds, median, timed, type Bench } from './bench-run.ts';
import { looker } from './bench-kdump.ts';

const rounds = 15;
/** Milliseconds above the start of Node itself. */
const most = 60;

interface Started {
  readonly wall: number;
  /** Of all threads of the process; NaN where the system does not say. */
  readonly processor: number;
}

function started(run: () => number): Started {
  const before = childrenSeconds();
  const wall = run();
  return { wall, processor: (childrenSeconds() ?? Number.NaN) - (before ?? Number.NaN) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** In turn, so that a busy moment of the machine meets all of them. */
export function startCost(bench: Bench, path: string): Row[] {
  const pages = looker(path);
  pages.seconds();
  const warm = Math.min(pages.seconds(), pages.seconds());
  bench.indexCommand(path);
  const node = (): number => timed(process.execPath, ['-e', '0']);
  const commands = {
    '--version': { run: () => bench.command('--version'), less: 0, note: '' },
    '--help': { run: () => bench.command('--help'), less: 0, note: 'all commands are listed' },
    'info of a kdump file of 32 MiB': { run: () => bench.command('info', path), less: 0, note: 'opened, with the names of the kernel' },
    'triage of a kdump file of 32 MiB': { run: () => bench.command('triage', path), less: 0, note: 'with the verdict' },
    'index of a kdump file of 32 MiB, without its pages': {
      run: () => bench.indexCommand(path),
      less: warm,
      note: `the pages take ${Math.round(warm * 1000)} ms in one warm thread`,
    },
  };
  const runs = Array.from({ length: rounds }, () => ({
    node: started(node),
    of: Object.entries(commands).map(([name, { run, less }]) => ({ name, less, ...started(run) })),
  }));
  const rows = Object.entries(commands).flatMap(([name, { note }], index): Row[] => {
    const above = (what: keyof Started): number[] =>
      runs.map((run) => ((run.of[index]?.[what] ?? Number.NaN) - (run.of[index]?.less ?? 0) - run.node[what]) * 1000);
    const processor = mean(above('processor'));
    return [
      { what: `${name}, above node -e 0`, value: median(above('wall')), unit: 'ms', target: { most }, note },
      ...(Number.isNaN(processor) ? [] : [{ what: `${name}, above node -e 0`, value: processor, unit: 'ms', note: 'by processor time of all threads' }]),
    ];
  });
  return [{ what: 'node -e 0', value: median(runs.map((run) => run.node.wall)) * 1000, unit: 'ms', note: 'the start of Node itself' }, ...rows];
}
