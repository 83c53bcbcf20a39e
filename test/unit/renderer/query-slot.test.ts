import { describe, expect, it } from 'vitest';
import { createQuerySlot } from '../../../src/renderer/engine/query-slot.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('query slot', () => {
  it('drops the answer of an older query and cancels it', async () => {
    const slot = createQuerySlot<string>();
    const answers: ((value: string) => void)[] = [];
    const signals: AbortSignal[] = [];
    const ask = (): void =>
      slot.ask((signal) => {
        signals.push(signal);
        return new Promise((resolve) => answers.push(resolve));
      });
    ask();
    ask();
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
    answers[1]?.('new');
    answers[0]?.('old');
    await settled();
    expect(slot.state.get()).toEqual({ value: 'new', asking: false, error: undefined });
  });

  it('keeps the last answer while the next query runs, and if it fails', async () => {
    const slot = createQuerySlot<number>();
    slot.ask(() => Promise.resolve(1));
    await settled();
    slot.ask(() => Promise.reject(new Error('no')));
    expect(slot.state.get()).toMatchObject({ value: 1, asking: true });
    await settled();
    expect(slot.state.get()).toMatchObject({ value: 1, asking: false, error: new Error('no') });
  });

  it('reports nothing after it was dropped', async () => {
    const slot = createQuerySlot<number>();
    slot.ask(() => Promise.resolve(1));
    slot.drop();
    await settled();
    expect(slot.state.get()).toEqual({ value: undefined, asking: false, error: undefined });
  });
});
