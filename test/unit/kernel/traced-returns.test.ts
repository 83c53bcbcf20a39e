/** Stacks on which tracers replaced return addresses by their trampolines, word by word on three machines and in the layouts of several kernels. */
import { describe, expect, it } from 'vitest';
import { unwindAarch64 } from '../../../src/analysis/arch/aarch64/unwind.ts';
import type { StackRange, Trace, TracedReturns } from '../../../src/analysis/arch/backtrace.ts';
import { unwindS390x } from '../../../src/analysis/arch/s390x/unwind.ts';
import { unwindX86Cpu, type X86Unwinder } from '../../../src/analysis/arch/x86_64/unwind.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import { tracedReturns } from '../../../src/analysis/kernel/stacks/traced-returns.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { describedMemory, zeroed } from './described-memory.ts';
import { DescribedStructs, type Structs } from './described-structs.ts';

const machines = ['s390x', 'x86_64', 'aarch64'] as const;
type Machine = (typeof machines)[number];

const code = 0xffff_8000_0801_0000n;
const names = ['start', 'caller', 'traced', 'leaf', 'return_to_handler', 'arch_rethook_trampoline', '__kretprobe_trampoline', '_etext'];
const functionAt = (name: string, offset = 0x20n): bigint => code + BigInt(names.indexOf(name) * 0x100) + offset;
const trampoline = (name: string): bigint => functionAt(name, 0n);
const symbols = symbolTable('described', { addresses: BigUint64Array.from(names, (name) => functionAt(name, 0n)), names: names.map((name) => `T${name}`) });

const stack: StackRange = { name: 'kernel stack', start: 0xffff_8000_0b00_0000n, end: 0xffff_8000_0b00_4000n };
const task = 0xffff_8000_0c00_0000n;
const records = 0xffff_8000_0d00_0000n;

interface TracerEntry {
  readonly ret: bigint;
  readonly func?: bigint;
  readonly place: bigint;
}

/** How kernels keep what their tracers need. */
const layouts = {
  'function graph tracer up to 6.10': { ret_stack: 'ftrace_ret_stack *', retp: 'u64' },
  'function graph tracer since 6.11': { ret_stack: 'u64 *', retp: 'u64' },
  'function graph tracer without places': { ret_stack: 'ftrace_ret_stack *' },
} as const;
type GraphLayout = keyof typeof layouts;

const structsOf = (layout: GraphLayout): Structs => {
  const { ret_stack, ...more } = { retp: undefined, ...layouts[layout] };
  return {
    llist_node: { next: 'llist_node *' },
    llist_head: { first: 'llist_node *' },
    ftrace_ret_stack: { ret: 'u64', func: 'u64', calltime: 'u64', ...(more.retp === undefined ? {} : { retp: more.retp }) },
    rethook_node: { rcu: 'u64', llist: 'llist_node', rethook: 'void *', ret_addr: 'u64', frame: 'u64' },
    kretprobe_instance: { rcu: 'u64', llist: 'llist_node', rph: 'void *', ret_addr: 'u64', fp: 'u64' },
    task_struct: { flags: 'u64', curr_ret_stack: 's32', ret_stack, rethooks: 'llist_head', kretprobe_instances: 'llist_head' },
  };
};

class Tracers {
  readonly words = new Map<bigint, bigint>();
  readonly structs: DescribedStructs;
  readonly isLittle: boolean;

  constructor(machine: Machine, layout: GraphLayout) {
    this.isLittle = machine !== 's390x';
    this.structs = new DescribedStructs(this.isLittle ? 'little' : 'big', structsOf(layout));
    for (let at = task; at < task + 0x100n; at += 8n) this.words.set(at, 0n);
    this.number('curr_ret_stack', layout === 'function graph tracer since 6.11' ? 0n : -1n);
  }

  private put(base: bigint, struct: string, member: string, value: bigint): void {
    this.words.set(base + BigInt(this.structs.offsetOf(struct, member)), value);
  }

  /** A 32-bit member that lies at the begin of a word. */
  private number(member: string, value: bigint): void {
    this.put(task, 'task_struct', member, this.isLittle ? BigInt.asUintN(32, value) : BigInt.asUintN(64, value << 32n));
  }

  private entryWords({ ret, func = 0n, place }: TracerEntry, at: bigint, hasPlace: boolean): void {
    this.put(at, 'ftrace_ret_stack', 'ret', ret);
    this.put(at, 'ftrace_ret_stack', 'func', func);
    this.put(at, 'ftrace_ret_stack', 'calltime', 1n);
    if (hasPlace) this.put(at, 'ftrace_ret_stack', 'retp', place);
  }

  /** The outermost call first. */
  graph(layout: GraphLayout, entries: readonly TracerEntry[]): this {
    const isWords = layout === 'function graph tracer since 6.11';
    const hasPlace = 'retp' in layouts[layout];
    const bytes = BigInt(this.structs.sizeOf('ftrace_ret_stack'));
    this.put(task, 'task_struct', 'ret_stack', records);
    let at = records;
    for (const entry of entries) {
      this.entryWords(entry, at, hasPlace);
      at += bytes;
      if (!isWords) continue;
      // Two words of data of a tracer's own lie between the entry's bitmap and the word that leads back over all of it.
      this.words.set(at, (1n << 10n) | (1n << 12n) | (bytes / 8n));
      this.words.set(at + 8n, 0x1111n);
      this.words.set(at + 16n, 0x2222n);
      this.words.set(at + 24n, (2n << 10n) | (bytes / 8n + 3n));
      at += 32n;
    }
    this.number('curr_ret_stack', isWords ? (at - records) / 8n : BigInt(entries.length - 1));
    return this;
  }

  /** The innermost call first. */
  probes(list: 'rethooks' | 'kretprobe_instances', entries: readonly TracerEntry[]): this {
    const [struct, place] = list === 'rethooks' ? (['rethook_node', 'frame'] as const) : (['kretprobe_instance', 'fp'] as const);
    const nodeAt = (index: number): bigint => records + 0x2000n + BigInt(index * 0x100);
    const linkOf = (index: number): bigint => (index < entries.length ? nodeAt(index) + BigInt(this.structs.offsetOf(struct, 'llist')) : 0n);
    this.put(task, 'task_struct', list, linkOf(0));
    entries.forEach((entry, index) => {
      this.put(nodeAt(index), struct, 'llist', linkOf(index + 1));
      this.put(nodeAt(index), struct, 'ret_addr', entry.ret);
      this.put(nodeAt(index), struct, place, entry.place);
    });
    return this;
  }
}

/** What lies on the stack: leaf <- traced <- what the trampoline hides <- start; the place is what tracers keep of the call of `traced`. */
interface Stack {
  readonly words: ReadonlyMap<bigint, bigint>;
  readonly place: bigint;
  readonly trace: (memory: ReturnType<typeof describedMemory>, traced: TracedReturns, tables: X86Unwinder['types']) => Trace;
}

function stackOf(machine: Machine, replaced: bigint, words = zeroed(stack)): Stack {
  const at = (bytes: bigint): bigint => stack.end - bytes;
  // Each word of code is a call, so that any address can be returned to.
  for (let one = code; one < code + 0x800n; one += 8n) words.set(one, machine === 'x86_64' ? 0xe8e8_e8e8_e8e8_e8e8n : 0n);
  if (machine === 's390x') {
    const [inner, middle, outer] = [at(0x800n), at(0x600n), at(0x178n)];
    for (const [from, to] of [[inner, middle], [middle, outer], [outer, 0n]] as const) words.set(from + 152n, to); // prettier-ignore
    words.set(inner + 136n, functionAt('traced'));
    words.set(middle + 136n, replaced);
    words.set(outer + 136n, functionAt('start'));
    return { words, place: middle, trace: (memory, traced) => unwindS390x({ memory, symbols, stacks: [stack], traced }, { stackPointer: inner }) };
  }
  if (machine === 'aarch64') {
    const [inner, middle, outer, last] = [at(0x800n), at(0x600n), at(0x400n), at(24n)];
    const chain = [[inner, middle, functionAt('traced')], [middle, outer, replaced], [outer, last, functionAt('start')], [last, 0n, 0n]] as const; // prettier-ignore
    for (const [record, next, address] of chain) words.set(record, next).set(record + 8n, address);
    words.set(last + 16n, 1n);
    return {
      words,
      place: outer,
      trace: (memory, traced) =>
        unwindAarch64({ memory, symbols, stacks: [stack], authenticationMask: 0n, traced }, { pc: functionAt('leaf'), framePointer: inner }),
    };
  }
  const sp = at(0x100n);
  words
    .set(sp, functionAt('traced'))
    .set(sp + 8n, replaced)
    .set(sp + 16n, functionAt('start'));
  const call = { type: 'call', sp: 'sp', spOffset: 8, bp: 'undefined', bpOffset: 0, isSignal: false } as const;
  const tables: X86Unwinder['tables'] = {
    find: (address) => (symbols.at(address)?.name === 'start' ? { ...call, type: 'end' } : symbols.at(address)?.name.includes('_') === true ? 'none' : call),
  };
  return {
    words,
    place: sp + 8n,
    trace: (memory, traced, types) =>
      unwindX86Cpu({ memory, symbols, types, tables, stacks: [stack], traced }, { ip: functionAt('leaf'), sp, bp: 0n }) ?? {
        frames: [],
        end: 'broken',
        detail: '',
      },
  };
}

const shown = ({ frames }: Trace): readonly unknown[] =>
  frames.map(({ kind, address, tracer }) => [kind, address, ...(tracer === undefined ? [] : [tracer.trampoline, 'hides' in tracer ? tracer.hides : 'seen'])]);

const hasEntry = 'caller';
const func = functionAt('traced', 0n);

function follow(
  machine: Machine,
  replaced: bigint,
  layout: GraphLayout,
  describe: (tracers: Tracers, place: bigint) => unknown,
  owner: bigint | undefined = task,
): Trace {
  const { words, place, trace } = stackOf(machine, replaced);
  const tracers = new Tracers(machine, layout);
  describe(tracers, place);
  const memory = describedMemory(machine, new Map([...words, ...tracers.words]));
  const types = tracers.structs.types();
  return trace(memory, tracedReturns({ memory, symbols, names: symbols, types, noTypes: '' })(owner), structTypes(types));
}

/** Frames beyond the first. */
const beyond: readonly unknown[] = [['return', functionAt('start')]];

describe.each(machines)('a return address that a tracer replaced (%s)', (machine) => {
  const seen = (name: string): unknown[] => ['return', functionAt(hasEntry), name, 'seen'];

  it.each(Object.keys(layouts) as GraphLayout[])('is found in the ret_stack of the %s', (layout) => {
    const trace = follow(machine, trampoline('return_to_handler'), layout, (tracers, place) =>
      tracers.graph(layout, [
        { ret: functionAt('start'), func: functionAt('caller', 0n), place: place + 0x40n },
        { ret: functionAt(hasEntry), func, place },
      ]),
    );
    expect(shown(trace).slice(-2)).toEqual([seen('return_to_handler'), ...beyond]);
    expect(trace.end).toBe('complete');
  });

  it.each([
    ['rethooks', 'arch_rethook_trampoline'],
    ['kretprobe_instances', '__kretprobe_trampoline'],
  ] as const)('is found in the %s', (list, name) => {
    const trace = follow(machine, trampoline(name), 'function graph tracer up to 6.10', (tracers, place) =>
      tracers.probes(list, [
        { ret: functionAt('start'), place: place - 0x40n },
        { ret: functionAt(hasEntry), place },
      ]),
    );
    expect(shown(trace).slice(-2)).toEqual([seen(name), ...beyond]);
  });

  it('is found through both tracers, and through the entries of a tail call', () => {
    const layout = 'function graph tracer since 6.11';
    const both = follow(machine, trampoline('return_to_handler'), layout, (tracers, place) => {
      tracers.graph(layout, [{ ret: trampoline('arch_rethook_trampoline'), func, place }]);
      tracers.probes('rethooks', [{ ret: functionAt(hasEntry), place }]);
    });
    expect(shown(both).slice(-2)).toEqual([seen('return_to_handler'), ...beyond]);
    const tail = follow(machine, trampoline('return_to_handler'), layout, (tracers, place) =>
      tracers.graph(layout, [
        { ret: functionAt(hasEntry), func, place },
        { ret: trampoline('return_to_handler'), func, place },
      ]),
    );
    expect(shown(tail).slice(-2)).toEqual([seen('return_to_handler'), ...beyond]);
  });

  it('is found where both tracers follow the two calls of a tail call, each by the trampoline of the other', () => {
    const layout = 'function graph tracer since 6.11';
    const trace = follow(machine, trampoline('return_to_handler'), layout, (tracers, place) => {
      tracers.graph(layout, [
        { ret: functionAt(hasEntry), func, place },
        { ret: trampoline('arch_rethook_trampoline'), func, place },
      ]);
      tracers.probes('rethooks', [{ ret: trampoline('return_to_handler'), place }]);
    });
    expect(shown(trace).slice(-2)).toEqual([seen('return_to_handler'), ...beyond]);
  });

  it('stays hidden where the entries of both tracers lead to each other for ever', () => {
    const layout = 'function graph tracer since 6.11';
    const trace = follow(machine, trampoline('return_to_handler'), layout, (tracers, place) => {
      tracers.graph(layout, [{ ret: trampoline('arch_rethook_trampoline'), func, place }]);
      tracers.probes('rethooks', [{ ret: trampoline('return_to_handler'), place }]);
    });
    const hidden = shown(trace).find((frame) => (frame as unknown[])[2] === 'return_to_handler') as unknown[];
    expect(hidden[3]).toContain("no other entry of the task's ret_stack is of");
  });

  it.each([
    [
      'no entry of that place',
      (tracers: Tracers, place: bigint) => tracers.graph('function graph tracer since 6.11', [{ ret: functionAt(hasEntry), func, place: place + 8n }]),
      'none of the 1 entries',
    ],
    ['no ret_stack', () => undefined, 'the task has no ret_stack'],
    [
      'an entry that leads to no code',
      (tracers: Tracers, place: bigint) => tracers.graph('function graph tracer since 6.11', [{ ret: 0x1234n, func, place }]),
      "the tracer's entry has 0x1234, where no code is known",
    ],
  ] as const)('with %s: no caller is named, and why', (_, describe, why) => {
    const trace = follow(machine, trampoline('return_to_handler'), 'function graph tracer since 6.11', describe);
    const hidden = shown(trace).find((frame) => (frame as unknown[])[2] === 'return_to_handler') as unknown[];
    expect(hidden.slice(0, 2)).toEqual(['return', trampoline('return_to_handler')]);
    expect(hidden[3]).toContain(why);
    expect(trace.frames.map(({ address }) => address)).not.toContain(functionAt(hasEntry));
    // The chain of other machines leads on without the return address.
    if (machine === 'x86_64')
      expect(trace).toMatchObject({ end: 'broken', detail: expect.stringContaining("return_to_handler, a tracer's trampoline, hides the caller") as string });
    else expect(shown(trace).at(-1)).toEqual(['return', functionAt('start')]);
  });

  it('of a task that is not known is hidden', () => {
    const { words, trace } = stackOf(machine, trampoline('return_to_handler'));
    const memory = describedMemory(machine, words);
    const types = new Tracers(machine, 'function graph tracer since 6.11').structs.types();
    const of = (records: { readonly types: typeof types | undefined; readonly noTypes: string }, owner?: bigint): Trace =>
      trace(memory, tracedReturns({ memory, symbols, names: symbols, ...records })(owner), structTypes(types));
    const why = (one: Trace): unknown =>
      shown(one)
        .map((frame) => (frame as unknown[])[3])
        .find((text) => text !== undefined);
    expect(why(of({ types, noTypes: '' }))).toBe('the task is not known');
    expect(why(of({ types: undefined, noTypes: 'no BTF' }, task))).toBe('no BTF');
  });

  it('is not looked for where the address is of other code', () => {
    const trace = follow(machine, functionAt('caller', 0x30n), 'function graph tracer since 6.11', (tracers, place) =>
      tracers.graph('function graph tracer since 6.11', [{ ret: functionAt(hasEntry), func, place }]),
    );
    expect(trace.frames.every(({ tracer }) => tracer === undefined)).toBe(true);
    expect(trace.frames.map(({ address }) => address)).toContain(functionAt('caller', 0x30n));
  });
});

describe('a link register that holds a trampoline', () => {
  const layout = 'function graph tracer since 6.11';

  it('leads to the caller of a function of s390x that made no frame yet', () => {
    const words = zeroed(stack);
    for (let one = code; one < code + 0x800n; one += 8n) words.set(one, 0x0707_0707_0707_0707n);
    const outer = stack.end - 0x178n;
    words.set(outer + 136n, functionAt('start'));
    const tracers = new Tracers('s390x', layout).graph(layout, [{ ret: functionAt(hasEntry), func, place: outer }]);
    const memory = describedMemory('s390x', new Map([...words, ...tracers.words]));
    const traced = tracedReturns({ memory, symbols, names: symbols, types: tracers.structs.types(), noTypes: '' });
    const start = { pswMask: 0x0704_c001_8000_0000n, pswAddress: functionAt('traced'), link: trampoline('return_to_handler'), stackPointer: outer };
    const of = (owner: bigint | undefined): Trace => unwindS390x({ memory, symbols, stacks: [stack], traced: traced(owner) }, start);
    expect(shown(of(task)).slice(0, 2)).toEqual([
      ['running', functionAt('traced')],
      ['link', functionAt(hasEntry), 'return_to_handler', 'seen'],
    ]);
    expect(shown(of(undefined))[1]).toEqual(['link', trampoline('return_to_handler'), 'return_to_handler', 'the task is not known']);
  });

  it('leads to the caller of a function of aarch64 that made no record yet', () => {
    const last = stack.end - 24n;
    const words = zeroed(stack).set(last + 16n, 1n);
    for (let one = code; one < code + 0x800n; one += 8n) words.set(one, 0n);
    const tracers = new Tracers('aarch64', layout).graph(layout, [{ ret: functionAt(hasEntry), func, place: last }]);
    const memory = describedMemory('aarch64', new Map([...words, ...tracers.words]));
    const traced = tracedReturns({ memory, symbols, names: symbols, types: tracers.structs.types(), noTypes: '' })(task);
    const start = { pc: functionAt('traced'), framePointer: last, link: trampoline('return_to_handler') };
    expect(shown(unwindAarch64({ memory, symbols, stacks: [stack], authenticationMask: 0n, traced }, start))).toEqual([
      ['running', functionAt('traced')],
      ['link', functionAt(hasEntry), 'return_to_handler', 'seen'],
    ]);
  });
});
