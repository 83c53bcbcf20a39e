/** Workqueues, pools, and work on described memory: what runs and waits, damage that gives less, and lists that lead back. */
import { describe, expect, it } from 'vitest';
import { taskState } from '../../../src/analysis/kernel/tasks/task-layout.ts';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import { runAnalysis, type AnalysisOutcome } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { workItems } from '../../../src/analysis/kernel/analyses/work-items.ts';
import { workerPoolsTable } from '../../../src/analysis/kernel/analyses/worker-pools.ts';
import { workqueues } from '../../../src/analysis/kernel/analyses/workqueues.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  xa_node: { shift: 'u8', offset: 'u8', parent: 'xa_node *', slots: 'void *[64]' },
  xarray: { xa_head: 'void *' },
  idr: { idr_rt: 'xarray', idr_base: 'u32' },
  work_struct: { data: 'u64', entry: 'list_head', func: 'void *' },
  cpumask: { bits: 'u64[1]' },
  workqueue_attrs: { nice: 's32', cpumask: 'cpumask[1]' },
  worker_pool: {
    cpu: 's32',
    id: 's32',
    watchdog_ts: 'u64',
    nr_running: 'u32',
    worklist: 'list_head',
    nr_workers: 'u32',
    nr_idle: 'u32',
    workers: 'list_head',
    attrs: 'workqueue_attrs *',
  },
  worker: {
    current_work: 'work_struct *',
    current_func: 'void *',
    current_pwq: 'pool_workqueue *',
    scheduled: 'list_head',
    task: 'void *',
    pool: 'worker_pool *',
    node: 'list_head',
    last_active: 'u64',
    rescue_wq: 'workqueue_struct *',
  },
  pool_workqueue: { pool: 'worker_pool *', wq: 'workqueue_struct *', nr_active: 'u32', inactive_works: 'list_head', pwqs_node: 'list_head' },
  workqueue_struct: {
    pwqs: 'list_head',
    list: 'list_head',
    rescuer: 'worker *',
    max_active: 'u32',
    unbound_attrs: 'workqueue_attrs *',
    name: 'char[24]',
    flags: 'u32',
  },
});
const places = {
  pools: 0x1000,
  queues: 0x1100,
  ticks: 0x1200,
  pool: 0x2000,
  attrs: 0x3000,
  queue: 0x4000,
  part: 0x5000,
  worker: 0x6000,
  pending: 0x7000,
  scheduled: 0x7100,
  inactive: 0x7200,
} as const;
const task = 0xa000;
const symbols = {
  worker_pool_idr: places.pools,
  workqueues: places.queues,
  tick_nsec: places.ticks,
  tick_next_period: places.ticks + 8,
  jiffies: places.ticks + 16,
  nr_cpu_ids: 0x1300,
  runs_it: 0x8000,
  waits_for_it: 0x8100,
};

function ring(memory: MemoryImage, ...links: readonly number[]): void {
  for (const [at, link] of links.entries())
    structs.put(memory, link, 'list_head', { next: links[(at + 1) % links.length] ?? 0, prev: links[(at + links.length - 1) % links.length] ?? 0 });
}
const at = (place: number, type: string, path: string): number => place + structs.offsetOf(type, path);

/** An unbound pool with one worker that is at work, one work that waits, one that waits for the worker, and one that the queue holds back. */
function described(): MemoryImage {
  const memory = new MemoryImage(0x1_0000, 'big');
  memory.u64(places.pools, BigInt(places.pool)).u32(symbols.nr_cpu_ids, 4);
  memory
    .u64(places.ticks, 10_000_000n)
    .u64(places.ticks + 8, 50_000_000_000n)
    .u64(places.ticks + 16, 20_000n);
  structs.put(memory, places.pool, 'worker_pool', { cpu: -1, watchdog_ts: 16_000, nr_running: 0, nr_workers: 1, attrs: places.attrs });
  ring(memory, at(places.pool, 'worker_pool', 'worklist'), at(places.pending, 'work_struct', 'entry'));
  ring(memory, at(places.pool, 'worker_pool', 'workers'), at(places.worker, 'worker', 'node'));
  structs.put(memory, places.attrs, 'workqueue_attrs', { nice: -5, 'cpumask[0].bits[0]': 0b1011 });
  structs.put(memory, places.queue, 'workqueue_struct', { max_active: 8, unbound_attrs: places.attrs, name: 'orders', flags: 2, rescuer: places.worker });
  ring(memory, places.queues, at(places.queue, 'workqueue_struct', 'list'));
  ring(memory, at(places.queue, 'workqueue_struct', 'pwqs'), at(places.part, 'pool_workqueue', 'pwqs_node'));
  structs.put(memory, places.part, 'pool_workqueue', { pool: places.pool, wq: places.queue, nr_active: 3 });
  ring(memory, at(places.part, 'pool_workqueue', 'inactive_works'), at(places.inactive, 'work_struct', 'entry'));
  structs.put(memory, places.worker, 'worker', {
    current_work: 0x9000,
    current_func: symbols.runs_it,
    current_pwq: places.part,
    task,
    pool: places.pool,
    last_active: 19_000,
  });
  ring(memory, at(places.worker, 'worker', 'scheduled'), at(places.scheduled, 'work_struct', 'entry'));
  for (const work of [places.pending, places.scheduled, places.inactive])
    structs.put(memory, work, 'work_struct', { data: places.part | 5, func: symbols.waits_for_it });
  return memory;
}

async function answer(analysis: Analysis, image: MemoryImage): Promise<AnalysisOutcome> {
  const made = describedKernel(image, { types: structs.types(), symbols: { ...symbols, cpu_worker_pools: 0xb000, tick_cpu_sched: 0xc000 } });
  const table = symbolTable('test', { addresses: new BigUint64Array(), names: [] });
  const tasks = {
    list: { tasks: TaskRows.of([{ address: BigInt(task), comm: 'kworker/u8:0', pid: 11, state: taskState(2, 0), isThread: false }]) },
    missing: [],
  };
  const kernel = { ...made, symbols: table, symbolAt: made.objects.space.symbolAt, cpus: [], tasks, why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const outcome = await runAnalysis(analysis, kernel, run);
  return { ...outcome, rows: [...before, ...outcome.rows] };
}

const common = { queue: 'orders', pool: 0, part: '0x5000' };
const worker = { worker: 'kworker/u8:0', pid: 11, taskState: 'D', workerAddress: '0x6000' };
const items: readonly RowJson[] = [
  { state: 'running', ...common, function: 'runs_it', ...worker, atMost: 10, work: '0x9000' },
  { state: 'scheduled', ...common, function: 'waits_for_it', ...worker, work: '0x7100' },
  { state: 'pending', ...common, function: 'waits_for_it', poolSeconds: 40, work: '0x7000' },
  { state: 'inactive', ...common, function: 'waits_for_it', work: '0x7200' },
];
const pool: RowJson = { id: 0, cpus: '0-1,3', nice: -5, workers: 1, idle: 0, busy: 1, runnable: 0, pending: 1, seconds: 40, stalled: true, pool: '0x2000' };
const queue: RowJson = {
  name: 'orders',
  flags: 'unbound',
  active: 3,
  inactive: 1,
  maxActive: 8,
  nice: -5,
  cpus: '0-1,3',
  parts: 1,
  rescuer: 'kworker/u8:0',
  rescuerPid: 11,
  queue: '0x4000',
};

describe('workqueues', () => {
  it('are shown with their pools and their work', async () => {
    expect(await answer(workItems, described())).toEqual({
      rows: items,
      note: '1 pool of workers and 1 workqueue were looked at.',
      missing: [],
      complete: true,
    });
    expect(await answer(workerPoolsTable, described())).toEqual({ rows: [pool], missing: [], complete: true });
    expect(await answer(workqueues, described())).toEqual({ rows: [queue], missing: [], complete: true });
  });

  it.each([
    ['all flags', { flags: 0xffff_ffff }, ['flags', 'nice', 'cpus']],
    ['fewer than no pieces of work at a time', { max_active: 0xffff_ffff }, ['maxActive']],
    ['more pieces of work at a time than any may', { max_active: 0x7fff_ffff }, ['maxActive']],
  ] as const)('leave out what no queue has: %s', async (_name, values, lost) => {
    const memory = described();
    structs.put(memory, places.queue, 'workqueue_struct', values);
    const { rows, missing } = await answer(workqueues, memory);
    expect(rows).toEqual([Object.fromEntries(Object.entries(queue).filter(([column]) => !(lost as readonly string[]).includes(column)))]);
    expect(missing.length).toBeGreaterThan(0);
  });

  it('leave out a pool of a CPU that there is not, and a queue without a name', async () => {
    const memory = described();
    structs.put(memory, places.pool, 'worker_pool', { cpu: 0x7fff_ffff });
    expect(await answer(workerPoolsTable, memory)).toMatchObject({ rows: [], missing: [{ what: 'worker_pool.cpu' }] });
    expect(await answer(workqueues, described().fill(places.queue + structs.offsetOf('workqueue_struct', 'name'), 24, 0))).toMatchObject({
      rows: [],
      missing: [{ what: 'workqueue_struct.name' }],
    });
  });

  it('a work whose word leads to no queue of the pool has none, and that is said', async () => {
    const memory = described();
    structs.put(memory, places.pending, 'work_struct', { data: 0x3000 | 5 });
    const { rows, missing } = await answer(workItems, memory);
    expect(rows.map((row) => row.queue)).toEqual(['orders', 'orders', undefined, 'orders']);
    expect(missing).toEqual([expect.objectContaining({ what: 'queue of a piece of work' })]);
  });

  it('a pool with more workers than its list has says so', async () => {
    const memory = described();
    structs.put(memory, places.pool, 'worker_pool', { nr_workers: 2 });
    expect((await answer(workerPoolsTable, memory)).missing).toEqual([expect.objectContaining({ what: 'workers of pool 0' })]);
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (_name, address) => {
    for (const [analysis, whole, key] of [
      [workItems, items, 'work'],
      [workerPoolsTable, [pool], 'pool'],
      [workqueues, [queue], 'queue'],
    ] as const) {
      const { rows, missing } = await answer(analysis, described().fill(address, address === places.pools ? 0x10 : 0x100, 0));
      const before = await answer(analysis, described());
      for (const row of rows) {
        const known: RowJson = whole.find((one) => one[key] === row[key]) ?? {};
        // A zero and an empty text are what the structure says; nothing else may differ.
        for (const [name, value] of Object.entries(row)) if (value !== 0 && value !== '') expect([name, value]).toEqual([name, known[name]]);
      }
      if (rows.length < before.rows.length) expect(missing.length).toBeGreaterThan(0);
    }
  });

  it('end on lists that lead back', async () => {
    for (const [list, node] of [
      [at(places.pool, 'worker_pool', 'worklist'), at(places.pending, 'work_struct', 'entry')],
      [at(places.pool, 'worker_pool', 'workers'), at(places.worker, 'worker', 'node')],
      [at(places.part, 'pool_workqueue', 'inactive_works'), at(places.inactive, 'work_struct', 'entry')],
      [places.queues, at(places.queue, 'workqueue_struct', 'list')],
    ] as const) {
      const memory = described().u64(node, BigInt(node));
      const { missing } = await answer(workItems, memory);
      expect(missing.length, String(list)).toBeGreaterThan(0);
    }
  });

  it('a list longer than any ends with what of it was read', async () => {
    const works = (1 << 17) + 0x80;
    const size = structs.sizeOf('work_struct');
    const memory = new MemoryImage(0x1_0000 + works * size, 'big');
    memory.write(0, described().read(0, 0x1_0000));
    const [head, entry] = [at(places.pool, 'worker_pool', 'worklist'), structs.offsetOf('work_struct', 'entry')];
    const node = (index: number): number => (index < 0 || index >= works ? head : 0x1_0000 + index * size + entry);
    for (let index = 0; index < works; index += 1) memory.u64(node(index), BigInt(node(index + 1))).u64(node(index) + 8, BigInt(node(index - 1)));
    memory.u64(head, BigInt(node(0))).u64(head + 8, BigInt(node(works - 1)));
    const { rows, missing } = await answer(workerPoolsTable, memory);
    expect(rows.map((row) => [row.id, row.pending, row.stalled])).toEqual([[0, undefined, undefined]]);
    expect(missing).toEqual([expect.objectContaining({ why: `more than ${1 << 17} members` })]);
  });
});
