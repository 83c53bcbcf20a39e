/** Disks and requests in flight against drgn, crash's dev -d, and what debugfs and /proc/diskstats of the guest showed. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/analysis/engine/triage/verdict.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

type Entry = (typeof crashDumps)[number];
const answerOf = (entry: Entry, id: string): Promise<AnalysisJson> => withSession(entry, (session) => wholeAnalysis(session, id));

/** Of two systems in one dump drgn's texts have other names. */
const described = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'drgn.txt')?.split('### block\n')[1]?.split('\n###')[0];
  return text === undefined ? [] : [[entry.name, entry, text] as const];
});

/** "disk vda 0x1b7ec00 queue 0x218c000 nr_hw_queues 1" */
const diskLine = ({ device, disk, queue, contexts }: RowJson): string => ['disk', device, disk, 'queue', queue, 'nr_hw_queues', contexts].join(' ');

interface Stated {
  readonly device: string;
  readonly line: string;
  readonly start: number;
}
const operations = ['read', 'write', 'flush', 'discard'];
/** Lines of drgn's requests by tags of the driver; a state of 1 is in flight. */
function statedRequests(text: string): readonly Stated[] {
  let device = '';
  return text.split('\n').flatMap((line) => {
    device = /^disk (\S+)/.exec(line)?.[1] ?? device;
    const found = /hctx (\d+) tag (\d+) request (\S+) state (\d) op (\d) flags \S+ sector (\d+) bytes (\d+) start_ns (\d+) bio (\S+)/.exec(line);
    if (found === null) return [];
    const [, context, tag, request, state, operation, sector, bytes, start, bio] = found;
    return [
      {
        device,
        line: [device, context, tag, request, state === '1' ? 'in_flight' : state, operations[Number(operation)], sector, bytes, bio].join(' '),
        start: Number(start),
      },
    ];
  });
}
const requestLine = ({ device, context, tag, request, state, operation, sector, bytes, bio }: RowJson): string =>
  [device, context, tag, request, state, operation, sector, bytes, bio].join(' ');

const stalled = described.filter(([, , text]) => statedRequests(text).length > 0);
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();

describe.skipIf(described.length === 0)('block devices', () => {
  if (described.length === 0) it('needs the real dumps', () => undefined);
  it.each(described)('%s: the disks that drgn finds, and counters that go on from what the guest showed', async (name, entry, text) => {
    const { rows, missing } = await answerOf(entry, 'block-devices');
    expect(missing).toEqual([]);
    const lines = text.split('\n').filter((line) => line.startsWith('disk '));
    expect(sorted(rows.map(diskLine))).toEqual(sorted(lines));
    expect(sorted(rows.map((row) => diskLine({ ...row, queue: '0x10' })))).not.toEqual(lines.length === 0 ? ['none'] : sorted(lines));
    const stats = [...(crashOracle(name, 'guest/diskstats.txt') ?? '').matchAll(/^ +(\d+) +(\d+) (\S+) (.*)$/gm)];
    for (const [, major, minor, device, rest = ''] of stats) {
      const numbers = rest.split(' ').map(Number);
      const row = rows.find((one) => one.device === device) ?? {};
      expect([row.major, row.minor]).toEqual([Number(major), Number(minor)]);
      const [reads = 0, , readSectors = 0, , writes = 0, , writtenSectors = 0] = numbers;
      const isStalled = statedRequests(text).some((one) => one.device === device);
      const mine = [row.reads, row.readBytes, row.writes, row.writtenBytes, row.flushes].map(Number);
      const guest = [reads, readSectors * 512, writes, writtenSectors * 512, numbers[15] ?? 0];
      // What is written to the guest's own disk goes on until the dump.
      if (isStalled) expect(mine).toEqual(guest);
      else for (const [at, value] of mine.entries()) expect(value).toBeGreaterThanOrEqual(guest[at] ?? 0);
      if (isStalled) expect(row.counted).toBe(numbers[8]);
    }
  });
});

describe.skipIf(described.length === 0)('block requests', () => {
  if (described.length === 0) it('needs the real dumps', () => undefined);
  it.each(described)('%s: those that drgn finds in the tags of the driver', async (_name, entry, text) => {
    const { rows, note, missing, complete } = await answerOf(entry, 'block-requests');
    expect(missing).toEqual([]);
    expect(complete).toBe(true);
    const stated = statedRequests(text);
    expect(sorted(rows.map(requestLine))).toEqual(sorted(stated.map(({ line }) => line)));
    const disks = text.split('\n').filter((line) => line.startsWith('disk ')).length;
    expect(note).toBe(
      stated.length === 0
        ? `No request is in flight on ${disks} block ${disks === 1 ? 'device that takes' : 'devices that take'} requests.`
        : `${stated.length} requests hold a tag, ${stated.length} of them with the driver; ${disks} block devices that take requests were looked at.`,
    );
  });

  it.each(stalled)('%s: times, tags of the scheduler, and flags as drgn, debugfs, and crash show them', async (name, entry, text) => {
    const { rows } = await answerOf(entry, 'block-requests');
    const stated = new Map(statedRequests(text).map(({ line, start }) => [line, start]));
    // All ages count from one time, which is that of the last tick.
    const ends = rows.map((row) => Number(row.seconds) * 1e9 + (stated.get(requestLine(row)) ?? 0));
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(1000);
    const busy = [
      ...(crashOracle(name, 'guest/block-debugfs.txt') ?? '').matchAll(
        /\{\.op=(\w+), \.cmd_flags=([\w|]*), .*\.state=(\w+), \.tag=(\d+), \.internal_tag=(\d+)\}/g,
      ),
    ];
    expect(busy.length).toBe(rows.length);
    const guest = busy.map(([, operation = '', flags = '', state, tag, own]) =>
      [operation.toLowerCase(), flags.toLowerCase().replaceAll('|', ', '), state, tag, own].join(' '),
    );
    const line = ({ operation, flags, state, tag, schedulerTag }: RowJson): string => [operation, flags, state, tag, schedulerTag].join(' ');
    expect(sorted(rows.map(line))).toEqual(sorted(guest));
    for (const column of ['operation', 'flags', 'state', 'tag', 'schedulerTag'])
      expect(sorted(rows.map((row, at) => line(at === 0 ? { ...row, [column]: 'x' } : row)))).not.toEqual(sorted(guest));
    const counts = [...(crashOracle(name, 'crash-b.txt') ?? '').matchAll(/^ +\d+ ([0-9a-f]+) +(\S+) +([0-9a-f]+) +(\d+) +(\d+) +(\d+) *$/gm)];
    for (const [, , device, , all, reads] of counts) {
      const own = rows.filter((row) => row.device === device);
      expect([own.length, own.filter(({ operation }) => operation === 'read').length]).toEqual([Number(all), Number(reads)]);
    }
  });

  it.each(stalled)('%s: the verdict cites the oldest request of the device that does not answer', async (_name, entry, text) => {
    const { class: kind, evidence } = await withSession(entry, (session) => verdictOf(session, new AbortController().signal));
    expect(kind).toBe('io-stall');
    const stated = statedRequests(text);
    const oldest = stated.reduce((first, one) => (one.start < first.start ? one : first));
    const [device, , , request] = oldest.line.split(' ');
    const cited = evidence.filter((one) => one.text.includes('in flight'));
    expect(cited.map((one) => one.text)).toEqual([expect.stringContaining(`${stated.length} requests to ${device ?? ''} have been in flight`)]);
    expect(cited[0]?.where).toMatchObject({ space: 'virtual', start: request });
  });

  it.each(stalled)('%s: tasks in D wait for requests as their stacks say, and no other task does', async (name, entry) => {
    const { rows } = await answerOf(entry, 'block-requests');
    const truth = JSON.parse(crashOracle(name, 'truth.json') ?? '{}') as { tasks_D?: readonly { pid: number; comm: string }[] };
    const asleep = new Set(truth.tasks_D?.map(({ pid, comm }) => `${comm} (${pid})`));
    const waiting = rows.flatMap(({ waiters }) => (waiters === undefined ? [] : String(waiters).split(', ')));
    expect(sorted(waiting)).toEqual(sorted([...asleep]));
  });
});
