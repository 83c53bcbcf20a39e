/** Hangs on built memory: locks through the waiters on stacks, ages by the scheduler's clocks, spinning CPUs; whole, hostile and without types. */
import { describe, expect, it } from 'vitest';
import type { KernelTask } from '../../../src/analysis/kernel/tasks/kernel-task.ts';
import type { HangSource } from '../../../src/analysis/kernel/verdict/hangs/hang-source.ts';
import type { Hangs } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { symbols, node, second, types, type World, at, waiterAt, frames, sleeping, world } from './described-hangs.ts';

describe('tasks that wait for a lock', () => {
  it('lead to the lock and its owner by the waiter on the stack, also after others', () => {
    const { image, task, waits, find } = world();
    waits(0x1_f000, 'mutex', [1, 2]);
    types.put(image, 0x1_f000, 'mutex', { owner: at(3) | 1 });
    types.put(image, at(1), 'task_struct', { 'se.exec_start': 40n * second });
    // Five seconds of its CPU were stolen; the clocks stood still for the last ten.
    types.put(image, symbols.runqueues, 'rq', { clock: 90n * second, clock_task: 85n * second });
    const { blocked, unseen } = find({ tasks: [task(1), task(2), task(3, 'R', 0)] });
    expect(unseen).toEqual([]);
    expect(blocked.map(({ wait }) => wait)).toEqual(
      [1, 2].map(() => ({ for: 'lock', kind: 'mutex', address: 0x1_f000n, owner: { task: BigInt(at(3)), name: 'task3 (pid 3)' } })),
    );
    expect(blocked.map(({ seconds }) => seconds)).toEqual([55, undefined]);
  });

  it('a rwsem has an owner while it is held for writing, and none while readers hold it', () => {
    for (const [count, flags, isOwned] of [
      [1, 0, true],
      [0x100, 1, false],
    ] as const) {
      const { image, task, waits, find } = world();
      waits(0x1_f000, 'rwsem', [1]);
      types.put(image, 0x1_f000, 'rw_semaphore', { count, owner: at(2) | flags });
      const { blocked } = find({ tasks: [task(1), task(2, 'R', 0)], framesOf: () => frames(1, ...sleeping.rwsem) });
      expect(blocked[0]?.wait).toMatchObject({ for: 'lock', kind: 'rwsem', address: 0x1_f000n });
      expect(blocked[0]?.wait.for === 'lock' && blocked[0].wait.owner !== undefined).toBe(isOwned);
    }
  });

  it('a rt_mutex is what pi_blocked_on leads to', () => {
    const { image, task, find } = world();
    types.put(image, at(1), 'task_struct', { pi_blocked_on: waiterAt(1) });
    types.put(image, waiterAt(1), 'rt_mutex_waiter', { lock: 0x1_f000 });
    types.put(image, 0x1_f000, 'rt_mutex_base', { owner: at(2) | 1 });
    const { blocked } = find({ tasks: [task(1), task(2, 'R', 0)], framesOf: () => frames(1, '__schedule', 'rt_mutex_schedule') });
    expect(blocked[0]?.wait).toMatchObject({ kind: 'rt_mutex', address: 0x1_f000n, owner: { task: BigInt(at(2)) } });
  });

  it('an owner that sleeps in another way is looked at too, and a task that has ended has no name', () => {
    const { image, task, waits, find } = world();
    waits(0x1_f000, 'mutex', [1]);
    types.put(image, 0x1_f000, 'mutex', { owner: at(2) });
    const waiting = find({
      tasks: [task(1), task(2, 'S', 1)],
      framesOf: ({ pid = 0 }) => (pid === 1 ? frames(1, ...sleeping.mutex) : frames(2, 'schedule', 'weigh')),
    });
    expect(waiting.blocked.map(({ name, isKillable }) => [name, isKillable])).toEqual([
      ['task1 (pid 1)', false],
      ['task2 (pid 2)', true],
    ]);
    const [gone] = find({ tasks: [task(1)] }).blocked;
    expect(gone?.wait).toMatchObject({ owner: { task: BigInt(at(2)) } });
    expect(gone?.wait.for === 'lock' && gone.wait.owner?.name).toBeUndefined();
  });

  it.each([['no waiter is on the stack', (): World => world(), 'no waiter of it is on the stack of the task']])('say so where %s', (_, make, why) => {
    const { task, find } = make();
    const { blocked } = find({ tasks: [task(1)] });
    expect(blocked[0]?.wait).toEqual({ for: 'unknown lock', kind: 'mutex', why });
  });

  it('a rwsem counts its readers, and its waiter says what it wants it for', () => {
    for (const [type, wants] of [
      [0, 'write'],
      [1, 'read'],
      [7, undefined],
    ] as const) {
      const { image, task, waits, find } = world();
      waits(0x1_f000, 'rwsem', [1]);
      types.put(image, waiterAt(1), 'rwsem_waiter', { type });
      types.put(image, 0x1_f000, 'rw_semaphore', { count: 0x302, owner: at(2) | 1 });
      const { blocked } = find({ tasks: [task(1), task(2, 'R', 0)], framesOf: () => frames(1, ...sleeping.rwsem) });
      expect(blocked[0]?.wait).toEqual({ for: 'lock', kind: 'rwsem', address: 0x1_f000n, readers: 3, ...(wants === undefined ? {} : { wants }) });
    }
  });

  it('a semaphore has an address and no owner', () => {
    const { task, waits, find } = world();
    waits(0x1_f000, 'semaphore', [1, 2]);
    const { blocked } = find({ tasks: [task(1), task(2)], framesOf: ({ pid = 0 }) => frames(pid, '__schedule', 'schedule_timeout', '__down', 'down') });
    expect(blocked.map(({ wait }) => wait)).toEqual([1, 2].map(() => ({ for: 'lock', kind: 'semaphore', address: 0x1_f000n })));
  });

  it.each([
    ['a mutex', 0, sleeping.mutex, { kind: 'mutex', owner: { task: BigInt(at(2)), name: 'task2 (pid 2)' } }],
    ['a semaphore', 1, ['schedule', '__down', 'down'], { kind: 'semaphore' }],
    ['a rwsem for reading', 2, sleeping.rwsem, { kind: 'rwsem', wants: 'read' }],
    ['a rwsem for writing', 3, ['schedule', 'rwsem_down_write_slowpath', 'down_write'], { kind: 'rwsem', wants: 'write' }],
    ['another kind than the stack shows', 1, sleeping.mutex, undefined],
  ] as const)('%s is what task_struct.blocker names', (_, type, names, found) => {
    const { image, task, find } = world();
    types.put(image, at(1), 'task_struct', { blocker: 0x1_f000 | type });
    types.put(image, 0x1_f000, 'mutex', { owner: type === 0 ? at(2) : 0 });
    const { blocked } = find({ tasks: [task(1), task(2, 'R', 0)], framesOf: () => frames(1, ...names) });
    if (found === undefined) expect(blocked[0]?.wait.for).toBe('unknown lock');
    else expect(blocked[0]?.wait).toEqual({ for: 'lock', address: 0x1_f000n, ...found });
  });

  it('of a kernel without types are found where most keep them, where that leads to a task', () => {
    const owned = (owner: number): Hangs => {
      const { image, task, waits, find } = world(false);
      waits(0x1_f000, 'mutex', [1]);
      types.put(image, 0x1_f000, 'mutex', { owner });
      return find({ tasks: [task(1), task(2, 'R', 0)] });
    };
    const { blocked, unseen } = owned(at(2) | 1);
    expect(blocked[0]?.wait).toEqual({ for: 'lock', kind: 'mutex', address: 0x1_f000n, owner: { task: BigInt(at(2)), name: 'task2 (pid 2)' } });
    expect(unseen[0]).toContain('how long tasks slept and ran');
    for (const owner of [0, at(5), 0x1234])
      expect(owned(owner).blocked[0]?.wait).toMatchObject({ for: 'unknown lock', why: expect.stringContaining("the kernel's types are not known") as unknown });
  });

  it('the waiter of a task that is not known is not taken for the lock', () => {
    for (const [owner, isFound] of [
      [at(3) | 1, true],
      [0, false],
    ] as const) {
      const { image, task, waits, find } = world();
      // The task with the number 5 is not on the list: its waiter comes first.
      waits(0x1_f000, 'mutex', [1, 5, 2]);
      types.put(image, 0x1_f000, 'mutex', { owner });
      const { blocked } = find({ tasks: [task(1), task(2), task(3, 'R', 0)] });
      for (const { wait } of blocked)
        expect(wait).toMatchObject(isFound ? { for: 'lock', address: 0x1_f000n } : { for: 'unknown lock', why: 'the list of its waiters does not lead to it' });
    }
  });

  it('a stack without names does not say that it is no lock', () => {
    const { task, find } = world();
    expect(find({ tasks: [task(1)], framesOf: () => [] }).blocked[0]?.wait).toEqual({ for: 'unknown' });
    expect(find({ tasks: [task(1)], framesOf: () => frames(1, '__schedule', 'schedule') }).blocked[0]?.wait).toEqual({ for: 'unknown' });
    expect(find({ tasks: [task(1)], framesOf: () => frames(1, '__schedule', 'schedule', 'kthread') }).blocked[0]?.wait).toEqual({ for: 'event' });
  });

  it('a list of waiters that never comes to a lock ends', () => {
    const { image, task, find } = world();
    // The waiters of two tasks lead to each other, and to no head.
    for (const [one, other] of [
      [1, 2],
      [2, 1],
    ] as const)
      types.put(image, waiterAt(one), 'mutex_waiter', { task: at(one), 'list.next': waiterAt(other), 'list.prev': waiterAt(other) });
    expect(find({ tasks: [task(1), task(2)] }).blocked[0]?.wait).toMatchObject({ for: 'unknown lock', why: 'the list of its waiters does not lead to it' });
  });

  it('of more tasks than are looked at it says how many there are', () => {
    const { task, find } = world();
    const { blocked, unseen } = find({ tasks: Array.from({ length: 1000 }, (_, number) => ({ ...task(1), address: BigInt(number * 8) })) });
    expect(blocked.length).toBe(256);
    expect(unseen).toEqual(['only the first 256 of 1000 tasks that sleep uninterruptibly were looked at']);
  });
});

describe('of a million tasks', () => {
  it('that all sleep so many are looked at as are asked for, each lock is found once, and it ends', () => {
    const { image, task, waits, find } = world();
    waits(0x1_f000, 'mutex', [1]);
    types.put(image, 0x1_f000, 'mutex', { owner: at(2) | 1 });
    const sleeper = task(1);
    const tasks = Array.from({ length: 1_000_000 }, (_, number): KernelTask => ({
      ...sleeper,
      address: number === 0 ? sleeper.address : BigInt(0x100_0000 + number * 0x4000),
    }));
    const { blocked, looked, unseen } = find({ tasks, mostStacks: 2048 });
    expect([blocked.length, looked, unseen]).toEqual([2048, 1_000_000, ['only the first 2048 of 1000000 tasks that sleep uninterruptibly were looked at']]);
    expect(blocked.filter(({ wait }) => wait.for === 'lock').length).toBe(1);
  });
});

describe('a structure that is all zero', () => {
  /** Two tasks that wait for each other's mutex, one that waits for a rwsem of the first, and one that waits for I/O. */
  function tangled(): World {
    const built = world();
    const { image, waits } = built;
    waits(0x1_f000, 'mutex', [1]);
    waits(0x1_f100, 'mutex', [2]);
    waits(0x1_f200, 'rwsem', [3]);
    types.put(image, 0x1_f000, 'mutex', { owner: at(2) | 1 });
    types.put(image, 0x1_f100, 'mutex', { owner: at(1) | 1 });
    types.put(image, 0x1_f200, 'rw_semaphore', { count: 3, owner: at(1) });
    types.put(image, waiterAt(3), 'rwsem_waiter', { type: 1 });
    for (const number of [1, 2, 3, 4]) types.put(image, at(number), 'task_struct', { 'se.exec_start': 40n * second });
    types.put(image, at(4), 'task_struct', { in_iowait: 1 });
    types.put(image, symbols.runqueues, 'rq', { clock: 90n * second, clock_task: 85n * second });
    return built;
  }
  const stacks = [[], sleeping.mutex, sleeping.mutex, sleeping.rwsem, ['schedule', 'weigh']];
  const look = ({ task, find }: World): Hangs =>
    find({ tasks: [1, 2, 3, 4].map((number) => task(number)), framesOf: ({ pid = 0 }) => frames(pid, ...(stacks[pid] ?? [])) });
  const structures: readonly (readonly [string, number, number])[] = [
    ...[1, 2, 3, 4].map((number) => [`task_struct ${number}`, at(number), types.sizeOf('task_struct')] as const),
    ...[1, 2].map((number) => [`mutex_waiter ${number}`, waiterAt(number), types.sizeOf('mutex_waiter')] as const),
    ['rwsem_waiter', waiterAt(3), types.sizeOf('rwsem_waiter')],
    ['first mutex', 0x1_f000, types.sizeOf('mutex')],
    ['second mutex', 0x1_f100, types.sizeOf('mutex')],
    ['rw_semaphore', 0x1_f200, types.sizeOf('rw_semaphore')],
    ['rq', symbols.runqueues, types.sizeOf('rq')],
  ];

  /** What is said of waits: a lock that is not known any more, an owner or an age that is left out is less. */
  const said = ({ blocked }: Hangs): ReadonlyMap<string, unknown> =>
    new Map<string, unknown>(
      blocked.flatMap(({ name, seconds, wait }): readonly (readonly [string, unknown])[] => [
        ...(seconds === undefined ? [] : [[`${name} seconds`, seconds] as const]),
        ...(wait.for === 'lock'
          ? [
              [`${name} lock`, wait.address] as const,
              ...(wait.owner === undefined ? [] : [[`${name} owner`, wait.owner.task] as const]),
              ...(wait.wants === undefined ? [] : [[`${name} wants`, wait.wants] as const]),
            ]
          : []),
      ]),
    );

  it.each(structures)('%s gives less, never something else', (name, place, bytes) => {
    const whole = said(look(tangled()));
    expect(whole.size).toBe(4 + 3 + 3 + 1);
    const damaged = tangled();
    for (let byte = 0; byte < bytes; byte += 1) damaged.image.u8(place + byte, 0);
    const now = said(look(damaged));
    // The rest of a zeroed rwsem_waiter says "write": it is in no list, and is not read.
    for (const [what, value] of now) expect([what, value]).toEqual([what, whole.get(what)]);
    expect(now.size, name).toBeLessThanOrEqual(whole.size);
    if (!name.startsWith('task_struct 4')) expect(now.size, name).toBeLessThan(whole.size);
  });
});

describe('tasks that wait for I/O', () => {
  it('say so by their stack, or by in_iowait', () => {
    const { image, task, find } = world();
    types.put(image, at(2), 'task_struct', { in_iowait: 1 });
    const stacks = [[], ['schedule', 'io_schedule', 'weigh'], ['schedule', 'weigh'], ['schedule', 'weigh', 'io_schedule']];
    const { blocked } = find({ tasks: [task(1), task(2), task(3)], framesOf: ({ pid = 0 }) => frames(pid, ...(stacks[pid] ?? [])) });
    expect(blocked.map(({ wait }) => wait.for)).toEqual(['io', 'io', 'event']);
  });
});

describe('CPUs at work', () => {
  const atWork = (world_: World, number: number, names: readonly string[], gprs: readonly bigint[] = []): HangSource['atWork'][number] => ({
    number,
    cpu: {
      id: number,
      source: 'note',
      gprs: Array.from({ length: 16 }, (_, one) => `0x${(gprs[one] ?? 0n).toString(16)}`),
    },
    task: world_.task(number + 1, 'R', 0),
    perCpuOffset: 0n,
    frames: frames(number + 1, ...names).map((frame, place) => ({ ...frame, kind: place === 0 ? 'running' : frame.kind })),
  });
  const cpus = [0, 1].map((number) => ({ number, perCpuOffset: 0n }));

  it.each([
    ['waits for it', 5, 2, 30],
    ['waits for another', 5, 1, undefined],
    ['is over', 4, 2, undefined],
  ])('a grace period of RCU that %s', (_, sequence, qsmask, seconds) => {
    const built = world();
    const { image, find } = built;
    image.u64(symbols.jiffies, 5000n);
    image.u64(symbols.tick_nsec, 10_000_000n);
    types.put(image, symbols.rcu_state, 'rcu_state', { gp_seq: sequence, gp_start: 2000 });
    types.put(image, symbols.rcu_data, 'rcu_data', { mynode: node, grpmask: 2 });
    types.put(image, node, 'rcu_node', { qsmask });
    expect(find({ atWork: [atWork(built, 0, ['weigh'])], cpus }).busy[0]?.graceSeconds).toBe(seconds);
  });

  it('that spin for a lock of s390x: its word names the holder, with and without waiters in the queue', () => {
    for (const word of [0x0000_0002, 0x0010_0002]) {
      const built = world();
      built.image.u32(0x1_f000, word);
      const spinner = atWork(built, 0, ['arch_spin_lock_wait', 'weigh'], [0n, 0n, 0x1_f000n]);
      const { busy } = built.find({ atWork: [spinner, atWork(built, 1, ['recount'])], cpus });
      expect(busy.map(({ spins }) => spins)).toEqual([{ address: 0x1_f000n, owner: 1, word }, undefined]);
    }
  });

  it('are not said to spin for a lock that could be another, is their own, or has a holder that is not at work', () => {
    const built = world();
    const { image, find } = built;
    image.u32(0x1_f000, 2);
    image.u32(0x1_f010, 2);
    image.u32(0x1_f020, 1);
    const spinsWith = (gprs: readonly bigint[], others: HangSource['atWork'] = [atWork(built, 1, ['recount'])]): unknown =>
      find({ atWork: [atWork(built, 0, ['arch_spin_lock_wait'], gprs), ...others], cpus }).busy[0]?.spins;
    expect(spinsWith([0x1_f000n, 0x1_f010n])).toEqual({});
    expect(spinsWith([0x1_f020n])).toEqual({});
    expect(spinsWith([0x1_f000n], [])).toEqual({});
    expect(spinsWith([0x1_f000n])).toMatchObject({ owner: 1 });
  });
});
