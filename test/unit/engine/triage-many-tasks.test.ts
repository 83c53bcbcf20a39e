/** What triage reads of a crashed system must not grow with the number of its tasks: it looks at a few thousand of them, the oldest and the newest. */
import { describe, expect, it } from 'vitest';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const never = new AbortController().signal;
/** Places in task_struct of the described kernel (src/samples/s390x-tasks.ts). */
const at = { stack: 0x20, links: 0x530, pid: 0x610, comm: 0x7b8, ksp: 0xa28 } as const;
const firstTask = 0x200_0000;
const firstStack = 0x400_0000;

/** A described kernel that panicked with so many more tasks, each with its stack, at the end of its list. Before 6.10 it is mapped 1:1. */
async function crowded(more: number): Promise<Uint8Array> {
  const options = { kernel: '6.1', state: 'kdump', memorySize: 0x600_0000 } as const;
  const { tasks, initTask } = await describeTasks(sessionOn(memorySource('dump', elfVmcore(s390xSystem(options)))), never);
  const system = s390xSystem(options);
  const { memory } = system;
  const head = Number(BigInt(initTask?.address ?? '0x0')) + at.links;
  const onList = tasks.filter(({ pid, comm }) => pid !== 0 && !comm.startsWith('swapper'));
  let last = Number(BigInt(onList.at(-1)?.address ?? '0x0')) + at.links;
  for (let one = 0; one < more; one += 1) {
    const task = firstTask + one * 0x1000;
    const stack = firstStack + one * 0x1000;
    memory.u64(task + at.stack, stack).u64(task + at.ksp, stack + 0xe00);
    memory.u32(task + at.pid, 5000 + one).u32(task + at.pid + 4, 5000 + one);
    memory.text(task + at.comm, `worker-${one}`);
    memory.u64(stack, 0x57ac_6e9d);
    memory.u64(last, task + at.links).u64(task + at.links + 8, last);
    last = task + at.links;
  }
  memory.u64(last, head).u64(head + 8, last);
  return elfVmcore(system);
}

/** Bytes of the file that a question reads. */
async function bytesRead(dump: Uint8Array, ask: (session: ReturnType<typeof sessionOn>) => Promise<unknown>): Promise<number> {
  const inner = memorySource('dump', dump);
  let sum = 0;
  const source: ByteSource = {
    ...inner,
    readInto(offset, target) {
      sum += target.length;
      return inner.readInto(offset, target);
    },
  };
  await ask(sessionOn(source));
  return sum;
}

describe('a crashed system with many tasks', () => {
  it('is identified by triage from its CPUs and a part of its tasks', async () => {
    const [few, many] = [await crowded(4500), await crowded(6500)];
    const [less, more] = [await bytesRead(few, (session) => triage(session, never)), await bytesRead(many, (session) => triage(session, never))];
    const { reason, crashPlaces } = await triage(sessionOn(memorySource('dump', many)), never);
    expect(reason).toMatch(/CPU 0 was running .* in sysrq_handle_crash, called by __handle_sysrq/);
    expect(crashPlaces?.[0]).toMatchObject({ cpu: 0, symbol: expect.stringMatching(/^sysrq_handle_crash\+/) as unknown });
    // Two thousand tasks more: as much is read, to a page or two.
    expect(Math.abs(more - less)).toBeLessThan(64 * 1024);
    // The twin: a list of all tasks does grow.
    const [lessAll, moreAll] = [
      await bytesRead(few, (session) => describeTasks(session, never)),
      await bytesRead(many, (session) => describeTasks(session, never)),
    ];
    expect(moreAll - lessAll).toBeGreaterThan(1900 * 4096);
    const { tasks, complete } = await describeTasks(sessionOn(memorySource('dump', many)), never);
    expect(complete).toBe(true);
    expect(tasks.length).toBeGreaterThan(6500);
  });
});
