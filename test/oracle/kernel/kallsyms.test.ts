import { finish } from '../../../src/analysis/jobs/steps.ts';
import { describe, expect, it } from 'vitest';
import { describeSymbols, symbolize } from '../../../src/analysis/engine/kernel/symbols.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { readModuleSymbols } from '../../../src/analysis/kernel/modules/module-symbols.ts';
import { listModules } from '../../../src/analysis/kernel/modules/modules.ts';
import type { SymbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { guestText, withDumps } from '../../dumps.ts';
import { kernelDumps } from './kernel-dumps.ts';
import { isFailure } from '../../../src/shared/result.ts';

const dumps = withDumps([
  'o-s390-s1-qemu.elf',
  'o-s390-s3-kdump-zlib-d31',
  'o-s390k612-s1-qemu.elf',
  'o-s390k612-s3-kdump-zlib-d31',
  'o-small-s5-qemu.elf',
  'o-x86-x1-kdump-raw-d31',
]);

/** The same memory without one page; notes which pages were asked for. */
function withLostPage(memory: KernelMemory, lost: bigint | undefined, touched: Set<bigint>): KernelMemory {
  const holds = (address: bigint, length: number): boolean => {
    let whole = true;
    for (let page = address >> 12n; page <= (address + BigInt(length) - 1n) >> 12n; page += 1n) {
      if (memory.bytes(page << 12n, 1) !== undefined) touched.add(page);
      if (page === lost) whole = false;
    }
    return whole;
  };
  return {
    ...memory,
    bytes: (address, length) => (holds(address, length) ? memory.bytes(address, length) : undefined),
    u8: (address) => (holds(address, 1) ? memory.u8(address) : undefined),
    u32: (address) => (holds(address, 4) ? memory.u32(address) : undefined),
    pointer: (address) => (holds(address, 8) ? memory.pointer(address) : undefined),
    cstring(address, limit) {
      const text = memory.cstring(address, limit);
      return text !== undefined && holds(address, text.length + 1) ? text : undefined;
    },
  };
}

const never = new AbortController().signal;

/** Lines of /proc/kallsyms as the guest printed them, without those of modules. */
const kernelLines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !line.includes('['));

const linesOf = (symbols: SymbolTable): readonly string[] =>
  [...symbols.all()].map(({ address, type, name }) => `${address.toString(16).padStart(16, '0')} ${type} ${name}`);

/** Places where two lists differ; they are compared in their order. */
const differences = (ours: readonly string[], theirs: readonly string[]): number =>
  Math.abs(ours.length - theirs.length) + ours.filter((line, at) => theirs[at] !== undefined && line !== theirs[at]).length;

describe('kallsyms from memory', () => {
  const open = kernelDumps();

  it.each(dumps)('%s: every name, type and address is what the guest printed', async (name) => {
    const found = (await open(name)).kernel.symbols;
    if (isFailure(found)) throw new Error(found.missing.why);
    const theirs = kernelLines(guestText(name, 'kallsyms.txt') ?? '');
    expect(theirs.length).toBeGreaterThan(20_000);
    const ours = linesOf(found.value);
    expect(differences(ours, theirs)).toBe(0);
    // The twin: one address, one type or one line less must be noticed.
    const at = 12_345;
    const line = theirs[at] ?? '';
    expect(
      differences(
        ours,
        theirs.with(
          at,
          line.replace(/^(.{15})./, (_, head: string) => `${head}${line[15] === '0' ? '2' : '0'}`),
        ),
      ),
    ).toBe(1);
    expect(differences(ours, theirs.toSpliced(at, 1))).toBeGreaterThan(0);
  });

  it.each(withDumps(['o-s390k612-s1-qemu.elf', 'o-small-s5-qemu.elf', 'o-x86-x1-kdump-raw-d31']))(
    '%s: the same table is found when its place is withheld',
    async (name) => {
      const session = await open(name);
      const kernel = await session.findKernel(new AbortController().signal);
      if (isFailure(kernel.symbols) || kernel.vmcoreinfo === undefined) throw new Error('no symbols');
      const entries = new Map([...kernel.vmcoreinfo.entries].filter(([key]) => !key.startsWith('SYMBOL(kallsyms_')));
      const searched = session.kernelBy({ ...kernel.vmcoreinfo, entries }).symbols;
      if (isFailure(searched)) throw new Error(searched.missing.why);
      expect(searched.value.source).toContain('found by their pattern');
      expect(differences(linesOf(searched.value), linesOf(kernel.symbols.value))).toBe(0);
    },
  );

  it.each(dumps)('%s: an address inside a function leads back to it', async (name) => {
    const found = (await open(name)).kernel.symbols;
    if (isFailure(found)) throw new Error(found.missing.why);
    const symbols = found.value;
    for (const one of ['panic', 'schedule', 'start_kernel']) {
      const [symbol] = symbols.lookup(one);
      expect(symbol, one).toBeDefined();
      expect(symbols.at((symbol?.address ?? 0n) + 2n)).toMatchObject({ name: one, offset: 2 });
    }
    const [end] = symbols.lookup('_etext');
    expect(symbols.at((end?.address ?? 0n) + 0x10n)?.name).not.toBe('_etext');
  });

  it.each(withDumps(['o-s390-s1-qemu.elf', 'o-s390k612-s3-kdump-zlib-d31', 'o-x86-x1-kdump-raw-d31']))(
    '%s: the list of modules is read through page tables',
    async (name) => {
      const { kernel } = await open(name);
      const [head] = !isFailure(kernel.symbols) ? kernel.symbols.value.lookup('modules') : [];
      const node = kernel.memory.pointer(head?.address ?? 0n) ?? 0n;
      const modules = guestText(name, 'kallsyms.txt') ?? '';
      const module = kernel.memory.cstring(node + 16n, 56);
      expect(module).toMatch(/^\w+$/);
      expect(modules).toContain(`[${module ?? ''}]`);
      expect(kernel.memory.pointer((kernel.memory.pointer(node) ?? 0n) + BigInt(kernel.memory.pointerBytes))).toBe(node);
    },
  );

  it.each(withDumps(['o-s390-s1-qemu.elf', 'o-s390-s3-kdump-zlib-d31', 'o-s390k612-s1-qemu.elf', 'o-x86-x1-kdump-raw-d31']))(
    '%s: with those of modules it is what the guest printed, line by line',
    async (name) => {
      const { symbols } = await describeSymbols(await open(name), {}, never);
      const ours = symbols.map(
        ({ address, type, name: one, module }) => `${address.slice(2).padStart(16, '0')} ${type} ${one}${module === undefined ? '' : `\t[${module}]`}`,
      );
      const theirs = (guestText(name, 'kallsyms.txt') ?? '').split('\n').filter((line) => line !== '');
      expect(theirs.filter((line) => line.includes('[')).length).toBeGreaterThan(800);
      expect(differences(ours, theirs)).toBe(0);
      // The twin: one letter of the last module must be noticed.
      expect(differences(ours, theirs.with(-1, theirs.at(-1)?.replace(/ [a-zA-Z] /, ' X ') ?? ''))).toBe(1);
    },
  );

  it('o-small-s5-qemu.elf: where no symbol names the list of modules it is found, and with it theirs', async () => {
    const { symbols } = await describeSymbols(await open('o-small-s5-qemu.elf'), {}, never);
    // No module there exports to GPL modules only, so which exports are public cannot be determined without types: all letters are small.
    const plain = (line: string): string => (line.includes('[') ? line.replace(/ [A-Za-z] /, (letter) => letter.toLowerCase()) : line);
    const ours = symbols.map(
      ({ address, type, name: one, module }) => `${address.slice(2).padStart(16, '0')} ${type} ${one}${module === undefined ? '' : `\t[${module}]`}`,
    );
    const theirs = (guestText('o-small-s5-qemu.elf', 'kallsyms.txt') ?? '').split('\n').flatMap((line) => (line === '' ? [] : [plain(line)]));
    expect(theirs.filter((line) => line.includes('[')).length).toBeGreaterThan(800);
    expect(differences(ours.map(plain), theirs)).toBe(0);
    expect(differences(ours.map(plain), theirs.with(-1, ''))).toBe(1);
  });

  it.each(withDumps(['o-s390-s1-qemu.elf', 'o-x86-x1-kdump-raw-d31']))(
    '%s: addresses in functions of modules get their names, those after none',
    async (name) => {
      const session = await open(name);
      const { symbols: all } = session.kernel.moduleSymbols;
      const functions = all.filter(({ type, size }) => /t/i.test(type) && size > 8).slice(0, 200);
      expect(functions.length).toBeGreaterThan(100);
      const { places } = await symbolize(session, { addresses: functions.map(({ address }) => address + 2n) }, never);
      for (const [at, one] of functions.entries()) {
        const names = all.filter(({ address }) => address === one.address).map((same) => same.name);
        expect(names).toContain(places[at]?.name);
        expect(places[at]).toMatchObject({ offset: 2, module: one.module, size: one.size });
      }
      const last = all.reduce((high, one) => (one.address > high.address ? one : high));
      expect((await symbolize(session, { addresses: [last.address + BigInt(last.size) + 0x1000n] }, never)).places).toEqual([]);
    },
  );

  it('a lost page under the symbols of a module gives fewer names, never others', async () => {
    const { kernel } = await open('o-s390-s3-kdump-zlib-d31');
    const [head] = !isFailure(kernel.symbols) ? kernel.symbols.value.lookup('modules') : [];
    const list = finish(listModules(kernel.memory, head?.address ?? 0n));
    const whole = kernel.moduleSymbols.symbols;
    const lines = new Set(whole.map(({ address, name, module }) => `${address} ${name ?? ''} ${module}`));
    const touched = new Set<bigint>();
    const watched = finish(readModuleSymbols(withLostPage(kernel.memory, undefined, touched), undefined, list));
    expect(watched.symbols).toEqual(whole);
    expect(touched.size).toBeGreaterThan(10);
    let less = 0;
    for (const page of touched) {
      const { symbols, missing } = finish(readModuleSymbols(withLostPage(kernel.memory, page, new Set()), undefined, list));
      const named = symbols.filter(({ name }) => name !== undefined);
      expect(named.filter(({ address, name, module }) => !lines.has(`${address} ${name ?? ''} ${module}`))).toEqual([]);
      if (named.length < whole.length) less += 1;
      if (symbols.length < whole.length) expect(missing.length).toBeGreaterThan(0);
    }
    expect(less).toBeGreaterThan(touched.size / 2);
  });
});
