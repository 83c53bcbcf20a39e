/** The analysis `stacks` against crash's `foreach bt`: tasks that slept with the same return addresses are one group there and here. */
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';
import { crashTraces } from './crash-texts.ts';

/** Tasks that slept: all of them are in __schedule. Idle tasks share one pid. */
function sleepersOf(text: string): readonly { readonly pid: number; readonly addresses: string }[] {
  return crashTraces(text)
    .filter(({ pid, frames }) => pid !== 0 && frames[0]?.name === '__schedule')
    .map(({ pid, frames }) => ({ pid, addresses: frames.map(({ address }) => address).join(' ') }));
}

const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'crash-a.txt');
  const stated = text === undefined ? [] : sleepersOf(text);
  return stated.length === 0 ? [] : [{ name: entry.name, entry, stated }];
});

/** Groups of pids, however they are ordered. */
const partition = (groups: readonly (readonly number[])[]): readonly string[] =>
  groups
    .map((pids) => [...pids].sort((left, right) => left - right).join(' '))
    .filter((pids) => pids !== '')
    .sort();

function statedGroups(stated: readonly { readonly pid: number; readonly addresses: string }[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const { pid, addresses } of stated) groups.set(addresses, [...(groups.get(addresses) ?? []), pid]);
  return [...groups.values()];
}

const pidsOf = ({ pids }: RowJson): readonly number[] => String(pids).split(' ').map(Number);

describe.skipIf(cases.length === 0)('stacks in groups and foreach bt of crash', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, stated }) => {
    const { exact, plain } = await withSession(entry, async (session) => ({
      exact: await wholeAnalysis(session, 'stacks', { exact: true }),
      plain: await wholeAnalysis(session, 'stacks'),
    }));
    const known = new Set(stated.map(({ pid }) => pid));
    const ours = exact.rows.map((row) => pidsOf(row).filter((pid) => known.has(pid)));
    expect(partition(ours)).toEqual(partition(statedGroups(stated)));
    // The twin: one task that sleeps elsewhere is noticed.
    const [first = { pid: 0, addresses: '' }, ...others] = stated;
    expect(partition(ours)).not.toEqual(
      partition(statedGroups([{ ...first, addresses: others.find(({ addresses }) => addresses !== first.addresses)?.addresses ?? '' }, ...others])),
    );
    // What they are for: far fewer groups than tasks, and every task in one of them.
    expect(plain.rows.length).toBeLessThan(stated.length / 2);
    expect(plain.rows.length).toBeLessThanOrEqual(exact.rows.length);
    expect(plain.rows.reduce((sum, { count }) => sum + Number(count), 0)).toBe(exact.rows.reduce((sum, { count }) => sum + Number(count), 0));
  });
});
