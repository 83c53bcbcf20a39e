/** The card of an address: when it appears and disappears, its queries, and the answers it keeps. */
import { describe, expect, it } from 'vitest';
import { createAddressCards, type PointedAddress } from '../../../src/renderer/state/address-card.ts';
import { addressPlace } from '../../../src/renderer/state/address-place.ts';
import type { AddressJson } from '../../../src/shared/address-model.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const at = (text: string, left = 0): PointedAddress => ({ dump: 'd', text, box: { left, top: 0, bottom: 10 } });
const answerOf = (text: string, missing: AddressJson['missing'] = []): AddressJson => ({
  schema: 1,
  space: 'virtual',
  address: '0x1000',
  numbering: 'id',
  facts: [{ kind: 'symbol', text, name: text, offset: 0 }],
  missing,
});

function desk(missing: AddressJson['missing'] = []) {
  const timers = new Set<() => void>();
  const asked: {
    readonly text: string;
    readonly handle: string;
    readonly signal: AbortSignal;
    readonly answer: (given: AddressJson) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  let handle: string | undefined = 'h1';
  let stage = '';
  const cards = createAddressCards({
    handleOf: () => handle,
    stageOf: () => `${handle ?? ''} ${stage}`,
    ask: (of, text, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ text, handle: of, signal, answer: resolve, fail: reject });
      }),
    after(_, run) {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  return {
    cards,
    asked,
    open: (name: string | undefined) => (handle = name),
    reach: (name: string) => (stage = name),
    fail: async (error: Error): Promise<void> => {
      asked.at(-1)?.fail(error);
      await settled();
    },
    /** Ends all waits that were not cancelled. */
    wait: (): void => {
      const due = [...timers];
      timers.clear();
      for (const run of due) run();
    },
    answer: async (): Promise<void> => {
      const last = asked.at(-1);
      last?.answer(answerOf(last.text, missing));
      await settled();
    },
  };
}

describe('the card of an address', () => {
  it('appears once the pointer has rested, and is not requested where it only passed', async () => {
    const { cards, asked, wait, answer } = desk();
    cards.point(at('virtual:0x1000'));
    cards.point(at('virtual:0x2000'));
    cards.leave();
    wait();
    expect([asked.length, cards.shown.get()]).toEqual([0, undefined]);
    cards.point(at('virtual:0x2000'));
    wait();
    expect(cards.shown.get()).toMatchObject({ text: 'virtual:0x2000', answer: undefined, isHeld: false });
    await answer();
    expect(cards.shown.get()?.answer?.facts).toHaveLength(1);
  });

  it('cancels the query when the pointer leaves, and drops a late answer', async () => {
    const { cards, asked, wait, answer } = desk();
    cards.point(at('virtual:0x1000'));
    wait();
    cards.leave();
    // While the pointer is in the card, the card stays.
    cards.stay();
    wait();
    expect(cards.shown.get()).toBeDefined();
    cards.leave();
    wait();
    expect([asked[0]?.signal.aborted, cards.shown.get()]).toEqual([true, undefined]);
    await answer();
    expect(cards.shown.get()).toBeUndefined();
  });

  it('keeps an answer for each opening of the dump, and asks again for what was not known', async () => {
    const known = desk();
    for (const _ of [1, 2]) {
      known.cards.hold(at('virtual:0x1000'));
      await known.answer();
      known.cards.close();
    }
    expect(known.asked).toHaveLength(1);
    known.open('h2');
    known.cards.hold(at('virtual:0x1000'));
    expect(known.asked.map(({ handle }) => handle)).toEqual(['h1', 'h2']);
    const partly = desk([{ what: 'symbols', why: 'they would have to be searched for' }]);
    partly.cards.hold(at('virtual:0x1000'));
    await partly.answer();
    partly.cards.close();
    partly.cards.hold(at('virtual:0x1000'));
    expect(partly.asked).toHaveLength(2);
    // The older answer is there meanwhile.
    expect(partly.cards.shown.get()?.answer?.missing).toHaveLength(1);
  });

  it('stays when opened by key, until it is closed', () => {
    const { cards, wait } = desk();
    cards.hold(at('virtual:0x1000'));
    cards.leave();
    cards.point(at('virtual:0x2000'));
    wait();
    expect(cards.shown.get()).toMatchObject({ text: 'virtual:0x1000', isHeld: true });
    cards.close();
    expect(cards.shown.get()).toBeUndefined();
  });

  it('says so while the dump is being opened', () => {
    const { cards, asked, open } = desk();
    open(undefined);
    cards.hold(at('virtual:0x1000'));
    expect([cards.shown.get()?.error, asked.length]).toEqual(['the dump is being opened', 0]);
  });

  it('asks once more when the dump is open, and when more is known about it', async () => {
    const { cards, asked, open, reach, answer } = desk([{ what: 'symbols', why: 'they would have to be searched for' }]);
    open(undefined);
    cards.hold(at('virtual:0x1000'));
    open('h1');
    cards.renew();
    expect(cards.shown.get()).toMatchObject({ error: undefined, isHeld: true });
    await answer();
    expect(cards.shown.get()?.answer?.missing).toHaveLength(1);
    cards.renew();
    expect(asked).toHaveLength(1);
    reach('checked');
    cards.renew();
    expect(asked).toHaveLength(2);
    // The older answer is there meanwhile.
    expect(cards.shown.get()?.answer?.missing).toHaveLength(1);
  });

  it('ends in an answer or an error, even if the engine gives up the query', async () => {
    const { cards, asked, fail, answer } = desk();
    cards.hold(at('virtual:0x1000'));
    await fail(new Cancelled());
    expect([asked.length, cards.shown.get()?.error]).toEqual([2, undefined]);
    await answer();
    expect(cards.shown.get()?.answer?.facts).toHaveLength(1);
    cards.hold(at('virtual:0x2000'));
    for (let tries = 0; tries < 3; tries += 1) await fail(new Cancelled());
    expect([asked.length, cards.shown.get()?.error]).toEqual([5, 'cancelled']);
  });

  it('does not reappear where the focus returns after it was closed', () => {
    const { cards, wait } = desk();
    cards.hold(at('virtual:0x1000'));
    cards.close();
    cards.point(at('virtual:0x1000'));
    wait();
    expect(cards.shown.get()).toBeUndefined();
    cards.leave();
    cards.point(at('virtual:0x1000'));
    wait();
    expect(cards.shown.get()).toBeDefined();
  });

  it('asks for addresses in their own spaces, and for symbols with their offset', () => {
    expect(addressPlace('virtual(3):0x1f00')).toEqual({ space: 'virtual', address: 0x1f00n });
    expect(addressPlace('real(3):0x200')).toEqual({ space: 'real', address: 0x200n, cpu: 3 });
    expect(addressPlace('absolute:0x1000')).toEqual({ space: 'absolute', address: 0x1000n });
    expect(addressPlace('do_exit+0x10 [mod]')).toEqual({ name: 'do_exit', offset: 0x10n, module: 'mod' });
    expect(() => addressPlace('file:0x10')).toThrow('is a file offset');
    expect(() => addressPlace('cpu0.r15')).toThrow('CPU 0');
    expect(() => addressPlace('?')).toThrow('expected');
  });
});
