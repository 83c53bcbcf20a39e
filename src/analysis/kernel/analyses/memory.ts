/** Where memory went, as a tree. */
import { allocatorBranch } from '../../../shared/memory-bar.ts';
import { failed, isFailure, type Result, valueOf } from '../../../shared/result.ts';
import { countedParts } from '../memory-parts/counted-pages.ts';
import { memoryLines, type MemoryPart, type Unread } from '../memory-parts/memory-part.ts';
import { reservedMemory } from '../memory-parts/reserved-memory.ts';
import { countedTwice } from '../usage/counted-twice.ts';
import { usageOfKernel } from '../usage/usage-of-kernel.ts';
import { vmStatistics } from '../usage/vm-statistics.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { bytes, count, defineAnalysis, ownText, text } from './analysis.ts';
import { rowsWithin } from './rows-within.ts';
import { slabCaches } from './slab-caches.ts';
import { tmpfs } from './tmpfs.ts';
import { vmallocTable } from './vmalloc-areas.ts';
import { zones } from './zones.ts';

const notRead = 'not read';

export const memory = defineAnalysis({
  id: 'memory',
  title: 'Where memory went',
  about:
    'All memory as a tree: what was reserved at boot, and what the page allocator has: free, of processes, files, shared memory, slab caches, vmalloc, page tables, and what no counter accounts for. Each part is followed by its own parts; only the largest caches, mounts, and callers are named. What could not be read is a separate branch without bytes.',
  needs: ['symbols'],
  uses: ['types', 'modules'],
  columns: {
    name: text('the part'),
    bytes: bytes('its size, including its parts; empty for what could not be read'),
    percent: count('of all memory'),
    see: ownText('analysis that shows more'),
    source: text('what it was computed from; why it could not be read'),
    level: count('depth in the tree; 0 is all memory'),
    parent: text('path of the part that contains it'),
    path: text('names from the top to this part'),
  },
  key: ['path'],
  grouping: ['level', 'parent'],
  drawing: 'memory-tree',
  *run(kernel) {
    const { objects, memory: kernelMemory, symbols, types, why, cpus } = kernel;
    if (symbols === undefined) return;
    const { vmcoreinfo } = kernel.kernel;
    const pageBytes = BigInt(kernelPageBytes(vmcoreinfo));
    const found = vmStatistics(kernelMemory, symbols, countedTwice(kernelMemory, vmcoreinfo, types?.types));
    const free = isFailure(found) ? found : found.value.counter('nr_free_pages');
    // A system that runs always has free pages: counters that are lost read as 0.
    const lost = isFailure(free) ? free.missing.why : free.value === 0n ? 'nr_free_pages is 0, which no system has' : undefined;
    const statistics = lost === undefined ? valueOf(found) : undefined;
    const perCpuOffsets = cpus.flatMap(({ perCpuOffset }) => perCpuOffset ?? []);
    const { lines } = usageOfKernel({ memory: kernelMemory, symbols, vmcoreinfo, types: types?.types, noTypes: why('types') ?? '', perCpuOffsets });
    const usage = new Map(lines.map(({ name, kib }) => [name, BigInt(kib) * 1024n]));
    const zoneTable = yield* rowsWithin(zones, kernel);
    const tables = {
      slabs: yield* rowsWithin(slabCaches, kernel),
      mounts: yield* rowsWithin(tmpfs, kernel),
      areas: yield* rowsWithin(vmallocTable, kernel),
    };

    const pagesOf = (column: 'present' | 'managed'): Result<bigint> => {
      let sum = 0n;
      for (const row of zoneTable.rows) {
        const value = row[column];
        if (value === undefined) return failed(`${column} pages`, zoneTable.missing[0]?.why ?? 'a zone does not record them');
        sum += BigInt(value);
      }
      return zoneTable.rows.length === 0 ? failed(`${column} pages`, zoneTable.missing[0]?.why ?? 'no zone is known') : { value: sum * pageBytes };
    };
    const total = usage.get('MemTotal');
    const managed: Result<bigint> = total === undefined || total === 0n ? pagesOf('managed') : { value: total };
    if (isFailure(managed)) {
      yield managed;
      return;
    }
    const unread: Unread[] = [];
    const allocator: MemoryPart = {
      name: allocatorBranch,
      bytes: managed,
      source: total === undefined || total === 0n ? 'managed pages of the zones' : '_totalram_pages, the MemTotal of /proc/meminfo',
      see: 'memory-usage',
      parts:
        statistics === undefined
          ? []
          : countedParts({
              objects,
              statistics,
              pageBytes,
              usage,
              slabs: tables.slabs.rows,
              mounts: tables.mounts.rows,
              areas: tables.areas.rows,
              zones: zoneTable.rows,
            }),
      rest: 'unaccounted',
    };
    if (lost !== undefined) unread.push({ name: 'counters of pages', why: lost });
    const present = pagesOf('present');
    const root: MemoryPart = isFailure(present)
      ? allocator
      : {
          name: 'memory',
          bytes: present,
          source: 'present pages of the zones',
          see: 'zones',
          parts: [allocator, reservedMemory(objects, present.value, managed.value, pageBytes)],
        };
    if (isFailure(present)) unread.push({ name: 'memory that was reserved at boot', why: present.missing.why });
    for (const [name, { missing }] of Object.entries({ 'slab caches': tables.slabs, 'files in memory': tables.mounts, 'areas of vmalloc': tables.areas }))
      for (const one of missing.slice(0, 1)) unread.push({ name, why: `${one.what}: ${one.why}` });
    const whole = isFailure(root.bytes) ? 0n : root.bytes.value;
    const percentOf = (part: bigint | undefined): number | undefined =>
      part === undefined || whole === 0n ? undefined : Math.round((Number(part) / Number(whole)) * 100);
    for (const line of memoryLines(root, (one) => unread.push(one))) yield { row: { ...line, percent: percentOf(line.bytes) } };
    if (unread.length === 0) return;
    yield { row: { name: notRead, level: 1, parent: root.name, path: `${root.name} / ${notRead}`, source: 'parts of memory that could not be read' } };
    const seen = new Set<string>();
    for (const { name, why: reason } of unread) {
      if (seen.has(name)) continue;
      seen.add(name);
      yield { row: { name, level: 2, parent: `${root.name} / ${notRead}`, path: `${root.name} / ${notRead} / ${name}`, source: reason } };
      yield { missing: { what: name, why: reason } };
    }
  },
});
