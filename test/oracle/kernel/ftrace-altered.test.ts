/** Ring buffers of a real kernel with one thing changed: every change of what an event is, and of what leads to it, makes another answer or something missing. */
import { describe, expect, it } from 'vitest';
import { analysisKernel } from '../../../src/analysis/engine/kernel/analysis-context.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { ftrace } from '../../../src/analysis/kernel/analyses/ftrace.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { pageEvents } from '../../../src/analysis/kernel/ftrace/buffer-page.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';
import { append } from '../../../src/shared/append.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { isFailure, type Result } from '../../../src/shared/result.ts';
import { alteredKernel, type Changes } from '../../altered-memory.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { randomFor } from '../../run-size.ts';
import { withSession } from '../oracle-suite.ts';

const cases = crashDumps.filter(({ name }) => crashOracle(name, 'guest/trace.txt') !== undefined);
const signal = new AbortController().signal;

async function answerOf(kernel: AnalysisKernel): Promise<{ readonly text: string; readonly missing: number }> {
  const rows: RowJson[] = [];
  const last = await runAnalysis(ftrace, kernel, { parameters: {}, first: 0, limit: 1_000_000, signal, report: (more) => append(rows, more) });
  append(rows, last.rows);
  return { text: JSON.stringify(rows), missing: last.missing.length };
}

const given = <T>(one: Result<T>): T => {
  if (isFailure(one)) throw new Error(`${one.missing.what}: ${one.missing.why}`);
  return one.value;
};

interface Place {
  readonly what: string;
  readonly at: bigint;
}

/** One place of each kind, anywhere in the buffers. */
function placesOf({ objects, memory }: AnalysisKernel, random: SeededRandom): readonly Place[] {
  const buffers = objects.variable('global_trace', 'trace_array').at('array_buffer').pointer('buffer').pointer('buffers');
  const buffer = buffers.element(random.below(2)).pointer();
  const commit = given(buffer.pointer('commit_page').address);
  // From the page that was written last back through older ones.
  let page = commit;
  for (let steps = 1 + random.below(100); steps > 0; steps -= 1) page = (memory.pointer(page + 8n) ?? 0n) & ~3n;
  const one = objects.at(page, 'buffer_page');
  const data = given(one.pointer('page').address);
  const place = (path: string): bigint => given(one.at(path).address);
  const bytes = memory.bytes(data + 16n, Number(memory.u64(data + 8n) ?? 0n)) ?? new Uint8Array(0);
  const events = [...pageEvents(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), memory.endian, 0, 0n, 0n)].flatMap((event) =>
    // Calls are shorter than returns, of which one that follows its call shows its duration alone.
    isFailure(event) || event.length > 32 ? [] : [event],
  );
  const event = events[random.below(events.length)];
  if (event === undefined) throw new Error('no call is in the page');
  const start = data + 16n + BigInt(event.start);
  // The lowest byte of a link has flags, and of a pointer to a page nothing.
  return [
    { what: 'link to the next page', at: place('list.next') + BigInt(4 + random.below(3)) },
    { what: 'link to the page before', at: place('list.prev') + BigInt(4 + random.below(3)) },
    { what: 'pointer to the data', at: place('page') + BigInt(4 + random.below(3)) },
    { what: 'time of the page', at: data + BigInt(random.below(8)) },
    { what: 'bytes that were committed', at: data + 8n + BigInt(6 + random.below(2)) },
    { what: 'head of an event', at: start - 4n },
    { what: 'time of an event', at: start - 1n },
    { what: 'type of an event', at: start + BigInt(random.below(2)) },
    { what: 'task of an event', at: start + 4n + BigInt(random.below(4)) },
    { what: 'function of an event', at: start + 8n + BigInt(random.below(8)) },
    { what: 'depth of an event', at: start + 16n + BigInt(random.below(4)) },
    { what: 'number of events', at: given(buffer.at('entries').address) + BigInt(random.below(8)) },
    { what: 'page that was written last', at: given(buffer.at('commit_page').address) + BigInt(random.below(8)) },
  ];
}

describe.skipIf(cases.length === 0)('altered ring buffers', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s: no change goes unnoticed', async (name, entry) => {
    const unnoticed = await withSession(entry, async (session) => {
      const kernel = await analysisKernel(session, ftrace.table, signal);
      const whole = await answerOf(kernel);
      expect(whole.missing).toBe(0);
      const same: string[] = [];
      const random = randomFor(`${name} altered ring buffers`);
      for (const { what, at } of placesOf(kernel, random)) {
        const before = kernel.memory.u8(at) ?? 0;
        const changes: Changes = new Map([[at, before ^ (1 << random.below(8))]]);
        const { text, missing } = await answerOf(alteredKernel(kernel, changes));
        if (text === whole.text && missing === 0) same.push(`${what} at 0x${at.toString(16)}`);
      }
      return same;
    });
    expect(unnoticed).toEqual([]);
  });
});
