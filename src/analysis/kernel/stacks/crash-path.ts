/**
 * What every crash runs through on its way to the dump, so that the function above it in the chain of calls can be determined: the one that
 * panicked, or was running when an exception or a stop from another CPU came.
 * Names from kernel/panic.c, kernel/crash_core.c (kernel/kexec_core.c before 6.9), kernel/watchdog.c, arch/s390/kernel/{machine_kexec,smp,ipl,dumpstack}.c
 * and mm/fault.c, arch/arm64/kernel/{machine_kexec,smp,traps,entry-common}.c and mm/fault.c, arch/x86/kernel/{crash,dumpstack,traps}.c and
 * mm/fault.c, of 5.10 to 6.12.
 */

/** Called only by what brings the system down. */
const ending = new Set([
  ...['panic', 'vpanic', 'nmi_panic', 'panic_other_cpus_shutdown', 'check_panic_on_warn', '__crash_kexec', 'crash_kexec', 'crash_save_cpu'],
  ...['die', '__die', '__die_body', 'die_addr', 'die_kernel_fault', 'oops_enter', 'oops_end', 'oops_exit', 'make_task_dead', 'do_report_trap', 'mce_panic'],
]);

/** Runs on whichever CPU ends the system or makes the dump, and on those that it stops. */
const stopping = new Set([
  ...['machine_kexec', '__machine_kexec', '__machine_kdump', '__do_machine_kdump', 'do_machine_kdump', 'relocate_kernel', 'machine_crash_shutdown'],
  ...['native_machine_crash_shutdown', 'crash_smp_send_stop', 'smp_send_stop', 'machine_crash_nonpanic_core', 'panic_smp_self_stop', 'nmi_panic_self_stop'],
  ...['crash_nmi_callback', 'ipi_cpu_crash_stop', 'local_cpu_stop', 'smp_stop_cpu', 'smp_call_ipl_cpu', 'smp_call_online_cpu', 'pcpu_delegate'],
  ...['__pcpu_delegate', 'disabled_wait', 'do_panic', 'on_panic_notify', 'stop_run', 'dump_run', '__dump_run', 'dump_reipl_run', 'vmcmd_run', 'reipl_run'],
]);

/** PSW restart of s390x (arch/s390/kernel/ipl.c): an operator asked for it, and it calls crash_kexec() without a panic. */
export const restarts: ReadonlySet<string> = new Set(['__do_restart', 'do_restart']);
/** kernel/panic.c. */
export const panics: ReadonlySet<string> = new Set(['panic', 'vpanic', 'nmi_panic']);

/** Handlers of signals from other CPUs, of which some ask to stop: one that was interrupted by the stop says nothing either. */
const asksToStop = new Set(['smp_handle_ext_call', 'do_handle_IPI', 'ipi_handler']);

/** Between a fault and die() or panic(): what is of interest is the function that the fault interrupted. */
const faulting = new Set([
  ...[
    'page_fault_oops',
    'no_context',
    'bad_area_nosemaphore',
    '__bad_area_nosemaphore',
    'kernelmode_fixup_or_oops',
    'do_user_addr_fault',
    'do_kern_addr_fault',
  ],
  ...['exc_page_fault', 'asm_exc_page_fault', 'exc_general_protection', 'asm_exc_general_protection', 'handle_bug', 'exc_invalid_op', 'asm_exc_invalid_op'],
  ...['do_no_context', 'do_low_address', 'handle_fault_error', 'handle_fault_error_nolock', 'do_exception', 'do_dat_exception', 'do_protection_exception'],
  ...['illegal_op', 'monitor_event_exception', '__do_pgm_check', 'pgm_check_handler', 'report_bug', '__report_bug', '__warn', 'warn_slowpath_fmt'],
  ...['__do_kernel_fault', 'do_bad_area', 'do_page_fault', 'do_translation_fault', 'do_mem_abort', 'el1_abort', 'el1h_64_sync_handler', 'el1h_64_sync'],
  // A PSW restart interrupts whatever its CPU did.
  ...['__do_restart', 'do_restart', 'restart_int_handler'],
  ...['bug_handler', 'call_break_hook', 'brk_handler', 'do_debug_exception', 'el1_dbg', 'do_el1_undef', 'el1_undef'],
]);

/** All of them: none says what is wrong. */
export const crashFunctions: readonly string[] = [...ending, ...stopping, ...faulting];

/** Whether a function runs only on a CPU that ends the system, makes the dump, or was stopped for it. */
export const stopsCpu = (name: string): boolean => stopping.has(name);

/**
 * The innermost functions of a CPU that idles: only its idle task runs them (kernel/sched/idle.c, arch/s390/kernel/{idle.c,entry.S}). A wait
 * that other tasks may use, such as native_halt() of x86 or enabled_wait() of s390x before 5.12, is not among them.
 */
const idling = new Set([
  'arch_cpu_idle',
  'psw_idle',
  'psw_idle_exit',
  'default_idle_call',
  'do_idle',
  'cpu_startup_entry',
  'default_idle',
  'cpuidle_idle_call',
  'cpuidle_enter',
  'cpuidle_enter_state',
  'cpu_do_idle',
  'acpi_safe_halt',
  'acpi_idle_do_entry',
  'mwait_idle',
  'intel_idle',
  'intel_idle_irq',
  'poll_idle',
]);
/** Idle injection: a kernel thread that idles on purpose. */
const injectsIdle = new Set(['play_idle', 'play_idle_precise']);

/** Whether a chain of calls, the innermost first, is that of a CPU that idles. */
export const idlesIn = (names: readonly string[]): boolean => idling.has(names[0] ?? '') && !names.some((name) => injectsIdle.has(name));

/** A frame as far as it matters here. */
export interface CalledFrame {
  readonly kind: string;
  /** "panic+0x10c"; absent where no name is known. */
  readonly symbol?: string | undefined;
}

/** The function's own name: without offset, and without what compilers append ("panic.cold", "vpanic.isra.0"). */
export const functionName = (symbol: string | undefined): string => (symbol ?? '').replace(/\+0x[0-9a-f]+(?: \[[^\]]*\])?$/, '').replace(/\..*$/, '');

export interface CrashPath {
  /** Number of frames that belong to it, from the innermost on. */
  readonly length: number;
  /** Whether it goes through a function that brings the system down, and not only through those that stop a CPU or that a PSW restart calls. */
  readonly isCause: boolean;
}

/** The part of a trace that every crash has; undefined when its innermost frames are nothing of the kind, or do not tell what was stopped. */
export function crashPath(frames: readonly CalledFrame[]): CrashPath | undefined {
  const names = frames.map(({ symbol }) => functionName(symbol));
  const lastEnding = names.findLastIndex((name) => ending.has(name));
  if (lastEnding === -1) {
    if (!stopsCpu(names[0] ?? '')) return undefined;
    // A CPU that another one stopped: what it did is where it was interrupted.
    const interrupted = frames.findIndex(({ kind }, at) => kind === 'interrupted' && !stopsCpu(names[at] ?? '') && !asksToStop.has(names[at] ?? ''));
    return interrupted === -1 ? undefined : { length: interrupted, isCause: false };
  }
  let length = lastEnding + 1;
  while (faulting.has(names[length] ?? '') && frames[length]?.kind !== 'interrupted') length += 1;
  return { length, isCause: names.some((name) => panics.has(name)) || !names.some((name) => restarts.has(name)) };
}
