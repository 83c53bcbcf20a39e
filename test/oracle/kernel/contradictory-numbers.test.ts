/** Numbers of a real kernel that were overwritten, so that they contradict others that are whole: they are no facts, and what they were held against is named. */
import { describe, expect, it } from 'vitest';
import { analysisKernel } from '../../../src/analysis/engine/kernel/analysis-context.ts';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { memoryUsage } from '../../../src/analysis/kernel/analyses/memory-usage.ts';
import { processMemory } from '../../../src/analysis/kernel/analyses/process-memory.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { slabCaches } from '../../../src/analysis/kernel/analyses/slab-caches.ts';
import { zones } from '../../../src/analysis/kernel/analyses/zones.ts';
import type { KernelObject } from '../../../src/analysis/kernel/object/kernel-object.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import { isFailure, type Missing, type Result } from '../../../src/shared/result.ts';
import { alteredKernel, type Changes } from '../../altered-memory.ts';
import { crashDumps } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const signal = new AbortController().signal;
/** s390x with 6.12 and with 6.1, and x86-64 with NUMA. */
const dumps = crashDumps.filter(({ name }) => ['c-abba-mutex.kdump', 'c-k61-abba.kdump', 'c-x86-null.kdump'].includes(name));

const given = <T>(one: Result<T>): T => {
  if (isFailure(one)) throw new Error(`${one.missing.what}: ${one.missing.why}`);
  return one.value;
};

interface Answer {
  readonly rows: readonly RowJson[];
  readonly missing: readonly Missing[];
}

async function answerOf(analysis: Analysis, kernel: AnalysisKernel): Promise<Answer> {
  const rows: RowJson[] = [];
  const last = await runAnalysis(analysis, kernel, { parameters: {}, first: 0, limit: 1_000_000, signal, report: (more) => append(rows, more) });
  append(rows, last.rows);
  return { rows, missing: last.missing };
}

interface Case {
  readonly what: string;
  readonly analysis: Analysis;
  /** The number that is overwritten, of what the first row with this name is about. */
  readonly place: (kernel: AnalysisKernel, row: RowJson | undefined) => KernelObject;
  readonly row: (row: RowJson) => boolean;
  readonly fill: 0 | 0xff;
  readonly bytes: number;
  /** Cells that are no facts then; none names the whole row. */
  readonly lost: readonly string[];
}

const struct = (kernel: AnalysisKernel, row: RowJson | undefined, column: string, type: string): KernelObject =>
  kernel.objects.at(BigInt(String(row?.[column])), type);
const ofProcess = { analysis: processMemory, row: (row: RowJson) => row.pid === 1, bytes: 8 } as const;
const cases: readonly Case[] = [
  {
    what: 'no node of a cache',
    analysis: slabCaches,
    row: ({ name }) => name === 'dentry',
    place: (kernel, row) => struct(kernel, row, 'cache', 'kmem_cache').at('node[0]'),
    fill: 0,
    bytes: 8,
    lost: ['bytes', 'active', 'objects', 'slabs'],
  },
  {
    what: 'pages that a zone manages',
    analysis: zones,
    row: ({ zone }) => zone === 'DMA',
    place: (kernel, row) => struct(kernel, row, 'address', 'zone').at('managed_pages'),
    fill: 0xff,
    bytes: 8,
    lost: ['managed', 'bytes'],
  },
  {
    what: 'the first page of a zone',
    analysis: zones,
    row: ({ zone }) => zone === 'DMA',
    place: (kernel, row) => struct(kernel, row, 'address', 'zone').at('zone_start_pfn'),
    fill: 0xff,
    bytes: 6,
    lost: ['start'],
  },
  {
    what: 'no memory at all',
    analysis: memoryUsage,
    row: ({ name }) => name === 'MemTotal',
    place: ({ objects }) => objects.variable('_totalram_pages', 'u64'),
    fill: 0,
    bytes: 8,
    lost: [],
  },
  {
    what: 'no free pages',
    analysis: memoryUsage,
    row: ({ name }) => name === 'MemFree',
    place: ({ objects }) => objects.variable('vm_zone_stat', 'u64'),
    fill: 0,
    bytes: 8,
    lost: [],
  },
  {
    what: 'less than no pages of processes',
    analysis: memoryUsage,
    row: ({ name }) => name === 'Active(anon)',
    place: ({ objects }) => objects.variable('vm_node_stat', 'u64').element(1),
    fill: 0xff,
    bytes: 8,
    lost: [],
  },
  { what: 'no addresses', ...ofProcess, place: (kernel, row) => struct(kernel, row, 'mm', 'mm_struct').at('total_vm'), fill: 0, lost: ['size'] },
  { what: 'all addresses', ...ofProcess, place: (kernel, row) => struct(kernel, row, 'mm', 'mm_struct').at('total_vm'), fill: 0xff, lost: ['size'] },
  { what: 'no page tables', ...ofProcess, place: (kernel, row) => struct(kernel, row, 'mm', 'mm_struct').at('pgtables_bytes'), fill: 0, lost: ['pageTables'] },
  { what: 'a peak of all pages', ...ofProcess, place: (kernel, row) => struct(kernel, row, 'mm', 'mm_struct').at('hiwater_rss'), fill: 0xff, lost: ['peak'] },
];

describe.skipIf(dumps.length === 0)('numbers that contradict others', () => {
  if (dumps.length === 0) it('needs the real dumps', () => undefined);
  const rows = dumps.flatMap((dump) => cases.map((one) => [dump.name, one.what, dump, one] as const));
  it.each(rows)('%s: %s', async (_name, _what, dump, { analysis, row, place, fill, bytes, lost }) => {
    await withSession(dump, async (session) => {
      const kernel = await analysisKernel(session, analysis.table, signal);
      const whole = await answerOf(analysis, kernel);
      const before = whole.rows.find(row);
      const start = given(place(kernel, before).address);
      const changes: Changes = new Map(Array.from({ length: bytes }, (_, at) => [start + BigInt(at), fill]));
      const { rows: altered, missing } = await answerOf(analysis, alteredKernel(kernel, changes));
      const after = altered.find(row);
      expect(before).toBeDefined();
      const kept = Object.fromEntries(Object.entries(before ?? {}).filter(([column]) => !lost.includes(column)));
      expect(after).toEqual(lost.length === 0 ? undefined : kept);
      expect(missing.length).toBeGreaterThan(whole.missing.length);
    });
  });
});
