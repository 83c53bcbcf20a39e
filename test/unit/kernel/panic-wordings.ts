/** Panics without an exception, and two troubles in one log, as kernels from 4.18 to 6.12 word them; of code that no kernel has. */
import { fatal, nullFault, oops, x86Place, x86Trace } from './oops-wordings.ts';

const panicked = (text: string, ...names: readonly string[]): readonly string[] => [
  `Kernel panic - not syncing: ${text}`,
  'CPU: 1 PID: 61 Comm: clerk Not tainted 6.1.130 #1',
  'Call Trace:',
  ' <TASK>',
  ...['dump_stack_lvl', 'panic', ...names].map((name) => ` ${name}+0x24/0x60`),
  ' </TASK>',
];
const warning = (place: string): readonly string[] => [
  `WARNING: CPU: 1 PID: 61 at drivers/parcel/scale.c:33 ${place}+0x1c/0x50 [parcel]`,
  `RIP: 0010:${place}+0x1c/0x50 [parcel]`,
  ...x86Trace,
];
const softLockup = (place: string): readonly string[] => [
  'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [clerk:61]',
  'CPU: 1 PID: 61 Comm: clerk',
  `RIP: 0010:${place}+0x1c/0x50`,
  ...x86Trace,
];
const oom = [
  'clerk invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0',
  'CPU: 1 PID: 61 Comm: clerk',
  'Call Trace:',
];

/** The same of panics that the kernel decides for without an exception. */
export const panics: readonly (readonly [string, readonly string[], string])[] = [
  ['soft lockup', [...softLockup('weigh_parcel'), ...panicked('softlockup: hung tasks', 'watchdog_timer_fn')], 'cpu-loop []: CPU loops in weigh_parcel'],
  [
    'soft lockup of a CPU that spins',
    [...softLockup('native_queued_spin_lock_slowpath'), ...panicked('softlockup: hung tasks')],
    'cpu-loop []: CPU spins for a lock in stamp_parcel',
  ],
  [
    'hard lockup',
    [
      'watchdog: Watchdog detected hard LOCKUP on cpu 1',
      'CPU: 1 PID: 61 Comm: clerk',
      ...x86Place,
      ...panicked('Hard LOCKUP', 'nmi_panic', 'watchdog_overflow_callback'),
    ],
    'cpu-loop []: CPU loops in weigh_parcel',
  ],
  [
    'RCU stall',
    [
      'rcu: INFO: rcu_preempt self-detected stall on CPU',
      'rcu: \t1-....: (5249 ticks this GP) idle=1',
      'CPU: 1 PID: 61 Comm: clerk',
      ...x86Place,
      ...panicked('RCU Stall'),
    ],
    'cpu-loop []: CPU loops in weigh_parcel',
  ],
  [
    'hung task',
    [
      'INFO: task clerk:61 blocked for more than 122 seconds.',
      'task:clerk state:D stack:0 pid:61',
      'Call Trace:',
      ' <TASK>',
      ' __schedule+0x2a/0x90',
      ' schedule+0x2a/0x90',
      ' wait_parcel+0x1a/0x20 [parcel]',
      ...panicked('hung_task: blocked tasks', 'watchdog'),
    ],
    'hung-task []: Task hangs in wait_parcel',
  ],
  [
    'out of memory, nothing to kill',
    [
      ...oom,
      ' dump_stack_lvl+0x1/0x2',
      ' dump_header+0x1/0x2',
      ' out_of_memory+0x1/0x2',
      ' fill_shelf+0x1/0x2 [parcel]',
      'Out of memory and no killable processes...',
      ...panicked('System is deadlocked on memory', 'out_of_memory', 'fill_shelf'),
    ],
    'out-of-memory []: Out of memory while allocating in fill_shelf',
  ],
  [
    'panic_on_oom 2 of a system',
    [
      ...oom,
      ' dump_header+0x1/0x2',
      ' out_of_memory+0x1/0x2',
      ' fill_shelf+0x1/0x2 [parcel]',
      'Mem-Info:',
      ...panicked('Out of memory: compulsory panic_on_oom is enabled'),
    ],
    'out-of-memory []: Out of memory while allocating in fill_shelf',
  ],
  [
    'panic_on_oom 2 of a group',
    [
      ...oom,
      ' dump_header+0x1/0x2',
      ' out_of_memory+0x1/0x2',
      ' mem_cgroup_out_of_memory+0x1/0x2',
      ' fill_shelf+0x1/0x2 [parcel]',
      'memory: usage 102400kB, limit 102400kB, failcnt 30',
      ...panicked('Out of memory: compulsory panic_on_oom is enabled'),
    ],
    'out-of-memory []: Out of memory in a memory cgroup while allocating in fill_shelf',
  ],
  [
    'panic_on_warn',
    [...warning('weigh_parcel'), 'Kernel panic - not syncing: kernel: panic_on_warn set ...'],
    'warning-panic []: Warning turned into a panic in weigh_parcel',
  ],
  [
    'too many warnings',
    [...warning('weigh_parcel'), 'Kernel panic - not syncing: Warned too often (limit is 5)'],
    'warning-panic []: Warning turned into a panic in weigh_parcel',
  ],
  [
    'panic_on_warn by UBSAN',
    [
      'UBSAN: array-index-out-of-bounds in drivers/parcel/scale.c:12:9',
      ...panicked('UBSAN: panic_on_warn set ...', 'check_panic_on_warn', '__ubsan_handle_out_of_bounds', 'weigh_parcel'),
    ],
    'warning-panic []: Warning turned into a panic in weigh_parcel',
  ],
  [
    'use after free under KASAN and panic_on_warn',
    [
      'BUG: KASAN: slab-use-after-free in weigh_parcel+0x1c/0x50 [parcel]',
      'Write of size 8 at addr ffff888104a3c000 by task clerk/61',
      'Call Trace:',
      ' <TASK>',
      ' dump_stack_lvl+0x1/0x2',
      ' print_report+0x1/0x2',
      ' kasan_report+0x1/0x2',
      ' weigh_parcel+0x1c/0x50 [parcel]',
      ' </TASK>',
      'Kernel panic - not syncing: KASAN: panic_on_warn set ...',
    ],
    'slab-corruption []: Slab corruption found in weigh_parcel',
  ],
  [
    'KFENCE under panic_on_warn',
    ['BUG: KFENCE: out-of-bounds write in weigh_parcel+0x1c/0x50 [parcel]', 'Kernel panic - not syncing: KFENCE: panic_on_warn set ...'],
    'slab-corruption []: Slab corruption found in weigh_parcel',
  ],
  [
    'canary',
    panicked('stack-protector: Kernel stack is corrupted in: weigh_parcel+0x1c/0x50 [parcel]', '__stack_chk_fail', 'weigh_parcel'),
    'stack-overflow []: Buffer overflow on the kernel stack in weigh_parcel',
  ],
  [
    'stack end',
    panicked('corrupted stack end detected inside scheduler', '__schedule', 'schedule', 'weigh_parcel'),
    'stack-overflow []: Kernel stack overflow found in weigh_parcel',
  ],
  [
    'machine check of x86',
    ['mce: [Hardware Error]: CPU 1: Machine Check Exception: 5 Bank 4: b200000000070f0f', 'Kernel panic - not syncing: Fatal local machine check'],
    'machine-check []: Machine check',
  ],
  [
    'machine check, old',
    [
      'mce: [Hardware Error]: CPU 1: Machine Check Exception: 5 Bank 4: b2',
      'Kernel panic - not syncing: Timeout: Not all CPUs entered broadcast exception handler',
    ],
    'machine-check []: Machine check',
  ],
  [
    'hardware error of firmware',
    ['{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 1', 'Kernel panic - not syncing: Fatal hardware error!'],
    'machine-check []: Machine check',
  ],
  [
    'root',
    panicked('VFS: Unable to mount root fs on unknown-block(0,0)', 'mount_block_root'),
    'root-file-system []: Root file system cannot be mounted in mount_block_root',
  ],
  [
    'init',
    panicked('No working init found.  Try passing init= option to kernel.', 'kernel_init'),
    'early-boot []: Panic during boot (No working init found. Try passing init= option to kernel.) in kernel_init',
  ],
  [
    'init that ended',
    panicked('Attempted to kill init! exitcode=0x00000100', 'do_exit', 'do_group_exit'),
    'unknown []: Panic (Attempted to kill init! exitcode=0x100) in do_exit (excluded: null-pointer bad-pointer protection illegal-operation privileged-operation data-exception bug out-of-memory machine-check slab-corruption)',
  ],
  [
    'init that an oops killed',
    [
      ...nullFault('read access', '0000')
        .slice(0, -1)
        .map((line) => line.replace('PID: 61 Comm: clerk', 'PID: 1 Comm: init')),
      'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009',
    ],
    'null-pointer []: NULL pointer read in weigh_parcel',
  ],
  ['sysrq', ['sysrq: Trigger a crash', 'Kernel panic - not syncing: sysrq triggered crash'], 'operator-request []: Crash requested by sysrq'],
  [
    'sysrq before 5.0, which writes through NULL',
    ['sysrq: SysRq : Trigger a crash', ...nullFault('write access', '0002').map((line) => line.replace('weigh_parcel', 'sysrq_handle_crash'))],
    'operator-request []: Crash requested by sysrq',
  ],
];

const at = (seconds: number, lines: readonly string[]): readonly string[] => lines.map((line) => `${seconds} ${line}`);
const survived = nullFault('read access', '0000').slice(0, -1);
const sysrq = ['sysrq: Trigger a crash', 'Kernel panic - not syncing: sysrq triggered crash'];

/** Two troubles, each line with its time. */
export const sequences: readonly (readonly [string, readonly string[], RegExp | string])[] = [
  ['an oops that was survived, then sysrq', [...at(10, survived), ...at(4000, sysrq)], 'operator-request [null-pointer]: Crash requested by sysrq'],
  [
    'a BUG that was survived, then sysrq',
    [...at(10, ['kernel BUG at drivers/parcel/scale.c:12!', ...oops('invalid opcode').slice(0, -1)]), ...at(4000, sysrq)],
    'operator-request [bug]: Crash requested by sysrq',
  ],
  [
    'a warning, then an oops',
    [...at(10, warning('count_parcels')), ...at(10.1, nullFault('write access', '0002'))],
    'null-pointer []: NULL pointer write in weigh_parcel',
  ],
  [
    'a survived oops, then out of memory',
    [...at(10, survived), ...at(9000, [...oom, ' fill_shelf+0x1/0x2 [parcel]', 'Kernel panic - not syncing: System is deadlocked on memory'])],
    'out-of-memory [null-pointer]: Out of memory while allocating in fill_shelf',
  ],
  [
    'a soft lockup that recovered, then sysrq',
    [...at(100, softLockup('weigh_parcel')), ...at(4000, sysrq)],
    'operator-request [cpu-loop]: Crash requested by sysrq',
  ],
  [
    'KASAN just before the fault',
    [
      ...at(10, [
        'BUG: KASAN: slab-use-after-free in weigh_parcel+0x1c/0x50 [parcel]',
        'Call Trace:',
        ' kasan_report+0x1/0x2',
        ' weigh_parcel+0x1c/0x50 [parcel]',
      ]),
      ...at(10.1, oops('general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b')),
    ],
    'bad-pointer [slab-corruption]: Access through a pointer of a freed object in weigh_parcel',
  ],
  [
    'a list that was repaired, hours before an oops',
    [
      ...at(10, [
        'list_add corruption. prev->next should be next (ffff888104a3c000), but was 0000000000000000. (prev=ffff888104a3c010).',
        ...warning('__list_add_valid'),
      ]),
      ...at(9000, nullFault('read access', '0000')),
    ],
    'null-pointer [list-corruption]: NULL pointer read in weigh_parcel',
  ],
  [
    'sleeping in atomic context just before an oops',
    [
      ...at(10, ['BUG: sleeping function called from invalid context at mm/slab.h:1', 'Call Trace:', ' count_parcels+0x1/0x2 [parcel]']),
      ...at(10.2, nullFault('read access', '0000')),
    ],
    'null-pointer []: NULL pointer read in weigh_parcel',
  ],
  [
    'a warning hours before UBSAN panicked',
    [
      ...at(10, warning('count_parcels')),
      ...at(9000, ['UBSAN: shift-out-of-bounds in drivers/parcel/scale.c:12:9', 'Kernel panic - not syncing: UBSAN: panic_on_warn set ...']),
    ],
    'warning-panic []: Warning turned into a panic',
  ],
  ['a panic whose oops the log has lost', at(10, [fatal]), /^unknown \[\]: Panic \(Fatal exception\) \(excluded: /],
  [
    'words of the boot that are no error',
    [
      ...at(0.1, [
        'mce: CPU0: Thermal monitoring enabled (TM1)',
        'mce: [Firmware Bug]: Your BIOS is not setting up LMCE',
        'x86/mce: CPU supports 32 MCE banks',
        'hpet: soft lockup detector of a name',
        'audit: name="Machine check invoked oom-killer blocked for more than 120 seconds"',
      ]),
      ...at(4000, sysrq),
    ],
    'operator-request []: Crash requested by sysrq',
  ],
  [
    'errors of the boot before',
    [
      ...at(0.1, ['BERT: Error records from previous boot:', '[Hardware Error]: event severity: fatal', '[Hardware Error]:  Error 0, type: fatal']),
      ...at(4000, sysrq),
    ],
    'operator-request []: Crash requested by sysrq',
  ],
  [
    'SLUB of a cache with any name, then sysrq',
    [...at(10, ['BUG dentry(12:parcel.service) (Tainted: G    B     ): Poison overwritten', 'Call Trace:', ' weigh_parcel+0x1/0x2']), ...at(4000, sysrq)],
    'operator-request [slab-corruption]: Crash requested by sysrq',
  ],
];
