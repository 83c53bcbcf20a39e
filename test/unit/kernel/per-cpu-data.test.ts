/** Masks of CPUs, per-CPU data and saved registers of an x86_64 kernel, in memory that is described word by word. */
import { describe, expect, it } from 'vitest';
import { crashNotesOf } from '../../../src/analysis/kernel/cpus/crash-notes.ts';
import { cpuMasks } from '../../../src/analysis/kernel/cpus/cpu-masks.ts';
import { perCpuData } from '../../../src/analysis/kernel/cpus/per-cpu-data.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { describedMemory } from './described-memory.ts';

const base = 0xffff_ffff_8200_0000n;
const areas = [0xffff_8880_1000_0000n, 0xffff_8880_1010_0000n, 0xffff_8880_1020_0000n];
const names = ['nr_cpu_ids', '__cpu_possible_mask', '__cpu_present_mask', '__cpu_online_mask', 'cpus_booted_once_mask', 'crash_notes', '__per_cpu_offset'];
const at = (name: string): bigint => base + BigInt(names.indexOf(name) * 0x100);
const perCpu = { current_task: 0x1_fb80n, cpu_current_top_of_stack: 0x1_fb50n, hardirq_stack_ptr: 0x1_fb48n };
const symbols = symbolTable('described', {
  addresses: BigUint64Array.from([...Object.values(perCpu).reverse(), ...names.map(at)]),
  names: [
    ...Object.keys(perCpu)
      .reverse()
      .map((name) => `A${name}`),
    ...names.map((name) => `D${name}`),
  ],
});
const notes = 0x5000n;

/** Three CPUs, of which the last never ran; the first one saved its registers. */
function described(change: Readonly<Record<string, bigint>> = {}): ReturnType<typeof describedMemory> {
  const words = new Map<bigint, bigint>([
    [at('nr_cpu_ids'), 3n],
    [at('__cpu_possible_mask'), 0b111n],
    [at('__cpu_present_mask'), 0b111n],
    [at('__cpu_online_mask'), 0b011n],
    [at('cpus_booted_once_mask'), 0b011n],
    [at('crash_notes'), notes],
    ...areas.map((area, cpu) => [at('__per_cpu_offset') + BigInt(cpu * 8), area] as const),
  ]);
  areas.forEach((area, cpu) => {
    words.set(area + perCpu.current_task, 0xffff_8880_0400_0000n + BigInt(cpu) * 0x4000n);
    words.set(area + perCpu.cpu_current_top_of_stack, 0xffff_c900_0010_4000n + BigInt(cpu) * 0x8000n);
    words.set(area + perCpu.hardirq_stack_ptr, 0xffff_c900_0020_3ff8n + BigInt(cpu) * 0x8000n);
    for (let word = 0n; word < 64n; word += 1n) words.set(area + notes + word * 8n, 0n);
  });
  // NT_PRSTATUS of 16 bytes in the buffer of CPU 0: name size 5, descriptor size 16, type 1, "CORE".
  const [first = 0n] = areas;
  words.set(first + notes, 0x0000_0010_0000_0005n);
  words.set(first + notes + 8n, 0x45_524f_4300_000001n);
  words.set(first + notes + 16n, 0n);
  words.set(first + notes + 24n, 0x1122n);
  for (const [name, value] of Object.entries(change)) words.set(at(name), value);
  return describedMemory('x86_64', words);
}

describe('masks of CPUs', () => {
  it('are read as lists of numbers', () => {
    expect(cpuMasks(described(), symbols)).toEqual({ possible: [0, 1, 2], present: [0, 1, 2], online: [0, 1], booted: [0, 1] });
  });

  it.each([
    ['more online than present', { __cpu_present_mask: 0b001n }],
    ['none online', { __cpu_online_mask: 0n }],
    ['a count that no kernel has', { nr_cpu_ids: 0n }],
  ] as const)('are not believed with %s', (_, change) => {
    expect(cpuMasks(described(change), symbols)).toBeUndefined();
  });

  it('do without the mask of those that ever ran where it contradicts', () => {
    expect(cpuMasks(described({ cpus_booted_once_mask: 0b001n }), symbols)?.booted).toBeUndefined();
  });
});

describe('registers that a CPU saved at a crash', () => {
  it('are in its buffer, which is empty where it saved none', () => {
    const noteOf = crashNotesOf(described(), symbols);
    const [first = 0n, second = 0n] = areas;
    const found = noteOf(first);
    expect(typeof found === 'object' ? Buffer.from(found.desc).toString('hex') : found).toBe('00000000221100000000000000000000');
    expect(noteOf(second)).toBe('empty');
    expect(noteOf(0x1234n)).toBeUndefined();
  });
});

describe('per-CPU data', () => {
  it('has the task, its stack and the interrupt stack of every CPU that may exist', () => {
    const memory = described();
    const data = perCpuData({ memory, symbols, types: undefined, masks: cpuMasks(memory, symbols) });
    expect(data.map(({ number, perCpuOffset, base: register }) => [number, perCpuOffset, register])).toEqual(areas.map((area, cpu) => [cpu, area, area]));
    expect(data[1]?.current).toBe(0xffff_8880_0400_4000n);
    expect(data[1]?.stacks).toEqual([
      { name: 'kernel stack', start: 0xffff_c900_0010_8000n, end: 0xffff_c900_0010_c000n },
      { name: 'interrupt stack', start: 0xffff_c900_0020_8000n, end: 0xffff_c900_0020_c000n },
    ]);
    expect(data.map(({ note }) => typeof note)).toEqual(['object', 'string', 'string']);
  });

  it('is nothing where no symbol leads to it', () => {
    expect(
      perCpuData({ memory: described(), symbols: symbolTable('none', { addresses: new BigUint64Array(0), names: [] }), types: undefined, masks: undefined }),
    ).toEqual([]);
  });
});
