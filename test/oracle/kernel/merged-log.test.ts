/** Log and debug feature on one time axis, against what else the dumps say of time: CRASHTIME, and drivers that note what the log reports. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { crashDumps, dumpEntries } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const chosen = ['c-abba-mutex.kdump', 'c-null-kthread.kdump', 'c-k61-null.kdump', 'c-io-stall.kdump'];
const cases = [...crashDumps, ...dumpEntries].filter(({ name }) => chosen.includes(name)).map((entry) => [entry.name, entry] as const);
const rowsOf = async (session: Session, id: string): Promise<readonly RowJson[]> => (await analysesOf(session, [{ id }], scan))[0]?.rows ?? [];
const micros = ({ time }: RowJson): string => String(time);
const textOf = ({ log, time, level, cpu, data, callerAddress }: RowJson): string => [log, time, level, cpu, data, callerAddress].join(' ');

describe.skipIf(cases.length === 0)('log and debug feature on one time axis', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s', async (_name, entry) => {
    await withSession(entry, async (opened) => {
      const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
      const merged = await rowsOf(session, 'merged-log');
      const ofLog = merged.filter(({ source }) => source === 'kernel log');
      const noted = merged.filter(({ source }) => source === 'debug feature');
      // Every record of both, the log in its own order, the debug feature by time.
      expect(ofLog.map(({ text }) => text)).toEqual((await rowsOf(session, 'log')).map(({ text }) => text));
      expect(noted.map(textOf).sort()).toEqual((await rowsOf(session, 'debug-feature')).map(textOf).sort());
      expect(noted.length).toBeGreaterThan(100);
      expect(noted.map(micros)).toEqual(noted.map(micros).sort());
      // Neither runs away from the other: what is between two lines of the log has its time between theirs.
      let before = '';
      for (const row of merged) {
        if (row.source === 'kernel log' && micros(row) > before) before = micros(row);
        else if (row.source === 'debug feature') expect(micros(row) >= before).toBe(true);
      }
      // The driver of the console registers with SCLP, which SCLP notes, before the log reports the console.
      const console = merged.findIndex(({ text }) => String(text).includes('console [ttysclp0] enabled'));
      const registers = merged.findIndex(
        ({ source, log, caller }) => source === 'debug feature' && log === 'sclp' && String(caller).startsWith('sclp_register'),
      );
      expect(registers).toBeGreaterThan(-1);
      expect(registers).toBeLessThan(console);
      expect(merged.slice(0, registers).some(({ source }) => source === 'kernel log')).toBe(true);
      // The wall clock of the line of the panic is the time that the kernel noted for kdump.
      const crash = session.knownVmcoreinfo?.entries.get('CRASHTIME');
      const panic = ofLog.findLast(({ mark }) => mark === 'panic');
      if (crash !== undefined && panic !== undefined) expect(Math.abs(Date.parse(micros(panic)) / 1000 - Number(crash))).toBeLessThan(2);
    });
  });
});
