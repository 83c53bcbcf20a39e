/**
 * In which context a CPU works: preempt_count (include/linux/preempt.h; the same bits since 5.8), which s390x keeps in the lowcore, x86_64 in a
 * per-CPU variable or in pcpu_hot (6.2 to 6.14), and aarch64 in the thread_info of the task. Where it is, its types and symbols tell.
 */
import type { VirtualAddress } from '../../../shared/units.ts';
import { failed, isFailure, mapResult, valueOf, type Result } from '../../../shared/result.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { defined } from '../../../shared/defined.ts';

export interface PreemptCount {
  /** How often preemption was disabled. */
  readonly preempt: number;
  /** It works on a softirq; otherwise they may only be held off. */
  readonly inSoftirq: boolean;
  readonly softirqsOff: number;
  readonly hardirq: number;
  readonly nmi: number;
  /** Undefined where the kernel does not record it here. */
  readonly needsReschedule?: boolean;
}

export interface CountedCpu {
  readonly number: number;
  readonly perCpuOffset?: bigint;
  /** task_struct of the task that occupies it. */
  readonly current?: bigint;
}

/** PREEMPT_NEED_RESCHED: set while there is no need (arch/s390 and arch/x86, include/asm/preempt.h). */
const noNeed = 0x8000_0000;
/** TIF_NEED_RESCHED of s390x in kernels that do not fold it into preempt_count (arch/s390/include/asm/thread_info.h). */
const s390NeedFlag = 4;

function decoded(count: number, needsReschedule: boolean | undefined): PreemptCount {
  const softirq = (count >>> 8) & 0xff;
  return {
    preempt: count & 0xff,
    inSoftirq: (softirq & 1) === 1,
    softirqsOff: softirq >>> 1,
    hardirq: (count >>> 16) & 0xf,
    nmi: (count >>> 20) & 0xf,
    ...defined({ needsReschedule }),
  };
}

/** The word, and the task that the same structure names: a structure of another CPU, or one that is lost, names another. */
interface Word {
  readonly count: KernelObject;
  readonly task: Result<VirtualAddress>;
}

function wordOf(objects: KernelObjects, { number, perCpuOffset }: CountedCpu): Word | undefined {
  if (objects.hasType('lowcore')) {
    const lowcore = objects.variable('lowcore_ptr', 'void *').element(number).pointer(undefined, 'lowcore');
    return { count: lowcore.at('preempt_count'), task: lowcore.at('current_task').u64() };
  }
  if (perCpuOffset === undefined) return undefined;
  if (!isFailure(objects.addressOf('pcpu_hot'))) {
    const hot = objects.variable('pcpu_hot', 'pcpu_hot').moved(perCpuOffset);
    return { count: hot.at('preempt_count'), task: hot.at('current_task').u64() };
  }
  if (isFailure(objects.addressOf('__preempt_count'))) return undefined;
  return {
    count: objects.variable('__preempt_count', 'u32').moved(perCpuOffset),
    task: objects.variable('current_task', 'void *').moved(perCpuOffset).u64(),
  };
}

const bits = (count: KernelObject): Result<number> => mapResult(count.integer(), (value) => Number(BigInt.asUintN(32, value)));

/** Of each CPU, by its number. */
export function preemptCounts(objects: KernelObjects, cpus: readonly CountedCpu[]): ReadonlyMap<number, Result<PreemptCount>> {
  const found = new Map<number, Result<number>>();
  const inThread = new Map<number, Result<PreemptCount>>();
  for (const cpu of cpus) {
    const what = `preempt_count of CPU ${cpu.number}`;
    const word = wordOf(objects, cpu);
    const { current } = cpu;
    if (current === undefined) found.set(cpu.number, failed(what, 'its task is not known'));
    else if (word === undefined) {
      const preempt = objects.at(current, 'task_struct').at('thread_info.preempt');
      const [count, need] = [bits(preempt.at('count')), bits(preempt.at('need_resched'))];
      // An inverted flag of its own: 0 where there is need (arch/arm64/include/asm/preempt.h).
      inThread.set(cpu.number, isFailure(count) ? failed(what, count.missing.why, count.missing.where) : { value: decoded(count.value, valueOf(need) === 0) });
    } else if (isFailure(word.task)) found.set(cpu.number, failed(what, word.task.missing.why, word.task.missing.where));
    else if (word.task.value !== current) found.set(cpu.number, failed(what, 'the structure that it lies in names another task'));
    else found.set(cpu.number, bits(word.count));
  }
  // Kernels that fold the flag in have it set on every CPU that need not reschedule.
  const isFolded = [...found.values()].some((one) => !isFailure(one) && (one.value & noNeed) !== 0);
  const byFlags = (number: number): boolean | undefined => {
    const current = cpus.find((cpu) => cpu.number === number)?.current;
    if (current === undefined || !objects.hasType('lowcore')) return undefined;
    const flags = objects.at(current, 'task_struct').at('thread_info.flags').u64();
    return isFailure(flags) ? undefined : (flags.value & BigInt(s390NeedFlag)) !== 0n;
  };
  const counted = [...found].map(([number, one]): [number, Result<PreemptCount>] => [
    number,
    mapResult(one, (value) => decoded(value, isFolded ? (value & noNeed) === 0 : byFlags(number))),
  ]);
  return new Map([...counted, ...inThread]);
}

/**
 * Whether the kernel counts how often preemption is disabled: without CONFIG_PREEMPT_COUNT only interrupts and softirqs are counted, and 0 says
 * nothing. Idle tasks run with preemption disabled (kernel/sched/idle.c).
 * @returns undefined where nothing shows it
 */
export function countsPreemption(counts: ReadonlyMap<number, Result<PreemptCount>>, isIdle: (cpu: number) => boolean): boolean | undefined {
  const known = [...counts].flatMap(([cpu, one]) => (isFailure(one) ? [] : [{ cpu, preempt: one.value.preempt }]));
  if (known.some(({ preempt }) => preempt > 0)) return true;
  return known.some(({ cpu }) => isIdle(cpu)) ? false : undefined;
}
