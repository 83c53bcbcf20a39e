/** Timers on described memory: of the wheel and of a clock, damage that gives less, and chains that lead back. */
import { describe, expect, it } from 'vitest';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis, type AnalysisOutcome } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { timers } from '../../../src/analysis/kernel/analyses/timers.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  hlist_node: { next: 'hlist_node *', pprev: 'void *' },
  hlist_head: { first: 'hlist_node *' },
  timer_list: { entry: 'hlist_node', expires: 'u64', function: 'void *' },
  timer_base: { lock: 'u32', clk: 'u64', cpu: 'u32', vectors: 'hlist_head[8]' },
  work_struct: { data: 'u64', entry: 'list_head', func: 'void *' },
  delayed_work: { work: 'work_struct', timer: 'timer_list' },
  rb_node: { __rb_parent_color: 'u64', rb_right: 'rb_node *', rb_left: 'rb_node *' },
  rb_root: { rb_node: 'rb_node *' },
  rb_root_cached: { rb_root: 'rb_root', rb_leftmost: 'rb_node *' },
  timerqueue_head: { rb_root: 'rb_root_cached' },
  timerqueue_node: { node: 'rb_node', expires: 's64' },
  hrtimer: { node: 'timerqueue_node', function: 'void *' },
  hrtimer_sleeper: { timer: 'hrtimer', task: 'void *' },
  hrtimer_clock_base: { cpu_base: 'hrtimer_cpu_base *', index: 'u32', clockid: 's32', active: 'timerqueue_head', offset: 's64' },
  hrtimer_cpu_base: { cpu: 'u32', clock_base: 'hrtimer_clock_base[2]' },
});
const places = { wheel: 0x2000, clocks: 0x3000, work: 0x4000, late: 0x4800, sleeper: 0x5000, ticks: 0x1000 } as const;
const task = 0x7000;
const symbols = {
  tick_nsec: places.ticks,
  tick_next_period: places.ticks + 8,
  jiffies: places.ticks + 16,
  tick_nohz_active: 0x1100,
  timer_bases: places.wheel,
  hrtimer_bases: places.clocks,
  delayed_work_timer_fn: 0x8000,
  hrtimer_wakeup: 0x8100,
  writes_back: 0x8200,
  tick_cpu_sched: 0x9000,
  __per_cpu_offset: 0x1200,
  nr_cpu_ids: 0x1300,
  __cpu_possible_mask: 0x1308,
  __cpu_present_mask: 0x1308,
  __cpu_online_mask: 0x1308,
};
const base = (at: number): number => places.wheel + at * structs.sizeOf('timer_base');

function vector(memory: MemoryImage, at: number, index: number, timer: number): void {
  const head = base(at) + structs.offsetOf('timer_base', `vectors[${index}]`);
  memory.u64(head, BigInt(timer));
  structs.put(memory, timer, 'hlist_node', { pprev: head });
}

/** One CPU: a delayed work that is overdue and one later timer in the wheel, a sleep until ten seconds from now on the clock with an offset. */
function described(): MemoryImage {
  const memory = new MemoryImage(0x1_0000, 'big');
  memory.u32(symbols.nr_cpu_ids, 1).u64(symbols.__cpu_possible_mask, 1n);
  memory
    .u64(places.ticks, 10_000_000n)
    .u64(places.ticks + 8, 50_010_000_000n)
    .u64(places.ticks + 16, 20_000n);
  for (const at of [0, 1]) structs.put(memory, base(at), 'timer_base', { clk: 20_000, cpu: 0 });
  const timer = places.work + structs.offsetOf('delayed_work', 'timer');
  vector(memory, 0, 5, timer);
  structs.put(memory, places.work, 'delayed_work', {
    'work.func': symbols.writes_back,
    'timer.expires': 19_800,
    'timer.function': symbols.delayed_work_timer_fn,
  });
  vector(memory, 0, 2, places.late);
  structs.put(memory, places.late, 'timer_list', { expires: 20_500, function: symbols.writes_back });
  structs.put(memory, places.clocks, 'hrtimer_cpu_base', {});
  for (const index of [0, 1])
    structs.put(memory, places.clocks, 'hrtimer_cpu_base', {
      [`clock_base[${index}].cpu_base`]: places.clocks,
      [`clock_base[${index}].index`]: index,
      [`clock_base[${index}].clockid`]: 1 - index,
      [`clock_base[${index}].offset`]: index * 7_000_000_000,
    });
  structs.put(memory, places.clocks, 'hrtimer_cpu_base', { 'clock_base[1].active.rb_root.rb_root.rb_node': places.sleeper });
  structs.put(memory, places.sleeper, 'hrtimer_sleeper', { 'timer.node.expires': 67_000_000_000, 'timer.function': symbols.hrtimer_wakeup, task });
  return memory;
}

async function answer(image: MemoryImage): Promise<AnalysisOutcome> {
  const types = structs.types();
  const made = describedKernel(image, { types, symbols });
  const sortedSymbols = Object.entries(symbols).sort(([, a], [, b]) => a - b);
  const table = symbolTable('test', {
    addresses: BigUint64Array.from(sortedSymbols, ([, at]) => BigInt(at)),
    names: sortedSymbols.map(([name]) => `D${name}`),
  });
  const tasks = { list: { tasks: TaskRows.of([{ address: BigInt(task), comm: 'sleep', pid: 62, isThread: false }]) }, missing: [] };
  const kernel = { ...made, symbols: table, symbolAt: made.objects.space.symbolAt, cpus: [], tasks, why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const outcome = await runAnalysis(timers, kernel, run);
  return { ...outcome, rows: [...before, ...outcome.rows] };
}

const rows: readonly RowJson[] = [
  { cpu: 0, kind: 'timer', base: 'standard', seconds: -2, expires: 19_800, function: 'delayed_work_timer_fn', calls: 'writes_back', timer: '0x4020' },
  { cpu: 0, kind: 'timer', base: 'standard', seconds: 5, expires: 20_500, function: 'writes_back', timer: '0x4800' },
  { cpu: 0, kind: 'hrtimer', base: 'realtime', seconds: 10, expires: 67_000_000_000, function: 'hrtimer_wakeup', name: 'sleep', pid: 62, timer: '0x5000' },
];

describe('timers', () => {
  it('are those of the wheel and of the clocks, with the work they queue and the task they wake', async () => {
    expect(await answer(described())).toEqual({ rows, missing: [], complete: true });
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (_name, at) => {
    const { rows: found, missing } = await answer(described().fill(at, 0x100, 0));
    for (const row of found) {
      const known = rows.find(({ timer }) => timer === row.timer) ?? {};
      for (const [name, value] of Object.entries(row)) expect([name, value]).toEqual([name, known[name]]);
    }
    expect(missing.length).toBeGreaterThan(0);
  });

  it('of a base of another CPU or of a clock of another base are not given', async () => {
    const memory = described();
    structs.put(memory, base(1), 'timer_base', { cpu: 1 });
    structs.put(memory, places.clocks, 'hrtimer_cpu_base', { 'clock_base[1].cpu_base': 0x3008 });
    const { rows: found, missing } = await answer(memory);
    expect(found).toEqual(rows.slice(0, 2));
    expect(missing.map(({ what }) => what)).toEqual(['timers of CPU 0', 'hrtimers of CPU 0']);
  });

  it('end where a chain or a tree leads back', async () => {
    const chain = described();
    structs.put(chain, places.late, 'timer_list', { 'entry.next': places.late });
    expect(await answer(chain)).toMatchObject({ rows, complete: false });
    const tree = described();
    structs.put(tree, places.sleeper, 'rb_node', { rb_right: places.sleeper });
    expect(await answer(tree)).toMatchObject({ rows, complete: false });
  });
});
