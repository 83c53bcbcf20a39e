/** The debug feature on described logs: both views, order and filters, what was never written, and damage that gives less, never something else. */
import { describe, expect, it } from 'vitest';
import { mergedLog } from '../../../src/analysis/kernel/analyses/merged-log.ts';
import { debugFeature } from '../../../src/analysis/kernel/analyses/debug-feature.ts';
import { debugLogs } from '../../../src/analysis/kernel/debug-feature/debug-logs.ts';
import { formatText } from '../../../src/analysis/kernel/debug-feature/format-text.ts';
import type { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { isFailure } from '../../../src/shared/result.ts';
import { describedKernel } from './described-structs.ts';
import {
  structs,
  oldStructs,
  headBytes,
  places,
  clocks,
  second,
  putLog,
  memoryOfLogs,
  answer,
  boot,
  withCpus,
  withClocks,
  shortly,
} from './described-debug-feature.ts';

describe('the debug feature', () => {
  it('gives the records of each log in the order of time, by its view', async () => {
    const { rows, missing } = await answer(memoryOfLogs());
    expect(missing).toEqual([]);
    expect(rows.map(shortly)).toEqual([
      ['trace', '2023-11-14T22:13:20.000100Z', 3, false, 0, 'ABC.............'],
      ['trace', '2023-11-14T22:13:20.000200Z', 6, true, 1, 'DE..............'],
      ['trace', '2023-11-14T22:13:20.000500Z', 2, false, 1, 'ensch...........'],
      ['messages', '2023-11-14T22:13:20.000300Z', 2, false, 0, 'sch 1f: rc=-2'],
    ]);
    expect(rows[0]).toMatchObject({ caller: 'note_it', callerAddress: '0x7008', data: '0x41424300000000000000000000000000', area: 0 });
  });

  it.each([
    [{ log: 'messages' }, [300]],
    [{ level: 2 }, [500, 300]],
    [{ cpu: 0 }, [100, 300]],
    [{ caller: 'note' }, [100, 200, 500, 300]],
    [{ caller: 'other' }, []],
    [{ from: second + 300n }, [500, 300]],
    [{ to: second + 200n }, [100]],
    [{ from: second - 1n }, [100, 200, 500, 300]],
  ])('%o', async (parameters, micros) => {
    const { rows } = await answer(memoryOfLogs(), parameters);
    expect(rows.map(({ time }) => Number(String(time).slice(-7, -1)))).toEqual(micros);
  });

  it('says that a log or a CPU that is asked for does not exist, and only then', async () => {
    expect(await answer(memoryOfLogs(), { log: 'nosuch' })).toEqual({
      rows: [],
      missing: [{ what: 'log nosuch', why: 'no such log was found; there are trace, messages' }],
    });
    expect((await answer(withCpus(memoryOfLogs()), { cpu: 99 })).missing).toEqual([{ what: 'CPU 99', why: 'no such CPU was found; there are 0, 1, 2' }]);
    for (const known of [{ cpu: 2 }, { log: 'trace', level: 0 }, { caller: 'other' }])
      expect(await answer(withCpus(memoryOfLogs()), known)).toEqual({ rows: [], missing: [] });
    // Without the masks of the kernel nothing is said of a CPU.
    expect(await answer(memoryOfLogs(), { cpu: 99 })).toEqual({ rows: [], missing: [] });
  });

  it('records whose clock is no time are left out of a span of time, and that is said', async () => {
    const memory = memoryOfLogs();
    structs.put(memory, places.pages, '__debug_entry', { clock: (1n << 60n) - 1n });
    expect((await answer(memory)).missing).toEqual([]);
    for (const span of [{ from: 0n }, { to: second + 1000n }]) {
      const { rows, missing } = await answer(memory, span);
      expect(rows).toHaveLength(3);
      expect(missing).toEqual([expect.objectContaining({ what: 'records of trace that have no time' })]);
    }
  });

  it.each([
    ['whole', places.trace, places.messages, 4, []],
    ['a first end of zero', 0, places.messages, 0, ['that debug_area_first, which is zero, does not lead to']],
    ['a last end of zero', places.trace, 0, 4, ['debug_area_last to none']],
    ['neither', 0, 0, 0, []],
    ['a last log that is not reached', places.trace, places.hexView, 4, ['that the 2 of debug_area_first do not lead to']],
  ] as const)('both ends of the list are held against each other: %s', async (_, first, last, rows, whys) => {
    const memory = memoryOfLogs().u64(places.words, 1n).u64(places.first, BigInt(first)).u64(places.last, BigInt(last));
    const found = await answer(memory, {}, [], structs, debugFeature, { debug_area_last: places.last });
    expect(found.rows).toHaveLength(rows);
    expect(found.missing.map(({ what, why }) => [what, why])).toEqual(whys.map((why) => ['debug logs', expect.stringContaining(why) as unknown]));
  });

  it('names pages that are not in the dump, and pages of a log that was filled once and hold zeros', async () => {
    const { rows, missing } = await answer(memoryOfLogs(), {}, [places.pages + 0x1000]);
    expect(rows).toHaveLength(2);
    expect(missing).toEqual([expect.objectContaining({ what: 'records of trace in page 1 of area 0' })]);
    const lost = memoryOfLogs().fill(places.pages, 0x1000, 0);
    expect((await answer(lost)).missing).toEqual([expect.objectContaining({ what: 'records of trace in page 0 of area 0' })]);
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (name, at) => {
    const whole = (await answer(memoryOfLogs())).rows.map((row) => JSON.stringify(row));
    const { rows, missing } = await answer(memoryOfLogs().fill(at, name === 'pages' ? 0x10_000 : name === 'hexView' || name === 'textView' ? 0x100 : 0x800, 0));
    for (const row of rows) {
      const { text: _, ...rest } = row;
      expect(whole.some((one) => Object.entries(rest).every(([key, value]) => (JSON.parse(one) as RowJson)[key] === value))).toBe(true);
    }
    if (rows.length === whole.length && !name.endsWith('View')) expect([name, missing.length > 0 || name === 'words' || name === 'last']).toEqual([name, true]);
  });

  it('ends on a list that leads back, and on sizes that none has', async () => {
    const loop = structs.put(memoryOfLogs(), places.messages, 'debug_info', { next: places.trace });
    expect(loop).toBe(places.messages);
    const memory = memoryOfLogs();
    structs.put(memory, places.messages, 'debug_info', { next: places.trace });
    expect((await answer(memory)).missing).toEqual([expect.objectContaining({ what: 'debug logs' })]);
    for (const values of [{ nr_areas: 0x7fff_ffff }, { pages_per_area: 0x7fff_ffff }, { entry_size: 1 }, { buf_size: -1 }]) {
      const damaged = memoryOfLogs();
      structs.put(damaged, places.trace, 'debug_info', values);
      const { rows, missing } = await answer(damaged);
      expect(rows.map(({ log }) => log)).toEqual(['messages']);
      expect(missing).toHaveLength(1);
    }
  });

  /** A log whose pages are all one page, filled with records that grow older. */
  const memoryOfOnePage = (pages: number): { readonly memory: MemoryImage; readonly perPage: number } => {
    const memory = memoryOfLogs();
    const data = 8;
    const perPage = Math.floor(0x1000 / (headBytes + data));
    const records = Array.from({ length: perPage }, (_, at) => [perPage - at, 2, 0, [0n]] as const);
    putLog(memory, places.trace, 0, { name: 'trace', view: places.hexView, next: places.messages, data, pages: [records], active: [pages, 0] });
    structs.put(memory, places.trace, 'debug_info', { pages_per_area: pages });
    memory.u64(places.tables, 0x18_000n);
    for (let page = 0; page < pages; page += 1) memory.u64(0x18_000 + page * 8, BigInt(places.pages));
    return { memory, perPage };
  };

  it('a log with too many records to sort is given in the order of memory, and that is missing', async () => {
    const few = memoryOfOnePage(2);
    const sorted = await answer(few.memory, { log: 'trace' });
    expect([sorted.rows.length, sorted.missing]).toEqual([2 * few.perPage, []]);
    expect(sorted.rows.map(({ time }) => String(time))).toEqual(sorted.rows.map(({ time }) => String(time)).sort());
    const many = memoryOfOnePage(Math.ceil((1 << 16) / few.perPage) + 1);
    const { rows, missing } = await answer(many.memory, { log: 'trace' });
    expect(missing).toEqual([expect.objectContaining({ what: 'order of the records of trace' })]);
    expect(rows.length).toBeGreaterThan(1 << 16);
    for (const from of [0, rows.length - few.perPage]) expect(String(rows[from]?.time) > String(rows[from + few.perPage - 1]?.time)).toBe(true);
  });

  it('pages that all logs name together are bounded, and what is beyond is missing', () => {
    const { memory, perPage } = memoryOfOnePage(20);
    const { objects } = describedKernel(memory, { types: structs.types(), symbols: { debug_area_first: places.first, next_one: 0x7100 } });
    const counted = (most?: number) =>
      [...debugLogs(objects, most)].map((log) => {
        const all = isFailure(log) ? [] : [...log.records()];
        return [
          all.filter((one) => one !== undefined && !isFailure(one)).length,
          all.flatMap((one) => (one !== undefined && isFailure(one) ? one.missing.what : [])),
        ];
      });
    expect(counted()).toEqual([
      [20 * perPage, []],
      [1, []],
    ]);
    expect(counted(3 * perPage + 3)).toEqual([
      [3 * perPage, ['records of trace']],
      [0, ['records of messages']],
    ]);
  });

  it('a clock before 1970 is a time like others', async () => {
    const memory = memoryOfLogs();
    // A clock of before 5.14 is what STCK stores, which begins at 1900.
    const epoch = 0x7d91048bca000000n >> 12n;
    memory.fill(places.pages, 0x1000, 0);
    memory.u64(places.pages, ((epoch - 1_999n) << 12n) | (2n << 8n) | 1n);
    const { rows } = await answer(memory, { log: 'trace' }, [], oldStructs);
    expect(rows.map(({ time }) => time)).toContain('1969-12-31T23:59:59.998001Z');
  });
});

describe('formats of the kernel', () => {
  const source = { textAt: (at: bigint) => (at === 0x100n ? 'name' : undefined), symbolAt: (at: bigint) => (at === 0x200n ? 'do_it+0x10' : undefined) };
  it.each([
    ['%d %u %i', [0xffff_ffff_ffff_ffffn, 0xffff_ffffn, 5n], '-1 4294967295 5'],
    ['%ld %lu', [0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn], '-1 18446744073709551615'],
    ['%hhx %hx %x %llx', [0x1234n, 0x12345n, 0x1_0000_0002n, 0x1_0000_0002n], '34 2345 2 100000002'],
    ['[%5d|%-5d|%05d|%+d|% d]', [42n, 42n, 42n, 42n, 42n], '[   42|42   |00042|+42| 42]'],
    ['%05d %08x %#x %#06x %X', [0xffff_fff6n, 0xabn, 0xabn, 0xabn, 0xabn], '-0010 000000ab 0xab 0x00ab AB'],
    ['%.3d %.4x %o %#o', [7n, 0xabn, 8n, 8n], '007 00ab 10 010'],
    ['%*d|%-*d|%.*s', [4n, 7n, 4n, 7n, 2n, 0x100n], '   7|7   |na'],
    ['%s %6s %-6s| %s', [0x100n, 0x100n, 0x100n, 0n], 'name   name name  | (null)'],
    ['%s', [0x300n], '(the text at 0x300 is not in the dump)'],
    ['%c%%%c', [0x41n, 0x42n], 'A%B'],
    ['%px %p %pS', [0x1234n, 0x1234n, 0x200n], '0000000000001234 0x1234 do_it+0x10'],
    ['%pI4 end', [0x1234n], '(%pI4 0x1234) end'],
    ['%d and %d', [1n], '1 and 0'],
    ['%.*s|%.*d', [0xffff_ffffn, 0x100n, 0xffff_ffffn, 7n], 'name|7'],
    // Widths from memory are bounded, and a text that ends in the middle of a directive stays as it is.
    ['%2147483647d', [1n], '1'.padStart(512)],
    ['100 %', [], '100 %'],
  ])('%s', (format, args, text) => {
    expect(formatText(format, args, source)).toBe(text);
  });
});

describe('log and debug feature on one time axis', () => {
  const merged = (memory: MemoryImage, parameters = {}, absent: readonly number[] = []) => answer(memory, parameters, absent, structs, mergedLog);

  it('are in one order; the log keeps its own, and comes first where both have the same microsecond', async () => {
    const { rows, missing } = await merged(withClocks(memoryOfLogs()));
    expect(missing).toEqual([]);
    expect(rows.map(({ time, source, log, text }) => [time, source === 'kernel log' ? 'kernel' : log, text])).toEqual([
      ['2023-11-14T22:13:20.000000Z', 'kernel', 'one'],
      ['2023-11-14T22:13:20.000100Z', 'trace', 'ABC.............'],
      ['2023-11-14T22:13:20.000200Z', 'kernel', 'two'],
      [undefined, 'kernel', 'no time'],
      ['2023-11-14T22:13:20.000200Z', 'trace', 'DE..............'],
      ['2023-11-14T22:13:20.000300Z', 'messages', 'sch 1f: rc=-2'],
      ['2023-11-14T22:13:20.000400Z', 'kernel', 'three'],
      ['2023-11-14T22:13:20.000399Z', 'kernel', 'late'],
      ['2023-11-14T22:13:20.000500Z', 'trace', 'ensch...........'],
    ]);
    expect(rows[1]).toMatchObject({ sinceBoot: 1.0001, level: 3, cpu: 0, caller: 'note_it', callerAddress: '0x7008' });
    expect(rows[2]).toMatchObject({ sinceBoot: 1.0002, level: 6, levelName: 'info', caller: 'C1' });
  });

  it('are narrowed: the debug feature by log, level, CPU and caller, both by time', async () => {
    const texts = async (parameters: object) => (await merged(withClocks(memoryOfLogs()), parameters)).rows.map(({ text }) => text);
    expect(await texts({ log: 'messages' })).toEqual(['one', 'two', 'no time', 'sch 1f: rc=-2', 'three', 'late']);
    expect(await texts({ level: 2, cpu: 1 })).toEqual(['one', 'two', 'no time', 'three', 'late', 'ensch...........']);
    expect(await texts({ caller: 'nobody' })).toEqual(['one', 'two', 'no time', 'three', 'late']);
    expect(await texts({ from: second + 200n, to: second + 400n })).toEqual(['two', 'no time', 'DE..............', 'sch 1f: rc=-2', 'late']);
  });

  it('are not merged where the clock was set anew, or nothing says whether it was', async () => {
    const moved = await merged(withClocks(memoryOfLogs(), boot, boot + 4096n));
    expect(moved.rows).toEqual([]);
    expect(moved.missing).toContainEqual(expect.objectContaining({ why: expect.stringContaining('was set while') as string }));
    const early = await merged(withClocks(memoryOfLogs(), 5n, 5n));
    expect([early.rows.length, early.missing[0]?.why]).toEqual([0, 'tod_clock_base is 0x5, a time before 1970']);
    for (const page of [clocks.base, clocks.steered]) {
      const { rows, missing } = await merged(withClocks(memoryOfLogs()), {}, [page]);
      expect(rows).toEqual([]);
      expect(missing[0]?.why).toMatch(/is not in the dump/);
    }
  });
});
