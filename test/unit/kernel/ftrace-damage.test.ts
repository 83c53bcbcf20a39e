/** Ring buffers of ftrace that are damaged, cut, or hostile: there is less, with what is missing, and never something else. */
import { describe, expect, it } from 'vitest';
import { ftraceBuffers } from '../../../src/analysis/kernel/analyses/ftrace-buffers.ts';
import { ftrace } from '../../../src/analysis/kernel/analyses/ftrace.ts';
import { ringEvents, ringLayout } from '../../../src/analysis/kernel/ftrace/ring-buffer.ts';
import { traceInstances } from '../../../src/analysis/kernel/ftrace/trace-instances.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { isFailure } from '../../../src/shared/result.ts';
import { ask, code, DescribedFtrace, type DescribedTrace } from './described-ftrace.ts';
import { eventData, type RingItem } from './described-ftrace-events.ts';
import { describedKernel } from './described-structs.ts';

const second = 1_000_000_000n;
const endian = 'big';
const item = (ip: number, delta: number, pid = 7): RingItem => ({
  is: 'event',
  delta,
  data: eventData(endian, 'function', { ip, parent_ip: code.caller }, { pid }),
});

const trace: DescribedTrace = {
  cpus: [
    {
      reader: { stamp: second, items: [item(code.vfs_read, 5), item(code.vfs_read, 6)] },
      pages: [
        { stamp: 2n * second, items: [item(code.vfs_write, 1), item(code.vfs_write, 2)] },
        { stamp: 3n * second, items: [item(code.vfs_write, 3, 8)] },
        { stamp: 4n * second, items: [item(code.vfs_write, 4)] },
      ],
    },
    { pages: [{ stamp: 2n * second, items: [item(code.vfs_read, 100, 8), item(code.do_irq, 100, 8)] }] },
  ],
};
const comms = { 7: 'writer', 8: 'reader' };
const whole = (): DescribedFtrace =>
  new DescribedFtrace(endian, [trace, { name: 'mine', cpus: [{ pages: [{ stamp: second, items: [item(code.vfs_read, 9)] }] }, { pages: [] }] }], comms);

const place = (described: DescribedFtrace, name: string): number => described.places.get(name)?.[0] ?? 0;
const [stamps, rowsOf] = [(rows: readonly RowJson[]) => rows.map(({ stamp }) => Number(stamp)), 8] as const;
const placeNames = [...whole().places.keys()];

describe('damaged ring buffers', () => {
  it('are whole before', async () => {
    const { rows, missing } = await ask(ftrace, whole());
    expect([rows.length, missing]).toEqual([rowsOf + 1, []]);
  });

  it.each(placeNames)('%s set to zero gives less, never something else', async (name) => {
    const before = (await ask(ftrace, whole())).rows.map((row) => JSON.stringify(row));
    const described = whole();
    const [at, bytes] = described.places.get(name) ?? [0, 0];
    described.memory.fill(at, bytes, 0);
    const { rows, missing } = await ask(ftrace, described);
    for (const row of rows) {
      const isKnown = before.some((one) => Object.entries(row).every(([key, value]) => (JSON.parse(one) as RowJson)[key] === value));
      // Without a format's print text, or with its fields gone, an event says less of itself; what it says is the same.
      expect([name, isKnown || row.text === undefined]).toEqual([name, true]);
    }
    // Formats that no event here has may be gone, and so may pages that were never written.
    const isUsed =
      /of (?:global|mine)|^global$|^mine$|^(?:call|class|field).*function/.test(name) &&
      !/unwritten|tracer of|options|^data of reader's page of CPU (?:1 of global|\d of mine)/.test(name);
    if (isUsed) expect([name, missing.length > 0]).toEqual([name, true]);
  });

  it.each(placeNames.filter((name) => name.startsWith('data of') && !name.includes('unwritten')))('%s not in the dump: the others are given', async (name) => {
    const described = whole();
    const { rows, missing } = await ask(ftrace, described, {}, [place(described, name)]);
    if (/^data of reader's page of CPU (?:1 of global|\d of mine)/.test(name)) {
      expect(missing).toHaveLength(1);
      return;
    }
    expect(rows.length).toBeLessThan(rowsOf + 1);
    expect(rows.length).toBeGreaterThan(0);
    expect(missing).toEqual([expect.objectContaining({ what: expect.stringMatching(/^events of CPU \d of (?:global|mine)$/) as string })]);
  });

  const links = ['page 0', 'page 1', 'page 2', 'unwritten page 0'].map((name) => `${name} of CPU 0 of global`);
  it.each(links.flatMap((from) => links.map((to) => [from, to] as const)))(
    'a link of %s that leads to %s ends, with what is missing or the same events',
    async (from, to) => {
      const described = whole();
      described.memory.u64(place(described, from), BigInt(place(described, to)));
      const { rows, missing } = await ask(ftrace, described, { instance: 'global' });
      expect(stamps(rows)).toEqual(stamps(rows).toSorted((left, right) => left - right));
      expect(rows.length).toBeLessThanOrEqual(rowsOf);
      expect(rows.length === rowsOf || missing.length > 0).toBe(true);
    },
  );

  it.each([
    ['a wild link', (one: DescribedFtrace) => one.memory.u64(place(one, 'page 1 of CPU 0 of global'), 0xdead_beef_dead_bee0n)],
    [
      'a link to itself without a mark',
      (one: DescribedFtrace) => one.memory.u64(place(one, 'page 0 of CPU 0 of global'), BigInt(place(one, 'page 0 of CPU 0 of global'))),
    ],
    ['no mark', (one: DescribedFtrace) => one.memory.u64(place(one, 'unwritten page 0 of CPU 0 of global'), BigInt(place(one, 'page 0 of CPU 0 of global')))],
    ['more committed than a page has', (one: DescribedFtrace) => one.memory.u64(place(one, 'data of page 1 of CPU 0 of global') + 8, 0xff1n)],
    [
      'more consumed than was committed',
      (one: DescribedFtrace) => one.structs.put(one.memory, place(one, 'page 0 of CPU 0 of global'), 'buffer_page', { read: 900 }),
    ],
    ['an order that no page has', (one: DescribedFtrace) => one.structs.put(one.memory, place(one, 'page 0 of CPU 0 of global'), 'buffer_page', { order: 52 })],
    ['an event longer than its page', (one: DescribedFtrace) => one.memory.u32(place(one, 'data of page 0 of CPU 0 of global') + 16, 28 << 27)],
    [
      'an event of a length that no event has',
      (one: DescribedFtrace) =>
        one.memory.u32(place(one, 'data of page 0 of CPU 0 of global') + 16, 5).u32(place(one, 'data of page 0 of CPU 0 of global') + 20, 0xffff_ffff),
    ],
    ['an event of no kind', (one: DescribedFtrace) => one.memory.u16(place(one, 'data of page 0 of CPU 0 of global') + 20, 999)],
    ['an event that ends a page early', (one: DescribedFtrace) => one.memory.u32(place(one, 'data of page 0 of CPU 0 of global') + 16, 29 << 27)],
    ['a page whose time goes back', (one: DescribedFtrace) => one.memory.u64(place(one, 'data of page 1 of CPU 0 of global'), second)],
    [
      'a counter that is one more',
      (one: DescribedFtrace) => one.structs.put(one.memory, place(one, 'CPU 0 of global'), 'ring_buffer_per_cpu', { 'entries.a.counter': 7 }),
    ],
    [
      'a page of another',
      (one: DescribedFtrace) =>
        one.structs.put(one.memory, place(one, 'CPU 0 of global'), 'ring_buffer_per_cpu', { commit_page: place(one, 'page 0 of CPU 1 of global') }),
    ],
    ['a buffer of another CPU', (one: DescribedFtrace) => one.structs.put(one.memory, place(one, 'CPU 0 of global'), 'ring_buffer_per_cpu', { cpu: 1 })],
    ['a list of formats that leads back', (one: DescribedFtrace) => one.memory.u64(place(one, 'call of odd'), BigInt(place(one, 'call of function')))],
    ['a list of instances that leads back', (one: DescribedFtrace) => one.memory.u64(place(one, 'mine'), BigInt(place(one, 'mine')))],
  ] as const)('%s is named', async (_what, damage) => {
    const described = whole();
    damage(described);
    const { rows, missing } = await ask(ftrace, described);
    expect(missing.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(rowsOf + 1);
  });

  it('a million pages that all lead on are followed within bounds', () => {
    const described = whole();
    const pages = 1 << 14;
    const size = described.structs.sizeOf('buffer_page');
    const first = described.take(pages * size, undefined, 64);
    const data = place(described, 'data of page 0 of CPU 0 of global');
    for (let at = 0; at < pages; at += 1) {
      const page = first + at * size;
      described.structs.put(described.memory, page, 'buffer_page', {
        'list.next': (first + ((at + 1) % pages) * size) | (at === pages - 1 ? 1 : 0),
        'list.prev': first + ((at + pages - 1) % pages) * size,
        page: data,
        'write.a.counter': 8,
      });
    }
    described.structs.put(described.memory, place(described, 'CPU 0 of global'), 'ring_buffer_per_cpu', { pages: first, nr_pages: 0xffff_ffff_ffff_ffffn });
    const { objects, symbols } = describedKernel(described.memory, { types: described.structs.types(), symbols: described.symbols });
    const layout = ringLayout(objects);
    const [instance] = traceInstances(objects, symbols);
    const buffer = instance === undefined || isFailure(instance) ? undefined : instance.cpus[0]?.buffer;
    if (isFailure(layout) || buffer === undefined) throw new Error('no buffer is described');
    const endOf = (left: number): readonly [events: number, last: string] => {
      let events = 0;
      let last = '';
      for (const one of ringEvents(buffer, layout.value, 'events', { left })) {
        if (one === undefined) continue;
        if (isFailure(one)) last = one.missing.why;
        else events += 1;
      }
      return [events, last];
    };
    // The ring comes round without the page that was written last; a budget that is used up ends before.
    const [all, why] = endOf(1 << 22);
    expect(all).toBe(2 + 2 * pages);
    expect(why).toMatch(/leads back to its oldest page/);
    const [some, reason] = endOf(pages + 100);
    expect(some).toBeLessThan(300);
    expect(reason).toMatch(/more pages than any system keeps/);
  });

  it('counters of a buffer whose ring is broken are given, and what is missing is named', async () => {
    const described = whole();
    described.memory.u64(place(described, 'unwritten page 0 of CPU 0 of global'), 8n);
    const { rows, missing } = await ask(ftraceBuffers, described, { instance: 'global' });
    expect(rows.map(({ cpu, entries, pages }) => [cpu, entries, pages])).toEqual([
      [0, 6, 4],
      [1, 2, 2],
    ]);
    expect(missing).toHaveLength(1);
  });
});
