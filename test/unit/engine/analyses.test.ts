/** The engine's analyses: every one answers in the types that it declares; rows are streamed and paged, a run can be cancelled. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { analyses } from '../../../src/analysis/kernel/analyses/catalogue.ts';
import { defineAnalysis, count, pause, text, address, hexadecimal, required, type Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import { MissingFacts } from '../../../src/analysis/kernel/analyses/analysis-cells.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis, type AnalysisRun } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { readParameters } from '../../../src/analysis/engine/kernel/analysis-parameters.ts';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { rowSchemaOf, type RowJson } from '../../../src/shared/analysis-table.ts';
import { engineProtocol } from '../../../src/shared/engine-protocol.ts';
import { Cancelled, connect, serve } from '../../../src/shared/rpc.ts';
import { failed, valueOf } from '../../../src/shared/result.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const healthy = bundledSamples()[0]?.bytes ?? new Uint8Array();
const path = join(scratchFolder(), 'healthy.vmcore');
writeFileSync(path, healthy);
const engine = createEngine();
const [near, far] = portPair();
serve(engineProtocol, engine.handlers, far);
const client = connect(engineProtocol, near);
afterAll(() => {
  client.close();
  engine.close();
});
const opened = client.call('open', { path });

describe('analyses of the engine', () => {
  it('the catalogue is the registry', async () => {
    expect((await client.call('catalogue', {})).analyses).toEqual(analyses.map(({ table }) => table));
  });

  it.each(analyses.map(({ table }) => [table.id, table] as const))('%s answers in the types that it declares', async (id, table) => {
    const { dump } = await opened;
    const parameters = Object.fromEntries(table.parameters.flatMap((one) => (one.required === true ? [[one.name, one.type === 'text' ? 'panic' : 1]] : [])));
    const answer = await client.call('analyse', { dump, id, parameters });
    const schema = v.array(rowSchemaOf(table.columns));
    const checked = v.safeParse(schema, answer.rows);
    expect(checked.success ? [] : v.summarize(checked.issues)).toEqual([]);
    expect(answer.columns).toEqual(table.columns);
    expect(answer.complete).toBe(answer.missing.length === 0);
    expect(answer.rows.length + answer.missing.length).toBeGreaterThan(0);
  });

  it('pages and streams are pieces of the whole', async () => {
    const { dump } = await opened;
    const whole = await client.call('analyse', { dump, id: 'log' });
    expect(whole.rows.length).toBeGreaterThan(6);
    const page = await client.call('analyse', { dump, id: 'log', first: 2, limit: 3 });
    expect(page.rows).toEqual(whole.rows.slice(2, 5));
    expect([page.complete, page.missing]).toEqual([false, [{ what: 'rows', why: 'more than 5 exist' }]]);
    const last = await client.call('analyse', { dump, id: 'log', first: whole.rows.length - 1, limit: 3 });
    expect([last.rows, last.complete]).toEqual([whole.rows.slice(-1), true]);
    const streamed: RowJson[] = [];
    const rest = await client.call('analyse', { dump, id: 'log', stream: true }, { onProgress: ({ rows }) => streamed.push(...rows) });
    expect([...streamed, ...rest.rows]).toEqual(whole.rows);
  });

  it('a CPU or a task that does not exist is said, and one that does is not', async () => {
    const { dump } = await opened;
    const asked = async (parameters: Record<string, number>) => {
      const { rows, missing } = await client.call('analyse', { dump, id: 'backtraces', parameters });
      return [rows.length > 0, missing.filter(({ what }) => /^(CPU|task) \d+$/.test(what)).map(({ what, why }) => `${what}: ${why}`)];
    };
    expect(await asked({ cpu: 77 })).toEqual([false, ['CPU 77: no such CPU was found; there are 0, 1, 2']]);
    expect(await asked({ pid: 4_000_000 })).toEqual([false, ['task 4000000: no task of this pid was found']]);
    expect(await asked({ cpu: 0 })).toEqual([true, []]);
  });

  it('a wrong id or parameter is an error of the caller', async () => {
    const { dump } = await opened;
    await expect(client.call('analyse', { dump, id: 'nothing' })).rejects.toThrow(/no analysis "nothing": expected one of backtraces, /);
    await expect(client.call('analyse', { dump, id: 'mappings' })).rejects.toThrow(/needs the parameter pid/);
    await expect(client.call('analyse', { dump, id: 'mappings', parameters: { pid: 'x' } })).rejects.toThrow(/pid: "x" is not a whole number/);
    await expect(client.call('analyse', { dump, id: 'modules', parameters: { pid: 1 } })).rejects.toThrow(/modules has no parameter "pid"/);
    await expect(client.call('analyse', { dump, id: 'log', parameters: { level: 'loud' } })).rejects.toThrow(/level: "loud" is not one of emerg/);
  });
});

describe('times as parameters', () => {
  const table = (id: string) => analyses.find((one) => one.table.id === id)?.table ?? expect.fail(id);
  const names = { session: sessionOn(memorySource('dump', healthy)), symbols: undefined };
  const read = (id: string, given: Record<string, string | number>): unknown => readParameters(table(id), given, names).from;

  it('are moments, in any zone, for logs of the calendar', () => {
    const hour = BigInt(Date.UTC(2026, 10, 28, 22)) * 1000n;
    for (const typed of ['2026-11-28T22:00:00Z', '2026-11-28 22:00', '2026-11-29T00:00:00+02:00']) expect(read('debug-feature', { from: typed })).toBe(hour);
    expect(read('merged-log', { from: '2026-11-28' })).toBe(hour - 22n * 3_600_000_000n);
  });

  it('are seconds for clocks of a trace', () => {
    expect(read('ftrace', { from: '51.250000001' })).toBe('51.250000001');
    expect(read('ftrace-text', { from: 51.25 })).toBe('51.25');
  });

  it.each([
    ['debug-feature', 'yesterday', /^from: "yesterday" is not a time such as 2026-11-29, /],
    ['merged-log', '2026-02-30', /^from: "2026-02-30" is not a time such as/],
    ['ftrace', 'x', /^from: "x" is not a number of seconds such as 51\.25/],
    ['ftrace-text', '2026-11-29', /^from: "2026-11-29" is not a number of seconds/],
  ])('%s refuses %s', (id, typed, message) => {
    expect(() => read(id, { from: typed })).toThrow(message);
  });
});

const kernel = { why: () => undefined } as unknown as AnalysisKernel;
const run = (analysis: Analysis, more: Partial<AnalysisRun> = {}): ReturnType<typeof runAnalysis> =>
  runAnalysis(analysis, kernel, { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: () => undefined, ...more });
const toy = (steps: Parameters<typeof defineAnalysis>[0]['run']): Analysis =>
  defineAnalysis({
    id: 'toy',
    title: 'Toy',
    about: 'rows of a test',
    needs: [],
    columns: { name: text('name'), place: address('place'), bits: hexadecimal('bits'), number: count('number') },
    key: ['name'],
    run: steps as never,
  });

describe('a run', () => {
  it('makes cells by the types of columns; what could not be read is left out and listed once', async () => {
    const lost = failed('thing.place', 'not in the dump');
    const answer = await run(
      toy(function* () {
        yield { row: { name: 'one', place: 0x10n, bits: Uint8Array.of(0, 0xff), number: 1n << 60n } };
        yield { row: { name: { value: 'two' }, place: lost, bits: 0x80n, number: -3 } };
        yield { row: { name: lost, place: lost } };
        yield { row: { number: Number.NaN, name: undefined } };
      }),
    );
    expect(answer).toEqual({
      rows: [
        { name: 'one', place: '0x10', bits: '0x00ff', number: '1152921504606846976' },
        { name: 'two', bits: '0x80', number: -3 },
      ],
      missing: [{ what: 'thing.place', why: 'not in the dump' }],
      complete: false,
    });
  });

  it('an analysis whose need is not met has no rows', async () => {
    const analysis = {
      ...toy(function* () {
        yield { row: { name: 'never' } };
      }),
    };
    const needy: Analysis = { ...analysis, table: { ...analysis.table, needs: ['types'] } };
    const answer = await runAnalysis(needy, { why: () => 'a reason' } as unknown as AnalysisKernel, {
      parameters: {},
      first: 0,
      limit: 10,
      signal: new AbortController().signal,
      report: () => undefined,
    });
    expect(answer).toEqual({ rows: [], missing: [{ what: 'types', why: 'a reason' }], complete: false });
  });

  it('endless ones are bounded and can be cancelled', async () => {
    const endless = toy(function* () {
      for (let number = 0; ; number += 1) yield { row: { name: 'again', number } };
    });
    let reported = 0;
    const bounded = await run(endless, { limit: 5000, report: (rows) => (reported += rows.length) });
    expect([reported + bounded.rows.length, bounded.complete]).toEqual([5000, false]);
    const abort = new AbortController();
    const silent = toy(function* () {
      for (;;) yield pause;
    });
    const waiting = run(silent, { signal: abort.signal });
    setTimeout(() => {
      abort.abort();
    }, 20);
    await expect(waiting).rejects.toThrow(Cancelled);
  });

  it('a million missing facts are a bounded list', () => {
    const facts = new MissingFacts();
    for (let at = 0; at < 100_000; at += 1) facts.add({ what: `thing ${at % 3}`, why: `reason ${at}` });
    for (let at = 0; at < 5000; at += 1) facts.add({ what: `other ${at}`, why: 'the same' });
    const { all } = facts;
    expect(all.length).toBeLessThan(1100);
    expect(all).toContainEqual({ what: 'thing 1', why: '33317 more like these' });
    expect(all.at(-1)?.why).toMatch(/^\d+ more are missing$/);
  });
});

describe('parameters', () => {
  const { table } = defineAnalysis({
    id: 'toy',
    title: 'Toy',
    about: 'takes an address',
    needs: [],
    parameters: { at: required('address', 'where') },
    columns: { name: text('name') },
    key: ['name'],
    *run() {
      yield pause;
    },
  });

  it('an address is a number, a symbol with an offset, or a register; all kernel virtual', async () => {
    const session = sessionOn(memorySource('dump', healthy));
    const found = (await session.findKernel(new AbortController().signal)).symbols;
    const symbols = valueOf(found);
    const at = (given: string | bigint): unknown => readParameters(table, { at: given }, { session, symbols }).at;
    const [panic] = symbols?.lookup('panic') ?? [];
    expect(at('0x1f00')).toBe(0x1f00n);
    expect(at(0x1f00n)).toBe(0x1f00n);
    expect(at('panic+0x10')).toBe((panic?.address ?? 0n) + 0x10n);
    expect(at('panic - 2')).toBe((panic?.address ?? 0n) - 2n);
    expect(at('cpu0.psw')).toBe(BigInt(session.cpuSet.cpus.find(({ linuxCpu }) => linuxCpu === 0)?.psw?.address ?? 0));
    expect(() => at('no_such_symbol')).toThrow(/at: "no_such_symbol" is not an address/);
    expect(() => at('absolute:0x10')).toThrow(/not a virtual address/);
  });
});
