/** The search view without its page: the form as a query, hits as text, a search that is replaced or cancelled. */
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../src/shared/rpc.ts';
import type { SearchHit } from '../../../src/shared/search-model.ts';
import { hitBytes, hitText } from '../../../src/renderer/views/search/hit-text.ts';
import { emptyForm, searchQuestion } from '../../../src/renderer/views/search/search-form.ts';
import { createSearchRun } from '../../../src/renderer/views/search/search-run.ts';

const hit: SearchHit = { address: '0x1000', bytes: 3, match: 'c1c2c3', before: '00', after: '40f1' };
const question = { dump: 'd1', pattern: 'x', type: 'text', limit: 10 } as const;
const summary = {
  schema: 1,
  pattern: 'x',
  type: 'text',
  space: 'absolute',
  range: { start: '0x0', end: '0x1' },
  searchedBytes: 1,
  unreadableBytes: 0,
  truncated: false,
} as const;

describe('the form', () => {
  it('asks only for what fits the kind of pattern', () => {
    expect(searchQuestion({ ...emptyForm, pattern: '1', type: 'u64', ignoreCase: true, endian: 'both', align: 8 }, 'd1', [])).toEqual({
      dump: 'd1',
      pattern: '1',
      type: 'u64',
      limit: 100_000,
      endian: 'both',
      align: 8,
    });
    expect(
      searchQuestion({ ...emptyForm, pattern: 'a', ignoreCase: true, from: 'pfn:1', to: '0x3000', state: 'present', class: 'text' }, 'd1', []),
    ).toMatchObject({
      ignoreCase: true,
      start: 4096n,
      end: 0x3000n,
      states: ['present'],
      classes: ['text'],
    });
  });
  it.each([
    [{ pattern: '' }, /Enter what/],
    [{ pattern: 'a', from: 'x' }, /^from: expected/],
    [{ pattern: 'a', to: 'virtual:0x10' }, /^to: only absolute/],
    [{ pattern: 'a', from: '0x20', to: '0x10' }, /empty/],
  ])('says what is wrong with %j', (part, message) => {
    const answer = searchQuestion({ ...emptyForm, ...part }, 'd1', []);
    expect('problem' in answer ? answer.problem : '').toMatch(message);
  });
});

describe('a hit', () => {
  it('is shown in its own code page', () => {
    expect(hitText(hit, '1047')).toEqual({ before: '·', match: 'ABC', after: ' 1' });
    expect(hitText(hit, undefined).match).toBe('···');
    expect(hitBytes(hit)).toBe('c1 c2 c3');
    expect(hitBytes({ ...hit, bytes: 100 })).toBe('c1 c2 c3 …');
  });
});

describe('a search', () => {
  it('collects hits as they arrive, and is replaced by a newer one', async () => {
    const calls: { progress: (hits: SearchHit[]) => void; end: (error?: Error) => void; signal: AbortSignal }[] = [];
    const run = createSearchRun(
      ((_method: string, _params: unknown, options: { signal: AbortSignal; onProgress: (value: unknown) => void }) =>
        new Promise((resolve, reject) => {
          calls.push({
            signal: options.signal,
            progress: (hits) => options.onProgress({ phase: 'search', done: 1, total: 2, unit: 'bytes', hits }),
            end: (error) => (error === undefined ? resolve(summary) : reject(error)),
          });
        })) as unknown as Parameters<typeof createSearchRun>[0],
    );
    run.start(question);
    calls[0]!.progress([hit]);
    calls[0]!.progress([]);
    calls[0]!.progress([hit]);
    expect(run.state.get()).toMatchObject({ phase: 'running', done: 1, total: 2, hits: [hit, hit] });
    run.start(question);
    expect(calls[0]!.signal.aborted).toBe(true);
    calls[0]!.progress([hit]);
    calls[0]!.end(new Cancelled());
    await Promise.resolve();
    expect(run.state.get()).toMatchObject({ phase: 'running', hits: [] });
    run.cancel();
    calls[1]!.end(new Cancelled());
    await new Promise(setImmediate);
    expect(run.state.get().phase).toBe('cancelled');
    run.start(question);
    calls[2]!.end();
    await new Promise(setImmediate);
    expect(run.state.get()).toMatchObject({ phase: 'done', summary });
  });
});
