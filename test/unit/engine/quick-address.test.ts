/** What an address is, while a pointer rests on it: nothing is searched for, and what was not looked at is named. */
import { describe, expect, it } from 'vitest';
import { describeAddress } from '../../../src/analysis/engine/kernel/address.ts';
import { findSymbolAddress } from '../../../src/analysis/engine/kernel/symbol-address.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const { signal } = new AbortController();
const build = () => s390xSystem({ state: 'kdump' });
const text = build().vmcoreinfo ?? '';
const moved = text.replaceAll(
  /(SYMBOL\(\w+\)=)([0-9a-f]+)/g,
  (_, key: string, address: string) => `${key}${(BigInt(`0x${address}`) + 0x1_0000n).toString(16)}`,
);
const open = (vmcoreinfo: string): Session => sessionOn(memorySource('dump', elfVmcore({ ...build(), vmcoreinfo })));

describe('a quick answer about an address', () => {
  it('does not search memory for a better vmcoreinfo; a thorough one does', async () => {
    const bytes = memorySource('dump', elfVmcore({ ...build(), vmcoreinfo: moved }));
    let read = 0;
    const session = sessionOn({
      ...bytes,
      readInto(offset, target) {
        read += target.length;
        return bytes.readInto(offset, target);
      },
    });
    const place = { space: 'absolute', address: 0x2000n } as const;
    read = 0;
    const quick = await describeAddress(session, { place, quick: true }, signal);
    const ofQuick = read;
    expect(quick.facts).toContainEqual(expect.objectContaining({ kind: 'memory', absolute: '0x2000' }));
    // Which registers are of which CPU rests on that look.
    expect(quick.missing).toContainEqual(expect.objectContaining({ what: 'lowcores, stacks and per-CPU data' }));
    read = 0;
    const thorough = await describeAddress(session, { place }, signal);
    // A look through memory reads all of it.
    expect(read).toBeGreaterThan(bytes.size / 2);
    expect(ofQuick).toBeLessThan(bytes.size / 2);
    expect(thorough.missing).not.toContainEqual(expect.objectContaining({ what: 'lowcores, stacks and per-CPU data' }));
  });

  it('uses what was found by then', async () => {
    const session = open(text);
    const { cpus } = await triage(session, signal);
    const prefix = BigInt(cpus.at(-1)?.prefix ?? '0x0');
    const place = { space: 'absolute', address: prefix + 0x140n } as const;
    const [quick, thorough] = [await describeAddress(session, { place, quick: true }, signal), await describeAddress(session, { place }, signal)];
    const lowcore = (facts: typeof quick.facts) => facts.filter(({ kind }) => kind === 'lowcore');
    expect(lowcore(quick.facts)).toHaveLength(1);
    expect(lowcore(quick.facts)).toEqual(lowcore(thorough.facts));
  });

  it('takes a symbol with an offset, and says which names there are not', async () => {
    const session = open(text);
    await triage(session, signal);
    const quick = (name: string) => describeAddress(session, { place: { name, offset: 0x10n }, quick: true }, signal);
    const address = await findSymbolAddress(session, { name: 'init_task', offset: 0x10n }, signal).catch((error: unknown) => error);
    if (typeof address === 'bigint') expect(await quick('init_task')).toMatchObject({ space: 'virtual', address: `0x${address.toString(16)}` });
    await expect(quick('no_such_function')).rejects.toThrow(/no_such_function|symbols/);
  });
});
