import { expect, it } from 'vitest';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { asPrinted } from '../../../src/analysis/kernel/modules/module-exports.ts';
import { describedMemory, zeroed } from './described-memory.ts';

const module = 0x3ff_7fb3_6700n;
const marks = 0x3ff_7fb3_c000n;
const flags = 0x3ff_7fb3_d000n;

/** Words of struct module after its name. */
const memoryOf = (words: ReadonlyMap<bigint, bigint>): KernelMemory =>
  describedMemory('s390x', new Map([...zeroed({ start: module, end: module + 0x200n }), [flags, 0n], ...words]));

const symbol = (name: string, address: bigint, section: number) => ({ name, address, section, type: 't', module: 'fat' });
const symbols = [
  symbol('fat_scan', 0x3ff_7fb3_8000n, 1),
  symbol('fat_hash', 0x3ff_7fb3_8100n, 1),
  symbol('__ksymtab_fat_scan', marks, 7),
  symbol('__ksymtab_fat_alloc', marks + 12n, 7),
];
const letters = (words: readonly (readonly [bigint, bigint])[]): string =>
  asPrinted(memoryOf(new Map(words)), undefined, [{ module, symbols } as never], 0x180)
    .slice(0, 2)
    .map(({ type }) => type)
    .join('');

it('exports of a module with one table for all are reported without types', () => {
  const syms = module + 0x100n;
  const one = [[syms, marks], [syms + 16n, flags], [syms + 24n, 2n << 32n]] as const; // prettier-ignore
  expect(letters(one)).toBe('Tt');
  // Another number of exports, or no flags: it may be the table of those for GPL modules, which are not printed so.
  expect(letters([...one.slice(0, 2), [syms + 24n, 3n << 32n]])).toBe('tt');
  expect(letters([one[0], one[2]])).toBe('tt');
});
