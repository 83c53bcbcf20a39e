/** Files in memory against drgn's counters and mounts of the same dump, the guest's list of mounts, and what the case is known to have written. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle, haveDump } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const text = (name: string, file: string): string => crashOracle(name, file) ?? '';
interface Tables {
  readonly systems: readonly RowJson[];
  readonly files: readonly RowJson[];
}
const tablesOf = (entry: (typeof crashDumps)[number]): Promise<Tables> =>
  withSession(entry, async (opened) => {
    const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
    const [systems, files] = await analysesOf(session, [{ id: 'tmpfs' }, { id: 'tmpfs-files' }], scan);
    expect([systems?.missing, files?.missing]).toEqual([[], []]);
    return { systems: systems?.rows ?? [], files: files?.rows ?? [] };
  });

/** Pages of shared memory as drgn reads the counter in the same dump; what CPUs have not handed over yet is not in it. */
const sharedPages = (name: string): number => Number(/^NR_SHMEM (\d+)$/m.exec(text(name, 'drgn.txt') || text(name, 'drgn-prod.txt'))?.[1] ?? Number.NaN);
const mostHeldBack = 64;
/** "device place type" of what is mounted and in memory: the guest mounts nothing more after it printed them. */
const mounts = (name: string): readonly string[] =>
  [...text(name, 'guest/mounts.txt').matchAll(/^(\S+) (\S+) (tmpfs|devtmpfs) (\S+) /gm)].map(([, device, place, type, options = '']) => {
    const size = /size=(\d+)k/.exec(options)?.[1];
    return [device, place, type, size, /nr_inodes=(\d+)/.exec(options)?.[1] ?? ''].join(' ');
  });

const cases = crashDumps.flatMap((entry) => (mounts(entry.name).length === 0 ? [] : [[entry.name, entry] as const]));

function disagreements(name: string, { systems, files }: Tables): readonly string[] {
  const found: string[] = [];
  const stated = mounts(name);
  const mine = systems.flatMap(({ device, mount, type, limit, inodeLimit }) =>
    mount === '' || mount === '/' ? [] : [[device, mount, type, Number(limit) / 1024, type === 'devtmpfs' ? inodeLimit : ''].join(' ')],
  );
  found.push(...stated.filter((line) => !mine.includes(line)), ...mine.filter((line) => !stated.includes(line)));
  const pages = systems.reduce((sum, row) => sum + Number(row.bytes), 0) / 4096;
  const shared = sharedPages(name);
  if (Math.abs(pages - shared) > mostHeldBack) found.push(`${pages} pages in files, ${shared} counted`);
  for (const row of systems) {
    if (row.limit !== undefined && (row.used !== Number(row.bytes) + Number(row.swapped) || row.used > Number(row.limit)))
      found.push(`${String(row.mount)}: ${String(row.used)} used, ${String(row.bytes)} in files`);
    if (row.inodeLimit !== undefined && Number(row.inodes) + Number(row.freeInodes) !== row.inodeLimit)
      found.push(`${String(row.mount)}: ${String(row.inodes)} and ${String(row.freeInodes)} inodes of ${String(row.inodeLimit)}`);
    const own = files.filter(({ superBlock }) => superBlock === row.superBlock);
    if (own.length > Number(row.files) || own.reduce((sum, file) => sum + Number(file.bytes), 0) > Number(row.bytes))
      found.push(`${String(row.mount)}: more in files than in all`);
  }
  for (const { bytes, size, path } of files) if (Number(bytes) > Math.ceil(Number(size) / 4096) * 4096) found.push(`${String(path)}: longer than it is`);
  return found;
}

describe.skipIf(cases.length === 0)('files in memory', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: mounts as the guest listed them, pages as drgn counts them', async (name, entry) => {
    const tables = await tablesOf(entry);
    expect(disagreements(name, tables)).toEqual([]);
    for (const column of ['device', 'mount', 'type', 'bytes', 'limit', 'used', 'inodes', 'freeInodes', 'files']) {
      const systems = tables.systems.map((row) => ({
        ...row,
        [column]: typeof row[column] === 'number' ? (column === 'files' ? 0 : row[column] + 64 * 4096) : 'x',
      }));
      expect(disagreements(name, { ...tables, systems }), column).not.toEqual([]);
    }
    for (const column of ['bytes', 'size', 'superBlock']) {
      const files = tables.files.map((row) => ({
        ...row,
        [column]: column === 'bytes' ? 1 << 30 : column === 'size' ? 0 : (tables.systems[0]?.superBlock ?? ''),
      }));
      expect(disagreements(name, { ...tables, files }), column).not.toEqual([]);
    }
  });
});

describe.skipIf(!haveDump('c-oom-tmpfs.kdump'))('a tmpfs that took all memory', () => {
  it('holds the jobs of 48 blocks of 64 KiB each that were written one after the other, the last one in part', async () => {
    const entry = crashDumps.find(({ name }) => name === 'c-oom-tmpfs.kdump');
    if (entry === undefined) return;
    const { systems, files } = await tablesOf(entry);
    const spool = systems.find(({ device }) => device === 'spool');
    const jobs = files.filter(({ superBlock }) => superBlock === spool?.superBlock);
    expect(jobs.map(({ path }) => String(path)).sort()).toEqual(Array.from({ length: jobs.length }, (_, at) => `/tmp/job-${at + 1}`).sort());
    const last = jobs.find(({ path }) => path === `/tmp/job-${jobs.length}`);
    expect(jobs.filter((row) => row !== last).every(({ bytes, size, deleted }) => bytes === 48 * 65_536 && size === bytes && deleted === false)).toBe(true);
    expect(Number(last?.bytes)).toBeLessThan(48 * 65_536);
    expect(spool).toMatchObject({ mount: '/tmp', files: jobs.length, bytes: jobs.reduce((sum, { bytes }) => sum + Number(bytes), 0) });
  });
});
