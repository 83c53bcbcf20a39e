/** The debug feature on described logs: both views, order and filters, what was never written, and damage that gives less, never something else. */
import { describe, expect, it } from 'vitest';
import { debugFeature } from '../../../src/analysis/kernel/analyses/debug-feature.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { debugLogs } from '../../../src/analysis/kernel/debug-feature/debug-logs.ts';
import { formatText } from '../../../src/analysis/kernel/debug-feature/format-text.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { append } from '../../../src/shared/append.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { isFailure, type Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const common = {
  debug_view: { name: 'char[64]', format_proc: 'void *' },
  debug_info: {
    next: 'debug_info *',
    prev: 'debug_info *',
    level: 's32',
    nr_areas: 's32',
    pages_per_area: 's32',
    buf_size: 's32',
    entry_size: 's32',
    areas: '__debug_entry * * *',
    active_area: 's32',
    active_pages: 's32 *',
    active_entries: 's32 *',
    views: 'debug_view *[10]',
    name: 'char[64]',
  },
} as const;
const structs = new DescribedStructs('big', {
  ...common,
  __debug_entry: { clock: 'u64 : 60', exception: 'u64 : 1', level: 'u64 : 3', caller: 'void *', cpu: 'u16 @16', _anonymous0: 'u16 @18' },
});
/** Of before 5.14, as long as the new one here. */
const oldStructs = new DescribedStructs('big', {
  ...common,
  debug_fields: { clock: 'u64 : 52', exception: 'u64 : 1', level: 'u64 : 3', cpuid: 'u64 : 8' },
  debug_id: { fields: 'debug_fields' },
  __debug_entry: { id: 'debug_id', caller: 'void *', _pad: 'u64' },
});
const headBytes = structs.sizeOf('__debug_entry');
const places = {
  first: 0x1000,
  words: 0x1800,
  trace: 0x2000,
  messages: 0x3000,
  hexView: 0x4000,
  textView: 0x4100,
  tables: 0x5000,
  formats: 0x6000,
  pages: 0x8000,
} as const;
const second = 1_700_000_000_000_000n;

interface Described {
  readonly name: string;
  readonly view: number;
  readonly next: number;
  readonly data: number;
  /** Pages, each a list of records: microseconds, level, CPU, words. */
  readonly pages: readonly (readonly (readonly [number, number, number, readonly bigint[]])[])[];
  readonly active: readonly [page: number, entries: number];
}

function putLog(memory: MemoryImage, at: number, index: number, log: Described): void {
  const size = headBytes + log.data;
  const tables = places.tables + index * 0x400;
  structs.put(memory, at, 'debug_info', {
    next: log.next,
    level: 6,
    nr_areas: 1,
    pages_per_area: log.pages.length,
    buf_size: log.data,
    entry_size: size,
    areas: tables,
    active_pages: tables + 0x200,
    active_entries: tables + 0x204,
    'views[1]': log.view,
    name: log.name,
  });
  memory.u64(tables, BigInt(tables + 0x10));
  memory.u32(tables + 0x200, log.active[0]).u32(tables + 0x204, log.active[1] * size);
  log.pages.forEach((records, page) => {
    const start = places.pages + (index * 8 + page) * 0x1000;
    memory.u64(tables + 0x10 + page * 8, BigInt(start));
    records.forEach(([micros, level, cpu, words], record) => {
      const entry = start + record * size;
      structs.put(memory, entry, '__debug_entry', { clock: second + BigInt(micros), exception: record === 1 ? 1 : 0, level, caller: 0x7008, cpu });
      words.forEach((word, position) => memory.u64(entry + headBytes + position * 8, word));
    });
  });
}

function memoryOfLogs(): MemoryImage {
  const memory = new MemoryImage(0x20_000, 'big');
  memory.u64(places.first, BigInt(places.trace));
  structs.put(memory, places.hexView, 'debug_view', { name: 'hex_ascii' });
  structs.put(memory, places.textView, 'debug_view', { name: 'sprintf' });
  memory.text(places.formats, 'sch %x: rc=%d\n');
  putLog(memory, places.trace, 0, {
    name: 'trace',
    view: places.hexView,
    next: places.messages,
    data: 16,
    // The second page came round: its records are older.
    pages: [
      [[500, 2, 1, [0x656e736368000000n, 0n]]],
      [
        [100, 3, 0, [0x4142430000000000n, 0n]],
        [200, 6, 1, [0x4445000000000000n, 1n]],
      ],
    ],
    active: [0, 1],
  });
  putLog(memory, places.messages, 1, {
    name: 'messages',
    view: places.textView,
    next: 0,
    data: 32,
    pages: [[[300, 2, 0, [BigInt(places.formats), 0x1fn, 0xffff_ffff_ffff_fffen]]], []],
    active: [0, 1],
  });
  return memory;
}

async function answer(
  memory: MemoryImage,
  parameters = {},
  absent: readonly number[] = [],
  described = structs,
): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const found = describedKernel(memory, {
    types: described.types(),
    symbols: { debug_area_first: places.first, words: places.words, note_it: 0x7000, next_one: 0x7100 },
    absent,
  });
  const kernel = { ...found, symbolAt: found.objects.space.symbolAt, why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const { rows, missing } = await runAnalysis(debugFeature, kernel, {
    parameters,
    first: 0,
    limit: 1_000_000,
    signal: new AbortController().signal,
    report: (more) => append(before, more),
  });
  return { rows: [...before, ...rows], missing };
}

const shortly = ({ log, time, level, exception, cpu, text }: RowJson) => [log, time, level, exception, cpu, text];

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
    [{ from: '2023-11-14T22:13:20.000300Z' }, [500, 300]],
    [{ to: '2023-11-14T22:13:20.000200Z' }, [100]],
  ])('%o', async (parameters, micros) => {
    const { rows } = await answer(memoryOfLogs(), parameters);
    expect(rows.map(({ time }) => Number(String(time).slice(-7, -1)))).toEqual(micros);
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
    if (rows.length === whole.length && !name.endsWith('View')) expect([name, missing.length > 0 || name === 'words']).toEqual([name, true]);
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
