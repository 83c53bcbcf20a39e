/** Records of the debug feature against what the guests themselves read from /sys/kernel/debug/s390dbf before they died. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { dumpFolders } from '../../dump-folders.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };

/** Texts of a guest: log and view of each. */
function textsOf(name: string): readonly { readonly log: string; readonly view: string; readonly text: string }[] {
  const base = name.replace(/\.\w+$/, '');
  const folder = dumpFolders.map((one) => join(one, 'oracles', base, 'guest', 's390dbf')).find((one) => existsSync(one));
  return (folder === undefined ? [] : readdirSync(folder)).flatMap((file) => {
    const [, log, view] = /^(\w+)\.(sprintf|hex_ascii)\.txt/.exec(file) ?? [];
    const text = log === undefined || view === undefined ? undefined : crashOracle(name, `guest/s390dbf/${log}.${view}.txt`);
    return log === undefined || view === undefined || text === undefined ? [] : [{ log, view, text }];
  });
}

/** The line that debugfs makes of a record (debug_dflt_header_fn and the two views in arch/s390/kernel/debug.c). */
function lineOf(row: RowJson, view: string): string {
  const [seconds, micros = ''] = [Math.floor(Date.parse(String(row.time)) / 1000), /\.(\d{6})Z$/.exec(String(row.time))?.[1]];
  const head = `${String(row.area).padStart(2, '0')} ${String(seconds).padStart(11, '0')}:${micros} ${String(row.level)} ${row.exception === true ? '*' : '-'}`;
  const caller = String(row.callerAddress).slice(2).padStart(16, '0');
  const bytes = String(row.data).slice(2).replaceAll(/../g, '$& ');
  return `${head} ${String(row.cpu).padStart(4, '0')} ${caller}  ${view === 'sprintf' ? '' : `${bytes}| `}${String(row.text)}`;
}

/** Lines of the guest that are not among ours in their order, and ours of before the guest's last that it has not. */
function differences(stated: string, ours: readonly string[]): readonly string[] {
  const lines = stated.split('\n').filter((line) => /^\d\d \d{11}:\d{6} /.test(line));
  const byTime = (all: readonly string[]): readonly string[] => [...all].sort((left, right) => left.slice(3, 21).localeCompare(right.slice(3, 21)));
  const wanted = byTime(lines);
  const last = wanted.at(-1)?.slice(3, 21) ?? '';
  // The guest ran on for some seconds: what it noted since is not in its text.
  const found = byTime(ours).filter((line) => line.slice(3, 21) <= last);
  return Array.from({ length: Math.max(wanted.length, found.length) }, (_, at) => at).flatMap((at) => {
    // A text of several lines ends at the first.
    const mine = found[at]?.split('\n')[0];
    return mine === wanted[at] ? [] : [`${wanted[at] ?? '(none)'}\n${mine ?? '(none)'}`];
  });
}

const cases = crashDumps.map((entry) => [entry.name, entry, textsOf(entry.name)] as const).filter(([, , texts]) => texts.length > 0);

describe.skipIf(cases.length === 0)('the debug feature', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: every record that the guest read', async (_name, entry, texts) => {
    const rows = await withSession(entry, async (opened) => {
      const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
      const [answer] = await analysesOf(session, [{ id: 'debug-feature' }], scan);
      return answer?.rows ?? [];
    });
    let compared = 0;
    for (const { log, view, text } of texts) {
      const mine = rows.filter((row) => row.log === log);
      const lines = mine.map((row) => lineOf(row, view));
      expect(differences(text, lines), log).toEqual([]);
      if (mine.length === 0 || text.trim() === '') continue;
      compared += mine.length;
      for (const [column, value] of [
        ['level', 9],
        ['cpu', 99],
        ['callerAddress', '0x8'],
        ['text', 'altered'],
        ['time', '1999-01-01T00:00:00.000001Z'],
      ] as const)
        expect(differences(text, [lineOf({ ...mine[0], [column]: value }, view), ...lines.slice(1)]), `${log} ${column}`).not.toEqual([]);
    }
    expect(compared).toBeGreaterThan(100);
  });
});
