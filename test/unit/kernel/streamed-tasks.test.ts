/** Tasks that are handed over as they are read, and tasks in columns: both are the tasks that all other ways give, of whole and of damaged lists. */
import { describe, expect, it } from 'vitest';
import { kernelTasks } from '../../../src/analysis/engine/kernel/kernel-tasks.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import type { KernelTask } from '../../../src/analysis/kernel/tasks/kernel-task.ts';
import { taskState } from '../../../src/analysis/kernel/tasks/task-layout.ts';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import { listTasks } from '../../../src/analysis/kernel/tasks/tasks.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import type { TaskJson } from '../../../src/shared/task-model.ts';

const never = new AbortController().signal;
const links = 0x530;
const open = (system: S390xSystem): Session => sessionOn(memorySource('dump', elfVmcore(system)));

async function bothWays(system: S390xSystem): Promise<void> {
  const given: TaskJson[] = [];
  const session = open(system);
  const { tasks: rest, ...streamed } = await describeTasks(session, never, (rows) => given.push(...rows));
  // They were not read together before, and need not be read again.
  expect([...(kernelTasks.known(session)?.list.tasks ?? [])].length).toBe(given.length);
  expect((await describeTasks(session, never)).tasks).toEqual(given);
  const { tasks, ...together } = await describeTasks(open(system), never);
  expect([...given, ...rest]).toEqual(tasks);
  expect(streamed).toEqual(together);
}

describe('tasks as they are read', () => {
  it.each(['6.1', '6.12'] as const)('are those that are read together, of %s', async (kernel) => {
    await bothWays(s390xSystem({ kernel, state: 'kdump', cpuCount: 4 }));
  });

  it('of a list with a loop, a cut, or a wild pointer too, with the same reasons', async () => {
    const random = seededRandom(17);
    const { tasks } = await describeTasks(open(s390xSystem({ state: 'kdump' })), never);
    for (let turn = 0; turn < 12; turn += 1) {
      const system = s390xSystem({ state: 'kdump' });
      const member = Number(tasks[1 + random.below(tasks.length - 1)]?.address ?? '0');
      const other = Number(tasks[1 + random.below(tasks.length - 1)]?.address ?? '0');
      const place = member + links + 8 * (turn % 2);
      system.memory.u64(place, [other + links, 0, 0x7fff_0123_4568, member + links][turn % 4] ?? 0);
      await bothWays(system);
    }
  });
});

it('a running process that a broken list does not reach any more comes last, and once', async () => {
  const { memory, layout, initTask, list } = await kernelTasks(open(s390xSystem({ kernel: '6.1', state: 'kdump' })), never);
  if (layout === undefined || initTask === undefined) throw new Error('no layout');
  const [first, second] = [...list.tasks].filter(({ address, kind }) => address !== initTask.address && kind !== 'idle');
  if (first === undefined || second === undefined) throw new Error('too few tasks');
  const others = [second.address, first.address];
  const found = finish(listTasks({ memory, layout, initTask: initTask.address, others }));
  // Both are on the list: they keep their places there.
  expect([...found.tasks].map(({ address }) => address)).toEqual(
    [...finish(listTasks({ memory, layout, initTask: initTask.address, others: [] })).tasks].map(({ address }) => address),
  );
  const cut = { ...memory, pointer: (address: bigint) => (address >= initTask.address && address < initTask.address + 0x1000n ? 1n : memory.pointer(address)) };
  const broken = finish(listTasks({ memory: cut, layout, initTask: initTask.address, others }));
  expect(broken.complete).toBe(false);
  expect([...broken.tasks].map(({ address }) => address)).toEqual([initTask.address, ...others]);
});

describe('tasks in columns', () => {
  const random = seededRandom(3);
  const perhaps = <T>(value: T): T | undefined => (random.below(3) === 0 ? undefined : value);
  const made = (index: number): KernelTask => {
    const all = {
      pid: perhaps(index),
      tgid: perhaps(0),
      state: perhaps(taskState([0, 1, 2, 0x402][random.below(4)] ?? 0, 0)),
      parent: perhaps(random.below(4_000_000)),
      stack: perhaps(0xffff_c900_0000_0000n + BigInt(index) * 0x4000n),
      cpu: perhaps(random.below(0x10000)),
      onCpu: perhaps(random.below(2) === 1),
      kind: perhaps((['idle', 'kernel', 'user'] as const)[random.below(3)]),
    };
    const known = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<KernelTask>;
    return { address: 0xffff_8880_0000_0000n + BigInt(index) * 0x1680n, comm: `task ${index}`, ...known, isThread: random.below(2) === 1 };
  };

  it('come out as they went in, whatever is not known of them, and are found by their addresses', () => {
    const tasks = Array.from({ length: 5000 }, (_, index) => made(index));
    const rows = TaskRows.of(tasks);
    expect(rows.length).toBe(tasks.length);
    expect([...rows]).toEqual(tasks);
    for (const task of tasks) expect(rows.at(task.address)).toEqual(task);
    expect(rows.at(0n)).toBeUndefined();
    expect(rows.at(0xffff_8880_0000_0008n)).toBeUndefined();
    expect(rows.find(({ pid }) => pid === 4999 || pid === 4998)).toEqual(tasks.find(({ pid }) => pid === 4999 || pid === 4998));
  });

  it('of one address the first is found, also once more were added', () => {
    const [one, other] = [made(1), { ...made(1), comm: 'other' }];
    const rows = TaskRows.of([one, other]);
    expect(rows.at(one.address)).toEqual(one);
    rows.add({ ...made(2), comm: 'third' });
    expect(rows.at(made(2).address)?.comm).toBe('third');
    expect(rows.at(one.address)).toEqual(one);
    expect(new TaskRows().at(1n)).toBeUndefined();
  });
});
