import { describe, expect, it } from 'vitest';
import type { SymbolTable } from '../../../src/analysis/kernel/symbol-table.ts';
import { guestText, haveDumps } from '../../dumps.ts';
import { kernelDumps } from './kernel-dumps.ts';

const dumps = [
  'o-s390-s1-qemu.elf',
  'o-s390-s3-kdump-zlib-d31',
  'o-s390k612-s1-qemu.elf',
  'o-s390k612-s3-kdump-zlib-d31',
  'o-small-s5-qemu.elf',
  'o-x86-x1-vmcore.elf',
];

/** Lines of /proc/kallsyms as the guest printed them, without those of modules. */
const kernelLines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !line.includes('['));

const linesOf = (symbols: SymbolTable): readonly string[] =>
  [...symbols.all()].map(({ address, type, name }) => `${address.toString(16).padStart(16, '0')} ${type} ${name}`);

/** Places where two lists differ; they are compared in their order. */
const differences = (ours: readonly string[], theirs: readonly string[]): number =>
  Math.abs(ours.length - theirs.length) + ours.filter((line, at) => theirs[at] !== undefined && line !== theirs[at]).length;

describe.skipIf(!haveDumps)('kallsyms from memory', () => {
  const open = kernelDumps();

  it.each(dumps)('%s: every name, type and address is what the guest printed', async (name) => {
    const found = (await open(name)).kernel.symbols;
    if (!found.found) throw new Error(found.why);
    const theirs = kernelLines(guestText(name, 'kallsyms.txt') ?? '');
    expect(theirs.length).toBeGreaterThan(20_000);
    const ours = linesOf(found.symbols);
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

  it.each(['o-s390k612-s1-qemu.elf', 'o-small-s5-qemu.elf', 'o-x86-x1-vmcore.elf'])('%s: the same table is found when its place is withheld', async (name) => {
    const session = await open(name);
    const kernel = await session.findKernel(new AbortController().signal);
    if (!kernel.symbols.found || kernel.vmcoreinfo === undefined) throw new Error('no symbols');
    const entries = new Map([...kernel.vmcoreinfo.entries].filter(([key]) => !key.startsWith('SYMBOL(kallsyms_')));
    const searched = session.kernelBy({ ...kernel.vmcoreinfo, entries }).symbols;
    if (!searched.found) throw new Error(searched.why);
    expect(searched.symbols.source).toContain('found by their pattern');
    expect(differences(linesOf(searched.symbols), linesOf(kernel.symbols.symbols))).toBe(0);
  });

  it.each(dumps)('%s: an address inside a function leads back to it', async (name) => {
    const found = (await open(name)).kernel.symbols;
    if (!found.found) throw new Error(found.why);
    const { symbols } = found;
    for (const one of ['panic', 'schedule', 'start_kernel']) {
      const [symbol] = symbols.lookup(one);
      expect(symbol, one).toBeDefined();
      expect(symbols.at((symbol?.address ?? 0n) + 2n)).toMatchObject({ name: one, offset: 2 });
    }
    const [end] = symbols.lookup('_etext');
    expect(symbols.at((end?.address ?? 0n) + 0x10n)?.name).not.toBe('_etext');
  });

  it.each(['o-s390-s1-qemu.elf', 'o-s390k612-s3-kdump-zlib-d31', 'o-x86-x1-vmcore.elf'])(
    '%s: the list of modules is read through page tables',
    async (name) => {
      const { kernel } = await open(name);
      const [head] = kernel.symbols.found ? kernel.symbols.symbols.lookup('modules') : [];
      const node = kernel.memory.pointer(head?.address ?? 0n) ?? 0n;
      const modules = guestText(name, 'kallsyms.txt') ?? '';
      const module = kernel.memory.cstring(node + 16n, 56);
      expect(module).toMatch(/^\w+$/);
      expect(modules).toContain(`[${module ?? ''}]`);
      expect(kernel.memory.pointer((kernel.memory.pointer(node) ?? 0n) + BigInt(kernel.memory.pointerBytes))).toBe(node);
    },
  );
});
