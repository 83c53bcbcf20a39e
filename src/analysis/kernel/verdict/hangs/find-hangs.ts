/** Looks at tasks that sleep uninterruptibly, at the owners of their locks, and at CPUs that are at work; bounded however many there are. */
import type { Steps } from '../../../jobs/steps.ts';
import type { KernelTask } from '../../tasks/kernel-task.ts';
import { clocks } from './clocks.ts';
import { knownOwner, type BlockedTask, type BusyCpu, type Hangs } from './hangs.ts';
import { taskName, type HangSource } from './hang-source.ts';
import { lockFinder } from './lock-of-waiter.ts';
import { spinsFor } from './spinning.ts';
import { waitClass } from './wait-class.ts';
import { defined } from '../../../../shared/defined.ts';

/** Tasks whose stacks are followed unless more are asked for. */
const fewStacks = 256;
/** TASK_WAKEKILL: a fatal signal ends the wait (include/linux/sched.h, since 2.6.25; the same bit since 4.14). */
const killable = 0x100;

/** See lock-layouts.ts. */
const assumedLocks = 'their locks are looked for where kernels without debugging of locks keep them';

/** What tasks did of which the kernel's own words cannot be right. */
interface Doubtful {
  number: number;
  first?: KernelTask;
}

function note(doubtful: Doubtful, task: KernelTask): void {
  doubtful.number += 1;
  doubtful.first ??= task;
}

function doubtText({ number, first }: Doubtful, what: string): string | undefined {
  if (first === undefined) return undefined;
  return `what ${number === 1 ? '1 task' : `${number} tasks`} did is not known: ${number === 1 ? '' : 'the first is '}${taskName(first)}, ${what}`;
}

export function* findHangs(source: HangSource): Steps<Hangs> {
  const { tasks, types, atWork, tasksMissing, cpusMissing, memory, mostStacks = fewStacks } = source;
  const times = clocks(source);
  const lockOf = lockFinder(source);
  const running = new Set(atWork.map(({ task }) => task.address));
  const flagAt = types?.bits('task_struct', 'in_iowait');

  const inIoWait = (task: KernelTask): boolean => {
    if (flagAt === undefined) return false;
    const byte = memory.u8(task.address + BigInt(Math.floor(flagAt.at / 8)));
    const bit = memory.endian === 'big' ? 7 - (flagAt.at % 8) : flagAt.at % 8;
    return byte !== undefined && ((byte >> bit) & 1) === 1;
  };

  const queuedAt = types?.offset('task_struct', 'on_rq');
  /** on_rq is cleared when a task leaves its queue, which one that runs or may run does not (kernel/sched/core.c). */
  const isOnNoQueue = (task: KernelTask): boolean => task.onCpu === false && queuedAt !== undefined && memory.u32(task.address + BigInt(queuedAt)) === 0;

  function blockedTask(task: KernelTask): BlockedTask {
    const frames = source.framesOf(task);
    const found = waitClass(frames, inIoWait(task));
    const top = frames.find(({ stackPointer }) => stackPointer !== undefined)?.stackPointer;
    const seconds = times.sleptFor(task);
    const wait =
      found.for === 'lock'
        ? lockOf(task, found.kind, top === undefined ? undefined : BigInt(top))
        : found.for === 'unknown lock'
          ? { ...found, why: 'a lock of this kind does not record its owner' }
          : found;
    const isKillable = task.state?.letter !== 'D' || (task.state.value & killable) !== 0;
    return {
      task: task.address,
      name: taskName(task),
      isKillable,
      isInterruptible: task.state?.letter === 'S',
      frames,
      wait,
      ...defined({ seconds }),
    };
  }

  const count = { D: 0, S: 0 };
  const queue: KernelTask[] = [];
  const interruptible: KernelTask[] = [];
  const [stateless, nowhere]: readonly [Doubtful, Doubtful] = [{ number: 0 }, { number: 0 }];
  for (const task of tasks) {
    const letter = task.state?.letter;
    if (letter === undefined && types !== undefined) note(stateless, task);
    if (task.state?.value === 0 && task.kind !== 'idle' && !running.has(task.address) && isOnNoQueue(task)) note(nowhere, task);
    if ((letter !== 'D' && letter !== 'S') || running.has(task.address)) continue;
    count[letter] += 1;
    const kept = letter === 'D' ? queue : interruptible;
    if (kept.length < mostStacks) kept.push(task);
  }
  const blocked = new Map<bigint, BlockedTask>();
  while (queue.length > 0 && blocked.size < mostStacks) {
    yield;
    const task = queue.shift();
    if (task === undefined || blocked.has(task.address)) continue;
    const one = blockedTask(task);
    blocked.set(task.address, one);
    // An owner may sleep in another way: it is what the others wait for.
    const held = knownOwner(one.wait);
    const owner = held === undefined ? undefined : tasks.at(held.task);
    if (owner !== undefined && !running.has(owner.address) && owner.state?.letter !== 'R') queue.unshift(owner);
  }

  // A lock can be waited for in a sleep that a signal ends, which is no other in a circle of owners.
  for (const task of interruptible) {
    yield;
    if (!blocked.has(task.address) && waitClass(source.framesOf(task), false).for === 'lock') blocked.set(task.address, blockedTask(task));
  }

  const busy: BusyCpu[] = [];
  for (const one of atWork) {
    yield;
    const run = times.onCpuSince(one.task.address);
    const graceSeconds = times.graceFor(one);
    const spins = spinsFor(source, one);
    busy.push({
      cpu: one.number,
      task: one.task.address,
      name: taskName(one.task),
      frames: one.frames,
      ...run,
      ...defined({ graceSeconds, spins }),
    });
  }
  const more = count.D > mostStacks ? `only the first ${mostStacks} of ${count.D} tasks that sleep uninterruptibly were looked at` : undefined;
  const noAges = types === undefined ? `how long tasks slept and ran is not known without the kernel's types; ${assumedLocks}` : undefined;
  const unfollowed = Math.max(0, count.S - mostStacks);
  return {
    blocked: [...blocked.values()],
    busy,
    looked: tasks.length,
    unfollowed,
    unseen: [
      tasksMissing,
      cpusMissing,
      more,
      noAges,
      doubtText(stateless, 'whose state is not known'),
      doubtText(nowhere, 'which is on no CPU and in no run queue, although its state says that it runs'),
    ].filter((one) => one !== undefined),
  };
}
