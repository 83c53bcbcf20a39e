/** Registers as rows: differences, targets of addresses, and text for the clipboard. */
import { describe, expect, it } from 'vitest';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import { guessedPlaces, registerBlocks, registersText, targetPosition, unusual } from '../../../src/renderer/views/cpus/register-rows.ts';
import { caseSession } from '../../case-answers.ts';
import { paddedHex } from '../../../src/renderer/words/numbers.ts';

const system = describeCpus(caseSession('two', 'system healthy state=disabled-wait\nformat elf-vmcore producer=kernel\n')).cpus;
const row = (cpus: readonly CpuJson[], block: string, name: string) =>
  registerBlocks(cpus)
    .find(({ id }) => id === block)!
    .rows.find((one) => one.name === name)!;

describe('registers of a CPU', () => {
  it('hold everything that is recorded', () => {
    const [cpu] = system;
    const values = new Set(registerBlocks([cpu!]).flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.map((cell) => cell?.value))));
    const { psw, prefix, timer, fpc, gprs = [], acrs = [], crs = [], fprs = [], vxrs = [] } = cpu!;
    for (const value of [psw!.mask, psw!.address, prefix, timer, fpc, ...gprs, ...acrs, ...crs, ...fprs, ...vxrs]) expect(values).toContain(value);
  });

  it('lead to their addresses in the space of their CPU', () => {
    const cpu: CpuJson = { ...system[0]!, gprs: ['0xfff', '0x12345678'], crs: Array.from({ length: 16 }, () => '0x698007') };
    expect(row([cpu], 'gprs', 'r0').cells[0]?.target).toBeUndefined();
    expect(targetPosition(row([cpu], 'gprs', 'r1').cells[0]!.target!, 3)).toEqual({
      space: cpu.psw!.decoded.dat ? 'virtual' : 'real',
      cpu: 3,
      address: 0x12345678n,
      length: 1,
    });
    expect(targetPosition(row([cpu], 'crs', 'c13').cells[0]!.target!, 3)).toEqual({ space: 'absolute', address: 0x698000n, length: 1 });
    expect(row([cpu], 'crs', 'c0').cells[0]?.target).toBeUndefined();
    const named = (register: string, holds: 'address' | 'physical' | 'number') => ({ register, group: 'all', bits: 64 as const, holds });
    const registers = { eflags: '0x246000', rip: '0xffffffff81000000', cr3: '0x5009123' };
    const meaning = { named: [named('rip', 'address'), named('eflags', 'number'), named('cr3', 'physical')] };
    const other: CpuJson = { id: 0, source: 'note', registers, meaning };
    const targets = registerBlocks([other]).flatMap(({ rows }) => rows.map(({ name, cells }) => [name, cells[0]?.target?.space]));
    expect(targets).toEqual([
      ['rip', 'virtual'],
      ['eflags', undefined],
      ['cr3', 'absolute'],
    ]);
  });
});

describe('symbols of the kernel', () => {
  const kernel: CpuJson = {
    ...system[0]!,
    psw: { ...system[0]!.psw!, decoded: { ...system[0]!.psw!.decoded, dat: true, problemState: false } },
    gprs: ['0x2', '0x4178a6'],
  };
  const names = new Map([
    ['0x2', 'never+0x2'],
    ['0x4178a6', 'psw_idle_exit+0x0'],
  ]);
  const text = (cpu: CpuJson, name: string): string | undefined =>
    registerBlocks([cpu], { names, words: new Map() })
      .find(({ id }) => id === 'gprs')!
      .rows.find((one) => one.name === name)!.cells[0]!.text;

  it('are next to registers that point to them', () => {
    expect(text(kernel, 'r1')).toBe('psw_idle_exit+0x0');
    expect(text(kernel, 'r0')).toBeUndefined();
  });

  it('are not given to the registers of a program', () => {
    const program: CpuJson = { ...kernel, psw: { ...kernel.psw!, decoded: { ...kernel.psw!.decoded, problemState: true } } };
    expect(text(program, 'r1')).toBeUndefined();
  });
});

describe('numbers in registers', () => {
  const decoded = { ...system[0]!.psw!.decoded, dat: true, problemState: false };
  const cpu: CpuJson = { ...system[0]!, psw: { ...system[0]!.psw!, decoded }, gprs: ['0x1ae0400', '0x706c00180000000', '0x4178a6'] };
  const target = (register: string, words: ReadonlyMap<string, { kind: 'slab' | 'memory'; text: string }>) =>
    registerBlocks([cpu], { names: new Map(), words }, 'id')
      .find(({ id }) => id === 'gprs')!
      .rows.find(({ name }) => name === register)!.cells[0]!;

  it('are addresses only if they point to kernel memory', () => {
    const places = guessedPlaces([cpu], 'id').map(({ space, address }) => `${space} ${address.toString(16)}`);
    for (const place of ['virtual 1ae0400', 'virtual 706c00180000000', 'virtual 4178a6']) expect(places).toContain(place);
    const words = new Map([
      ['virtual(0):0x1ae0400', { kind: 'slab' as const, text: 'object 1 of kmalloc-1k' }],
      ['virtual(0):0x4178a6', { kind: 'memory' as const, text: 'absolute 0x4178a6, in the dump' }],
    ]);
    expect(target('r0', words)).toMatchObject({ target: { address: 0x1ae0400n }, text: 'object 1 of kmalloc-1k' });
    expect(target('r1', words).target).toBeUndefined();
    // Mere memory is not a name.
    expect(target('r2', words).target?.address).toBe(0x4178a6n);
    expect(target('r2', words).text).toBeUndefined();
    // The prefix is always an address.
    expect(
      registerBlocks([cpu], { names: new Map(), words }, 'id')
        .flatMap(({ rows }) => rows)
        .find(({ name }) => name === 'prefix')!.cells[0]!.target,
    ).toBeDefined();
  });

  it('may all be addresses if nothing is known about memory', () => {
    expect(target('r1', new Map()).target?.address).toBe(0x706c00180000000n);
  });

  it('of a program are not looked up', () => {
    const program: CpuJson = { ...cpu, psw: { ...cpu.psw!, decoded: { ...decoded, problemState: true } } };
    expect(guessedPlaces([program], 'id')).toEqual([]);
    expect(
      registerBlocks([program], { names: new Map(), words: new Map([['x', { kind: 'memory', text: '' }]]) }).find(({ id }) => id === 'gprs')!.rows[1]!.cells[0]!
        .target,
    ).toBeDefined();
  });
});

describe('registers side by side', () => {
  const [left, right] = [system[0]!, system[1]!];
  it('differ where they do, and only there', () => {
    const changed: CpuJson = { ...left, id: 9, crs: left.crs!.with(6, '0x1') };
    const differing = registerBlocks([left, changed]).flatMap(({ rows }) => rows.filter(({ differs }) => differs).map(({ name }) => name));
    expect(differing).toEqual(['c6']);
    expect(unusual([left, changed])).toEqual(new Set(['c6']));
    expect(registerBlocks([left, left]).some(({ rows }) => rows.some(({ differs }) => differs))).toBe(false);
    expect(row([left, right], 'times', 'prefix').differs).toBe(true);
  });

  it('missing on one CPU do not count as different', () => {
    const { fprs: _fprs, fpc: _fpc, ...less } = left;
    const f0 = row([left, less], 'fprs', 'f0');
    expect(f0.cells.map((cell) => cell !== undefined)).toEqual([true, false]);
    expect(f0.differs).toBe(true);
  });

  it('are copied as columns', () => {
    const lines = registersText(registerBlocks([left, right]), ['CPU 0', 'CPU 1']).split('\n');
    expect(lines[0]).toBe('register\tCPU 0\tCPU 1');
    expect(lines).toContain(`Prefix, clocks and timers: prefix\t${paddedHex(left.prefix!, 8)}\t${paddedHex(right.prefix!, 8)}`);
    expect(lines.filter((line) => line !== '').every((line) => line.split('\t').length === 3)).toBe(true);
  });
});
