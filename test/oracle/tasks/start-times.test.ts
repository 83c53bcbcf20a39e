/** When tasks were started: equal to the 22nd field of /proc/PID/stat, which the guests read shortly before their trouble. */
import { describe, expect, it } from 'vitest';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

/** USER_HZ: what /proc counts in. */
const ticks = 100;
const startField = 22;

/** pid and comm, and clock ticks from the start of the system to that of the task. */
const stated = (text: string): ReadonlyMap<string, number> =>
  new Map(
    [...text.matchAll(/^stat (\d+) \((.*)\) (\S .*)$/gm)].map(([, pid, comm, rest = '']) => [
      `${pid ?? ''} ${comm ?? ''}`,
      Number(rest.split(' ')[startField - 3]),
    ]),
  );

const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'guest/tasks.txt');
  return text === undefined || !/^stat \d/m.test(text) || entry.name === 'c-kdump-hung.s390' ? [] : [{ name: entry.name, entry, text }];
});

describe.skipIf(cases.length === 0)('start times of tasks', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, text }) => {
    const { rows } = await withSession(entry, (session) => wholeAnalysis(session, 'tasks'));
    const wanted = stated(text);
    const both = rows.filter((row) => wanted.has(`${String(row.pid)} ${String(row.name)}`));
    expect(both.length).toBeGreaterThan(15);
    const wrong = (late: number): readonly string[] =>
      both.flatMap(({ pid, name, started }) => {
        const ours = started === undefined ? undefined : Math.floor((Number(started) + late) * ticks + 1e-6);
        return ours === wanted.get(`${String(pid)} ${String(name)}`) ? [] : [`${String(pid)} ${String(name)}: ${String(ours)}`];
      });
    expect(wrong(0)).toEqual([]);
    // The twin: one tick more is noticed for each.
    expect(wrong(1 / ticks)).toHaveLength(both.length);
  });
});
