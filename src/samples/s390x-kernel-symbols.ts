import { places } from './s390x-places.ts';
import type { LowcoreKernel } from './s390x-lowcore.ts';

/**
 * How a kernel release places its image: before 6.10 virtual = physical; since then the image has a virtual base of its own
 * (lowcore.md section 7.5): virtual = physical − physicalOffset + virtualOffset.
 */
export interface ImageMapping {
  /** KERNELOFFSET, os_info entry 5; 0 before 6.10. */
  readonly virtualOffset: bigint;
  /** KERNELOFFPHYS, os_info entry 6; 0 before 6.10. */
  readonly physicalOffset: number;
  /** Whether the kernel publishes the mapping in os_info and VMCOREINFO. */
  readonly published: boolean;
}

export function imageMapping(kernel: LowcoreKernel): ImageMapping {
  return kernel === '6.12' || kernel === '6.19'
    ? { virtualOffset: 0x3ffe0020000n, physicalOffset: 0x20000, published: true }
    : { virtualOffset: 0n, physicalOffset: 0, published: false };
}

/** Virtual address of an object of the kernel image at a physical address. */
export const imageVirtual = (mapping: ImageMapping, physical: number): bigint => BigInt(physical - mapping.physicalOffset) + mapping.virtualOffset;

/** Physical address of `_stext`. */
export const stext = (mapping: ImageMapping): number => places.text + mapping.physicalOffset;

/** Functions that registers and stacks of the samples point into, 2 KiB apart from `_stext` + 0x1000 on. */
export const kernelFunctions = [
  'restart_int_handler',
  'ext_int_handler',
  'system_call',
  'pgm_check_handler',
  'mcck_int_handler',
  'io_int_handler',
  'psw_idle',
  'psw_idle_exit',
  'arch_cpu_idle',
  'default_idle_call',
  'do_idle',
  'cpu_startup_entry',
  'rest_init',
  'start_kernel',
  'smp_start_secondary',
  'smp_handle_ext_call',
  'do_ext_irq',
  'do_ext_interrupt',
  'do_restart',
  'smp_stop_cpu',
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
  '__do_machine_kexec',
  'on_panic_notify',
  'stop_run',
  'ret_from_fork',
  '__ret_from_fork',
  'kthread',
  'kthreadd',
  'worker_thread',
  'rcu_gp_kthread',
  'kernel_init',
  'do_wait',
  'kernel_wait4',
  '__s390x_sys_wait4',
  'do_nanosleep',
  'hrtimer_nanosleep',
  'common_nsleep',
  'schedule_timeout',
  'schedule',
  '__schedule',
] as const;

export type KernelFunction = (typeof kernelFunctions)[number];

/** Physical address of a function. */
export const functionAddress = (mapping: ImageMapping, name: KernelFunction): number => stext(mapping) + 0x1000 + kernelFunctions.indexOf(name) * 0x800;
