/** Stacks in groups: what makes two equal, what a group says of its tasks, and that a million different ones end. */
import { describe, expect, it } from 'vitest';
import { stacks } from '../../../src/analysis/kernel/analyses/stacks.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { StackGroups } from '../../../src/analysis/kernel/stacks/stack-groups.ts';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import type { KernelTask } from '../../../src/analysis/kernel/tasks/kernel-task.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import type { FrameJson, TraceJson } from '../../../src/shared/task-model.ts';

const task = (number: number, letter: string): KernelTask => ({
  address: BigInt(number * 0x1000),
  comm: `task${number}`,
  pid: number,
  state: { letter, word: '', value: 0 },
  isThread: false,
});
/** Frames as "name" at the place 0x10 in it; "!name" was interrupted, "?name" only lies on the stack. */
const trace = (number: number, names: readonly string[], more: Partial<TraceJson> = {}): TraceJson => ({
  task: { address: `0x${(number * 0x1000).toString(16)}`, comm: `task${number}`, pid: number },
  frames: names.map((name, at): FrameJson => ({
    kind: name.startsWith('!') ? 'interrupted' : name.startsWith('?') ? 'guess' : 'return',
    address: `0x${(0x100 + number * 16 + at).toString(16)}`,
    symbol: name.replace(/^[!?]/, '').replace(/( \[.*)?$/, `+0x${(number + 1).toString(16)}$1`),
  })),
  end: 'complete',
  detail: 'at its end',
  ...more,
});

async function rowsOf(traces: readonly TraceJson[], tasks: readonly KernelTask[], parameters = {}): Promise<Pick<AnalysisJson, 'rows' | 'missing'>> {
  const kernel = {
    tasks: { list: { tasks: TaskRows.of(tasks), complete: true }, missing: [] },
    stacks: { all: () => traces.values(), missing: [] },
    why: () => undefined,
  } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const { rows, missing } = await runAnalysis(stacks, kernel, {
    parameters,
    first: 0,
    limit: 1_000_000,
    signal: new AbortController().signal,
    report: (more) => append(before, more),
  });
  return { rows: [...before, ...rows], missing: [...missing] };
}

const tasks = [task(1, 'S'), task(2, 'D'), task(3, 'D'), task(4, 'R')];
const waits = ['schedule', 'wait_for [clerk]'];

describe('stacks in groups', () => {
  it('tasks in the same functions are one row, the largest group first, with states and pids', async () => {
    const running = trace(4, ['!weigh', 'start'], { cpu: 0 });
    const { rows, missing } = await rowsOf([running, trace(1, waits), trace(2, waits), trace(3, waits)], tasks);
    expect(missing).toEqual([]);
    expect(rows).toEqual([
      {
        count: 3,
        states: 'S 1, D 2',
        running: 0,
        stack: 'schedule < wait_for [clerk]',
        end: 'complete',
        depth: 2,
        task: '0x1000',
        pid: 1,
        name: 'task1',
        pids: '1 2 3',
      },
      {
        count: 1,
        states: 'R 1',
        running: 1,
        stack: 'weigh (interrupted) < start',
        end: 'complete',
        depth: 2,
        task: '0x4000',
        pid: 4,
        name: 'task4',
        pids: '4',
      },
    ]);
  });

  it.each([
    ['another function', trace(2, ['schedule', 'wait_for'])],
    ['one frame more', trace(2, [...waits, 'start'])],
    ['a function that was interrupted', trace(2, ['!schedule', 'wait_for [clerk]'])],
    ['a guess', trace(2, ['schedule', '?wait_for [clerk]'])],
    ['another end', trace(2, waits, { end: 'entered-from-user' })],
  ])('%s is another stack', async (_, other) => {
    expect((await rowsOf([trace(1, waits), other], tasks)).rows.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('by addresses where that is asked for; by state', async () => {
    const all = [trace(1, waits), trace(2, waits), trace(3, waits)];
    expect((await rowsOf(all, tasks, { exact: true })).rows.length).toBe(3);
    const [only, ...more] = (await rowsOf(all, tasks, { state: 'D' })).rows;
    expect([only?.pids, more]).toEqual(['2 3', []]);
  });

  it('a stack that breaks off or has no frames is missing; a CPU that was offline is not', async () => {
    const broken = trace(1, waits, { end: 'broken', detail: 'the chain leads nowhere' });
    const none = trace(2, [], { end: 'broken', detail: 'no stack' });
    const offline: TraceJson = { cpu: 3, frames: [], end: 'no-registers', detail: 'offline' };
    const { rows, missing } = await rowsOf([broken, none, offline], tasks);
    expect(rows.map(({ pids, end }) => [pids, end])).toEqual([['1', 'broken']]);
    expect(missing).toEqual([
      { what: 'stack of task1 (1)', why: 'the chain leads nowhere' },
      { what: 'stack of task2 (2)', why: 'no stack' },
    ]);
  });

  it('of many tasks some pids are named; of ever other stacks so many are kept and the rest is counted', async () => {
    const alike = Array.from({ length: 1000 }, (_, at) => trace(at, waits));
    const { rows } = await rowsOf(
      alike,
      alike.map((_, at) => task(at, 'S')),
    );
    expect(rows[0]).toMatchObject({ count: 1000, pids: expect.stringMatching(/^0 1 2 .* 63 and 936 more$/) as unknown });
    const groups = new StackGroups(false);
    const most = 100_000;
    for (let number = 0; number < most; number += 1) groups.add(trace(number, [`function_${number}`]), undefined);
    expect(groups.all.length + groups.beyond).toBe(most);
    expect(groups.all.length).toBeLessThan(20_000);
  });

  it('of stacks hundreds of frames deep as many are kept as 32 Mi characters hold, and one met again still counts', () => {
    const groups = new StackGroups(false);
    const most = 2000;
    const deep = (number: number): TraceJson =>
      trace(
        number,
        Array.from({ length: 512 }, (_, at) => `a_function_with_a_long_name_${number}_${at}`),
      );
    for (let number = 0; number < most; number += 1) groups.add(deep(number), undefined);
    groups.add(deep(0), undefined);
    const { all } = groups;
    expect(groups.beyond).toBeGreaterThan(0);
    expect(all.length + groups.beyond).toBe(most);
    const kept = all.reduce((sum, group) => sum + JSON.stringify(group).length, 0);
    expect(kept).toBeGreaterThan(24 << 20);
    expect(kept).toBeLessThan(40 << 20);
    expect(all[0]).toMatchObject({ count: 2, depth: 512, example: { comm: 'task0' } });
  });
});
