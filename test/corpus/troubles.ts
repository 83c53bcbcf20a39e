/**
 * The kinds of trouble that a guest can be made to get into. To add one: an entry here, and where the kernel has to be made to do it by a module,
 * a branch in `trouble_write` of module/trouble.c.
 */

export interface Trouble {
  readonly name: string;
  /** As the truth of the dump names it: "oops: write through a NULL pointer". */
  readonly kind: string;
  /** What happens, who does it, and what an analyser has to find. */
  readonly what: string;
  /** Shell commands of the guest's first process before it notes its state. */
  readonly before?: string;
  /** Shell commands that bring the trouble about. */
  readonly provoke: string;
  /** Added to the kernel's command line. */
  readonly kernelArguments?: string;
  /** Whether the kernel goes on running: then it is dumped from outside so many seconds after `provoke`, never by kdump. */
  readonly runsOnFor?: number;
  /** Arguments of QEMU for devices that other guests do not have. */
  readonly devices?: readonly string[];
  /** QEMU's name of a device that is taken away when the guest has come to "CORPUS detach" in `before`. */
  readonly detached?: string;
  /** Text that the log of the dump has to have. */
  readonly logs?: RegExp;
}

const byModule = (name: string): string => `echo ${name} >/proc/trouble; sleep 3600`;

export const troubles: readonly Trouble[] = [
  {
    name: 'sysrq',
    kind: "panic: on the operator's request",
    what: 'Init writes c to /proc/sysrq-trigger.',
    provoke: 'echo c >/proc/sysrq-trigger',
    logs: /Kernel panic - not syncing: sysrq triggered crash|sysrq: Trigger a crash/,
  },
  {
    name: 'null-write',
    kind: 'oops: write through a NULL pointer',
    what: 'Kernel thread clerk: clerk -> weigh_parcel(NULL) writes parcel->weight (offset 16). oops=panic.',
    provoke: byModule('null-write'),
    kernelArguments: 'oops=panic',
    logs: /Unable to handle kernel pointer dereference/,
  },
  {
    name: 'bug',
    kind: 'BUG() in process context',
    what: 'The writer of /proc/trouble, init: trouble_write -> check_stock, BUG_ON of an empty list. oops=panic.',
    provoke: byModule('bug'),
    kernelArguments: 'oops=panic',
    logs: /kernel BUG at|monitor event/,
  },
  {
    name: 'redzone',
    kind: 'slab corruption: right red zone overwritten; then sysrq-c',
    what: 'The writer of /proc/trouble, init: trouble_write -> tear_label writes 8 bytes behind a kmalloc-64 object and frees it.',
    provoke: 'echo redzone >/proc/trouble; sleep 2; echo c >/proc/sysrq-trigger',
    kernelArguments: 'slub_debug=FZPU',
    logs: /BUG kmalloc-64.*Right Redzone overwritten|Redzone overwritten/,
  },
  {
    name: 'oom-slab',
    kind: 'panic: out of memory (slab leak)',
    what: 'Kernel thread hoarder allocates kmalloc-64 objects for ever; panic_on_oom=1.',
    before: 'echo 1 >/proc/sys/vm/panic_on_oom',
    provoke: byModule('oom-slab'),
    logs: /Out of memory: system-wide panic_on_oom|panic_on_oom is enabled/,
  },
  {
    name: 'abba-mutex',
    kind: 'hang: mutex deadlock (ABBA)',
    what: 'Thread shelf-first holds shelf_mutex and waits for ledger_mutex, ledger-first the other way round; customer-1 and -2 wait for shelf_mutex.',
    before: 'echo 10 >/proc/sys/kernel/hung_task_timeout_secs',
    provoke: 'echo abba-mutex >/proc/trouble',
    runsOnFor: 45,
    logs: /blocked for more than 1\d seconds/,
  },
  {
    name: 'rwsem',
    kind: 'hang: rwsem held for writing',
    what: 'Thread editor holds catalogue_sem for writing and waits for a completion that nobody completes; reader-1 and -2 wait to read.',
    before: 'echo 10 >/proc/sys/kernel/hung_task_timeout_secs',
    provoke: 'echo rwsem >/proc/trouble',
    runsOnFor: 45,
    logs: /blocked for more than 1\d seconds/,
  },
  {
    name: 'spinlock',
    kind: 'hang: spinlock held by a looping CPU',
    what: 'Thread counter takes counter_lock and loops for ever. Needs two CPUs.',
    provoke: 'echo spinlock >/proc/trouble',
    runsOnFor: 30,
  },
  {
    name: 'channels',
    kind: 'running guest: channel devices in several states',
    what: 'Nothing is wrong. 0.0.0300 is offline, 0.0.0400 without driver, 0.0.0500 was detached, 0.0.0700 is a 3270 terminal that no driver wants and whose timer runs for an hour, 0.1.0600 is in subchannel set 1.',
    devices: [
      ...['-netdev', 'user,id=net', '-device', 'virtio-net-ccw,netdev=net,devno=fe.0.0200'],
      ...['-device', 'virtio-rng-ccw,devno=fe.0.0300'],
      ...['-device', 'virtio-serial-ccw,devno=fe.0.0400'],
      ...['-device', 'virtio-balloon-ccw,id=leaves,devno=fe.0.0500'],
      ...['-drive', 'driver=null-co,size=16M,if=none,id=far', '-device', 'virtio-blk-ccw,drive=far,serial=far,devno=fe.1.0600'],
      ...['-chardev', 'null,id=terminal', '-device', 'x-terminal3270,chardev=terminal,devno=fe.0.0700'],
    ],
    before: [
      'echo 0 >/sys/bus/ccw/devices/0.0.0300/online',
      'echo 0.0.0400 >/sys/bus/ccw/drivers/virtio_ccw/unbind',
      'say detach',
      'while [ -e /sys/bus/ccw/devices/0.0.0500 ]; do sleep 1; done',
      'sleep 2',
      'rmmod channels',
      'insmod /modules/channels.ko arm=0x700',
    ].join('\n'),
    provoke: ':',
    detached: 'leaves',
    runsOnFor: 1,
  },
];
