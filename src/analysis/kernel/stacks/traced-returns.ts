/**
 * Return addresses that a tracer replaced by its trampoline, found again where it keeps them. The function graph tracer has a stack of entries
 * for each task (kernel/trace/fgraph.c): up to 6.10 task_struct.ret_stack is an array of struct ftrace_ret_stack and curr_ret_stack the
 * index of the last one, -1 for none; since 6.11 it is a stack of words, where the word below curr_ret_stack holds in its low 10 bits how
 * many words lie between it and the entry. Return probes have a list: task_struct.rethooks of struct rethook_node (kernel/trace/rethook.c, since
 * 5.18) or task_struct.kretprobe_instances (kernel/kprobes.c, since 5.11; before that a hash table, which is not looked at).
 */
import { defined } from '../../../shared/defined.ts';
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { functionOf, type TracedReturn, type TracedReturns } from '../../arch/backtrace.ts';
import type { KernelBytes, KernelNames } from '../../arch/kernel-view.ts';
import { kinds, type BtfTypes } from '../btf/btf-types.ts';
import { aggregateNamed, memberAt, offsetOf, resolved } from '../btf/type-layout.ts';

export interface TracerRecords {
  readonly memory: KernelBytes;
  /** The kernel's own names. */
  readonly symbols: KernelNames | undefined;
  /** With those of modules. */
  readonly names: KernelNames | undefined;
  readonly types: BtfTypes | undefined;
  /** Why there are no types. */
  readonly noTypes: string;
}

/** What a tracer keeps of one call. */
interface Entry {
  /** Where the call returns to. */
  readonly ret: bigint;
  /** The stack or frame pointer that goes with it; kernels whose entries have none are compared by the function. */
  readonly place?: bigint;
  /** Address of the function that was called. */
  readonly func?: bigint;
}

type Keeper = 'ret_stack' | 'rethooks' | 'kretprobe_instances';

/** Symbols of the trampolines: arch/*\/kernel/{mcount,entry-ftrace,ftrace_64}.S, rethook.c and kprobes.c of 5.10 to 6.12. */
const trampolines: readonly (readonly [string, Keeper])[] = [
  ['return_to_handler', 'ret_stack'],
  ['arch_rethook_trampoline', 'rethooks'],
  ['__kretprobe_trampoline', 'kretprobe_instances'],
  ['kretprobe_trampoline', 'kretprobe_instances'],
];

/** A page holds no more; a longer list is damage. */
const maxEntries = 4096;
const frameOffsetMask = 0x3ffn;
const word = 8n;

/** The array of kernels up to 6.10, the last entry first. */
function* arrayEntries({ memory }: TracerRecords, stack: bigint, current: bigint, size: number, entry: (at: bigint) => Entry | undefined): Generator<Entry> {
  const last = memory.s32(current) ?? -1;
  for (let index = Math.min(last, maxEntries); index >= 0; index -= 1) {
    const found = entry(stack + BigInt(index * size));
    if (found === undefined) return;
    yield found;
  }
}

/** The words of kernels since 6.11, the last entry first. */
function* wordEntries({ memory }: TracerRecords, stack: bigint, current: bigint, entry: (at: bigint) => Entry | undefined): Generator<Entry> {
  let offset = BigInt(memory.s32(current) ?? 0);
  if (offset > maxEntries) return;
  while (offset > 0n) {
    offset -= 1n;
    const back = (memory.u64(stack + offset * word) ?? 0n) & frameOffsetMask;
    if (back === 0n || back > offset) return;
    offset -= back;
    const found = entry(stack + offset * word);
    if (found === undefined) return;
    yield found;
  }
}

function graphEntries(records: TracerRecords, types: BtfTypes, task: bigint): Result<readonly Entry[]> {
  const not = (why: string): Failure => failed('ret_stack', why);
  const { memory } = records;
  const [stackAt, currentAt] = [offsetOf(types, 'task_struct', 'ret_stack'), offsetOf(types, 'task_struct', 'curr_ret_stack')];
  const [ret, func, retp] = ['ret', 'func', 'retp'].map((member) => offsetOf(types, 'ftrace_ret_stack', member));
  const size = aggregateNamed(types, 'ftrace_ret_stack')?.size;
  if (stackAt === undefined || currentAt === undefined || ret === undefined || func === undefined || size === undefined)
    return not("the types of this kernel do not show where a task's ret_stack lies");
  const stack = memory.pointer(task + BigInt(stackAt));
  if (stack === undefined) return not("the task's ret_stack is not in the dump");
  if (stack === 0n) return not('the task has no ret_stack');
  const entry = (at: bigint): Entry | undefined => {
    const [returnsTo, called, place] = [ret, func, retp].map((offset) => (offset === undefined ? undefined : memory.u64(at + BigInt(offset))));
    return returnsTo === undefined || called === undefined ? undefined : { ret: returnsTo, func: called, ...defined({ place }) };
  };
  const member = memberAt(types, aggregateNamed(types, 'task_struct')?.id ?? 0, 'ret_stack');
  const pointer = member === undefined ? undefined : resolved(types, member.type);
  const isArray = pointer?.kind === kinds.pointer && resolved(types, pointer.type)?.kind === kinds.struct;
  const current = task + BigInt(currentAt);
  return { value: [...(isArray ? arrayEntries(records, stack, current, size, entry) : wordEntries(records, stack, current, entry))] };
}

const probeStructs = {
  rethooks: { struct: 'rethook_node', place: 'frame' },
  kretprobe_instances: { struct: 'kretprobe_instance', place: 'fp' },
} as const;

function probeEntries({ memory }: TracerRecords, types: BtfTypes, task: bigint, list: keyof typeof probeStructs): Result<readonly Entry[]> {
  const { struct, place } = probeStructs[list];
  const head = offsetOf(types, 'task_struct', list);
  const [link, ret, placeAt] = ['llist', 'ret_addr', place].map((member) => offsetOf(types, struct, member));
  if (head === undefined || link === undefined || ret === undefined || placeAt === undefined)
    return failed(list, `the types of this kernel do not show where a task's ${list} lie`);
  const entries: Entry[] = [];
  const seen = new Set<bigint>();
  let node = memory.pointer(task + BigInt(head));
  if (node === undefined) return failed(list, `the task's ${list} are not in the dump`);
  while (node !== undefined && node !== 0n && !seen.has(node) && seen.size < maxEntries) {
    seen.add(node);
    const at: bigint = node - BigInt(link);
    const [returnsTo, kept] = [memory.u64(at + BigInt(ret)), memory.u64(at + BigInt(placeAt))];
    if (returnsTo === undefined || kept === undefined) break;
    entries.push({ ret: returnsTo, place: kept });
    node = memory.pointer(node);
  }
  return { value: entries };
}

/** Whether an entry is of the call that returns at this place. */
function isOfCall({ names }: TracerRecords, { place, func }: Entry, wanted: bigint, callee: bigint): boolean {
  if (place !== undefined) return place === wanted;
  const [called, calling] = [functionOf(names, func ?? 0n, false)?.start, functionOf(names, callee, true)?.start];
  return called !== undefined && called === calling;
}

/**
 * What tracers hold of the return addresses of a task. Entries are looked for by the place that goes with them, so that none is taken for
 * another call's; where kernels keep none (aarch64 before 5.17) by the function that was called, each entry once, from the innermost on.
 * @param task address of its task_struct; undefined where it is not known
 */
export function tracedReturns(records: TracerRecords): (task: bigint | undefined) => TracedReturns {
  const { symbols, names, types, noTypes } = records;
  const known = new Map(trampolines.flatMap(([name, keeper]) => (symbols?.lookup(name) ?? []).map(({ address }) => [address, { name, keeper }] as const)));
  return (task) => {
    const lists = new Map<Keeper, Result<readonly Entry[]>>();
    const used = new Set<Entry>();
    const entriesOf = (keeper: Keeper): Result<readonly Entry[]> => {
      const entries = lists.get(keeper);
      if (entries !== undefined) return entries;
      const read =
        task === undefined
          ? failed(keeper, 'the task is not known')
          : types === undefined
            ? failed(keeper, noTypes)
            : keeper === 'ret_stack'
              ? graphEntries(records, types, task)
              : probeEntries(records, types, task, keeper);
      lists.set(keeper, read);
      return read;
    };
    return {
      at(address, place, callee) {
        let trampoline: string | undefined;
        // Entries of one place can lead to one another's trampolines: each counts once, so that damaged ones come to an end.
        const taken = new Set<Entry>();
        for (let next = address; ;) {
          const found = known.get(next);
          if (found === undefined) return trampoline === undefined ? undefined : returning(names, trampoline, next);
          trampoline ??= found.name;
          const hidden = (hides: string): TracedReturn => ({ trampoline: found.name, hides });
          const read = entriesOf(found.keeper);
          if (isFailure(read)) return hidden(read.missing.why);
          const entries = read.value;
          // Of a tail call there are several entries with one place: all but the last have the trampoline as their return address.
          const isNext = (one: Entry): boolean => !used.has(one) && known.get(one.ret)?.keeper !== found.keeper && isOfCall(records, one, place, callee);
          const entry = entries.find((one) => !taken.has(one) && isNext(one));
          if (entry === undefined) {
            const which = entries.some((one) => taken.has(one)) ? 'no other entry' : `none of the ${entries.length} entries`;
            return hidden(`${which} of the task's ${found.keeper} is of ${hex(place)}`);
          }
          taken.add(entry);
          if (entry.place === undefined) used.add(entry);
          next = entry.ret;
        }
      },
    };
  };
}

function returning(names: KernelNames | undefined, trampoline: string, returnsTo: bigint): TracedReturn {
  return functionOf(names, returnsTo, true) === undefined
    ? { trampoline, hides: `the tracer's entry has ${hex(returnsTo)}, where no code is known` }
    : { trampoline, returnsTo };
}
