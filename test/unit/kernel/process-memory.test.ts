/** Memory of processes on described memory: counters of 6.2 and of before, damage that gives less, and the table of the OOM killer. */
import { describe, expect, it } from 'vitest';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { processMemory } from '../../../src/analysis/kernel/analyses/process-memory.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { lastOomTable } from '../../../src/analysis/kernel/process-memory/oom-table.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel, type Structs } from './described-structs.ts';

const places = { task: 0x1000, thread: 0x2000, mm: 0x3000, signal: 0x4000, cred: 0x5000, perCpu: 0x6000 } as const;
const perCpuStep = 0x1000;
const common: Structs = {
  cred: { uid: 'u32' },
  signal_struct: { oom_score_adj: 'u16' },
  percpu_counter: { count: 's64', counters: 's32 *' },
};
const members = { pgtables_bytes: 'u64', hiwater_rss: 'u64', total_vm: 'u64', locked_vm: 'u64' };
const links = { mm: 'mm_struct *', real_cred: 'cred *', signal: 'signal_struct *' };
/** Counters of each CPU since 6.2; plain ones before, with what each task gathered. */
const kinds = {
  'since 6.2': new DescribedStructs('big', { ...common, mm_struct: { ...members, rss_stat: 'percpu_counter[4]' }, task_struct: links }),
  'before 6.2': new DescribedStructs('big', {
    ...common,
    mm_rss_stat: { count: 's64[4]' },
    task_rss_stat: { events: 's32', count: 's32[4]' },
    mm_struct: { ...members, rss_stat: 'mm_rss_stat' },
    task_struct: { ...links, rss_stat: 'task_rss_stat' },
  }),
} as const;
type Kind = keyof typeof kinds;

/** file 3, anon 20, swap 1, shmem 6 pages: each 2 less in the counter itself, and one more on both CPUs, or in both tasks. */
function described(kind: Kind): MemoryImage {
  const structs = kinds[kind];
  const memory = new MemoryImage(0x9000, 'big');
  for (const task of [places.task, places.thread]) structs.put(memory, task, 'task_struct', { mm: places.mm, real_cred: places.cred, signal: places.signal });
  structs.put(memory, places.mm, 'mm_struct', { pgtables_bytes: 8192, hiwater_rss: 31, total_vm: 100, locked_vm: 2 });
  structs.put(memory, places.cred, 'cred', { uid: 1000 });
  structs.put(memory, places.signal, 'signal_struct', { oom_score_adj: 5 });
  for (const [at, pages] of [3, 20, 1, 6].entries()) {
    if (kind === 'since 6.2') {
      structs.put(memory, places.mm, 'mm_struct', { [`rss_stat[${at}].count`]: pages - 2, [`rss_stat[${at}].counters`]: places.perCpu + 0x100 + at * 4 });
      for (const cpu of [0, 1]) memory.u32(places.perCpu + 0x100 + at * 4 + cpu * perCpuStep, 1);
    } else {
      structs.put(memory, places.mm, 'mm_struct', { [`rss_stat.count[${at}]`]: pages - 2 });
      for (const task of [places.task, places.thread]) structs.put(memory, task, 'task_struct', { [`rss_stat.count[${at}]`]: 1 });
    }
  }
  return memory;
}

const task = (address: number, pid: number) => ({ address: BigInt(address), comm: 'worker', pid, tgid: 7, kind: 'user', isThread: pid !== 7 });
async function answer(
  kind: Kind,
  memory: MemoryImage,
  log: readonly string[] = [],
): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const kernel = {
    ...describedKernel(memory, { types: kinds[kind].types() }),
    symbols: undefined,
    cpus: [
      { number: 0, perCpuOffset: 0n },
      { number: 1, perCpuOffset: BigInt(perCpuStep) },
    ],
    tasks: { list: { tasks: [task(places.task, 7), task(places.thread, 8), { ...task(0x8000, 9), tgid: 9, kind: 'kernel' }], complete: true }, missing: [] },
    kernel: { vmcoreinfo: undefined, log: { value: { records: log.map((text) => ({ text })), source: '', lost: 0 } } },
    why: () => undefined,
  } as unknown as AnalysisKernel;
  return runAnalysis(processMemory, kernel, { parameters: {}, first: 0, limit: 100, signal: new AbortController().signal, report: () => undefined });
}

const row = {
  pid: 7,
  name: 'worker',
  rss: 29 * 4096,
  anon: 20 * 4096,
  file: 3 * 4096,
  shmem: 6 * 4096,
  swap: 4096,
  pageTables: 8192,
  size: 100 * 4096,
  peak: 31 * 4096,
  locked: 2 * 4096,
  uid: 1000,
  oomScoreAdj: 5,
  threads: 2,
  mm: '0x3000',
  source: 'memory',
};

describe.each(Object.keys(kinds) as Kind[])('memory of processes %s', (kind) => {
  it('is the sum of the counters and of what CPUs or tasks hold back', async () => {
    expect(await answer(kind, described(kind))).toEqual({ rows: [row], missing: [], complete: true });
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (name, at) => {
    const { rows, missing } = await answer(kind, described(kind).fill(at, 0x1000, 0));
    for (const one of rows) for (const [key, value] of Object.entries(one)) if (key !== 'threads') expect([key, value]).toEqual([key, (row as RowJson)[key]]);
    if (!(kind === 'before 6.2' && name === 'perCpu')) expect(missing.length).toBeGreaterThan(0);
  });
});

const head = '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name';
const oldHead = '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name';

describe('the table of the OOM killer', () => {
  it('is read by the names of its head, the last one of the log', async () => {
    const log = [
      oldHead,
      '[     1]     0     1      580      256    40960        0             0 init',
      head,
      '[    62]  1000    62      580      256       10        2       244    40960        3          -900 my job',
      'Kernel panic',
    ];
    const { rows } = await answer('since 6.2', described('since 6.2'), log);
    const pages = (count: number): number => count * 4096;
    expect(rows[1]).toEqual({
      pid: 62,
      name: 'my job',
      uid: 1000,
      size: pages(580),
      rss: pages(256),
      anon: pages(10),
      file: pages(2),
      shmem: pages(244),
      pageTables: 40960,
      swap: pages(3),
      oomScoreAdj: -900,
      source: 'log',
    });
    expect(rows).toHaveLength(2);
  });

  it('of an older kernel has fewer columns; what is no line of it ends it', () => {
    const records = [
      oldHead,
      '[     1]     0     1      580      256    40960        0             0 init',
      '[     2]  no line',
      '[     3]     0     3      1      1    1        0             0 late',
    ];
    const rows = lastOomTable(records.map((text) => ({ text })));
    expect(rows?.map(({ pid, name, values }) => [pid, name, values.get('rss'), values.get('rss_anon')])).toEqual([[1, 'init', 256, undefined]]);
    expect(lastOomTable([{ text: 'nothing' }])).toBeUndefined();
  });
});
