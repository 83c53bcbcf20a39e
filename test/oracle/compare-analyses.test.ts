/**
 * Analyses of two real dumps side by side: what the truth of each case says is new, gone, or has grown comes first; a dump differs from itself in
 * nothing; and one that was altered in one place differs there.
 */
import { describe, expect, it } from 'vitest';
import { compareRows } from '../../src/analysis/compare/analysis-rows.ts';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import type { ComparedAnalysis, RowDifference } from '../../src/shared/analysis-compare.ts';
import { reportComparison } from '../../src/analysis/report/report-comparison.ts';
import { compareText } from '../../src/cli/text/compare-text.ts';
import { makeStyle } from '../../src/cli/text/style.ts';
import type { CompareJson } from '../../src/shared/compare-model.ts';
import { crashDumps, haveDump, openDumpSource, type DumpEntry } from '../dumps.ts';
import { patchedSource } from '../patched-source.ts';
import { wholeAnalysis } from '../whole-analysis.ts';
import { withSession } from './oracle-suite.ts';

const entryOf = (name: string): DumpEntry => {
  const entry = crashDumps.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`${name} is not there`);
  return entry;
};
const parametersOf = (id: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    analyses
      .find(({ table }) => table.id === id)
      ?.table.parameters.flatMap(({ name, type, required }) => (required === true ? [[name, type === 'pid' ? '1' : 'panic']] : [])) ?? [],
  );

async function compared(id: string, left: Session, right: Session): Promise<ComparedAnalysis> {
  const analysis = analyses.find(({ table }) => table.id === id);
  if (analysis === undefined) throw new Error(`no analysis ${id}`);
  return compareRows(analysis.table, await wholeAnalysis(left, id, parametersOf(id)), await wholeAnalysis(right, id, parametersOf(id)));
}
const ofDumps = (id: string, left: string, right: string): Promise<ComparedAnalysis> =>
  withSession(entryOf(left), (one) => withSession(entryOf(right), (other) => compared(id, one, other)));
const names = (differences: readonly RowDifference[], kind: RowDifference['kind'], column = 'name'): readonly unknown[] =>
  differences.flatMap((one) => (one.kind === kind ? [(one.left ?? one.right)?.[column]] : []));

const pair = ['c-null-kthread.kdump', 'c-oom-slab.kdump'] as const;
const hung = ['c-abba-mutex.kdump', 'c-io-stall.kdump'] as const;

describe.skipIf(!haveDump(...pair, ...hung))('analyses of two dumps', () => {
  it('a slab that leaked is the first that grew, with its growth and that of all slabs', async () => {
    const slabs = await ofDumps('slab-caches', ...pair);
    const [first] = slabs.differences;
    expect([first?.kind, first?.right?.name]).toEqual(['changed', 'order_session']);
    const { bytes, objects } = first?.deltas ?? {};
    expect(Number(bytes)).toBe(Number(first?.right?.bytes) - Number(first?.left?.bytes));
    expect(Number(bytes)).toBeGreaterThan(80 * 2 ** 20);
    expect(Number(objects)).toBeGreaterThan(100_000);
    const [sum] = slabs.sums ?? [];
    expect(Number(sum?.right) - Number(sum?.left)).toBeGreaterThan(80 * 2 ** 20);
    // The other way round the same shrank.
    const back = await ofDumps('slab-caches', pair[1], pair[0]);
    expect([back.differences[0]?.left?.name, back.differences[0]?.deltas?.bytes]).toEqual(['order_session', -Number(bytes)]);
    // And the memory is missing where free blocks are counted.
    expect((await ofDumps('memory-usage', ...pair)).differences.slice(0, 6).map(({ right }) => right?.name)).toEqual(
      expect.arrayContaining(['MemFree', 'SUnreclaim', 'Slab']),
    );
  });

  it('tasks that hang are new or gone, with what they wait for; kernel threads of another start are the same', async () => {
    const waits = await ofDumps('hangs', ...hung);
    expect(names(waits.differences, 'onlyLeft')).toEqual(expect.arrayContaining(['order-bill', 'order-post']));
    expect(names(waits.differences, 'onlyRight')).toEqual(expect.arrayContaining(['dd', 'sync', 'jbd2/vdb-8']));
    const owner = waits.differences.find(({ left }) => left?.name === 'order-bill')?.left;
    expect([owner?.waitsFor, owner?.ownerName]).toEqual(['mutex', 'order-post']);

    const tasks = await ofDumps('tasks', ...hung);
    expect(tasks.matchedBy).toEqual([['pid', 'name'], ['name']]);
    // Those in state D come first.
    const states = tasks.differences.filter(({ kind }) => kind !== 'moved').map(({ left, right }) => [left?.state, right?.state].includes('D'));
    expect(states.lastIndexOf(true)).toBe(states.filter(Boolean).length - 1);
    expect(names(tasks.differences, 'onlyRight').slice(0, 3)).toEqual(expect.arrayContaining(['jbd2/vdb-8', 'dd']));
    expect(names(tasks.differences, 'moved')).toEqual(expect.arrayContaining(['kthreadd', 'khungtaskd', 'init']));
  });

  it('lines of the log are matched by their text after another start', async () => {
    const log = await ofDumps('log', ...hung);
    expect(log.matchedBy).toEqual([['text']]);
    expect(names(log.differences, 'onlyLeft', 'text').join('\n')).toMatch(/task order-post:\d+ blocked for more than/);
    expect(names(log.differences, 'onlyRight', 'text').join('\n')).toMatch(/task dd:\d+ blocked for more than|task jbd2\/vdb-8:\d+ blocked/);
    expect(names(log.differences, 'moved', 'text').join('\n')).toContain('Linux version');
  });

  it('text and report show the weightiest of them, with the sums', async () => {
    const slabs = await ofDumps('slab-caches', ...pair);
    const answer: CompareJson = {
      schema: 1,
      left: { file: 'a', identity: 'i' },
      right: { file: 'b', identity: 'j' },
      comparable: true,
      method: 'exact',
      pages: { common: 1, equal: 1, changed: 0, onlyLeft: 0, onlyRight: 0, changedRanges: [], byRegion: [] },
      cpus: [],
      lowcore: [],
      osinfo: [],
      vmcoreinfo: [],
      regions: [],
      notes: [],
      analyses: [slabs],
    } as unknown as CompareJson;
    const wanted = /name order_session +bytes: 0 bytes \/ [\d.]+ MiB \(\+[\d.]+ MiB\)/;
    expect(compareText(answer, makeStyle(false))).toMatch(wanted);
    expect(compareText(answer, makeStyle(false))).toMatch(/bytes of all rows: [\d.]+ MiB \/ [\d.]+ MiB \(\+[\d.]+ MiB\)/);
    const [part] = reportComparison(answer).parts.filter(({ title }) => title === 'Analysis slab-caches');
    expect(part?.lines.find((line) => line.startsWith('name order_session'))).toMatch(/\(\+[\d.]+ MiB\)/);
    expect(part?.lines.length).toBeLessThanOrEqual(201);
  });
});

describe.skipIf(!haveDump(hung[0]))('a dump with itself and with an altered copy', () => {
  it.each(analyses.map(({ table }) => table.id))('%s differs in nothing', async (id) => {
    const same = await ofDumps(id, hung[0], hung[0]);
    expect({ ...same.counts, equal: 0 }).toEqual({ equal: 0, changed: 0, moved: 0, onlyLeft: 0, onlyRight: 0 });
    expect([same.counts.equal, same.differences]).toEqual([same.left.rows, []]);
  });
});

const plain = 'c-kdump-hung.s390';
describe.skipIf(!haveDump(plain))('a dump whose pages lie in its file as they are, altered in one place', () => {
  it('differs there: a task has another name, a slab cache has more slabs', async () => {
    const { source, close } = await openDumpSource(entryOf(plain));
    try {
      const session = sessionOn(source).inView('kdump');
      const tasks = await wholeAnalysis(session, 'tasks');
      const caches = await wholeAnalysis(session, 'slab-caches');
      const { memory, image } = { memory: session.kernel.memory, image: session.image };
      const offsetOf = (address: bigint): number => {
        const absolute = memory.translate(address) ?? -1n;
        const extent = [...image.memory.extents].find(({ start, end }) => absolute >= start && absolute < end);
        return (extent?.fileOffset ?? NaN) + Number(absolute - (extent?.start ?? 0n));
      };
      const chosen = tasks.rows.find(({ name }) => String(name).startsWith('khungtaskd')) ?? {};
      const struct = Buffer.alloc(0x1000);
      const at = BigInt(String(chosen.task));
      for (let index = 0; index < struct.length; index += 8) struct.writeBigUInt64BE(memory.u64(at + BigInt(index)) ?? 0n, index);
      const comm = struct.indexOf('khungtaskd\0');
      expect(comm).toBeGreaterThan(0);
      const bytes = Buffer.from('k');
      bytes[0] = 'K'.charCodeAt(0);
      const twin = sessionOn(patchedSource(source, [{ offset: offsetOf(at + BigInt(comm)), bytes }])).inView('kdump');
      const compare = await compared('tasks', session, twin);
      expect(names(compare.differences, 'onlyLeft')).toEqual(['khungtaskd']);
      expect(names(compare.differences, 'onlyRight')).toEqual(['Khungtaskd']);
      expect(compare.counts.equal).toBe(tasks.rows.length - 1);
      const same = await compared('slab-caches', session, twin);
      expect([same.differences, same.counts.equal]).toEqual([[], caches.rows.length]);
    } finally {
      close();
    }
  });
});
