import type { MemoryImage } from './memory-image.ts';
import type { SeededRandom } from './seeded-random.ts';
import { writeExtendedSaveArea, writeLowcore, writeSaveArea, lowcoreOffset } from './s390x-lowcore.ts';
import type { LowcoreField, LowcoreKernel, LowcoreValues } from './s390x-lowcore.ts';
import { functionAddress, imageVirtual, type ImageMapping, type KernelFunction } from './s390x-kernel-symbols.ts';
import { cpuPlaces, places, userVirtual } from './s390x-places.ts';
import { regionThirdAsce } from './s390x-page-tables.ts';
import { initialFrame, stackBytes, writeStack } from './s390x-stack.ts';
import { runningTaskAddress, writeTasks, type RunningTask } from './s390x-tasks.ts';
import { s390xCpu, type Psw, type S390xCpu } from './system.ts';

/** What a CPU was doing when it was stopped. */
export type CpuActivity = 'crashing' | 'stopped' | 'idle' | 'user' | 'disabled-wait';

/** Kernel, reading home space, enabled or disabled; user; waits (lowcore.md section 4). */
export const pswMasks = {
  kernelEnabled: 0x0704c00180000000n,
  kernelDisabled: 0x0404c00180000000n,
  dumping: 0x0400c00180000000n,
  idle: 0x0706c00180000000n,
  user: 0x0705000180000000n,
  disabledWait: 0x0002000180000000n,
  datOff: 0x0000c00180000000n,
} as const;

export interface CpuPlan {
  readonly kernel: LowcoreKernel;
  readonly mapping: ImageMapping;
  readonly activities: readonly CpuActivity[];
  /** 'spelled': registers that nothing depends on spell their names; 'believable': values as a running kernel has. */
  readonly registers: 'spelled' | 'believable';
  readonly guardedStorage: boolean;
  /** Whether the registers were stored into the lowcores (store status); otherwise only notes have them. */
  readonly statusStored: boolean;
  readonly tod: bigint;
  readonly random: SeededRandom;
}

const callChains: Readonly<Record<CpuActivity, readonly KernelFunction[]>> = {
  crashing: [
    '__do_syscall',
    'ksys_write',
    'vfs_write',
    'proc_reg_write',
    'write_sysrq_trigger',
    '__handle_sysrq',
    'sysrq_handle_crash',
    'panic',
    '__crash_kexec',
    'machine_kexec',
  ],
  'disabled-wait': [
    '__do_syscall',
    'ksys_write',
    'vfs_write',
    'proc_reg_write',
    'write_sysrq_trigger',
    '__handle_sysrq',
    'sysrq_handle_crash',
    'panic',
    'on_panic_notify',
  ],
  stopped: ['smp_start_secondary', 'cpu_startup_entry', 'do_idle', 'default_idle_call', 'arch_cpu_idle', 'do_ext_irq', 'smp_handle_ext_call'],
  idle: ['smp_start_secondary', 'cpu_startup_entry', 'do_idle', 'default_idle_call', 'arch_cpu_idle'],
  user: [],
};

const endpoints: Readonly<Record<CpuActivity, { readonly mask: bigint; readonly at: KernelFunction; readonly offset: number }>> = {
  crashing: { mask: pswMasks.dumping, at: '__do_machine_kexec', offset: 0x38 },
  'disabled-wait': { mask: pswMasks.disabledWait, at: 'stop_run', offset: 0x4e },
  stopped: { mask: pswMasks.kernelDisabled, at: 'smp_stop_cpu', offset: 0x2e },
  idle: { mask: pswMasks.idle, at: 'psw_idle_exit', offset: 0 },
  user: { mask: pswMasks.user, at: 'system_call', offset: 0 },
};

/** ASCE of the one user address space, with the P, S and X bits that real ones have (lowcore.md section 7.1). */
export const userAsce = BigInt(places.userRegionThird) | 0x1c7n;
export const kernelAsce = regionThirdAsce(places.regionThird);

/** Return address in a function, as a call leaves it. */
const returnInto = (mapping: ImageMapping, name: KernelFunction): bigint => imageVirtual(mapping, functionAddress(mapping, name) + 0x56);

/**
 * Writes lowcores, stacks, save areas and the tasks of all CPUs into memory.
 * @returns the CPUs by Linux number
 */
export function writeCpus(memory: MemoryImage, plan: CpuPlan): readonly S390xCpu[] {
  const running: RunningTask[] = [];
  let idleTask: RunningTask | undefined;
  const cpus = plan.activities.map((activity, linuxCpu) => {
    const stack = cpuPlaces(linuxCpu).stacks;
    const userContext = activity === 'crashing' || activity === 'disabled-wait' ? userRegisters(linuxCpu) : undefined;
    const { running: pointer, sleeping } = writeStack(
      memory,
      stack,
      callChains[activity].map((name) => returnInto(plan.mapping, name)),
      userContext,
    );
    const isIdle = activity === 'idle' || activity === 'stopped';
    const task: RunningTask = isIdle
      ? { pid: 0, comm: `swapper/${linuxCpu}`, stack, ksp: sleeping, onList: false }
      : { pid: 97 + linuxCpu, comm: activity === 'user' ? 'loop' : 'sh', stack, ksp: sleeping, onList: true };
    let taskAddress = imageVirtual(plan.mapping, places.initTask);
    if (isIdle && linuxCpu === 0) idleTask = task;
    else {
      taskAddress = BigInt(runningTaskAddress(running.length));
      running.push(task);
    }
    const cpu = describeCpu(plan, activity, linuxCpu, stack + initialFrame > pointer ? pointer : stack + initialFrame);
    writeCpuLowcore(memory, plan, cpu, taskAddress, task);
    if (plan.statusStored) {
      writeSaveArea(memory, cpu.prefix, cpu);
      writeExtendedSaveArea(memory, cpuPlaces(linuxCpu).extendedSaveArea, cpu, plan.guardedStorage);
    }
    return cpu;
  });
  const initStack = places.taskStacks + 7 * stackBytes;
  const sleepingIdle = { pid: 0, comm: 'swapper/0', stack: initStack, onList: true };
  idleTask ??= {
    ...sleepingIdle,
    ksp: writeStack(memory, initStack, [returnInto(plan.mapping, 'rest_init'), returnInto(plan.mapping, 'do_idle'), returnInto(plan.mapping, 'schedule')])
      .sleeping,
  };
  writeTasks(memory, plan.mapping, idleTask, running);
  return cpus;
}

/** The registers with which user code entered the kernel. */
function userRegisters(linuxCpu: number): { readonly psw: Psw; readonly gprs: readonly bigint[] } {
  const gprs = Array.from({ length: 16 }, (_, index) => (index === 15 ? 0x3fff0f0n : BigInt(index + linuxCpu)));
  return { psw: { mask: pswMasks.user, address: userVirtual + 0x12en }, gprs };
}

function describeCpu(plan: CpuPlan, activity: CpuActivity, linuxCpu: number, stackPointer: number): S390xCpu {
  const { mask, at, offset } = endpoints[activity];
  const inUser = activity === 'user';
  const address = inUser ? userVirtual + 0x1a0n : imageVirtual(plan.mapping, functionAddress(plan.mapping, at) + offset);
  const caller = callChains[activity].at(-1);
  const gprs: Record<number, bigint> = plan.registers === 'believable' ? believableGprs(plan.random) : {};
  gprs[14] = caller === undefined ? userVirtual + 0x88n : returnInto(plan.mapping, caller);
  gprs[15] = inUser ? 0x3fff0f0n : BigInt(stackPointer);
  const tables = { 1: inUser ? userAsce : kernelAsce, 7: userAsce, 13: kernelAsce };
  const dumping = activity === 'crashing';
  const base = {
    linuxCpu,
    prefix: cpuPlaces(linuxCpu).lowcore,
    psw: { mask, address },
    gprs,
    comparatorForm: dumping ? ('low-56-bits' as const) : ('shifted' as const),
    clockComparator: plan.tod + (0x271000n << 12n) + BigInt(linuxCpu << 20),
  };
  if (plan.registers === 'spelled') return s390xCpu({ ...base, crs: tables });
  return s390xCpu({
    ...base,
    crs: { ...believableCrs, ...tables },
    acrs: believableAcrs,
    fprs: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [index, index % 3 === 0 ? 0n : 0x3ff0000000000000n + BigInt(plan.random.u32())])),
    vectorLow: new Array<bigint>(16).fill(0n),
    vectorHigh: Array.from({ length: 16 }, (_, index) => (index === 4 ? 0x0f0e0d0c0b0a09080706050403020100n : BigInt(index % 5))),
    fpc: 0,
    timer: 0x7fffffe600000000n + BigInt(plan.random.u32()),
    todProgrammable: linuxCpu,
    breakingEventAddress: imageVirtual(plan.mapping, functionAddress(plan.mapping, at) + 0x10),
    guardedStorage: [0n, 0n, 0n, 0n],
  });
}

function believableGprs(random: SeededRandom): Record<number, bigint> {
  const values: Record<number, bigint> = {};
  for (let index = 0; index < 14; index += 1) {
    const pointer = BigInt(places.dataStart + random.below(0x4000) * 8);
    values[index] = index % 3 === 0 ? BigInt(random.below(200)) : pointer;
  }
  return values;
}

/** Control registers as a 6.1 kernel in a QEMU guest had them, with the tables at this system's places. */
const believableCrs: Readonly<Record<number, bigint>> = {
  0: 0x14166a10n,
  2: BigInt(places.amode31 + 0x140),
  3: 0n,
  4: 0xffffn,
  5: BigInt(places.amode31 + 0x140),
  6: 0x10000000n,
  8: 0x8000n,
  9: 0n,
  10: 0n,
  11: 0n,
  12: 0n,
  14: 0xdb000000n,
  15: BigInt(places.amode31),
};

const believableAcrs: Readonly<Record<number, bigint>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, index) => [index, index === 0 ? 0x3ffn : index === 1 ? 0xf7af7650n : 0n]),
);

function writeCpuLowcore(memory: MemoryImage, plan: CpuPlan, cpu: S390xCpu, taskAddress: bigint, task: RunningTask): void {
  const { mapping, kernel, tod } = plan;
  const at = (name: KernelFunction): bigint => imageVirtual(mapping, functionAddress(mapping, name));
  const handler = (name: KernelFunction): Psw => ({ mask: pswMasks.kernelDisabled, address: at(name) });
  const { stacks, extendedSaveArea } = cpuPlaces(cpu.linuxCpu);
  const stack = (slot: number): bigint => BigInt(stacks + slot * stackBytes + initialFrame);
  const saveArea = BigInt(extendedSaveArea);
  const lengthCode = plan.guardedStorage ? 11n : 0n;
  writeLowcore(memory, cpu.prefix, {
    kernel,
    linux: onlyKnown(kernel, {
      pcpu: 0x2c8000n + BigInt(cpu.linuxCpu * 0x100),
      last_update_clock: tod - 0x1000000n,
      last_update_timer: cpu.timer,
      int_clock: tod - 0x1000000n,
      exit_timer: cpu.timer - 0x800n,
      user_timer: 0x4cf471d5n,
      system_timer: 0xc1908f30n,
      clock_comparator: cpu.clockComparator,
      current_task: taskAddress,
      thread_info: taskAddress,
      kernel_stack: BigInt(task.stack + initialFrame),
      async_stack: stack(1),
      panic_stack: stack(3),
      nodat_stack: stack(2),
      mcck_stack: stack(3),
      restart_stack: BigInt(places.restartStack + initialFrame),
      restart_fn: at('do_restart'),
      kernel_asce: kernelAsce,
      user_asce: userAsce,
      lpp: 0x80000000n,
      current_pid: BigInt(task.pid),
      cpu_nr: BigInt(cpu.linuxCpu),
      preempt_count: 0x80000001n,
      spinlock_lockval: BigInt(cpu.linuxCpu + 1),
      percpu_offset: BigInt(0x5b000 + cpu.linuxCpu * 0x11000),
      // Bit 0: z/VM guest, as the CPU id of the samples says; the others as on a real 6.1.
      machine_flags: 0xb031n,
      return_lpswe: 0xb2b20290n,
      return_mcck_lpswe: 0xb2b202a0n,
    }),
    architected: {
      ext_int_code: 0x1201n,
      ext_cpu_addr: 0n,
      svc_ilc: 2n,
      svc_code: 4n,
      pgm_ilc: 4n,
      pgm_code: 0x11n,
      trans_exc_code: userVirtual | 0x800n,
      subchannel_id: 1n,
      subchannel_nr: 4n,
      mcesad: saveArea | lengthCode,
      ar_mode_id: plan.statusStored ? 1n : 0n,
    },
    psws: {
      external_old_psw: { mask: pswMasks.idle, address: at('psw_idle_exit') },
      svc_old_psw: { mask: pswMasks.user, address: userVirtual + 0x12en },
      program_old_psw: { mask: pswMasks.user, address: userVirtual + 0x176n },
      io_old_psw: { mask: pswMasks.idle, address: at('psw_idle_exit') },
      restart_psw: { mask: pswMasks.datOff, address: BigInt(functionAddress(mapping, 'restart_int_handler')) },
      external_new_psw: handler('ext_int_handler'),
      svc_new_psw: handler('system_call'),
      program_new_psw: handler('pgm_check_handler'),
      mcck_new_psw: kernel === '6.12' || kernel === '6.19' ? handler('mcck_int_handler') : { mask: pswMasks.datOff, address: at('mcck_int_handler') },
      io_new_psw: handler('io_int_handler'),
    },
    returnPsw: { mask: pswMasks.user, address: userVirtual + 0x128n },
  });
}

/** Leaves out the values of fields that the kernel's layout lacks. */
function onlyKnown(kernel: LowcoreKernel, values: LowcoreValues): LowcoreValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => lowcoreOffset(kernel, name as LowcoreField) !== undefined));
}
