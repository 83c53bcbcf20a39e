/** Conclusions of the verdict: one for each recogniser, on evidence that is built. */
import { access, blocked, busy, ended, exception, hanging, logged, mutex, oopsPath, verdictText as verdict } from '../kernel/verdict-evidence.ts';
import type { ConclusionCase } from './conclusion.ts';

const nullWrite = access(0n, 'write');
const site = ['!weigh_parcel', 'clerk', 'kthread'];
const sysrq = ended(['__crash_kexec', 'panic'], ['sysrq_handle_crash', '__handle_sysrq', 'write_sysrq_trigger', 'vfs_write']);
const driverPanic = ended(['__crash_kexec', 'panic'], ['weigh_parcel', 'clerk', 'kthread']);
const sleeps = ['__schedule', 'schedule', 'schedule_preempt_disabled', '__mutex_lock'];
const waitsForIo = ['__schedule', 'schedule', 'io_schedule', 'folio_wait_bit_common', 'weigh_parcel'];
const cycle = [blocked(1, mutex(0x10, 2), [...sleeps, 'take_parcel', 'carrier']), blocked(2, mutex(0x20, 1), [...sleeps, 'bill_parcel', 'biller'])];
const spinner = busy(2, ['arch_spin_lock_wait', 'count_parcels'], { seconds: 60, graceSeconds: 60, spins: { address: 0x30n, owner: 1, word: 2 } });
const asked = { request: { by: 'hypervisor', why: 'it was written by QEMU' } } as const;
/** A kernel whose variables cannot be read. */
const unread = { panicCpu: undefined, systemState: undefined } as unknown as Parameters<typeof verdict>[0];
const stopped = { disabledWait: { cpu: 'CPU 0', address: '0x1234' }, panicCpu: 'unset' } as const;

export const verdictConclusions: Readonly<Record<string, ConclusionCase>> = {
  'verdict-fault': {
    made: { on: () => verdict(ended(oopsPath, site, nullWrite)), says: /^null-pointer \[\]: NULL pointer write in weigh_parcel$/ },
    without: {
      on: () => verdict(ended(oopsPath, site), logged('5 Unable to handle kernel pointer dereference in virtual kernel address space', '5 Failing address: 6b6b6b6b6b6b6000 TEID: 0', '5 Oops: 0038')), // prettier-ignore
      says: /^bad-pointer \[\]: Access through a pointer of a freed object in weigh_parcel$/,
    },
    against: {
      on: () => verdict(driverPanic, logged('1 Oops: 0004 ilc:3 [#1]', '1 Failing address: 0000000000000000')),
      says: /^unknown \[null-pointer\]: Panic/,
    },
  },
  'verdict-bug': {
    made: { on: () => verdict(ended(oopsPath, site, exception('bug'))), says: /^bug \[\]: BUG in weigh_parcel$/ },
    without: { on: () => verdict(ended(oopsPath, site)), says: /^unknown / },
    against: { on: () => verdict(ended(oopsPath, ['!__list_del_entry_valid_or_report', 'weigh_parcel'], exception('bug'))), says: /^list-corruption / },
  },
  'verdict-list': {
    made: {
      on: () => verdict(ended(oopsPath, ['!__list_add_valid', 'weigh_parcel'], exception('bug'))),
      says: /^list-corruption \[\]: List corruption in weigh_parcel$/,
    },
    without: { on: () => verdict(sysrq, logged('5 list_del corruption, x->next is LIST_POISON1')), says: /^operator-request \[list-corruption\]/ },
    against: { on: () => verdict(ended(oopsPath, site, exception('bug'))), says: /^bug / },
  },
  'verdict-slab': {
    made: {
      on: () =>
        verdict(
          driverPanic,
          logged('5 BUG kmalloc-96 (Tainted: G): Object corrupt', '5 Call Trace:', '5 [<0123>] weigh_parcel+0x1/0x2', '5.1 Kernel panic - not syncing: x'),
        ),
      says: /^slab-corruption \[\]: Slab corruption of kmalloc-96 found in weigh_parcel$/,
    },
    without: { on: () => verdict({ taint: { died: false, badPage: true, warned: false } }), says: /^running \[slab-corruption\]/ },
    against: {
      on: () => verdict(sysrq, logged('5 BUG kmalloc-96 (Tainted: G): Object corrupt', '7 Kernel panic - not syncing: sysrq triggered crash')),
      says: /^operator-request \[slab-corruption\]/,
    },
  },
  'verdict-stack': {
    made: {
      on: () => verdict(ended(['__crash_kexec', 'panic'], ['kernel_stack_overflow', '!deeper', 'recurse', 'recurse', 'recurse', 'recurse', 'clerk'])),
      says: /^stack-overflow \[\]: Kernel stack overflow in recurse$/,
    },
    without: { on: () => verdict(driverPanic), says: /^unknown / },
    against: { on: () => verdict(ended(oopsPath, site, nullWrite)), says: /^null-pointer / },
  },
  'verdict-warning': {
    made: { on: () => verdict(ended(['__crash_kexec', 'panic', 'check_panic_on_warn', '__warn', 'report_bug', 'monitor_event_exception', 'pgm_check_handler'], site)), says: /^warning-panic \[\]: Warning turned into a panic in weigh_parcel$/ }, // prettier-ignore
    without: { on: () => verdict(driverPanic), says: /^unknown / },
    against: { on: () => verdict(sysrq, logged('5 WARNING: CPU: 0 PID: 1 at weigh_parcel')), says: /^operator-request / },
  },
  'verdict-memory': {
    made: { on: () => verdict(ended(['__crash_kexec', 'panic'], ['out_of_memory', '__alloc_pages_noprof', 'kmem_cache_alloc_noprof', 'weigh_parcel'])), says: /^out-of-memory \[\]: Out of memory while allocating in weigh_parcel$/ }, // prettier-ignore
    without: { on: () => verdict(driverPanic), says: /^unknown / },
    against: { on: () => verdict(sysrq, logged('5 Out of memory: Killed process 7 (x)')), says: /^operator-request \[out-of-memory\]/ },
  },
  'verdict-boot': {
    made: { on: () => verdict(ended(['panic'], ['mount_root_generic', 'prepare_namespace', 'kernel_init']), { systemState: 'booting' }), says: /^root-file-system \[\]: Root file system cannot be mounted in mount_root_generic$/ }, // prettier-ignore
    without: { on: () => verdict(driverPanic, { systemState: 'booting' }), says: /^early-boot \[\]: Panic during boot in weigh_parcel$/ },
    against: { on: () => verdict(driverPanic), says: /^unknown / },
  },
  'verdict-machine-check': {
    made: { on: () => verdict(ended(['panic', 'mce_panic'], ['do_machine_check', '!weigh_parcel'])), says: /^machine-check \[\]: Machine check/ },
    without: { on: () => verdict(driverPanic), says: /^unknown / },
    against: { on: () => verdict(sysrq, logged('5 mce: [Hardware Error]: CPU 0')), says: /^operator-request \[machine-check\]/ },
  },
  'verdict-deadlock': {
    made: { on: () => verdict(hanging(cycle)), says: /^deadlock \[\]: Deadlock of 2 tasks on mutexes in bill_parcel$/ },
    without: {
      on: () => verdict(hanging(cycle.map((task) => ({ ...task, wait: { for: 'unknown lock', kind: 'mutex', why: 'types are needed' } })))),
      says: /^hung-task /,
    },
    against: {
      on: () => verdict(hanging([blocked(1, mutex(0x10, 2), [...sleeps, 'take_parcel']), blocked(2, { for: 'event' }, ['__schedule', 'bill_parcel'])])),
      says: /^lock-held /,
    },
  },
  'verdict-lock-held': {
    made: {
      on: () => verdict(hanging([], [busy(1, ['recount', 'counter', 'kthread'], { seconds: 60 }), spinner])),
      says: /^lock-held \[cpu-loop\]: Spinlock held by a looping CPU in recount$/,
    },
    without: {
      on: () => verdict(hanging([], [busy(1, ['recount', 'counter'], { graceSeconds: 60 }), { ...spinner, spins: {} }])),
      says: /^cpu-loop \[\]: CPU loops in recount$/,
    },
    against: {
      on: () => verdict(hanging([blocked(1, mutex(0x10, 2), [...sleeps, 'take_parcel']), blocked(2, { for: 'io' }, waitsForIo)])),
      says: /^io-stall \[\]: I\/O stall in weigh_parcel$/,
    },
  },
  'verdict-io-stall': {
    made: { on: () => verdict(hanging([blocked(1, { for: 'io' }, waitsForIo)])), says: /^io-stall \[\]: I\/O stall in weigh_parcel$/ },
    without: { on: () => verdict(hanging([])), says: /^running / },
    against: { on: () => verdict(hanging([blocked(1, { for: 'io' }, waitsForIo, 0.2)])), says: /^running / },
  },
  'verdict-cpu-loop': {
    made: { on: () => verdict(hanging([], [busy(1, ['recount', 'counter', 'kthread'], { graceSeconds: 60 })])), says: /^cpu-loop \[\]: CPU loops in recount$/ },
    without: { on: () => verdict(logged('5 rcu: INFO: rcu_sched self-detected stall on CPU')), says: /^running \[cpu-loop\]/ },
    against: { on: () => verdict(hanging([], [busy(1, ['recount', 'counter'], { seconds: 60 })])), says: /^running / },
  },
  'verdict-hung-task': {
    made: {
      on: () => verdict(hanging([blocked(1, { for: 'event' }, ['__schedule', 'schedule', 'wait_for_completion', 'weigh_parcel'])])),
      says: /^hung-task \[\]: Task hangs in weigh_parcel$/,
    },
    without: {
      on: () => verdict(ended(['panic'], ['watchdog', 'kthread']), logged('5 INFO: task clerk:7 blocked for more than 122 seconds.', '5 Call Trace:', '5 [<01>] schedule+0x1/0x2', '5 [<01>] parcel_wait+0x1/0x2', '5 Kernel panic - not syncing: hung_task: blocked tasks')), // prettier-ignore
      says: /^hung-task \[\]: Task hangs in parcel_wait$/,
    },
    against: { on: () => verdict(hanging([blocked(1, { for: 'event' }, ['__schedule', 'weigh_parcel'], 60, true)])), says: /^running / },
  },
  'verdict-request': {
    made: { on: () => verdict(asked), says: /^hypervisor-request \[\]: Hypervisor's dump of a running system \(excluded: null-pointer/ },
    without: { on: () => verdict({}), says: /^running / },
    against: { on: () => verdict(asked, hanging(cycle)), says: /^deadlock / },
  },
  'verdict-disabled-wait': {
    made: { on: () => verdict(stopped), says: /^disabled-wait \[\]: Disabled wait without a panic$/ },
    without: {
      on: () => verdict(stopped, { logGap: 'The kernel log could not be read', noStacks: 'the stacks of the CPUs could not be followed' }),
      says: /^disabled-wait \[\]: Disabled wait; whether a panic came before it could not be seen \(excluded: (?!.*(?:bug|warning-panic|early-boot))/,
    },
    against: { on: () => verdict(stopped, logged('5 Kernel panic - not syncing: VFS: Unable to mount root fs')), says: /^root-file-system / },
  },
  'verdict-kdump-failed': {
    made: { on: () => verdict({ isKdumpSystem: true, kdumpUnfinished: true }), says: /^kdump-failed \[\]: Kdump did not finish/ },
    without: { on: () => verdict({ isKdumpSystem: true }), says: /^running / },
    against: { on: () => verdict({ isKdumpSystem: true, kdumpUnfinished: true }, hanging(cycle)), says: /^deadlock / },
  },
  'verdict-running': {
    made: { on: () => verdict({}, hanging([])), says: /^running \[\]: Running system without trouble \(excluded: null-pointer/ },
    without: { on: () => verdict(unread), says: /^unknown \[\]: Cause not known \(excluded/ },
    against: { on: () => verdict(driverPanic), says: /^unknown \[\]: Panic in weigh_parcel/ },
  },
};
