/** Slab caches against crash's kmem -s of the same dump and the guest's /proc/slabinfo; areas of vmalloc against the guest's /proc/vmallocinfo. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const rowsOf = (entry: (typeof crashDumps)[number], id: string): Promise<readonly RowJson[]> =>
  withSession(entry, async (opened) => {
    const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
    const [answer] = await analysesOf(session, [{ id }], scan);
    return answer?.rows ?? [];
  });

/** Lines of kmem -s: CACHE OBJSIZE ALLOCATED TOTAL SLABS SSIZE NAME. */
const crashLines = (text: string): readonly string[] =>
  [...text.matchAll(/^([0-9a-f]+) +(\d+) +(\d+) +(\d+) +(\d+) +\d+k +(\S+)$/gm)].map(([, cache, size, , total, slabs, name]) =>
    [`0x${cache ?? ''}`, size, total, slabs, name].join(' '),
  );
/** By name: bytes of an object with what the allocator adds, objects of a slab, bytes of a slab. */
const slabinfo = (text: string): readonly string[] =>
  [...text.matchAll(/^(\S+) +\d+ +\d+ +(\d+) +(\d+) +(\d+) : tunables/gm)].map(([, name, size, objects, pages]) =>
    [name, size, objects, Number(pages) * 4096].join(' '),
  );

const slabs = crashDumps.flatMap((entry) => {
  const [crash, info] = [crashLines(crashOracle(entry.name, 'crash-a.txt') ?? ''), slabinfo(crashOracle(entry.name, 'guest/slabinfo.txt') ?? '')];
  return crash.length === 0 || info.length === 0 ? [] : [[entry.name, entry, crash, info] as const];
});

/** Areas that are no longer in use are not listed by us; stacks of tasks come and go. */
function vmallocLines(text: string): readonly string[] {
  return [...text.matchAll(/^0x\S+ +(\d+) (.*)$/gm)]
    .map(([, bytes = '', rest = '']) => `${bytes} ${rest}`)
    .filter((line) => !/unpurged vm_area|kernel_clone|dup_task_struct/.test(line))
    .map((line) =>
      line
        .replace(/ N\d+=\d+/g, '')
        .replace(/ phys=0x0*([0-9a-f]+)/, ' phys=0x$1')
        .trim(),
    );
}
function vmallocLine({ bytes, caller, pages, physical, kind }: RowJson): string {
  const backing = pages === 0 || pages === undefined ? '' : ` pages=${String(pages)}`;
  // /proc shows a function's size too, and +0x0.
  return `${String(bytes)} ${String(caller)}${backing}${physical === undefined ? '' : ` phys=${String(physical)}`} ${String(kind)}`.trim();
}
const withoutSize = (line: string): string => line.replace(/\+0x0\/0x[0-9a-f]+/, '').replace(/(\+0x[0-9a-f]+)\/0x[0-9a-f]+/, '$1');

const areas = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'guest/vmallocinfo.txt');
  return text === undefined ? [] : [[entry.name, entry, vmallocLines(text)] as const];
});
/** Of a list those that another has not, each as often as it is there more. */
function without(left: readonly string[], right: readonly string[]): readonly string[] {
  const rest = [...right];
  return left.filter((line) => {
    const at = rest.indexOf(line);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

describe.skipIf(slabs.length === 0)('slab caches', () => {
  if (slabs.length === 0) it('needs the real dumps', () => undefined);
  it.each(slabs)('%s: as crash and the guest count them', async (_name, entry, crash, info) => {
    const rows = await rowsOf(entry, 'slab-caches');
    const lineOf = (row: RowJson): string => [row.cache, row.objectSize, row.objects, row.slabs, row.name].join(' ');
    const mine = rows.map(lineOf);
    expect(without(crash, mine)).toEqual([]);
    expect(without(mine, crash)).toEqual([]);
    const shapes = rows.map((row) => [row.name, row.size, row.perSlab, row.slabBytes].join(' '));
    expect(without(info, shapes)).toEqual([]);
    for (const row of rows) {
      const usual = Number(row.slabs) * Number(row.slabBytes);
      expect(row.bytes, String(row.name)).toBeDefined();
      expect(Number(row.bytes)).toBeLessThanOrEqual(usual);
      if (Number(row.objects) === Number(row.slabs) * Number(row.perSlab)) expect(row.bytes).toBe(usual);
      expect(Number(row.active)).toBeLessThanOrEqual(Number(row.objects));
    }
    const [first] = rows;
    if (first === undefined) return;
    for (const column of ['cache', 'objectSize', 'objects', 'slabs', 'name'])
      expect(without(crash, [lineOf({ ...first, [column]: '0x1' }), ...mine.slice(1)]), column).not.toEqual([]);
  });
});

describe.skipIf(areas.length === 0)('areas of vmalloc', () => {
  if (areas.length === 0) it('needs the real dumps', () => undefined);
  it.each(areas)('%s: as the guest listed them', async (_name, entry, stated) => {
    const rows = await rowsOf(entry, 'vmalloc-areas');
    const mine = rows.map(vmallocLine).filter((line) => !/kernel_clone|dup_task_struct/.test(line));
    const lines = stated.map(withoutSize);
    expect(lines.length).toBeGreaterThan(5);
    // The guest went on for some seconds: a few areas were made or given back since.
    // There a module was unloaded after that.
    const unloaded = entry.name.startsWith('c-badcall-stale') ? /load_module|module_finalize/ : undefined;
    const lost = without(lines, mine).filter((line) => unloaded?.test(line) !== true);
    expect(lost.length, lost.join('\n')).toBeLessThanOrEqual(2);
    expect(without(mine, lines).length, without(mine, lines).join('\n')).toBeLessThanOrEqual(4);
    expect(
      without(
        lines,
        mine.map((line) => `${line}x`),
      ),
    ).toHaveLength(lines.length);
  });
});
