import { describe, expect, it } from 'vitest';
import { stackEvidence, withOwners } from '../../../src/analysis/engine/kernel/task-on-cpu.ts';
import type { CpuContext } from '../../../src/analysis/engine/kernel/kernel-cpus.ts';
import { unwindAarch64, type Aarch64Start } from '../../../src/analysis/arch/aarch64/unwind.ts';
import type { Trace } from '../../../src/analysis/arch/backtrace.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { KernelTask } from '../../../src/analysis/kernel/tasks/kernel-task.ts';
import { describedMemory, zeroed } from '../kernel/described-memory.ts';

const code = 0xffff_8000_0801_0000n;
const irq = { name: 'interrupt stack', start: 0xffff_8000_0a00_0000n, end: 0xffff_8000_0a00_4000n };
const own = { name: 'kernel stack', start: 0xffff_8000_0b00_0000n, end: 0xffff_8000_0b00_4000n };

/** Words at addresses, and code of functions without a frame record. */
const memoryOf = (words: ReadonlyMap<bigint, bigint>): KernelMemory =>
  describedMemory('aarch64', new Map([...zeroed({ start: code, end: code + 0x1000n }), ...words]));

const names = ['vector', 'delay', 'panic', 'idle', 'start'];
const functionAt = (name: string, offset = 0x20n): bigint => code + BigInt(names.indexOf(name) * 0x100) + offset;
const symbols = symbolTable('described', { addresses: BigUint64Array.from(names, (name) => functionAt(name, 0n)), names: names.map((name) => `t${name}`) });

const unwind = (words: ReadonlyMap<bigint, bigint>, start: Aarch64Start): Trace =>
  unwindAarch64({ memory: memoryOf(words), symbols, stacks: [irq, own], authenticationMask: 0n }, start);

describe('frame records of aarch64', () => {
  /** An interrupt stack whose chain goes on in the registers that an exception saved on the task's stack. */
  const saved = own.start + 0x3000n;
  const record = saved + 296n;
  const described = (): Map<bigint, bigint> =>
    new Map([
      [irq.start + 0x3f00n, record],
      [irq.start + 0x3f08n, functionAt('panic')],
      [record, 0n],
      [record + 8n, 0n],
      [record + 16n, 2n],
      [saved + 232n, own.start + 0x3f00n],
      [saved + 248n, own.start + 0x3200n],
      [saved + 256n, functionAt('idle')],
      [saved + 264n, 0x6000_0005n],
      [own.start + 0x3f00n, own.start + 0x3fe8n],
      [own.start + 0x3f08n, functionAt('start')],
      [own.start + 0x3fe8n, 0n],
      [own.start + 0x3ff0n, 0n],
      [own.start + 0x3ff8n, 1n],
    ]);
  const start = { pc: functionAt('delay'), framePointer: irq.start + 0x3f00n, link: 0n };

  it('lead through the saved registers of an exception to what was interrupted', () => {
    const trace = unwind(described(), start);
    expect(trace.frames.map(({ kind, address }) => [kind, address])).toEqual([
      ['running', functionAt('delay')],
      ['return', functionAt('panic')],
      ['interrupted', functionAt('idle')],
      ['return', functionAt('start')],
    ]);
    expect(trace.end).toBe('complete');
  });

  it.each([
    ['a last record', (words: Map<bigint, bigint>) => words.set(record + 16n, 1n)],
    ['user code', (words: Map<bigint, bigint>) => words.set(saved + 264n, 0x6000_0000n)],
    ['another exception level', (words: Map<bigint, bigint>) => words.set(saved + 264n, 0n)],
    ['a lost word', (words: Map<bigint, bigint>) => (words.delete(saved + 232n), words)],
  ])('end at %s', (_, change) => {
    const trace = unwind(change(described()), start);
    expect(trace.frames.map(({ kind }) => kind)).toEqual(['running', 'return']);
  });

  it('end where saved registers lead back to themselves', () => {
    const trace = unwind(described().set(saved + 232n, irq.start + 0x3f00n), start);
    expect(trace).toMatchObject({ end: 'broken', detail: expect.stringContaining('a second time') as string });
  });

  it('do not end in the middle of a stack: there a link was overwritten', () => {
    const middle = own.start + 0x2000n;
    const at = (address: bigint) =>
      unwind(
        new Map([
          [middle, 0n],
          [middle + 8n, address],
        ]),
        { pc: functionAt('delay'), framePointer: middle },
      );
    expect(at(functionAt('panic'))).toMatchObject({ end: 'broken', frames: [{ address: functionAt('delay') }, { address: functionAt('panic') }] });
    expect(at(0n)).toMatchObject({ end: 'broken', frames: [{ address: functionAt('delay') }] });
  });

  it('take the link register for a caller only when no record says the same', () => {
    const words = described();
    const running = { pc: functionAt('vector'), framePointer: irq.start + 0x3f00n };
    const kinds = (link: bigint): readonly string[] => unwind(words, { ...running, link }).frames.map(({ kind }) => kind);
    expect(kinds(functionAt('panic'))).toEqual(['running', 'return', 'interrupted', 'return']);
    expect(kinds(functionAt('delay'))).toEqual(['running', 'link', 'return', 'interrupted', 'return']);
  });
});

describe('the task on a CPU', () => {
  const context: CpuContext = {
    cpu: { id: 1, linuxCpu: 1, source: 'note', registers: { sp: '0xffff80000a003f00' } },
    number: 1,
    linuxNumber: 1,
    stacks: [],
  };
  const task = (address: bigint, rest: Partial<KernelTask>): KernelTask => ({ address, comm: 'a', isThread: false, ...rest });

  it('is the only evidence while the CPU is on its interrupt stack', () => {
    const found: CpuContext = { ...context, stacks: [irq] };
    const tasks = [task(1n, { onCpu: true, cpu: 0 }), task(2n, { onCpu: true, cpu: 1 }), task(3n, { onCpu: false, cpu: 1, stack: irq.start - 0x1000n })];
    expect(withOwners('aarch64', [found], { tasks }, 0x4000)).toMatchObject([{ current: 2n }]);
    // Two that say so are one too many, and one that another CPU runs is no candidate.
    const second = task(4n, { onCpu: true, cpu: 1 });
    expect(withOwners('aarch64', [found], { tasks: [...tasks, second] }, 0x4000)[0]?.current).toBeUndefined();
    const other = { ...context, cpu: { ...context.cpu, id: 0, linuxCpu: 0 }, number: 0, linuxNumber: 0, current: 2n };
    expect(withOwners('aarch64', [other, found], { tasks: [...tasks, second] }, 0x4000)[1]?.current).toBe(4n);
  });

  it('shows which CPU the registers belong to, where otherwise only their position did', () => {
    const identity = { by: 'position', detail: 'nothing says it' } as const;
    const { linuxCpu: _, ...cpu } = context.cpu;
    const unknown: CpuContext = { ...context, cpu: { ...cpu, identity } };
    const tasks = [task(3n, { stack: irq.start, cpu: 5, comm: 'dd', pid: 7 }), task(2n, { onCpu: true, cpu: 1 })];
    const list = { tasks };
    expect([...stackEvidence('aarch64', [unknown], list, 0x4000)]).toEqual([
      [1, { by: 'stack', linuxCpu: 5, text: expect.stringContaining('dd (pid 7)') as string }],
    ]);
    expect(withOwners('aarch64', [unknown], list, 0x4000)).toMatchObject([{ current: 3n }]);
    // A position is no number of a CPU that a task could say it is on.
    expect(withOwners('aarch64', [{ ...unknown, stacks: [irq] }], list, 0x4000)[0]?.current).toBeUndefined();
  });

  it('is not reported for a CPU that did not run', () => {
    const cpu = { ...context.cpu, withoutRegisters: { reason: 'offline', detail: '' } } as const;
    const tasks = [task(2n, { onCpu: true, cpu: 1 })];
    expect(withOwners('aarch64', [{ ...context, cpu }], { tasks }, 0x4000)[0]?.current).toBeUndefined();
  });

  it('is the one in whose stack the stack pointer lies', () => {
    const tasks = [task(2n, { onCpu: true, cpu: 1 }), task(3n, { stack: irq.start })];
    expect(withOwners('aarch64', [context], { tasks }, 0x4000)).toMatchObject([{ current: 3n }]);
  });
});
