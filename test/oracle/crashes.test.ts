/**
 * Every crash dump that is here: it opens, fails no check, and gives the kernel log that makedumpfile printed and the guest read, and the tasks that
 * crash, drgn and the guest listed. What each dump is a case of is in its truth.txt.
 */
import { describe, expect, it } from 'vitest';
import { describeLog } from '../../src/analysis/engine/kernel/dmesg.ts';
import { describeTasks } from '../../src/analysis/engine/kernel/tasks.ts';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import { logLine } from '../../src/shared/log-line.ts';
import type { TasksJson } from '../../src/shared/task-model.ts';
import { crashDumps, crashOracle, haveDump } from '../dumps.ts';
import { withSession } from './oracle-suite.ts';
import { crashPs, type StatedTask } from './tasks/crash-texts.ts';

const never = new AbortController().signal;
const entries = crashDumps.map((entry) => [entry.name, entry] as const);

/** A system in a dump, with the ending of the names of its texts: where kdump itself was running there are two. */
const systems = crashDumps.flatMap((entry) => {
  const views = crashOracle(entry.name, 'dmesg-kdump.txt') === undefined ? (['all'] as const) : (['prod', 'kdump'] as const);
  return views.map((view) => ({ name: entry.name, view, entry, texts: view === 'all' ? '' : `-${view}` }));
});

/** The lines "pid N S cpu N task 0x... comm NAME" of drgn's list; its letters are those of /proc. */
const drgnTasks = (text: string): readonly StatedTask[] =>
  [...text.matchAll(/^pid +(\d+) (\S+) cpu (\d+) task 0x([0-9a-f]+) .*? comm (.*)$/gm)].map(([, pid, state = '', cpu, address = '', comm = '']) => ({
    pid: Number(pid),
    state,
    cpu: Number(cpu),
    address: `0x${BigInt(`0x${address}`).toString(16)}`,
    comm,
  }));

/** Rows of crash's `ps`. It calls a task that is being reaped dead, which /proc, drgn and we still call a zombie. */
const crashTasks = (text: string): readonly StatedTask[] => crashPs(text).map((task) => (task.state === 'X' ? { ...task, state: 'Z' } : task));

/** The CPUs that the guest itself called offline. crash lists their idle tasks too, and we list those of the dump's CPUs. */
const offlineCpus = (name: string): ReadonlySet<number> =>
  new Set([...(crashOracle(name, 'guest/cpus.txt') ?? '').matchAll(/^cpu(\d+) online=0/gm)].map(([, cpu]) => Number(cpu)));

/** A message of several lines as the kernel hands it out: each with the time. */
function stamped(text: string): string {
  const stamp = /^\[[ .\d]+\] /.exec(text)?.[0] ?? '';
  return text.replaceAll(`\n${' '.repeat(stamp.length)}`, `\n${stamp}`);
}

/** Kernel threads that the guest's module listed shortly before the trouble, by /proc's word for their parent. Workers change their names as they work. */
function kernelThreads(name: string): readonly StatedTask[] {
  const listed = [crashOracle(name, 'guest/trouble.txt'), crashOracle(name, 'guest/facts-orderflow.txt')].find((text) => text !== undefined) ?? '';
  const tasks = (crashOracle(name, 'guest/tasks.txt') ?? '').split(/^== /m);
  const ofKthreadd = new Set(tasks.filter((text) => /^PPid:\s+2$/m.test(text)).map((text) => Number(/\btid (\d+) /.exec(text)?.[1])));
  return [...listed.matchAll(/^task ([0-9a-f]+) pid (\d+) .*\bcomm (.*)$/gm)]
    .map(([, address = '', pid, comm = '']) => ({ address: `0x${BigInt(`0x${address}`).toString(16)}`, pid: Number(pid), comm }))
    .filter(({ pid, comm }) => ofKthreadd.has(pid) && !comm.startsWith('kworker/'));
}

/** What a list of tasks states and ours does not have. */
function differences(stated: readonly StatedTask[], ours: TasksJson): readonly string[] {
  const byAddress = new Map(ours.tasks.map((task) => [task.address, task]));
  return stated.flatMap((task) => {
    const mine = byAddress.get(task.address);
    const text = (pid?: number, comm?: string, state?: string): string => `${task.address} ${pid ?? '?'} ${state ?? '?'} ${comm ?? '?'}`;
    const theirs = text(task.pid, task.comm, task.state);
    const our = text(mine?.pid, mine?.comm, task.state === undefined ? undefined : mine?.state?.letter);
    return our === theirs ? [] : [`${our}, stated ${theirs}`];
  });
}

describe('crash dumps', () => {
  it('of several kinds of trouble are in the repository', () => {
    const own = ['null-kthread', 'abba-mutex', 'slab-redzone', 'oom-slab', 'stack-overflow', 'io-stall', 'x86-null'].map((name) => `c-${name}.kdump`);
    expect(own.filter((name) => !haveDump(name))).toEqual([]);
  });

  it.each(entries)('%s fails no quick check', async (_name, entry) => {
    const results = await withSession(entry, (session) => checkSession(session, 'headers', never));
    expect(results.filter(({ verdict }) => verdict === 'failed').map(({ id, detail }) => `${id}: ${detail}`)).toEqual([]);
    expect(results.some(({ verdict }) => verdict === 'passed')).toBe(true);
  });

  it.each(systems.filter(({ name, texts }) => crashOracle(name, `dmesg${texts}.txt`) !== undefined))(
    '$name ($view): the log is byte for byte what makedumpfile prints',
    async ({ name, view, entry, texts }) => {
      const text = crashOracle(name, `dmesg${texts}.txt`) ?? '';
      expect(text.length).toBeGreaterThan(1000);
      const withCaller = /^\[[ .\d]+\] \[ +[TC]\d+\]/.test(text);
      const { records } = await withSession(entry, (session) => describeLog(session.inView(view), never));
      const ours = records.map((record) => `${logLine(record, withCaller)}\n`).join('');
      expect(ours).toBe(text);
      // The twin: one letter must be noticed.
      expect(ours).not.toBe(text.replace('Linux', 'Linus'));
    },
  );

  it.each(systems.filter(({ name, view }) => view !== 'kdump' && crashOracle(name, 'guest/dmesg.txt') !== undefined))(
    '$name ($view): the log begins with what the guest read of it',
    async ({ name, view, entry }) => {
      const text = crashOracle(name, 'guest/dmesg.txt') ?? '';
      expect(text.length).toBeGreaterThan(1000);
      const { records } = await withSession(entry, (session) => describeLog(session.inView(view), never));
      const ours = records.map((record) => `${stamped(logLine(record, false))}\n`).join('');
      expect(ours.slice(0, text.length)).toBe(text);
      expect(ours.slice(0, text.length)).not.toBe(text.replace('Linux', 'Linus'));
    },
  );

  it.each(systems)('$name ($view): the tasks are those that crash, drgn and the guest list', async ({ name, view, entry, texts }) => {
    const lists = [
      crashTasks(crashOracle(name, `crash${texts === '' ? '-a' : texts}.txt`) ?? ''),
      drgnTasks(crashOracle(name, `drgn${texts}.txt`) ?? ''),
      view === 'kdump' ? [] : kernelThreads(name),
    ].filter(({ length }) => length > 0);
    expect(lists.length).toBeGreaterThan(0);
    const ours = await withSession(entry, (session) => describeTasks(session.inView(view), never));
    const offline = offlineCpus(name);
    for (const list of lists) {
      const stated = list.filter(({ pid, cpu }) => pid !== 0 || cpu === undefined || !offline.has(cpu));
      expect(stated.length).toBeGreaterThan(10);
      expect(differences(stated, ours)).toEqual([]);
      expect(
        differences(stated, { ...ours, tasks: ours.tasks.map((task) => (task.address === stated[3]?.address ? { ...task, comm: 'other' } : task)) }),
      ).not.toEqual([]);
    }
  });
});
