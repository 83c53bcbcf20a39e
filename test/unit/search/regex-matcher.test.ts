import { describe, expect, it } from 'vitest';
import { Cancelled, RequestError } from '../../../src/shared/rpc.ts';
import { regexMatcher } from '../../../src/analysis/search/regex-matcher.ts';

/** Backtracks for longer than anybody waits. */
const endless = '(A+)+B';
const trap = Buffer.from(`${'A'.repeat(64)}C`);

describe('a regular expression', () => {
  it('is stopped after two seconds of one look, and what to do is named', async () => {
    const matcher = await regexMatcher(endless, 'gm');
    const asked = Promise.resolve(matcher.find(trap, 0, trap.length, 10));
    await expect(asked).rejects.toMatchObject({ about: 'query', remedy: 'simplify-expression' });
    await expect(asked).rejects.toThrow('it was stopped after 2 s on 65 bytes of memory');
  });

  it('that takes too long is stopped, with a message', async () => {
    const matcher = await regexMatcher(endless, 'gm', { seconds: 1 });
    const asked = Promise.resolve(matcher.find(trap, 0, trap.length, 10));
    await expect(asked).rejects.toThrow(RequestError);
    await expect(asked).rejects.toThrow('takes too long');
    // The worker is gone: nothing more is asked of it.
    await expect(Promise.resolve(matcher.find(Buffer.from('AB'), 0, 2, 10))).rejects.toThrow('takes too long');
  });

  it('can be cancelled in the middle of a look', async () => {
    const abort = new AbortController();
    const matcher = await regexMatcher(endless, 'gm', { signal: abort.signal });
    const asked = Promise.resolve(matcher.find(trap, 0, trap.length, 10));
    setTimeout(() => {
      abort.abort();
    }, 50);
    await expect(asked).rejects.toThrow(Cancelled);
    await expect(regexMatcher('a', 'gm', { signal: abort.signal })).rejects.toThrow(Cancelled);
  });

  it('sees bytes as Latin-1, and knows whether zeros match', async () => {
    const matcher = await regexMatcher('[\\x80-\\xff]+', 'gm');
    expect(await matcher.find(Uint8Array.of(0, 0x80, 0xff, 0x7f, 0xe4), 0, 5, 10)).toEqual([
      { at: 1, bytes: 2 },
      { at: 4, bytes: 1 },
    ]);
    expect(matcher.matchesZeros).toBe(false);
    matcher.close();
    const zeros = await regexMatcher('\\x00{4}', 'gm');
    expect(zeros.matchesZeros).toBe(true);
    zeros.close();
  });
});
