import { describe, expect, it } from 'vitest';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import { architectures } from '../../../src/analysis/arch/index.ts';
import { namedMeaning } from '../../../src/analysis/arch/named-register.ts';
import { maskBits, pstateBits, pstateText } from '../../../src/analysis/arch/aarch64/named-registers.ts';
import { msrBits } from '../../../src/analysis/arch/ppc64/named-registers.ts';
import { cr0Bits, cr4Bits, rflagsBits } from '../../../src/analysis/arch/x86_64/named-registers.ts';

const cpu = (registers: Readonly<Record<string, string>>): CpuJson => ({ id: 0, source: 'note', registers });
const meaning = (arch: keyof typeof architectures, registers: Readonly<Record<string, string>>) =>
  namedMeaning(architectures[arch].registers.named, cpu(registers));
const textOf = (arch: keyof typeof architectures, registers: Readonly<Record<string, string>>, name: string): string | undefined =>
  meaning(arch, registers).find(({ register }) => register === name)?.text;

describe('names of bits', () => {
  /** As the headers of the kernel give them: processor-flags.h (X86_EFLAGS_*_BIT, X86_CR0_*_BIT, X86_CR4_*_BIT), asm/ptrace.h (PSR_*_BIT), asm/reg.h (MSR_*_LG). */
  it.each([
    ['RFLAGS', rflagsBits, { CF: 0, PF: 2, AF: 4, ZF: 6, SF: 7, TF: 8, IF: 9, DF: 10, OF: 11, NT: 14, RF: 16, VM: 17, AC: 18, VIF: 19, VIP: 20, ID: 21 }],
    ['CR0', cr0Bits, { PE: 0, MP: 1, EM: 2, TS: 3, ET: 4, NE: 5, WP: 16, AM: 18, NW: 29, CD: 30, PG: 31 }],
    [
      'CR4',
      cr4Bits,
      {
        VME: 0, PVI: 1, TSD: 2, DE: 3, PSE: 4, PAE: 5, MCE: 6, PGE: 7, PCE: 8, OSFXSR: 9, OSXMMEXCPT: 10, UMIP: 11, LA57: 12, VMXE: 13, SMXE: 14, FSGSBASE: 16,
        PCIDE: 17, OSXSAVE: 18, SMEP: 20, SMAP: 21, PKE: 22, CET: 23, PKS: 24,
      }, // prettier-ignore
    ],
    ['PSTATE', pstateBits, { N: 31, Z: 30, C: 29, V: 28, TCO: 25, DIT: 24, UAO: 23, PAN: 22, SS: 21, IL: 20, SSBS: 12 }],
    ['masks of PSTATE', maskBits, { F: 6, I: 7, A: 8, D: 9 }],
    ['MSR', msrBits, { LE: 0, RI: 1, DR: 4, IR: 5, ME: 12, FP: 13, PR: 14, EE: 15, VSX: 23, VEC: 25, TM: 32, HV: 60, SF: 63 }],
  ] as const)('of %s are those that are published', (_, bits, published) => {
    expect(Object.fromEntries(bits.map(([bit, name]) => [name, bit]))).toEqual(published);
  });
});

describe('registers that dumps name', () => {
  it('are in the order in which people read them, whatever the order of the note', () => {
    const named = meaning('x86_64', { r15: '0x1', rax: '0x2', rip: '0x3', cs: '0x10', eflags: '0x246', rsp: '0x4' });
    expect(named.map(({ register }) => register)).toEqual(['rip', 'rsp', 'eflags', 'rax', 'r15', 'cs']);
    expect(meaning('aarch64', { x0: '0x0', pc: '0x0', pstate: '0x0', sp: '0x0' }).map(({ register }) => register)).toEqual(['pc', 'sp', 'pstate', 'x0']);
  });

  it('that are in no table are shown last, and no meaning is given for them', () => {
    expect(meaning('x86_64', { strange: '0xffffffff81000000', rip: '0x0' }).at(-1)).toEqual({
      register: 'strange',
      group: 'Other registers',
      bits: 64,
      holds: 'number',
    });
  });

  it('have their flags spelled out', () => {
    expect(textOf('x86_64', { eflags: '0x246' }, 'eflags')).toBe('IF ZF PF');
    expect(textOf('x86_64', { eflags: '0x3002' }, 'eflags')).toBe('no flag set IOPL=3');
    expect(textOf('x86_64', { cr0: '0x80050033' }, 'cr0')).toBe('PG AM WP NE ET MP PE');
    expect(textOf('x86_64', { cs: '0x33' }, 'cs')).toBe('ring 3');
    // Without PCIDE the low bits of CR3 are no identifier.
    expect(textOf('x86_64', { cr3: '0x5009123', cr4: '0x20' }, 'cr3')).toBeUndefined();
    expect(textOf('x86_64', { cr3: '0x5009003', cr4: '0x20020' }, 'cr3')).toBe('PCID 3');
    expect(pstateText(0x6040_03c5n)).toBe('EL1h · Z · C · PAN · masked: D A I F');
    expect(pstateText(0x0n)).toBe('EL0t · nothing masked');
    expect(pstateText(0x10n)).toBe('AArch32 · nothing masked');
  });

  it('tell whether a CPU could be interrupted', () => {
    const state = (arch: keyof typeof architectures, registers: Readonly<Record<string, string>>) => architectures[arch].registers.stateOf(cpu(registers));
    expect(state('x86_64', { cs: '0x10', eflags: '0x246' })).toBe('kernel, interrupts on');
    expect(state('x86_64', { cs: '0x33', eflags: '0x46' })).toBe('user space, interrupts off');
    expect(state('x86_64', { rip: '0x0' })).toBeUndefined();
    expect(state('aarch64', { pstate: '0x3c5' })).toBe('EL1h, interrupts off');
    expect(state('aarch64', { pstate: '0x0' })).toBe('EL0t, interrupts on');
    expect(state('ppc64', { msr: '0x8000000000009033' })).toBe('kernel, interrupts on');
  });

  it('are all known by the tables of the architectures that have them', () => {
    for (const { name, registers, notes } of Object.values(architectures)) {
      if (registers.named.length === 0) continue;
      const known = new Set(registers.named.map((one) => one.name));
      expect(known.size, name).toBe(registers.named.length);
      const recorded = Object.keys(notes.prstatus.fields).filter((field) => !/^(pr_|si_)/.test(field));
      expect(
        recorded.filter((field) => !known.has(field)),
        name,
      ).toEqual([]);
    }
  });
});
