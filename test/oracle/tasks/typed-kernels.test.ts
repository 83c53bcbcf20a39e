/** Kernels that carry their types: mappings of processes, the tasks and stacks of an aarch64 guest of which no reference tool said anything. */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeMappings } from '../../../src/analysis/engine/kernel/mappings.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { dumpEntries, openDumpSource } from '../../dumps.ts';

const never = new AbortController().signal;
const dumps = dumpEntries.filter(({ name }) => name === 'o-x86-x1-vmcore.elf' || name === 'o-a64-a1-qemu.elf');

describe.skipIf(dumps.length === 0)('a kernel with types', () => {
  if (dumps.length === 0) it('needs the real dumps', () => undefined);
  it.each(dumps.map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    const { source, close } = await openDumpSource(entry);
    try {
      const session = sessionOn(source);
      const { tasks, complete, layout } = await describeTasks(session, never);
      expect([complete, layout?.method]).toEqual([true, 'BTF']);
      // 63 and 57 on the list, and init_task itself.
      expect(tasks.filter(({ pid, comm }) => pid !== 0 || comm === 'swapper/0')).toHaveLength(name.includes('a64') ? 58 : 64);
      for (const { pid = 0, kind } of tasks.filter((task) => task.kind === 'user' && task.thread !== true)) {
        const { mappings, missing } = await describeMappings(session, pid, never);
        expect({ pid, kind, missing, first: mappings[0] }).toMatchObject({ missing: [], first: { start: '0x400000', file: '/bin/busybox' } });
        expect(mappings.some(({ permissions }) => permissions === 'r-xp')).toBe(true);
      }
      const { traces } = await describeBacktrace(session, { all: true }, never);
      if (!name.includes('a64')) return;
      // Every chain ends where the kernel begins a stack, and every frame is a function.
      expect(traces.map(({ end }) => end).filter((end) => end !== 'complete')).toEqual([]);
      const firsts = new Set(traces.map(({ frames }) => frames.at(-1)?.symbol?.replace(/\+.*/, '')));
      expect([...firsts].sort()).toEqual(['__primary_switched', '__secondary_switched', 'el0t_64_sync', 'ret_from_fork']);
      expect(traces.flatMap(({ frames }) => frames).filter(({ symbol }) => symbol === undefined)).toEqual([]);
    } finally {
      close();
    }
  });
});
