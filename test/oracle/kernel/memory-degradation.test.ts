/**
 * A real dump in which one page under each structure in turn is zeroed: zones, free blocks, processes, files in memory and the tree of memory say
 * less or the same, never something else, and say what is missing.
 */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, openDumpSource } from '../../dumps.ts';
import { patchedSource } from '../../patched-source.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { valueOf } from '../../../src/shared/result.ts';

const keys = { zones: 'zone', buddy: 'zone,order,type', 'process-memory': 'pid,source', tmpfs: 'superBlock', 'tmpfs-files': 'inode', memory: 'path' } as const;
type Id = keyof typeof keys;
const ids = Object.keys(keys) as readonly Id[];
type Answers = Readonly<Record<Id, AnalysisJson>>;
/** Its pages lie in its file as they are. */
const entry = crashDumps.find(({ name }) => name === 'c-kdump-hung.s390');
const view = (session: Session): Session => session.inView('prod');

async function answers(session: Session): Promise<Answers> {
  const found: [string, AnalysisJson][] = [];
  for (const id of ids) found.push([id, await wholeAnalysis(session, id)]);
  return Object.fromEntries(found) as unknown as Answers;
}

/** What is left of a part is more where less of it is known; tasks of a process are counted as far as they are seen. */
const isRest = ({ source }: RowJson): boolean => String(source).startsWith('what is left of');
const keyOf = (id: Id, row: RowJson): string =>
  keys[id]
    .split(',')
    .map((name) => String(row[name]))
    .join(' ');

function contradictions(whole: Answers, now: Answers): readonly string[] {
  return ids.flatMap((id) => {
    const known = new Map(whole[id].rows.map((row) => [keyOf(id, row), row]));
    return now[id].rows.flatMap((row) => {
      const before = known.get(keyOf(id, row));
      if (id === 'memory' && (isRest(row) || row.bytes === undefined)) return [];
      // Without the zones the tree begins at what the allocator has.
      const path = String(row.path);
      const elsewhere = id === 'memory' ? known.get(path.replace(/^memory of the page allocator/, 'memory / memory of the page allocator')) : undefined;
      if (before === undefined) {
        if (elsewhere?.bytes === row.bytes && elsewhere !== undefined) return [];
        // A part that was among the rest moves up where a larger one is lost.
        return [`${id}: a row ${keyOf(id, row)} that was not there`];
      }
      return Object.entries(row).flatMap(([name, cell]) =>
        before[name] === cell || name === 'threads' || (id === 'memory' && name === 'source')
          ? []
          : [`${id} ${keyOf(id, row)}.${name}: ${String(cell)}, was ${String(before[name])}`],
      );
    });
  });
}

function pagesUnder(session: Session, whole: Answers): ReadonlyMap<string, bigint> {
  const { memory, symbols: search } = session.kernel;
  const pages = new Map<string, bigint>();
  const add = (name: string, address: unknown): void => {
    const absolute = typeof address !== 'string' && typeof address !== 'bigint' ? undefined : memory.translate(BigInt(address));
    if (absolute !== undefined) pages.set(name, absolute & ~0xfffn);
  };
  const symbols = valueOf(search);
  for (const name of [
    'vm_zone_stat',
    'vm_node_stat',
    '_totalram_pages',
    'vmstat_text',
    'contig_page_data',
    'slab_caches',
    'super_blocks',
    'vmap_nodes',
    'pcpu_first_chunk',
    'crashk_res',
    'vmemmap',
    '__per_cpu_offset',
    '__cpu_possible_mask',
    'init_task',
  ])
    add(name, symbols?.lookup(name)[0]?.address);
  const first = memory.pointer(symbols?.lookup('__per_cpu_offset')[0]?.address ?? 0n);
  const variable = symbols?.lookup('runqueues')[0]?.address;
  if (first !== undefined && variable !== undefined) add('per-CPU data', first + variable);
  for (const { mm } of whole['process-memory'].rows.slice(0, 3)) add(`mm ${String(mm)}`, mm);
  for (const { superBlock, device } of whole.tmpfs.rows) add(`super block of ${String(device)}`, superBlock);
  for (const { inode, path } of whole['tmpfs-files'].rows.slice(0, 3)) add(`inode of ${String(path)}`, inode);
  return pages;
}

describe.skipIf(entry === undefined)('memory of a dump with a zeroed page', () => {
  if (entry === undefined) it('needs the real dumps', () => undefined);
  it('reports less or the same, whichever structure was in it', async () => {
    if (entry === undefined) return;
    const { source, close } = await openDumpSource(entry);
    try {
      const session = view(sessionOn(source));
      const whole = await answers(session);
      expect(contradictions(whole, whole)).toEqual([]);
      const [first = {}, ...rest] = whole.zones.rows;
      expect(contradictions(whole, { ...whole, zones: { ...whole.zones, rows: [{ ...first, free: 1 }, ...rest] } })).not.toEqual([]);
      const pages = pagesUnder(session, whole);
      expect(pages.size).toBeGreaterThan(12);
      const found: string[] = [];
      let less = 0;
      for (const [name, address] of pages) {
        const extent = [...session.image.memory.extents].find(({ start, end }) => address >= start && address < end);
        if (extent?.fileOffset === undefined) continue;
        const offset = extent.fileOffset + Number(address - extent.start);
        const now = await answers(view(sessionOn(patchedSource(source, [{ offset, bytes: new Uint8Array(0x1000) }]))));
        for (const one of contradictions(whole, now)) found.push(`${name}: ${one}`);
        if (ids.some((id) => now[id].missing.length > whole[id].missing.length)) less += 1;
      }
      expect(found).toEqual([]);
      expect(less).toBeGreaterThan(10);
    } finally {
      close();
    }
  });
});
