/** One table per architecture: above `arch` nothing compares the architecture with a name. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import { architectureNamed, architectureNames } from '../../../src/analysis/arch/architecture-name.ts';
import { architectureOfElf, architectureOfPrstatus, architectures } from '../../../src/analysis/arch/index.ts';
import { decodePsw } from '../../../src/analysis/arch/s390x/psw.ts';

const names = architectureNames.join('|');
/** `=== 's390x'` in either order, and a case of a switch. */
const comparison = new RegExp(`[!=]==? *['"](?:${names})['"]|['"](?:${names})['"] *[!=]==?|case ['"](?:${names})['"]`);

const comparisons = (text: string): readonly string[] => text.split('\n').filter((line) => comparison.test(line));

describe('the registry of architectures', () => {
  it('is asked instead of a name', () => {
    // The builders of sample dumps describe machines themselves and import nothing from the analysis.
    const files = globSync('src/**/*.{ts,tsx}').filter((file) => !/^src[\\/](analysis[\\/]arch|samples)[\\/]/.test(file));
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => comparisons(readFileSync(file, 'utf8')).map((line) => `${file}: ${line.trim()}`))).toEqual([]);
    expect(comparisons("if (arch === 's390x')\nif ('ppc64' !== arch)\n  case 'aarch64':\n").length).toBe(3);
  });

  it('finds each by its own name, ELF machine and note size', () => {
    for (const name of architectureNames) {
      const { elf, notes } = architectures[name];
      expect(architectures[name].name).toBe(name);
      expect(architectureNamed(name.toUpperCase())).toBe(name);
      expect(architectureOfElf(elf.machine, elf.endian === 'either' ? 'little' : elf.endian)).toBe(name);
      expect(architectureOfPrstatus(notes.prstatus.size, notes.prstatusEndian)).toBe(name);
    }
    expect(architectureNamed('riscv64')).toBeUndefined();
    expect(architectureOfElf(243, 'little')).toBeUndefined();
    expect(architectureOfPrstatus(376, 'little')).toBeUndefined();
  });

  const named = (registers: Record<string, string>): CpuJson => ({ id: 0, registers, source: 'note' });
  const psw = (mask: bigint): CpuJson => ({ id: 0, psw: decodePsw({ mask, address: 0n }), source: 'note' });
  it.each([
    ['s390x', psw(0x0404_c001_8000_0000n), psw(0x0705_2001_8000_0000n)],
    ['x86_64', named({ cs: '0x10', rip: '0x0' }), named({ cs: '0x33', rip: '0xffffffff81000000' })],
    ['aarch64', named({ pstate: '0x60400005', pc: '0x0' }), named({ pstate: '0x80001000', pc: '0xffff800008010000' })],
    ['ppc64', named({ msr: '0x8000000000009033' }), named({ msr: '0x800000000280f033' })],
  ] as const)('tells user code of %s by the state of the machine', (name, kernel, user) => {
    const { isUserCode } = architectures[name].registers;
    expect([isUserCode(kernel), isUserCode(user)]).toEqual([false, true]);
    expect(isUserCode({ id: 0, source: 'note' })).toBeUndefined();
  });
});
