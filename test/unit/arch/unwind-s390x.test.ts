import { describe, expect, it } from 'vitest';
import { frameLayoutOf, unwindS390x } from '../../../src/analysis/arch/s390x/unwind.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { describedMemory, zeroed } from '../kernel/described-memory.ts';

const stack = { name: 'kernel stack', start: 0x10a8000n, end: 0x10ac000n };

const layouts = { packed: { returnSlot: 136n, chainSlot: 152n }, unpacked: { returnSlot: 112n, chainSlot: 0n } } as const;

/**
 * Four frames below the registers of a system call, which end where the stack does.
 * @param cut frame whose link was overwritten with 0
 */
function described(
  kind: keyof typeof layouts,
  registers: 'of 5.10' | 'of 6.1',
  cut?: number,
): { memory: KernelMemory; start: bigint; returns: readonly bigint[] } {
  const { returnSlot, chainSlot } = layouts[kind];
  const top = stack.end - (registers === 'of 5.10' ? 184n : 200n);
  const words = zeroed(stack)
    .set(top + 8n, 0x0705_2001_8000_0000n)
    .set(top + 16n, 0x10e_7cf2n);
  const frames = [0x3b8n, 0x308n, 0x208n, 0n].map((below) => top - 160n - below);
  const returns = frames.map((frame, at) => {
    words.set(frame + chainSlot, at === cut ? 0n : (frames[at + 1] ?? 0n));
    words.set(frame + returnSlot, 0x12_0000n + BigInt(at));
    return 0x12_0000n + BigInt(at);
  });
  return { memory: describedMemory('s390x', words), start: frames[0] ?? 0n, returns };
}

describe.each(['packed', 'unpacked'] as const)('%s stacks of s390x', (kind) => {
  it.each(['of 5.10', 'of 6.1'] as const)('are followed to the registers of user space %s', (registers) => {
    const { memory, start, returns } = described(kind, registers);
    const frames = frameLayoutOf(memory, [{ stack, stackPointer: start }]);
    expect(frames).toEqual(layouts[kind]);
    const trace = unwindS390x({ memory, symbols: undefined, stacks: [stack], frames }, { stackPointer: start });
    expect(trace.frames.map(({ address }) => address)).toEqual(returns);
    expect(trace).toMatchObject({ end: 'entered-from-user', user: { address: 0x10e_7cf2n } });
  });

  it('do not end in the middle: there a link was overwritten', () => {
    const { memory, start, returns } = described(kind, 'of 6.1', 1);
    const trace = unwindS390x({ memory, symbols: undefined, stacks: [stack], frames: layouts[kind] }, { stackPointer: start });
    expect(trace.frames.map(({ address }) => address)).toEqual(returns.slice(0, 2));
    expect(trace).toMatchObject({ end: 'broken', detail: expect.stringContaining('in the middle of the kernel stack') as string });
  });
});

it('frames are assumed to be packed if no sleeping task shows it', () => {
  const { memory } = described('packed', 'of 6.1');
  expect(frameLayoutOf(memory, [])).toEqual(layouts.packed);
  expect(frameLayoutOf(memory, [{ stack, stackPointer: 0x20_0000n }])).toEqual(layouts.packed);
});
