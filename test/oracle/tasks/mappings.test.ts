/** Mappings of processes against the guests' own /proc/PID/stat: their sum is the size of the process, and its code lies in one that may be executed. */
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

interface Stated {
  readonly pid: string;
  readonly comm: string;
  /** Bytes, and where the code begins: the 23rd and 26th field. */
  readonly size: number;
  readonly code: bigint;
}

const stated = (text: string): readonly Stated[] =>
  [...text.matchAll(/^stat (\d+) \((.*)\) (\S .*)$/gm)].flatMap(([, pid = '', comm = '', rest = '']) => {
    const fields = rest.split(' ');
    const size = Number(fields[20]);
    return size === 0 ? [] : [{ pid, comm, size, code: BigInt(fields[23] ?? '0') }];
  });

/** What the mappings of a process say otherwise. */
function differences({ size, code }: Stated, rows: readonly RowJson[]): readonly string[] {
  const sum = rows.reduce((total, { bytes }) => total + Number(bytes), 0);
  const holder = rows.find(({ start, end }) => BigInt(String(start)) <= code && code < BigInt(String(end)));
  return [
    ...(sum === size ? [] : [`${sum} bytes, stated ${size}`]),
    ...(String(holder?.permissions).includes('x') ? [] : [`code at ${code.toString(16)} is in ${JSON.stringify(holder)}`]),
  ];
}

const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'guest/tasks.txt');
  return text === undefined || entry.name === 'c-kdump-hung.s390' || stated(text).length < 2 ? [] : [{ name: entry.name, entry, processes: stated(text) }];
});

describe.skipIf(cases.length === 0)('mappings of processes', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, processes }) => {
    await withSession(entry, async (session) => {
      const { rows: tasks } = await wholeAnalysis(session, 'tasks');
      const alive = processes.filter(({ pid, comm }) => tasks.some((row) => String(row.pid) === pid && row.name === comm));
      let compared = 0;
      for (const one of alive) {
        const { rows, missing } = await wholeAnalysis(session, 'mappings', { pid: one.pid });
        if (rows.length === 0) expect(missing).not.toEqual([]);
        else {
          compared += 1;
          expect({ ...one, found: differences(one, rows) }).toEqual({ ...one, found: [] });
          // The twin: a page more, or code that may not be executed, is noticed.
          const [first = {}, ...others] = rows;
          expect(differences(one, [{ ...first, bytes: Number(first.bytes) + 4096 }, ...others])).toHaveLength(1);
          expect(
            differences(
              one,
              rows.map((row) => ({ ...row, permissions: 'rw-p' })),
            ),
          ).toHaveLength(1);
        }
      }
      expect(compared).toBeGreaterThan(0);
    });
  });
});
