import { describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { Cancelled, connect, EngineFailure, serve, type Client, type Handlers, type Port } from '../../../src/shared/rpc.ts';

const protocol = {
  double: { params: v.strictObject({ value: v.number() }), result: v.strictObject({ value: v.number() }) },
  fail: { params: v.strictObject({ how: v.string() }), result: v.strictObject({}) },
  count: { params: v.strictObject({ to: v.number() }), result: v.strictObject({ reached: v.number() }), progress: v.strictObject({ at: v.number() }) },
  wide: { params: v.strictObject({ value: v.bigint() }), result: v.strictObject({ value: v.bigint(), bytes: v.instance(Uint8Array) }) },
  lie: { params: v.strictObject({}), result: v.strictObject({ value: v.number() }) },
} as const;

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const handlers: Handlers<typeof protocol> = {
  double: ({ value }) => ({ value: value * 2 }),
  fail({ how }) {
    if (how === 'dump') throw new DumpError('truncated', { file: 'f', offset: 7, address: 0xffff_ffff_ffff_ffffn }, 'it ends', 'more');
    if (how === 'bug') throw new TypeError('undefined is not a function');
    throw new Cancelled();
  },
  async count({ to }, { signal, progress }) {
    let at = 0;
    while (at < to) {
      if (signal.aborted) throw new Cancelled();
      at += 1;
      progress({ at });
      await pause();
    }
    return { reached: at };
  },
  wide: ({ value }) => ({ value: value + 1n, bytes: Uint8Array.of(1, 2, 3) }),
  lie: () => ({ value: 'no number' as unknown as number }),
};

function served(): { client: Client<typeof protocol>; near: Port; far: Port } {
  const [near, far] = portPair();
  serve(protocol, handlers, far);
  return { client: connect(protocol, near), near, far };
}

describe('rpc', () => {
  it('answers many calls at once, each its own', async () => {
    const { client } = served();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, value) => client.call('double', { value })));
    expect(answers).toEqual(Array.from({ length: 50 }, (_, value) => ({ value: value * 2 })));
  });

  it('carries 64-bit numbers and bytes as they are', async () => {
    const { client } = served();
    await expect(client.call('wide', { value: (1n << 64n) - 2n })).resolves.toEqual({ value: (1n << 64n) - 1n, bytes: Uint8Array.of(1, 2, 3) });
  });

  it('brings a DumpError over with kind, place and expectation', async () => {
    const { client } = served();
    const error: unknown = await client.call('fail', { how: 'dump' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DumpError);
    expect(error).toMatchObject({ kind: 'truncated', where: { file: 'f', offset: 7, address: 0xffff_ffff_ffff_ffffn }, what: 'it ends', expected: 'more' });
    expect((error as Error).message).toBe('f, offset 0x7, address 0xffffffffffffffff: it ends (expected more)');
  });

  it('tells a bug of the engine from a bad dump', async () => {
    const { client } = served();
    await expect(client.call('fail', { how: 'bug' })).rejects.toThrow(EngineFailure);
    await expect(client.call('fail', { how: 'bug' })).rejects.toThrow(/undefined is not a function/);
  });

  it('passes progress on in order, before the result', async () => {
    const { client } = served();
    const seen: number[] = [];
    await expect(client.call('count', { to: 5 }, { onProgress: ({ at }) => seen.push(at) })).resolves.toEqual({ reached: 5 });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('cancels one call and lets the others run', async () => {
    const { client } = served();
    const abort = new AbortController();
    const progress = vi.fn(() => {
      abort.abort();
    });
    const cancelled = client.call('count', { to: 1_000_000 }, { signal: abort.signal, onProgress: progress });
    const other = client.call('count', { to: 20 });
    await expect(cancelled).rejects.toThrow(Cancelled);
    await expect(other).resolves.toEqual({ reached: 20 });
    // The signal was on its way for a step or two at most.
    expect(progress.mock.calls.length).toBeLessThan(5);
  });

  it('does not send a call whose signal is aborted already', async () => {
    const { client, far } = served();
    const seen = vi.fn();
    far.onMessage(seen);
    await expect(client.call('double', { value: 1 }, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
    await pause();
    expect(seen).not.toHaveBeenCalled();
  });

  it('refuses wrong parameters and unknown methods by name', async () => {
    const { client } = served();
    await expect(client.call('double', { value: 'x' } as never)).rejects.toThrow(/^double: /);
    await expect(client.call('double', { value: 1, more: 2 } as never)).rejects.toThrow(/more/);
    await expect(client.call('nothing' as never, {} as never)).rejects.toThrow('no method named nothing');
    await expect(client.call('toString' as never, {} as never)).rejects.toThrow('no method named toString');
    await expect(client.call('__proto__' as never, {} as never)).rejects.toThrow('no method named __proto__');
  });

  it('rejects an answer of a wrong shape', async () => {
    const { client } = served();
    await expect(client.call('lie', {})).rejects.toThrow(/^lie returned an answer of the wrong shape: /);
  });

  it('ignores messages that are none', async () => {
    const { client, near, far } = served();
    for (const junk of [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { t: 'call' },
      { t: 'result', id: 'x' },
      { t: 'error', id: 1, error: 7 },
      { t: 'bogus', id: 1 },
      { t: 'cancel', id: 99 },
    ]) {
      near.post(junk);
      far.post(junk);
    }
    await expect(client.call('double', { value: 4 })).resolves.toEqual({ value: 8 });
  });

  it('ignores answers to calls that it did not make, and second answers', async () => {
    const { client, far } = served();
    const answer = client.call('count', { to: 3 });
    far.post({ t: 'result', id: 1, value: { reached: 99 } });
    far.post({ t: 'result', id: 1, value: { reached: 100 } });
    far.post({ t: 'result', id: 77, value: { reached: 1 } });
    await expect(answer).resolves.toEqual({ reached: 99 });
    await expect(client.call('double', { value: 1 })).resolves.toEqual({ value: 2 });
  });

  it('drops progress of a wrong shape', async () => {
    const [near, far] = portPair();
    const client = connect(protocol, near);
    const seen = vi.fn();
    far.onMessage((message) => {
      const { id } = message as { id: number };
      far.post({ t: 'progress', id, value: { at: 'x' } });
      far.post({ t: 'progress', id, value: { at: 1 } });
      far.post({ t: 'result', id, value: { reached: 1 } });
    });
    await client.call('count', { to: 1 }, { onProgress: seen });
    expect(seen.mock.calls).toEqual([[{ at: 1 }]]);
  });

  it('rejects what is under way, and later calls, when the peer goes away', async () => {
    const { client, far } = served();
    const running = client.call('count', { to: 1_000_000 });
    await pause();
    far.close();
    await expect(running).rejects.toThrow(EngineFailure);
    await expect(client.call('double', { value: 1 })).rejects.toThrow(EngineFailure);
  });

  it('stops the work for a caller that went away', async () => {
    let stopped = false;
    const [near, far] = portPair();
    serve(
      { work: { params: v.strictObject({}), result: v.strictObject({}) } },
      {
        async work(_params, { signal }) {
          while (!signal.aborted) await pause();
          stopped = true;
          return {};
        },
      },
      far,
    );
    near.post({ t: 'call', id: 1, method: 'work', params: {} });
    await pause();
    near.close();
    await vi.waitFor(() => {
      expect(stopped).toBe(true);
    });
  });
});
