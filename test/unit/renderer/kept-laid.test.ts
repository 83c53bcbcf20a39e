/** A structure applied to bytes stays with its tab, even in the next session. */
import { describe, expect, it } from 'vitest';
import { createHexTabs } from '../../../src/renderer/state/hex-tabs.ts';
import type { Laid } from '../../../src/renderer/state/laid.ts';
import type { Kept } from '../../../src/renderer/state/kept.ts';
import { laidKey, laidOwner, readLaid, writeLaid } from '../../../src/renderer/state/kept-laid.ts';
import { createPlaces } from '../../../src/renderer/state/places.ts';
import { createStore } from '../../../src/renderer/state/store.ts';

const psw: Laid = { layout: 'psw', at: { space: 'real', cpu: 2, address: 0x1d0n, length: 1 }, size: 16 };
const task: Laid = { layout: 'task_struct', isKernelType: true, at: { space: 'virtual', address: 0x80000000n, length: 1 } };
const call = () => Promise.reject(new Error('nothing is asked'));

describe('an applied structure', () => {
  it('is written and read unchanged, except for its size', () => {
    expect(readLaid(writeLaid(psw))).toEqual({ layout: 'psw', at: psw.at });
    expect(readLaid(JSON.parse(JSON.stringify(writeLaid(task))))).toEqual(task);
    for (const wrong of [undefined, {}, { ...writeLaid(psw), address: '1d0' }, { ...writeLaid(psw), space: 'here' }, { ...writeLaid(psw), more: 1 }])
      expect(readLaid(wrong)).toBeUndefined();
  });

  it('belongs to its own view: the first one of a dump, or an additional one', () => {
    for (const owner of ['d1', 'd1/hex/2']) expect(laidOwner(laidKey(owner))).toBe(owner);
    expect(laidKey('d1')).not.toBe(laidKey('d1/hex/2'));
    expect(laidOwner('d1/search#pattern')).toBeUndefined();
  });

  it('is saved when applied, dropped when removed, and restored unless the user has chosen otherwise', () => {
    const kept = createStore<Kept>({});
    const tabs = createHexTabs(call, createPlaces(), kept);
    tabs.change('d1', { laid: psw });
    expect(Object.keys(kept.get())).toEqual([laidKey('d1')]);
    tabs.change('d1', { said: 'copied' });
    tabs.change('d1', { laid: undefined });
    expect(kept.get()).toEqual({});

    // A session's structure is ignored for a view in which the user has already chosen.
    kept.set({ [laidKey('d1')]: writeLaid(psw), [laidKey('d2')]: writeLaid(task) });
    expect(tabs.of('d1').laid).toBeUndefined();
    expect(tabs.of('d2').laid).toEqual(task);
    tabs.dumpClosed('d2');
    expect(tabs.of('d2').laid).toBeUndefined();
  });
});
