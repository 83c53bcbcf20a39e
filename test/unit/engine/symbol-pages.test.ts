/** Symbols page by page, names as they are typed, and the way back from memory to names. */
import { describe, expect, it } from 'vitest';
import { describeAddress } from '../../../src/analysis/engine/kernel/address.ts';
import { completeSymbol, symbolModules, symbolPage } from '../../../src/analysis/engine/kernel/symbol-pages.ts';
import { describeSymbols } from '../../../src/analysis/engine/kernel/symbols.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const { signal } = new AbortController();
const session = sessionOn(memorySource('dump', elfVmcore(s390xSystem({ state: 'kdump' }))));

describe('symbols', () => {
  it('come in pages that together are all of them, each once', async () => {
    const { symbols: all } = await describeSymbols(session, {}, signal);
    const first = await symbolPage(session, { start: 0, count: 7 }, signal);
    const rest = await symbolPage(session, { start: 7, count: 1000 }, signal);
    expect(first).toMatchObject({ total: all.length, matching: all.length });
    expect(first.symbols).toHaveLength(7);
    const addresses = [...first.symbols, ...rest.symbols].map(({ address, name }) => `${address} ${name}`);
    expect(addresses).toEqual(all.map(({ address, name }) => `${address} ${name}`).slice(0, 1007));
    expect((await symbolPage(session, { words: ['no symbol has these words'], start: 0, count: 10 }, signal)).symbols).toEqual([]);
    expect((await symbolModules(session, signal)).modules).toEqual([]);
  });

  it('complete what is typed', async () => {
    const { symbols } = await completeSymbol(session, { text: 'init_ta', most: 5 }, signal);
    expect(symbols[0]).toMatchObject({ name: 'init_task' });
  });

  it('name a place in memory that the kernel maps', async () => {
    const { symbols } = await completeSymbol(session, { text: 'init_task', most: 1 }, signal);
    const virtual = BigInt(symbols[0]?.address ?? '0x0') + 0x10n;
    const { facts } = await describeAddress(session, { place: { space: 'virtual', address: virtual } }, signal);
    const memory = facts.find(({ kind }) => kind === 'memory');
    const absolute = memory?.kind === 'memory' ? BigInt(memory.absolute) : 0n;
    const answer = await describeAddress(session, { place: { space: 'absolute', address: absolute } }, signal);
    expect(answer.mapped).toBe(symbols[0] === undefined ? '' : `0x${virtual.toString(16)}`);
    expect(answer.facts).toContainEqual(expect.objectContaining({ kind: 'symbol', name: 'init_task', offset: 0x10 }));
    // The lowcore at absolute 0 is no place of the image, wherever virtual addresses are real ones.
    expect((await describeAddress(session, { place: { space: 'absolute', address: 0x200n } }, signal)).mapped).toBeUndefined();
  });
});
