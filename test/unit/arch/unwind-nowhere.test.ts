/** A program counter where no code is, and what a prologue had done by then: stacks that are described word by word. */
import { describe, expect, it } from 'vitest';
import { unwindAarch64 } from '../../../src/analysis/arch/aarch64/unwind.ts';
import { s390xUnwinders, unwindS390x, type S390xStart } from '../../../src/analysis/arch/s390x/unwind.ts';
import { unwindX86Cpu, type X86Registers, type X86Unwinder } from '../../../src/analysis/arch/x86_64/unwind.ts';
import { x86Unwinders } from '../../../src/analysis/arch/x86_64/unwinders.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import type { Trace } from '../../../src/analysis/arch/backtrace.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { describedMemory, zeroed } from '../kernel/described-memory.ts';
import { DescribedStructs } from '../kernel/described-structs.ts';

const addresses = ({ frames }: Trace): readonly unknown[] => frames.map(({ kind, address }) => [kind, address]);

describe('stacks of s390x', () => {
  const code = 0x10_0000n;
  const stack = { name: 'kernel stack', start: 0x20_0000n, end: 0x20_4000n };
  const symbols = symbolTable('described', {
    addresses: BigUint64Array.of(code, code + 0x100n, code + 0x200n, code + 0x300n),
    names: ['tleaf', 'tcaller', 'tstart', 'T_etext'],
  });
  const top = stack.end - 200n;
  const frame = top - 160n;
  /** A frame of `caller` on the first frame of the stack; `leaf` makes a frame of 64 bytes and saves nothing. */
  const words = (): Map<bigint, bigint> => {
    const found = zeroed(stack);
    for (let at = code; at < code + 0x300n; at += 8n) found.set(at, 0x0707_0707_0707_0707n);
    // lay %r15,-64(%r15)
    found.set(code, 0xe3f0_ffc0_ff71_0707n);
    found.set(frame + 136n, code + 0x250n);
    found.set(frame - 0x100n + 136n, 0x89n);
    found.set(frame - 0x100n + 152n, frame);
    // What called the leaf, and the bad address: brasl %r14.
    found.set(code + 0x148n, 0x0707_c0e5_0000_0000n);
    return found;
  };
  const link = code + 0x150n;
  const unwind = (start: S390xStart, change: ReadonlyMap<bigint, bigint> = new Map()): Trace =>
    unwindS390x(
      { memory: describedMemory('s390x', new Map([...words(), ...change])), symbols, stacks: [stack] },
      { pswMask: 0x0704_c001_8000_0000n, ...start },
    );

  it('go on at r14 after a branch to where no code is', () => {
    const trace = unwind({ pswAddress: 0x6b6b_6b6b_6b6b_6b6an, link, stackPointer: frame - 0x100n });
    expect(addresses(trace)).toEqual([
      ['running', 0x6b6b_6b6b_6b6b_6b6an],
      ['link', link],
      ['return', code + 0x250n],
    ]);
    // r14 that no call has set is nobody's caller.
    expect(addresses(unwind({ pswAddress: 0n, link: link + 2n, stackPointer: frame - 0x100n }))[1]).toEqual(['return', code + 0x250n]);
  });

  it('of a leaf with a frame have its caller in r14, and not what lies in the slot', () => {
    const own = frame - 0x140n;
    const trace = unwind({ pswAddress: code + 0x20n, link, stackPointer: own }, new Map([[own + 152n, frame - 0x100n]]));
    expect(addresses(trace)).toEqual([
      ['running', code + 0x20n],
      ['link', link],
      ['return', code + 0x250n],
    ]);
  });

  it('name a BUG by its monitor call, not by what follows it', () => {
    const regs = frame - 0x100n + 160n;
    const change = new Map([
      [frame - 0x100n + 152n, 0n],
      [frame - 0x100n + 136n, code + 0x250n],
      [regs + 8n, 0x0704_c001_8000_0000n],
      [regs + 16n, code + 0x200n],
      [regs + 24n + 15n * 8n, frame],
      // mc 0,0 at the end of `caller`.
      [code + 0x1f8n, 0x0707_0707_af00_0000n],
    ]);
    const trace = unwindS390x(
      { memory: describedMemory('s390x', new Map([...words(), ...change])), symbols, stacks: [stack] },
      { stackPointer: frame - 0x100n },
    );
    expect(addresses(trace)).toContainEqual(['interrupted', code + 0x1fcn]);
  });
});

describe('a CPU of s390x that was stopped before the first instruction of an interruption handler', () => {
  const [code, handler, prefix] = [0x10_0000n, 0x10_0100n, 0x8000n];
  const stack = { name: 'kernel stack', start: 0x20_0000n, end: 0x20_4000n };
  const names = symbolTable('described', { addresses: BigUint64Array.of(code, handler, handler + 0x100n), names: ['tloop', 'thandler', 'T_etext'] });
  const kernelMask = 0x0704_c001_8000_0000n;
  const lowcore = new Map([
    [prefix + 0x130n, kernelMask],
    [prefix + 0x138n, code + 0x40n],
    [prefix + 0x1b0n, 0x0400_0001_8000_0000n],
    [prefix + 0x1b8n, handler],
  ]);
  const traceOf = (pswAddress: bigint, words: ReadonlyMap<bigint, bigint>): Trace => {
    const cpu = {
      id: 0,
      prefix: `0x${prefix.toString(16)}`,
      psw: { mask: '0x400000180000000', address: `0x${pswAddress.toString(16)}` },
      gprs: Array.from({ length: 16 }, (_, n) => `0x${(n === 15 ? stack.end - 160n : 0n).toString(16)}`),
      source: 'note',
    } as unknown as CpuJson;
    const memory = describedMemory('s390x', new Map([...zeroed(stack), ...words]));
    const context = {
      memory,
      symbols: names,
      names,
      types: undefined,
      noTypes: '',
      modules: () => [],
      vmcoreinfo: undefined,
      sleepers: () => [],
      traced: () => ({ at: () => undefined }),
      guess: false,
    };
    return s390xUnwinders(context).running(cpu, [stack], undefined);
  };

  it('was in what the old PSW says, and the handler was not called', () => {
    expect(addresses(traceOf(handler, lowcore)).slice(0, 2)).toEqual([
      ['running', handler],
      ['interrupted', code + 0x40n],
    ]);
  });

  it('in user code: the chain ends there', () => {
    const user = new Map([...lowcore, [prefix + 0x130n, 0x0705_0001_8000_0000n], [prefix + 0x138n, 0x1000n]] as const);
    expect(traceOf(handler, user).end).toBe('entered-from-user');
  });

  it('is no such CPU elsewhere in the handler, nor without its lowcore', () => {
    expect(addresses(traceOf(handler + 6n, lowcore)).slice(0, 2)).not.toContainEqual(['interrupted', code + 0x40n]);
    expect(addresses(traceOf(handler, new Map()))).not.toContainEqual(['interrupted', code + 0x40n]);
  });
});

describe('stacks of aarch64', () => {
  const code = 0xffff_8000_0801_0000n;
  const stack = { name: 'kernel stack', start: 0xffff_8000_0b00_0000n, end: 0xffff_8000_0b00_4000n };
  const symbols = symbolTable('described', { addresses: BigUint64Array.of(code, code + 0x100n), names: ['tcaller', 'T_etext'] });
  const record = stack.end - 24n;
  const memory = describedMemory('aarch64', new Map([[record, 0n], [record + 8n, 0n], [record + 16n, 1n]])); // prettier-ignore
  const start = { pc: 0n, framePointer: record, link: code + 0x10n };

  it.each([0n, 0xdead_0000_0000_beefn])('go on at x30 where PSTATE is of the kernel and the PC is %#x', (pc) => {
    const trace = unwindAarch64({ memory, symbols, stacks: [stack], authenticationMask: 0n }, { ...start, pc, isUser: false });
    expect(addresses(trace)).toEqual([
      ['running', pc],
      ['link', code + 0x10n],
    ]);
    expect(trace.end).toBe('complete');
  });

  it('end where PSTATE is of user code, whatever the PC is', () => {
    const user = { ...start, framePointer: 0xffff_a138_b800n, isUser: true };
    const trace = unwindAarch64({ memory, symbols, stacks: [stack], authenticationMask: 0n }, { ...user, pc: code });
    expect(trace).toMatchObject({ end: 'entered-from-user', frames: [{ kind: 'running' }] });
  });

  it('say that PSTATE of user code is contradicted by an instruction and a frame of the kernel', () => {
    const trace = unwindAarch64({ memory, symbols, stacks: [stack], authenticationMask: 0n }, { ...start, pc: code, isUser: true });
    expect(trace).toMatchObject({
      end: 'broken',
      detail: expect.stringMatching(/^PSTATE says that the CPU ran user code, .* which cannot be determined$/) as string,
    });
  });
});

describe('stacks of x86_64', () => {
  const code = 0xffff_ffff_8100_0000n;
  const module = 0xffff_ffff_c010_0000n;
  const stack = { name: 'kernel stack', start: 0xffff_c900_0000_0000n, end: 0xffff_c900_0000_4000n };
  const symbols = symbolTable('described', {
    addresses: BigUint64Array.of(code, code + 0x100n, code + 0x200n, code + 0x300n, code + 0x400n, code + 0x500n),
    names: ['tcaller', 'tstart', 'tentry', 'T_etext', 'T_sinittext', 'T_einittext'],
  });
  const [caller, start] = [code + 0x20n, code + 0x120n];
  const sp = stack.end - 0x200n;
  const call = { type: 'call', sp: 'sp', spOffset: 16, bp: 'undefined', bpOffset: 0, isSignal: false } as const;
  const tables: X86Unwinder['tables'] = {
    find(address) {
      const name = symbols.at(address)?.name;
      return name === 'caller'
        ? call
        : name === 'start'
          ? { ...call, type: 'end' }
          : name === 'entry'
            ? { ...call, type: 'registers', spOffset: 0 }
            : 'no table covers it';
    },
  };
  const registers = ['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax', 'cx', 'dx', 'si', 'di', 'orig_ax', 'ip', 'cs', 'flags', 'sp', 'ss'] as const; // prettier-ignore
  const types = structTypes(new DescribedStructs('little', { pt_regs: Object.fromEntries(registers.map((name) => [name, 'u64'])) }).types());
  /** The caller's frame has eight bytes and what it returns to; all code is calls, so that any address in it can be returned to. */
  const words = (atTop: bigint): Map<bigint, bigint> => {
    const found = zeroed(stack)
      .set(sp, atTop)
      .set(sp + 16n, start);
    for (let at = code; at < code + 0x300n; at += 8n) found.set(at, 0xe8e8_e8e8_e8e8_e8e8n);
    return found;
  };
  const unwind = (start: X86Registers, described: ReadonlyMap<bigint, bigint>): Trace | undefined =>
    unwindX86Cpu({ memory: describedMemory('x86_64', described), symbols, types, tables, stacks: [stack] }, { sp, bp: 0n, ...start });

  it.each([
    ['0', 0n],
    ['0xdeadbeefdeadbeef', 0xdead_beef_dead_beefn],
    ['in a gap between modules', module],
    ['of user space', 0x40_1000n],
    ['poison', 0x6b6b_6b6b_6b6b_6b6bn],
    ['not canonical', 0x8000_0000_0000_0000n],
  ])('go on at the return address that a call to %s pushed', (_, ip) => {
    const trace = unwind({ ip }, words(caller));
    expect(trace === undefined ? [] : addresses(trace)).toEqual([
      ['running', ip],
      ['return', caller],
      ['return', start],
    ]);
    expect(trace?.end).toBe('complete');
  });

  it('go on at it where registers that an exception saved have such an instruction', () => {
    const regs = stack.start + 0x2000n;
    const described = words(caller);
    const place = (name: string): bigint => regs + BigInt(types.offset('pt_regs', name) ?? -1);
    described.set(place('ip'), 0n).set(place('cs'), 0x10n).set(place('sp'), sp);
    const trace = unwind({ ip: code + 0x220n, sp: regs }, described);
    expect(trace === undefined ? [] : addresses(trace)).toEqual([
      ['running', code + 0x220n],
      ['interrupted', 0n],
      ['return', caller],
      ['return', start],
    ]);
    described.set(place('cs'), 0x33n);
    expect(unwind({ ip: code + 0x220n, sp: regs }, described)).toMatchObject({ end: 'entered-from-user', user: { address: 0n } });
  });

  it('end with the reason where the top of the stack is no return address', () => {
    const other = unwind({ ip: 0n }, words(0x1234n));
    expect(other).toMatchObject({
      end: 'broken',
      frames: [{ kind: 'running', address: 0n }],
      detail: expect.stringContaining('is no return address: 0x1234') as string,
    });
    const absent = unwind({ ip: 0n, sp: stack.end + 0x100n }, words(caller));
    expect(absent).toMatchObject({ end: 'broken', detail: expect.stringContaining('cannot be read') as string });
    // Code that there is no call before was not called.
    const without = words(caller);
    without.set(caller - 8n, 0n);
    expect(unwind({ ip: 0n }, without)).toMatchObject({ end: 'broken', frames: [{ kind: 'running' }] });
  });

  it('are of user code or not by CS, never by the instruction', () => {
    const memory = describedMemory('x86_64', words(caller));
    const context = {
      memory,
      symbols,
      names: symbols,
      types: undefined,
      noTypes: 'no BTF',
      modules: () => [],
      vmcoreinfo: undefined,
      sleepers: () => [],
      guess: false,
    };
    const running = (rip: string, cs: string, rsp = sp): Trace =>
      x86Unwinders({ ...context, traced: () => ({ at: () => undefined }) }).running(
        { id: 0, registers: { rip, cs, rsp: `0x${rsp.toString(16)}` }, source: 'note' } as unknown as CpuJson,
        [stack],
        undefined,
      );
    expect(running('0x401000', '0x33').end).toBe('entered-from-user');
    expect(running('0xffffffff81000020', '0x33', 0x7fff_0000n).end).toBe('entered-from-user');
    // Both against it: then CS was changed, or they were.
    expect(running('0xffffffff81000020', '0x33')).toMatchObject({
      end: 'broken',
      detail: expect.stringMatching(/^CS says .* cannot be determined$/) as string,
    });
    expect(running('0x401000', '0x10').end).toBe('partial');
    expect(running('0x0', '0x10').end).toBe('partial');
  });
});
