/** CPUs at work on built memory: preempt_count wherever kernels keep it, run queues, and what is left of them when a structure is all zero. */
import { describe, expect, it } from 'vitest';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { countsPreemption, preemptCounts, type PreemptCount } from '../../../src/analysis/kernel/cpus/preempt-count.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { cpusRunning } from '../../../src/analysis/kernel/analyses/cpus-running.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { fairTasks, runQueueOf } from '../../../src/analysis/kernel/cpus/run-queue.ts';
import type { KernelObjects } from '../../../src/analysis/kernel/object/kernel-objects.ts';
import { failed, isFailure, valueOf, type Result } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel, type Structs } from './described-structs.ts';

const noNeed = 0x8000_0000;
const taskAt = (cpu: number): number => 0x4000 + cpu * 0x1000;
const area = 0x1_0000;
const cpus = [0, 1].map((number) => ({ number, perCpuOffset: BigInt(number * 0x1000), current: BigInt(taskAt(number)) }));

interface Layout {
  readonly name: string;
  readonly structs: Structs;
  readonly symbols: Readonly<Record<string, number>>;
  /** Writes the word of a CPU, and whose it is. */
  readonly write: (types: DescribedStructs, image: MemoryImage, cpu: number, count: number) => void;
  /** Where the structure of CPU 1 lies that the word is in, and its bytes. */
  readonly place: (types: DescribedStructs) => readonly [number, number];
}

const copy = (cpu: number): number => area + cpu * 0x1000;
const flags = { thread_info: { flags: 'u64' }, task_struct: { thread_info: 'thread_info', on_rq: 'u32' } };
const layouts: readonly Layout[] = [
  {
    name: 'in the lowcore',
    structs: { ...flags, lowcore: { pad: 'u64', current_task: 'u64', preempt_count: 's32' } },
    symbols: { lowcore_ptr: 0x100 },
    write(types, image, cpu, count) {
      image.u64(0x100 + cpu * 8, BigInt(copy(cpu)));
      types.put(image, copy(cpu), 'lowcore', { current_task: taskAt(cpu), preempt_count: count });
    },
    place: (types) => [copy(1), types.sizeOf('lowcore')],
  },
  {
    name: 'in pcpu_hot',
    structs: { ...flags, pcpu_hot: { current_task: 'task_struct *', preempt_count: 's32' } },
    symbols: { pcpu_hot: area },
    write: (types, image, cpu, count) => void types.put(image, copy(cpu), 'pcpu_hot', { current_task: taskAt(cpu), preempt_count: count }),
    place: (types) => [copy(1), types.sizeOf('pcpu_hot')],
  },
  {
    name: 'in a per-CPU variable',
    structs: flags,
    symbols: { current_task: area, __preempt_count: area + 8 },
    write(_types, image, cpu, count) {
      image.u64(copy(cpu), BigInt(taskAt(cpu)));
      image.u32(copy(cpu) + 8, count >>> 0);
    },
    place: () => [copy(1), 16],
  },
];

function world(
  { structs, symbols, write }: Layout,
  counts: readonly number[],
): { readonly image: MemoryImage; readonly objects: KernelObjects; readonly types: DescribedStructs } {
  const types = new DescribedStructs('big', structs);
  const image = new MemoryImage(0x2_0000, 'big');
  for (let page = 0; page < 0x2_0000; page += 0x1000) image.u8(page + 0xfff, 1);
  for (const [cpu, count] of counts.entries()) write(types, image, cpu, count);
  return { image, types, objects: describedKernel(image, { types: types.types(), symbols }).objects };
}

describe.each(layouts)('preempt_count $name', (layout) => {
  it('says in which context a CPU works, and that it has to reschedule', () => {
    const { objects } = world(layout, [noNeed | 1, 0x0012_0502]);
    const found = preemptCounts(objects, cpus);
    expect(valueOf(found.get(0))).toEqual({ preempt: 1, inSoftirq: false, softirqsOff: 0, hardirq: 0, nmi: 0, needsReschedule: false });
    expect(valueOf(found.get(1))).toEqual({ preempt: 2, inSoftirq: true, softirqsOff: 2, hardirq: 2, nmi: 1, needsReschedule: true });
  });

  it('of a CPU whose task is another, or is not known, is not believed', () => {
    const { objects } = world(layout, [noNeed, noNeed]);
    const found = preemptCounts(objects, [
      { ...cpus[0], number: 0, current: 0x7000n },
      { number: 1, perCpuOffset: 0x1000n },
    ]);
    expect([...found.values()].map((one) => (isFailure(one) ? one.missing.why : ''))).toEqual([
      'the structure that it lies in names another task',
      'its task is not known',
    ]);
  });

  it('that is all zero gives less, never something else', () => {
    const { image, objects, types } = world(layout, [noNeed | 1, noNeed]);
    const [place, bytes] = layout.place(types);
    for (let at = 0; at < bytes; at += 1) image.u8(place + at, 0);
    const found = preemptCounts(objects, cpus);
    expect(valueOf(found.get(1))).toBeUndefined();
    expect(valueOf(found.get(0))).toMatchObject({ preempt: 1, needsReschedule: false });
  });
});

describe('preempt_count in thread_info', () => {
  it('has the need to reschedule in a flag of its own, inverted', () => {
    const types = new DescribedStructs('little', {
      preempt: { count: 'u32', need_resched: 'u32' },
      thread_info: { flags: 'u64', preempt: 'preempt' },
      task_struct: { thread_info: 'thread_info' },
    });
    const image = new MemoryImage(0x2_0000, 'little');
    for (const cpu of [0, 1]) types.put(image, taskAt(cpu), 'task_struct', { 'thread_info.preempt.count': 1 + cpu, 'thread_info.preempt.need_resched': cpu });
    const found = preemptCounts(describedKernel(image, { types: types.types() }).objects, cpus);
    expect([0, 1].map((cpu) => valueOf(found.get(cpu)))).toMatchObject([
      { preempt: 1, needsReschedule: true },
      { preempt: 2, needsReschedule: false },
    ]);
  });
});

describe('kernels that do not fold the flag in', () => {
  it('on s390x the flags of the thread say it; elsewhere nothing does', () => {
    const [lowcores, hot] = layouts;
    if (lowcores === undefined || hot === undefined) throw new Error('no layouts');
    const built = world(lowcores, [0, 0]);
    built.types.put(built.image, taskAt(1), 'task_struct', { 'thread_info.flags': 4 });
    built.types.put(built.image, taskAt(0), 'task_struct', { 'thread_info.flags': 8 });
    const found = preemptCounts(built.objects, cpus);
    expect([0, 1].map((cpu) => valueOf(found.get(cpu))?.needsReschedule)).toEqual([false, true]);
    expect(valueOf(preemptCounts(world(hot, [0, 0]).objects, cpus).get(0))?.needsReschedule).toBeUndefined();
  });

  it('whether preemption is counted is identified by idle CPUs, which have it disabled', () => {
    const of = (...counts: readonly number[]): ReadonlyMap<number, Result<PreemptCount>> =>
      new Map(counts.map((preempt, cpu) => [cpu, { value: { preempt, inSoftirq: false, softirqsOff: 0, hardirq: 0, nmi: 0 } }]));
    expect(countsPreemption(of(0, 1), () => false)).toBe(true);
    expect(countsPreemption(of(0, 0), (cpu) => cpu === 1)).toBe(false);
    expect(countsPreemption(of(0, 0), () => false)).toBeUndefined();
    expect(countsPreemption(new Map(), () => true)).toBeUndefined();
  });
});

describe('run queues', () => {
  const types = new DescribedStructs('big', {
    cfs_rq: { nr_running: 'u32', h_nr_running: 'u32' },
    rq: { nr_running: 'u32', cfs: 'cfs_rq', idle: 'u64' },
    task_struct: { on_rq: 'u32' },
  });
  const queueOf = (values: Readonly<Record<string, number>>, offset: bigint | undefined = 0x1000n) => {
    const image = new MemoryImage(0x2_0000, 'big');
    image.u8(copy(1) + 0xfff, 1);
    types.put(image, copy(1), 'rq', values);
    const { objects } = describedKernel(image, { types: types.types(), symbols: { runqueues: area } });
    return runQueueOf(objects, 1, offset, (address) => address === 0x9000n);
  };

  it('are those of the CPU, where the idle task that they name is one', () => {
    const queue = queueOf({ nr_running: 3, 'cfs.h_nr_running': 2, idle: 0x9000 });
    expect([queue.at('nr_running').number(), fairTasks(queue)]).toEqual([{ value: 3 }, { value: 2 }]);
  });

  it('that are all zero, name no idle task, or have no place say so and give nothing', () => {
    for (const [values, offset, why] of [
      [{}, 0x1000n, 'the idle task that it names is not one'],
      [{ nr_running: 3, idle: 0x9010 }, 0x1000n, 'the idle task that it names is not one'],
      [{ nr_running: 3, idle: 0x9000 }, undefined, 'the address of the per-CPU data is not known'],
    ] as const) {
      // `undefined` is passed on: the default is for a parameter that is left out.
      const queue =
        offset === undefined
          ? runQueueOf(describedKernel(new MemoryImage(0x1000, 'big'), { types: types.types() }).objects, 1, offset, () => true)
          : queueOf(values, offset);
      const ready = queue.at('nr_running').number();
      expect(isFailure(ready) ? [ready.missing.what, ready.missing.why] : ready).toEqual(['run queue of CPU 1', why]);
    }
  });
});

it('a run queue of three hundred thousand tasks ends: some are named, all are counted', async () => {
  const types = new DescribedStructs('big', { ...flags, rq: { nr_running: 'u32' } });
  const image = new MemoryImage(0x2_0000, 'big');
  types.put(image, taskAt(0), 'task_struct', { on_rq: 1 });
  image.u8(taskAt(0) + 0xfff, 1);
  const { objects, memory } = describedKernel(image, { types: types.types() });
  const many = 300_000;
  const task = { address: BigInt(taskAt(0)), comm: 'crowd', pid: 7, cpu: 0, kind: 'user', isThread: false };
  const kernel = {
    why: () => undefined,
    kernel: { log: failed('the kernel log', '') },
    memory,
    objects,
    symbols: undefined,
    cpus: [{ number: 0, linuxNumber: 0 }],
    tasks: { list: { tasks: Array.from({ length: many }, () => task), complete: true }, missing: [] },
    stacks: undefined,
  } as unknown as AnalysisKernel;
  const run = { parameters: {}, first: 0, limit: 1000, signal: new AbortController().signal, report: () => undefined };
  const { rows } = await runAnalysis(cpusRunning, kernel, run);
  expect(rows[0]?.waiting).toMatch(new RegExp(`^(?:crowd \\(7\\), ){16}and ${many - 16} more$`));
});
