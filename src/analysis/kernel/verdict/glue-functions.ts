/** Functions that lead from an entry of the kernel to what it is entered for; of names see skip-list.ts. */
import type { FunctionGroup } from './helper-functions.ts';

/** Left out while there is something else in the same context. */
export const glue: readonly FunctionGroup[] = [
  {
    about: 'beginnings of threads',
    names: [
      'kthread',
      'kthread_worker_fn',
      'ret_from_fork*',
      '__ret_from_fork',
      'kernel_thread_starter',
      'smpboot_thread_fn',
      'worker_thread',
      'process_one_work',
      'process_scheduled_works',
    ],
  },
  {
    about: 'system calls',
    names: [
      ...[
        'system_call',
        '__do_syscall',
        'do_syscall',
        'do_syscall_64',
        '__do_sys_*',
        '__se_sys_*',
        '__s390x_sys_*',
        '__s390_sys_*',
        '__x64_sys_*',
        '__ia32_sys_*',
        '__arm64_sys_*',
      ],
      ...[
        'entry_SYSCALL_64*',
        'el0_svc*',
        'el0t_64_sync*',
        'invoke_syscall',
        'do_el0_svc',
        'x64_sys_call',
        'ksys_*',
        'system_call_common',
        'system_call_exception',
        'sysc_*',
      ],
    ],
  },
  {
    about: 'interrupts, softirqs and timers',
    names: [
      ...[
        'ext_int_handler',
        'io_int_handler',
        'mcck_int_handler',
        'restart_int_handler',
        'do_ext_irq',
        'do_io_irq',
        'do_irq_async',
        'do_ext_interrupt',
        'do_IRQ',
        'common_interrupt',
      ],
      ...[
        'asm_common_interrupt',
        'sysvec_*',
        'asm_sysvec_*',
        '__sysvec_*',
        'irq_exit',
        'irq_exit_rcu',
        '__irq_exit_rcu',
        'irq_enter',
        'irq_enter_rcu',
        'handle_softirqs',
        '__do_softirq',
        'do_softirq*',
        '____do_softirq',
        'run_ksoftirqd',
      ],
      ...[
        'call_timer_fn',
        'expire_timers',
        '__run_timers',
        'run_timer_base',
        'run_timer_softirq',
        'timer_expire_remote',
        'tmigr_*',
        'hrtimer_*',
        '__hrtimer_*',
        'run_hrtimer_softirq',
      ],
      ...[
        'tasklet_action*',
        'tick_sched_*',
        'tick_nohz_*',
        'tick_periodic',
        'tick_handle_periodic',
        'tick_program_event',
        'update_process_times',
        'rcu_core*',
        'rcu_do_batch',
        'rcu_sched_clock_irq',
        'handle_irq_event*',
        '__handle_irq_event_percpu',
        'handle_percpu_irq',
      ],
      ...[
        'handle_percpu_devid_irq',
        'handle_irq_desc',
        'generic_handle_*',
        'gic_handle_irq',
        'handle_domain_irq',
        'do_interrupt_handler',
        'call_on_irq_stack',
        'watchdog_timer_fn',
        'nmi_handle',
        'nmi_cpu_backtrace*',
        'nmi_restore',
      ],
      ...[
        'flush_smp_call_function_queue',
        '__flush_smp_call_function_queue',
        'generic_smp_call_function_single_interrupt',
        'irq_work_run*',
        'irq_work_single',
        'smp_handle_ext_call',
        'do_handle_IPI',
      ],
    ],
  },
  { about: 'idle', names: ['arch_cpu_idle*', 'default_idle*', 'do_idle', 'cpu_startup_entry', 'cpuidle_*', 'psw_idle*', 'native_safe_halt', 'amd_e400_idle', 'rest_init', 'start_kernel', 'startup_continue', 'smp_start_secondary', 'start_secondary', 'secondary_startup_64*', 'arch_call_rest_init', 'intel_idle*', 'acpi_idle_*', 'pv_native_safe_halt', 'cpu_do_idle', 'secondary_start_kernel', '__secondary_switched', 'x86_64_start_*'] }, // prettier-ignore
];

/** Where a task comes into the kernel and is handed to what it came for: a loop is determined by what is called from here. */
export const anchors: readonly FunctionGroup[] = [
  ...glue,
  {
    about: 'files',
    names: [
      ...[
        'vfs_*',
        'do_iter_*',
        'new_sync_*',
        'proc_reg_*',
        'pde_*',
        'full_proxy_*',
        'open_proxy_*',
        'kernfs_*',
        'sysfs_kf_*',
        'dev_attr_*',
        'kobj_attr_*',
        'seq_read*',
        'simple_attr_*',
      ],
      ...['debugfs_attr_*', 'proc_sys_*', 'blkdev_read_iter', 'blkdev_write_iter', 'do_writev', 'do_readv', 'iter_file_splice_write', 'do_splice*'],
    ],
  },
];

/** Entries of exceptions that the interrupted code itself brought about: it is part of the same context, unlike what an interrupt stopped. */
export const synchronous: readonly FunctionGroup[] = [
  {
    about: 'exceptions',
    names: ['pgm_check_handler', 'asm_exc_*', 'el1h_64_sync*', 'el1_abort', 'el1_da', 'page_fault', 'async_page_fault', 'handle_page_fault'],
  },
];
