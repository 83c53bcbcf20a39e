/** Tasks, stacks and modules of a described kernel without types, whole and damaged. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeModules } from '../../../src/analysis/engine/kernel/modules.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { backtraceSchema, modulesSchema, tasksSchema } from '../../../src/shared/task-model.ts';

const never = new AbortController().signal;
const open = (system: S390xSystem): Session => sessionOn(memorySource('dump', elfVmcore(system)));

/** Offset of `tasks` in task_struct of the described kernel (src/samples/s390x-tasks.ts). */
const links = 0x530n;

describe.each(['6.1', '6.12'] as const)('a described %s kernel', (kernel) => {
  it('lists its tasks with pid and name, by structure alone', async () => {
    const { tasks, complete, layout } = await describeTasks(open(s390xSystem({ kernel })), never);
    expect(complete).toBe(true);
    expect(layout).toMatchObject({ method: 'structure', offsets: { tasks: Number(links), comm: 0x7b8, pid: 0x610, stack: 0x20 } });
    const names = tasks.map(({ pid, comm }) => `${pid ?? '?'} ${comm}`);
    expect(names).toEqual(expect.arrayContaining(['0 swapper/0', '1 init', '2 kthreadd', '3 rcu_gp', '8 kworker/0:1', '61 sleep']));
    expect(new Set(tasks.map(({ address }) => address)).size).toBe(tasks.length);
  });

  it('follows the stack of a sleeping task to its first frame', async () => {
    const { traces } = await describeBacktrace(open(s390xSystem({ kernel })), { pid: 2 }, never);
    expect(traces).toHaveLength(1);
    expect(traces[0]?.frames.map(({ symbol }) => symbol)).toEqual(['schedule+0x56', 'kthreadd+0x56', '__ret_from_fork+0x56', 'ret_from_fork+0x56']);
    expect(traces[0]?.end).toBe('complete');
  });

  it('says which task panicked, and where', async () => {
    const { reason } = await triage(open(s390xSystem({ kernel, state: 'kdump' })), never);
    expect(reason).toMatch(/CPU 0 was running .* in sysrq_handle_crash, called by __handle_sysrq, write_sysrq_trigger/);
    expect((await triage(open(s390xSystem({ kernel, state: 'running' })), never)).reason).not.toMatch(/was running .* \(pid/);
  });
});

describe('a panic that is in the log alone', () => {
  const reasonOf = async (text: string): Promise<string> => {
    const records = [{ text, time: 5_000_000_000n, level: 0 }];
    return (await triage(open(s390xSystem({ state: 'running', records })), never)).reason ?? '';
  };

  it('is not reported as absent', async () => {
    expect(await reasonOf('Kernel panic - not syncing: described')).toMatch(
      /^Kernel panic - not syncing: described .*Whether kdump was started is not recorded/,
    );
    expect(await reasonOf('Kernel panic - not syncing: described')).not.toContain('No crash is recorded');
    expect(await reasonOf('Kernel panic - not syncing: described')).not.toContain('did not take over');
    expect(await reasonOf('all is well')).toContain('No crash is recorded');
    expect(await reasonOf('all is well')).toContain('whether the system was running is not known');
  });
});

describe('damaged lists', () => {
  /** The described kernel is 1:1 before 6.10, so addresses of tasks are absolute. */
  async function addressesOf(system: S390xSystem): Promise<readonly bigint[]> {
    return (await describeTasks(open(system), never)).tasks.map(({ address }) => BigInt(address));
  }

  it('end at a loop, and the tasks on both sides of it are listed', async () => {
    const [, ...members] = await addressesOf(s390xSystem());
    const system = s390xSystem();
    const third = Number(members[2] ?? 0n);
    system.memory.u64(third + Number(links), third + Number(links));
    const { tasks, complete, missing } = await describeTasks(open(system), never);
    expect(complete).toBe(false);
    expect(tasks.length).toBeGreaterThan(3);
    expect(missing.map(({ why }) => why).join(' ')).toMatch(/does not point back|leads back/);
  });

  it('of garbage pointers give less, fast, and nothing that was not there', async () => {
    const whole = s390xSystem();
    const before = await describeTasks(open(whole), never);
    const known = new Map(before.tasks.map((task) => [task.address, task]));
    const random = seededRandom(7);
    for (let round = 0; round < 8; round += 1) {
      const system = s390xSystem();
      const victims = before.tasks.map(({ address }) => Number(BigInt(address)));
      for (let change = 0; change < 6; change += 1) {
        const task = victims[random.below(victims.length)] ?? 0;
        system.memory.u64(task + random.below(0x100) * 8, (BigInt(random.u32()) << 32n) | BigInt(random.u32()));
      }
      const session = open(system);
      const tasks = await describeTasks(session, never);
      v.parse(tasksSchema, tasks);
      v.parse(backtraceSchema, await describeBacktrace(session, { all: true }, never));
      v.parse(modulesSchema, await describeModules(session, never));
      expect(tasks.tasks.every(({ address }) => known.has(address))).toBe(true);
    }
  });

  it('a stack whose chain leads down or out of it is broken there, with the place', async () => {
    const system = s390xSystem();
    const [trace] = (await describeBacktrace(open(s390xSystem()), { pid: 2 }, never)).traces;
    const second = Number(BigInt(trace?.frames[1]?.stackPointer ?? '0x0'));
    system.memory.u64(second + 152, second - 64);
    const [down] = (await describeBacktrace(open(system), { pid: 2 }, never)).traces;
    expect(down).toMatchObject({ end: 'broken', detail: expect.stringContaining(`0x${(second + 152).toString(16)}`) as string });
    expect(down?.frames.length).toBe(2);
    system.memory.u64(second + 152, 0x123456789000n);
    expect((await describeBacktrace(open(system), { pid: 2 }, never)).traces[0]?.detail).toMatch(/not in a known stack/);
  });
});
