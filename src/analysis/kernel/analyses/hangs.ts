/** Tasks that sleep uninterruptibly or wait for a lock, and who holds them up: the same facts that the verdict is reached from. */
import type { FrameJson } from '../../../shared/task-model.ts';
import { functionName } from '../stacks/crash-path.ts';
import { findHangs } from '../verdict/hangs/find-hangs.ts';
import { unseenHangs } from '../verdict/hangs/hangs.ts';
import { longSeconds } from '../verdict/hangs/long-waits.ts';
import { rankedWaits, type RankedWait } from '../verdict/hangs/ranked-waits.ts';
import { meaningful } from '../verdict/meaningful-frames.ts';
import { logEnd } from '../log/log-record.ts';
import { address, count, cpu, defineAnalysis, duration, ownText, pausing, pid, symbol, text } from './analysis.ts';

/** A dump with more that sleep uninterruptibly says so. */
const mostStacks = 16_384;

const stackText = (frames: readonly FrameJson[]): string | undefined =>
  frames.length === 0 ? undefined : frames.map(({ symbol: name, address: at }) => functionName(name) || at).join(' < ');

/** What a task waits for, in the columns of a lock. */
function waitCells({ blocked, busy }: RankedWait['waiting']) {
  if (busy?.spins !== undefined) {
    const { address: lock, name: lockName, owner: ownerCpu } = busy.spins;
    return {
      waitsFor: 'spinlock',
      lock,
      lockName,
      ownerCpu,
      ...(lock === undefined ? { why: 'no register holds the address of one lock that a CPU holds' } : {}),
    };
  }
  if (blocked === undefined) return { waitsFor: undefined };
  const { wait } = blocked;
  switch (wait.for) {
    case 'lock':
      return { waitsFor: wait.kind, wants: wait.wants, lock: wait.address, lockName: wait.name, readers: wait.readers };
    case 'unknown lock':
      return { waitsFor: wait.kind, why: wait.why };
    case 'io':
      return { waitsFor: 'I/O' };
    case 'event':
      return { waitsFor: 'event' };
    case 'unknown':
      return { waitsFor: undefined, why: 'its stack does not show what it waits for' };
  }
}

export const hangs = defineAnalysis({
  id: 'hangs',
  title: 'Hangs',
  about:
    'Tasks in uninterruptible sleep, tasks and CPUs that wait for a lock, and the owners of those locks, ranked by the root blocker that most wait for. Mutex, rwsem, and semaphore are found through the waiter on the stack or task_struct.blocker, a spinlock of s390x by its word, which holds the number of a CPU plus 1.',
  needs: ['tasks', 'stacks'],
  uses: ['symbols', 'types', 'log'],
  columns: {
    rank: count('1 for the root blocker, or cycle, that most tasks wait for, and for all that wait for it'),
    role: ownText('cycle: waits for an owner that waits for it; root: others wait for it, and it waits for no known owner; waiter; alone: nobody waits for it'),
    task: address('its task_struct'),
    pid: pid('its pid'),
    name: text('its comm'),
    state: ownText('letter, as /proc/PID/stat shows it'),
    cpu: cpu('CPU that it occupied; empty for a task that slept'),
    seconds: duration('how long it had slept, or had run without giving up its CPU, by the clocks of the scheduler'),
    waitsFor: ownText(
      'mutex, rwsem, rt_mutex, semaphore, percpu_rwsem, spinlock, I/O, or event (anything else); empty for a task that is not known to wait for anything',
    ),
    wants: ownText('read or write, of a rwsem'),
    function: symbol('innermost function of its stack that does not belong to the scheduler, to waiting, or to locks'),
    lock: address('the lock that it waits for'),
    lockName: symbol('the variable that the lock is or lies in'),
    owner: address('task_struct of the task that the lock names as its owner'),
    ownerPid: pid('its pid'),
    ownerName: text('its comm; empty where no task of the list is at the address'),
    ownerCpu: cpu('CPU that the word of a spinlock names'),
    readers: count('readers that hold a rwsem; it does not record which tasks they are'),
    lockWaiters: count('tasks here that wait for the same lock'),
    blocks: count('tasks that wait for this one, directly or through others'),
    cycle: count('number of the cycle that it is in'),
    rootPid: pid('pid of its root blocker; of a cycle that of its first member'),
    rootName: text('comm of its root blocker'),
    stack: text('functions of its stack, the innermost first'),
    why: text('why the lock is not known'),
  },
  key: ['pid', 'name'],
  grouping: ['rank', 'waitsFor', 'lock', 'ownerName', 'rootName'],
  comparing: { elsewhere: [['name', 'function'], ['name'], ['stack']], weight: 'seconds', passing: ['rank', 'stack'] },
  drawing: 'wait-graph',
  *run({ tasks, stacks, kernel }) {
    const source = stacks?.hangSource();
    if (source === undefined) {
      yield { missing: { what: 'hangs', why: tasks?.missing[0]?.why ?? 'the offsets of the members of task_struct are not known' } };
      return;
    }
    const found = yield* pausing(findHangs({ ...source, logEnd: logEnd(kernel.log), mostStacks }));
    for (const one of rankedWaits(found, longSeconds)) {
      const { waiting } = one;
      const task = source.tasks.at(waiting.task);
      const root = source.tasks.at(waiting.root);
      const owner = waiting.owner === undefined ? undefined : source.tasks.at(waiting.owner);
      const frames = waiting.blocked?.frames ?? waiting.busy?.frames ?? (task === undefined ? [] : source.framesOf(task));
      yield {
        row: {
          rank: one.rank,
          role: one.role,
          task: waiting.task,
          pid: task?.pid,
          name: task?.comm,
          state: task?.state?.letter,
          cpu: waiting.busy?.cpu,
          seconds: waiting.blocked?.seconds ?? waiting.busy?.seconds,
          owner: waiting.owner,
          ...waitCells(waiting),
          function: waiting.blocked === undefined && waiting.busy === undefined ? undefined : meaningful(frames)[0],
          ownerPid: owner?.pid,
          ownerName: owner?.comm,
          lockWaiters: one.lockWaiters,
          blocks: waiting.blocks,
          cycle: one.cycle,
          rootPid: waiting.root === waiting.task ? undefined : root?.pid,
          rootName: waiting.root === waiting.task ? undefined : root?.comm,
          stack: stackText(frames),
        },
      };
    }
    for (const why of unseenHangs(found)) yield { missing: { what: 'hangs', why } };
    for (const one of stacks?.missing ?? []) yield { missing: one };
  },
});
