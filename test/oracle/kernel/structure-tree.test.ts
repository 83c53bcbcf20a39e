/** Structures of real kernels as trees: what a pointer leads to is followed only where its number is an address. */
import { describe, expect, it } from 'vitest';
import { typeMembers } from '../../../src/analysis/engine/bytes/type-members.ts';
import { haveDump } from '../../dumps.ts';
import { kernelDumps } from './kernel-dumps.ts';
import { isFailure } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const opened = kernelDumps();
const dumps = ['c-abba-mutex.kdump', 'o-x86-x1-qemu.elf'];

describe('the structure tree', () => {
  it.for(dumps)('of %s follows list heads, and not a pointer to what each CPU has a copy of', async (name, { skip }) => {
    skip(!haveDump(name));
    const session = await opened(name);
    const kernel = await session.findKernel(never);
    const found = !isFailure(kernel.symbols) ? kernel.symbols.value.lookup('vm_committed_as') : [];
    expect(found).toHaveLength(1);
    const place = { space: 'virtual' as const, address: found[0]?.address ?? 0n };
    const { members } = await typeMembers(session, { name: 'percpu_counter' }, place, 0, never);
    const counters = members.find((member) => member.name === 'counters');
    expect(counters?.unfollowed).toBe('each CPU has its own copy');
    expect(counters?.value).toMatch(/^0x/);
    expect(counters?.opens).toBeUndefined();
    expect(counters?.place).toBeUndefined();
    const list = members.find((member) => member.name === 'list');
    const at = { ...place, address: place.address + BigInt(list?.offset ?? 0) };
    const links = await typeMembers(session, list?.opens?.type ?? { name: 'list_head' }, at, 0, never);
    expect(links.members.map((member) => [member.name, member.unfollowed, member.place?.space, member.opens?.how])).toEqual([
      ['next', undefined, 'virtual', 'target'],
      ['prev', undefined, 'virtual', 'target'],
    ]);
  });

  // Words of this dump that are pointers into the second chunk of per-CPU data: far from the section, and no addresses either.
  it.skipIf(!haveDump('c-x86-null.kdump')).for([0x5d6_1140n, 0x5e8_8790n])('does not follow a pointer into a later chunk, at %s', async (word) => {
    const session = await opened('c-x86-null.kdump');
    const layout = await typeMembers(session, { name: 'percpu_counter' }, undefined, 0, never);
    const offset = layout.members.find((member) => member.name === 'counters')?.offset ?? 0;
    const { members } = await typeMembers(session, { name: 'percpu_counter' }, { space: 'absolute', address: word - BigInt(offset) }, 0, never);
    const counters = members.find((member) => member.name === 'counters');
    expect(counters?.value).toMatch(/^0xc0ffffe4c0/);
    expect(counters?.unfollowed).toBe('each CPU has its own copy');
    expect([counters?.opens, counters?.place]).toEqual([undefined, undefined]);
  });
});
