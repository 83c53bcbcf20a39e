/** What a session derives is derived once, for all who ask, and only as long as somebody waits for it. */
import { describe, expect, it } from 'vitest';
import { createMemo, derived, searched } from '../../../src/analysis/engine/session/memo.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';

const holder = () => ({ memo: createMemo() });
const never = new AbortController().signal;

describe('what is derived', () => {
  it('is made once for each session, and undefined is a value', () => {
    let made = 0;
    const nothing = derived((_: ReturnType<typeof holder>): string | undefined => {
      made += 1;
      return made > 9 ? 'never' : undefined;
    });
    const [one, other] = [holder(), holder()];
    for (const session of [one, one, other, one]) expect(nothing(session)).toBeUndefined();
    expect(made).toBe(2);
  });

  it('is made again after it failed', () => {
    let made = 0;
    const third = derived((_: ReturnType<typeof holder>) => {
      made += 1;
      if (made < 3) throw new Error('not yet');
      return made;
    });
    const session = holder();
    expect(() => third(session)).toThrow('not yet');
    expect(() => third(session)).toThrow('not yet');
    expect([third(session), third(session)]).toEqual([3, 3]);
  });
});

describe('what is searched for', () => {
  /** A search that ends when the test says so. */
  function slow() {
    const runs: { signal: AbortSignal; end: (value: string) => void; fail: (error: Error) => void }[] = [];
    const find = searched(
      (_: ReturnType<typeof holder>, signal: AbortSignal) =>
        new Promise<string>((end, fail) => {
          runs.push({ signal, end, fail });
          signal.addEventListener('abort', () => {
            fail(new Cancelled());
          });
        }),
    );
    return { runs, find };
  }

  it('is searched for once, however many ask at the same time or later', async () => {
    const { runs, find } = slow();
    const session = holder();
    const asked = [find(session, never), find(session, never)];
    expect(find.known(session)).toBeUndefined();
    runs[0]?.end('found');
    expect(await Promise.all(asked)).toEqual(['found', 'found']);
    expect(await find(session, never)).toBe('found');
    expect(find.known(session)).toBe('found');
    expect(runs).toHaveLength(1);
  });

  it('goes on when one of two leaves, and is cancelled when nobody waits', async () => {
    const { runs, find } = slow();
    const session = holder();
    const [one, other] = [new AbortController(), new AbortController()];
    const first = find(session, one.signal);
    const second = find(session, other.signal);
    one.abort();
    await expect(first).rejects.toBeInstanceOf(Cancelled);
    expect(runs[0]?.signal.aborted).toBe(false);
    other.abort();
    await expect(second).rejects.toBeInstanceOf(Cancelled);
    expect(runs[0]?.signal.aborted).toBe(true);
    // Who comes now starts again, and nobody's leaving is felt any more.
    const third = find(session, never);
    runs[1]?.end('found');
    expect(await third).toBe('found');
  });

  it('is not begun for who has left already, and searched for again after it failed', async () => {
    const { runs, find } = slow();
    const session = holder();
    await expect(find(session, AbortSignal.abort())).rejects.toBeInstanceOf(Cancelled);
    expect(runs).toHaveLength(0);
    const failed = find(session, never);
    runs[0]?.fail(new Error('the file is gone'));
    await expect(failed).rejects.toThrow('the file is gone');
    const again = find(session, never);
    runs[1]?.end('found');
    expect(await again).toBe('found');
  });
});
