import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { isFailure } from '../../../src/shared/result.ts';

const open = (system: S390xSystem): Session => sessionOn(memorySource('dump', elfVmcore(system)));

const keyOf = (system: S390xSystem, key: string): bigint =>
  BigInt(
    `0x${
      (system.vmcoreinfo ?? '')
        .split('\n')
        .find((line) => line.startsWith(`SYMBOL(kallsyms_${key})=`))
        ?.split('=')[1] ?? '0'
    }`,
  );

const physical = (system: S390xSystem, key: string): number => Number(keyOf(system, key) - system.mapping.virtualOffset) + system.mapping.physicalOffset;

describe.each(['6.1', '6.12'] as const)('symbols of a described %s kernel', (kernel) => {
  it('are those of the description', () => {
    const system = s390xSystem({ kernel });
    const found = open(system).kernel.symbols;
    expect(!isFailure(found) && [...found.value.all()]).toEqual(kernelSymbols(system.mapping));
  });

  it('lead from an address inside a function to it, and prefer what a function is called', () => {
    const system = s390xSystem({ kernel });
    const found = open(system).kernel.symbols;
    if (isFailure(found)) throw new Error(found.missing.why);
    const panic = kernelSymbols(system.mapping).find(({ name }) => name === 'panic')?.address ?? 0n;
    expect(found.value.at(panic + 0x7ffn)).toEqual({ name: 'panic', offset: 0x7ff, size: 0x800 });
    expect(found.value.at(0n)).toBeUndefined();
    expect(found.value.at((1n << 64n) - 1n)).toBeUndefined();
    expect(found.value.lookup('no_such_symbol')).toEqual([]);
  });

  // 100 places in each table: with a zeroed page there are fewer names or none, never another one.
  it.each(['num_syms', 'names', 'token_table', 'token_index', 'offsets', 'relative_base'])('a zeroed page under %s gives less or the same', (key) => {
    const whole = new Map(kernelSymbols(s390xSystem({ kernel }).mapping).map((symbol) => [symbol.name, symbol]));
    for (const delta of key === 'names' || key === 'offsets' ? [0, 0x1000, 0x3000, 0x8000] : [0]) {
      const system = s390xSystem({ kernel });
      const page = (physical(system, key) & ~0xfff) + delta;
      system.memory.fill(page, 0x1000, 0);
      const found = open(system).kernel.symbols;
      if (isFailure(found)) {
        expect(found.missing.why).not.toBe('');
        continue;
      }
      const symbols = [...found.value.all()];
      expect(symbols.length).toBeLessThanOrEqual(whole.size);
      for (const symbol of symbols) expect(symbol).toEqual(whole.get(symbol.name));
    }
  });

  it('go on after a page of names that is lost', () => {
    const system = s390xSystem({ kernel });
    system.memory.fill((physical(system, 'names') & ~0xfff) + 0x3000, 0x1000, 0);
    const found = open(system).kernel.symbols;
    expect(!isFailure(found) && found.value.count).toBeGreaterThan(8000);
    expect(!isFailure(found) && found.value.source).toMatch(/\d+ of \d+ names are not in the dump/);
    // Nothing is said about an address whose name is lost.
    const lost = kernelSymbols(system.mapping).filter(({ name }) => !isFailure(found) && found.value.lookup(name).length === 0);
    expect(lost.length).toBeGreaterThan(100);
    for (const { address } of lost) expect(!isFailure(found) && found.value.at(address)).toBeUndefined();
  });
});

/** The table as kernels of 2026 write it: no base, and each offset counts from its own place. */
function withoutBase(system: S390xSystem): void {
  const start = physical(system, 'offsets');
  kernelSymbols(system.mapping).forEach(({ address }, at) => {
    const place = keyOf(system, 'offsets') + BigInt(at * 4);
    system.memory.u32(start + at * 4, Number(BigInt.asUintN(32, address - place)));
  });
  system.memory.fill(physical(system, 'relative_base'), 8, 0);
}

describe('a table without a base', () => {
  const symbolsWithout = (system: S390xSystem, keys: RegExp): Session['kernel']['symbols'] => {
    const session = open(system);
    const { vmcoreinfo } = session.kernel;
    if (vmcoreinfo === undefined) throw new Error('no vmcoreinfo');
    return session.kernelBy({ ...vmcoreinfo, entries: new Map([...vmcoreinfo.entries].filter(([key]) => !keys.test(key))) }).symbols;
  };

  it.each([/^SYMBOL\(kallsyms_relative_base/, /^SYMBOL\(kallsyms_/])('is read when vmcoreinfo leaves out %s', (keys) => {
    const system = s390xSystem({ kernel: '6.12' });
    withoutBase(system);
    const found = symbolsWithout(system, keys);
    expect(!isFailure(found) && [...found.value.all()]).toEqual(kernelSymbols(system.mapping));
  });

  it('is not believed when one offset is wrong', () => {
    const system = s390xSystem({ kernel: '6.12' });
    withoutBase(system);
    system.memory.u32(physical(system, 'offsets') + 4 * 500, 0x7fff_0000);
    expect(symbolsWithout(system, /relative_base/)).toMatchObject({ missing: { why: expect.stringContaining('their own places') as string } });
  });
});

describe('a damaged table', () => {
  it('of which one offset is too high is not believed', () => {
    const system = s390xSystem();
    system.memory.u32(physical(system, 'offsets') + 4 * 500, 0x7fff_0000);
    expect(open(system).kernel.symbols).toMatchObject({ missing: { why: expect.stringContaining('do not ascend') as string } });
  });

  it('whose base moved is not believed, because _stext is elsewhere', () => {
    const system = s390xSystem();
    const at = physical(system, 'relative_base');
    system.memory.u64(at, BigInt(`0x${Buffer.from(system.memory.read(at, 8)).toString('hex')}`) + 0x1000n);
    expect(open(system).kernel.symbols).toMatchObject({ missing: { why: expect.stringContaining('_stext') as string } });
  });

  it.each(['6.1', '6.12'] as const)('of %s is found by its pattern when vmcoreinfo does not name it, with a page lost less of it', (kernel) => {
    const system = s390xSystem({ kernel });
    const withheld = (session: Session): Session['kernel']['symbols'] => {
      const { vmcoreinfo } = session.kernel;
      if (vmcoreinfo === undefined) throw new Error('no vmcoreinfo');
      const entries = new Map([...vmcoreinfo.entries].filter(([key]) => !key.startsWith('SYMBOL(kallsyms_')));
      return session.kernelBy({ ...vmcoreinfo, entries }).symbols;
    };
    const found = withheld(open(system));
    expect(!isFailure(found) && [...found.value.all()]).toEqual(kernelSymbols(system.mapping));
    system.memory.fill(physical(system, 'token_table') & ~0xfff, 0x1000, 0);
    expect(withheld(open(system))).toMatchObject({ missing: { why: expect.stringContaining('no pattern') as string } });
  });

  it('kernels before 6.0 have no keys, which is said', () => {
    expect(open(s390xSystem({ kernel: '5.15' })).kernel.symbols).toMatchObject({ missing: { why: expect.stringContaining('before 6.0') as string } });
  });
});

describe('kernel memory', () => {
  const { memory } = open(s390xSystem({ kernel: '6.12' })).kernel;

  it('says why there is no value', () => {
    expect(memory.u64(0x7fff_ffff_0000n)).toBeUndefined();
    expect(memory.absence(0x7fff_ffff_0000n, 8)).toMatchObject({ address: 0x7fff_ffff_0000n, reason: 'untranslated' });
    expect(memory.u64(-8n)).toBeUndefined();
    expect(memory.u64(1n << 64n)).toBeUndefined();
    expect(memory.bytes((1n << 64n) - 4n, 8)).toBeUndefined();
    expect(memory.cstring(0x7fff_ffff_0000n, 16)).toBeUndefined();
  });
});
