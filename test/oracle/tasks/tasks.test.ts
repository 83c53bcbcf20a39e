/** Tasks against crash's `ps` and drgn's list, on every real dump that they opened. */
import { describe, expect, it } from 'vitest';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import type { TasksJson } from '../../../src/shared/task-model.ts';
import { dumpEntries, oracleText } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';
import { crashPs, drgnTasks, type StatedTask } from './crash-texts.ts';

const never = new AbortController().signal;
const texts = dumpEntries
  .filter(({ name, how }) => how !== 'derived' && !/\.s390$|zstd/.test(name))
  .flatMap((entry) =>
    (
      [
        ['crash.txt', crashPs],
        ['crash-8.0.6.txt', crashPs],
        ['drgn.txt', drgnTasks],
      ] as const
    ).flatMap(([suffix, parse]) => {
      const stated = parse(oracleText(entry.name, suffix) ?? '');
      // crash 8.0.2 walks the PID table of these kernels wrongly and prints only a few.
      return stated.length < 20 ? [] : [[entry.name, suffix, entry, stated] as const];
    }),
  );

/** What of a stated task our list does not say. */
function differences(stated: readonly StatedTask[], ours: TasksJson): readonly string[] {
  const found: string[] = [];
  const byAddress = new Map(ours.tasks.map((task) => [task.address, task]));
  for (const task of stated) {
    const mine = byAddress.get(task.address);
    if (mine === undefined) {
      found.push(`${task.pid} ${task.comm} is missing`);
      continue;
    }
    if (mine.pid !== task.pid || mine.comm !== task.comm) found.push(`${task.address} is ${mine.pid ?? '?'} ${mine.comm}, stated ${task.pid} ${task.comm}`);
    if (task.state !== undefined && mine.state?.letter !== task.state) found.push(`${task.pid} is ${mine.state?.letter ?? '?'}, stated ${task.state}`);
    // Idle tasks were made by init or are their own parents; crash prints 0 for all of them.
    if (task.parent !== undefined && task.pid !== 0 && mine.parent !== task.parent)
      found.push(`${task.pid} has parent ${mine.parent ?? '?'}, stated ${task.parent}`);
    if (task.cpu !== undefined && (mine.runsOn ?? mine.cpu ?? task.cpu) !== task.cpu)
      found.push(`${task.pid} is on CPU ${mine.cpu ?? '?'}, stated ${task.cpu}`);
    if (task.runs !== undefined && (mine.runsOn !== undefined) !== task.runs)
      found.push(`${task.pid} runs: ${mine.runsOn ?? 'no'}, stated ${String(task.runs)}`);
  }
  const known = new Set(stated.map(({ address }) => address));
  for (const task of ours.tasks) if (task.kind !== 'idle' && !known.has(task.address)) found.push(`${task.pid ?? '?'} ${task.comm} is not stated`);
  return found;
}

describe.skipIf(texts.length === 0)('tasks', () => {
  if (texts.length === 0) it('needs the real dumps', () => undefined);
  it.each(texts)('%s: we list what %s lists', async (_name, _suffix, entry, stated) => {
    const ours = await withSession(entry, (session) => describeTasks(session, never));
    expect(differences(stated, ours)).toEqual([]);
    expect(ours.complete).toBe(true);
    // Each stated value is judged: a changed one is noticed.
    const [victim] = ours.tasks.filter(({ pid }) => pid === 2);
    for (const change of [{ pid: 3 }, { comm: 'other' }, { address: '0x8' }, { state: { letter: 'Z', word: '', value: '0x20' } }]) {
      const altered = { ...ours, tasks: ours.tasks.map((task) => (task === victim ? { ...task, ...change } : task)) };
      expect(differences(stated, altered), JSON.stringify(change)).not.toEqual([]);
    }
  });
});
