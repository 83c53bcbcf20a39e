/** Timers of the wheel against crash's command timer on the same dumps; hrtimers against /proc/timer_list of the guest, of which those that expire long after the dump are still there. */
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

/** Lines of "timer": TIMER_BASES[0][BASE_STD]: dd22400, then EXPIRES TTE TIMER_LIST FUNCTION. Before 6.12 it knows all bases, since then the first two. */
function crashTimers(text: string): readonly string[] {
  let [cpu, base] = ['', ''];
  return text.split('\n').flatMap((line) => {
    const head = /^TIMER_BASES\[(\d+)\]\[(BASE_\w+)\]/.exec(line);
    if (head !== null) [, cpu = '', base = ''] = head;
    const found = /^ +(\d+) +-?\d+ +([0-9a-f]+) +[0-9a-f]+ +<(\w+)/.exec(line);
    return found === null ? [] : [[cpu, base === 'BASE_STD' ? 0 : 1, found[1], `0x${found[2] ?? ''}`, found[3]].join(' ')];
  });
}
const bases = ['local', 'global'];
function timerLines(rows: readonly RowJson[]): readonly string[] {
  const isSplit = rows.some(({ base }) => bases.includes(String(base)));
  return rows.flatMap(({ cpu, kind, base, expires, timer, function: name }) => {
    const at = (isSplit ? bases : ['standard', 'deferrable']).indexOf(String(base));
    return kind !== 'timer' || at === -1 ? [] : [[cpu, at, expires, timer, String(name).replace(/\+.*| \[.*/, '')].join(' ')];
  });
}
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();

/** "cpu function softexpires-expires" of the hrtimers that the guest listed, with seconds since its start. */
const guestTimers = (text: string): readonly { readonly line: string; readonly seconds: number }[] => {
  let cpu = '';
  let name = '';
  return text.split('\n').flatMap((line) => {
    cpu = /^cpu: (\d+)/.exec(line)?.[1] ?? cpu;
    name = /^ #\d+: <[^>]*>, (\w+)/.exec(line)?.[1] ?? name;
    const expires = /^ # expires at \d+-(\d+) nsecs/.exec(line)?.[1];
    return expires === undefined ? [] : [{ line: [cpu, name, expires].join(' '), seconds: Number(expires) / 1e9 }];
  });
};

const described = crashDumps.flatMap((entry) => {
  const [crash, guest] = [crashOracle(entry.name, 'crash-a.txt') ?? '', crashOracle(entry.name, 'guest/timer_list.txt') ?? ''];
  return crash.includes('TIMER_BASES') || guest !== '' ? [[entry.name, entry, crashTimers(crash), guestTimers(guest)] as const] : [];
});

describe.skipIf(described.length === 0)('timers', () => {
  if (described.length === 0) it('needs the real dumps', () => undefined);
  it.each(described)('%s: as crash lists them, and as the guest did', async (_name, entry, crash, guest) => {
    const { rows, missing } = await withSession(entry, (opened) => wholeAnalysis(opened.twoSystems === undefined ? opened : opened.inView('prod'), 'timers'));
    // A timer whose module is gone cannot be followed: there the chain ends, and that is said.
    const isStale = entry.name.startsWith('c-badcall-stale');
    expect(missing.length > 0).toBe(isStale);
    if (crash.length > 0) {
      const mine = sorted(timerLines(rows));
      if (!isStale) expect(mine).toEqual(sorted(crash));
      for (const column of ['cpu', 'base', 'expires', 'timer', 'function'])
        expect(sorted(timerLines(rows.map((row) => ({ ...row, [column]: 'x' }))))).not.toEqual(sorted(crash));
    }
    // Ten hours from its start on: sleeps of a day.
    const late = guest.filter(({ seconds }) => seconds > 36_000).map(({ line }) => line);
    const own = rows.filter(({ kind }) => kind === 'hrtimer').map((row) => [row.cpu, row.function, row.expires].join(' '));
    for (const line of late) expect(own).toContain(line);
    if (guest.length > 0) expect(late.length).toBeGreaterThan(0);
    // Each CPU that is up ticks.
    expect(own.filter((line) => /tick_nohz_handler|tick_sched_timer/.test(line)).length).toBeGreaterThan(0);
    for (const row of rows) {
      if (row.calls !== undefined) expect(row.function).toBe('delayed_work_timer_fn');
      if (row.function === 'hrtimer_wakeup' || row.function === 'process_timeout') expect(row.name).toBeDefined();
    }
  });
});
