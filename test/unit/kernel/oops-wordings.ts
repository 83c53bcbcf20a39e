/** Reports as kernels from 4.18 to 6.12 word them (arch/{x86,arm64,powerpc,s390}, lib, mm, kernel), of code that no kernel has. */

export const x86Trace = [
  'Call Trace:',
  ' <TASK>',
  ' stamp_parcel+0x24/0x60 [parcel]',
  ' ship_parcel+0x18/0x40 [parcel]',
  ' do_syscall_64+0x5b/0x90',
  ' </TASK>',
];
const rip = 'RIP: 0010:weigh_parcel+0x1c/0x50 [parcel]';
const die = (code: string, n = 1): readonly string[] => [`${code} [#${n}] PREEMPT SMP NOPTI`, 'CPU: 1 PID: 61 Comm: clerk Not tainted 6.1.130 #1', rip];
export const fatal = 'Kernel panic - not syncing: Fatal exception';
export const x86Place: readonly string[] = [rip, ...x86Trace];

const fault = (address: string, access: string, code: string, why = 'not-present page'): readonly string[] => [
  `BUG: unable to handle page fault for address: ${address}`,
  `#PF: supervisor ${access} in kernel mode`,
  `#PF: error_code(0x${code}) - ${why}`,
  'PGD 0 P4D 0',
  ...die(`Oops: ${code}`),
  ...x86Trace,
  fatal,
];
export const nullFault = (access: string, code: string): readonly string[] => [
  'BUG: kernel NULL pointer dereference, address: 0000000000000008',
  `#PF: supervisor ${access} in kernel mode`,
  `#PF: error_code(0x${code}) - not-present page`,
  ...die(`Oops: ${code}`),
  ...x86Trace,
  fatal,
];
export const oops = (line: string, ...more: readonly string[]): readonly string[] => [...die(`${line}: 0000`), ...more, ...x86Trace, fatal];

const arm = (first: string, esr: string, ...info: readonly string[]): readonly string[] => [
  first,
  'Mem abort info:',
  `  ESR = 0x00000000${esr}`,
  ...info,
  `Internal error: Oops: 00000000${esr} [#1] PREEMPT SMP`,
  'CPU: 1 PID: 61 Comm: clerk Not tainted 6.6.0 #1',
  'pc : weigh_parcel+0x1c/0x50 [parcel]',
  'lr : stamp_parcel+0x24/0x60 [parcel]',
  'Call trace:',
  ' weigh_parcel+0x1c/0x50 [parcel]',
  ' stamp_parcel+0x24/0x60 [parcel]',
  ' el0_svc+0x34/0xd0',
  'Kernel panic - not syncing: Oops: Fatal exception',
];
const power = (first: string, oopsLine: string): readonly string[] => [
  first,
  'Faulting instruction address: 0xc0080000012c0034',
  oopsLine,
  'LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries',
  'CPU: 1 PID: 61 Comm: clerk Not tainted 5.14.0 #1',
  'NIP:  c0080000012c0034 LR: c0080000012c0074 CTR: c0000000001a2b30',
  'NIP [c0080000012c0034] weigh_parcel+0x1c/0x50 [parcel]',
  'LR [c0080000012c0074] stamp_parcel+0x24/0x60 [parcel]',
  'Call Trace:',
  '[c00000000b0f7c80] [c0080000012c0074] stamp_parcel+0x24/0x60 [parcel]',
  '[c00000000b0f7cb0] [c00000000002d2f8] system_call_exception+0x138/0x260',
  fatal,
];
const s390 = (...first: readonly string[]): readonly string[] => [
  ...first,
  'CPU: 1 PID: 61 Comm: clerk Not tainted 6.12.0 #1',
  'Krnl PSW : 0704e00180000000 000003ff7f26c71c (weigh_parcel+0x1c/0x50 [parcel])',
  'Call Trace:',
  ' [<000003ff7f26c71c>] weigh_parcel+0x1c/0x50 [parcel]',
  '([<000003ff7f26c700>] weigh_parcel+0x8/0x50 [parcel])',
  ' [<000003ff7f26c7bc>] stamp_parcel+0x24/0x60 [parcel]',
  ' [<000000007f26c7bc>] system_call+0x70/0x98',
  'Kernel panic - not syncing: Fatal exception: panic_on_oops',
];

/** "what the kernel reports", its lines, and "class [contributing]: title" of a system that it ended and of which nothing but the log is left. */
export const fatalReports: readonly (readonly [string, readonly string[], string])[] = [
  ['x86: read through NULL', nullFault('read access', '0000'), 'null-pointer []: NULL pointer read in weigh_parcel'],
  ['x86: write through NULL', nullFault('write access', '0002'), 'null-pointer []: NULL pointer write in weigh_parcel'],
  [
    'x86 before 5.1: write through NULL',
    ['BUG: unable to handle kernel NULL pointer dereference at 0000000000000008', 'PGD 0 P4D 0', ...die('Oops: 0002'), ...x86Trace, fatal],
    'null-pointer []: NULL pointer write in weigh_parcel',
  ],
  [
    'x86 before 5.1: read of memory that is not there',
    ['BUG: unable to handle kernel paging request at ffffdead00000010', ...die('Oops: 0000'), ...x86Trace, fatal],
    'bad-pointer []: Bad pointer read in weigh_parcel',
  ],
  [
    'x86 from 6.10 on: code twice "Oops"',
    [...nullFault('write access', '0002').map((line) => line.replace('Oops: 0002', 'Oops: Oops: 0002'))],
    'null-pointer []: NULL pointer write in weigh_parcel',
  ],
  [
    'x86: call through NULL',
    [
      'BUG: kernel NULL pointer dereference, address: 0000000000000000',
      '#PF: supervisor instruction fetch in kernel mode',
      '#PF: error_code(0x0010) - not-present page',
      'Oops: 0010 [#1] PREEMPT SMP NOPTI',
      'RIP: 0010:0x0',
      'Code: Unable to access opcode bytes at 0xffffffffffffffd6.',
      ...x86Trace,
      fatal,
    ],
    'null-pointer []: NULL pointer call in stamp_parcel',
  ],
  ['x86: write to memory that is not there', fault('ffffc90000200000', 'write access', '0002'), 'bad-pointer []: Bad pointer write in weigh_parcel'],
  [
    'x86: write to read-only memory',
    fault('ffffffff81e00010', 'write access', '0003', 'permissions violation'),
    'protection []: Write to protected memory in weigh_parcel',
  ],
  [
    'x86: user memory under SMAP',
    fault('00007ffc12345678', 'read access', '0001', 'permissions violation'),
    'bad-pointer []: Bad pointer read in weigh_parcel',
  ],
  [
    'x86: call of data',
    [
      'kernel tried to execute NX-protected page - exploit attempt? (uid: 0)',
      'BUG: unable to handle page fault for address: ffff888104a3c000',
      '#PF: supervisor instruction fetch in kernel mode',
      '#PF: error_code(0x0011) - permissions violation',
      'Oops: 0011 [#1] PREEMPT SMP NOPTI',
      'RIP: 0010:0xffff888104a3c000',
      ...x86Trace,
      fatal,
    ],
    'bad-pointer []: Bad pointer call in stamp_parcel',
  ],
  [
    'x86: address that is not canonical',
    oops('general protection fault, probably for non-canonical address 0xdead000000000108'),
    'bad-pointer []: Bad pointer dereference in weigh_parcel',
  ],
  [
    'x86 from 6.10 on: freed object',
    oops('Oops: general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b'),
    'bad-pointer []: Access through a pointer of a freed object in weigh_parcel',
  ],
  ['x86 before 5.5: general protection fault', oops('general protection fault'), 'bad-pointer []: Bad pointer dereference in weigh_parcel'],
  [
    'x86: general protection fault of an address that is no reason for one',
    oops('general protection fault, maybe for address 0x8'),
    'unknown []: General protection fault in weigh_parcel (excluded: out-of-memory machine-check slab-corruption)',
  ],
  [
    'x86: NULL pointer under KASAN',
    oops(
      'general protection fault, probably for non-canonical address 0xdffffc0000000001',
      'KASAN: null-ptr-deref in range [0x0000000000000008-0x000000000000000f]',
    ),
    'null-pointer []: NULL pointer dereference in weigh_parcel',
  ],
  [
    'x86: bad pointer under KASAN',
    oops(
      'general protection fault, probably for non-canonical address 0xe0000bffffffffe1',
      'KASAN: maybe wild-memory-access in range [0x00007fffffffff08-0x00007fffffffff0f]',
    ),
    'bad-pointer []: Bad pointer dereference in weigh_parcel',
  ],
  ['x86: no instruction', oops('invalid opcode'), 'illegal-operation []: Illegal operation in weigh_parcel'],
  ['x86: division', oops('divide error'), 'data-exception []: Arithmetic exception in weigh_parcel'],
  ['x86 from 6.10 on: division', oops('Oops: divide error'), 'data-exception []: Arithmetic exception in weigh_parcel'],
  ['x86: BUG', ['kernel BUG at drivers/parcel/scale.c:4321!', ...oops('invalid opcode')], 'bug []: BUG in weigh_parcel'],
  [
    'x86 from 6.10 on: BUG',
    ['------------[ cut here ]------------', 'kernel BUG at mm/slub.c:546!', ...oops('Oops: invalid opcode')],
    'bug []: BUG in weigh_parcel',
  ],
  [
    'x86: call of a function of another type',
    ['CFI failure at weigh_parcel+0x1c/0x50 [parcel] (target: kick+0x0/0x10 [parcel]; expected type: 0x12345678)', ...oops('Oops: invalid opcode')],
    'unknown []: Control flow integrity failure in weigh_parcel (excluded: out-of-memory machine-check slab-corruption)',
  ],
  [
    'x86: guard page',
    ['BUG: TASK stack guard page was hit at 00000000c1e5d2a2 (stack is 00000000a..00000000b)', ...oops('stack guard page')],
    'stack-overflow []: Kernel stack overflow in weigh_parcel',
  ],
  [
    'x86 before 5.16: guard page',
    [
      'BUG: stack guard page was hit at 00000000c1e5d2a2 (stack is 00000000a..00000000b)',
      ...oops('kernel stack overflow (double-fault)').map((line) => line.replace(fatal, 'Kernel panic - not syncing: Fatal exception in interrupt')),
    ],
    'stack-overflow []: Kernel stack overflow in weigh_parcel',
  ],
  [
    'x86: double fault',
    ['traps: PANIC: double fault, error_code: 0x0', ...oops('double fault')],
    'unknown []: Double fault in weigh_parcel (excluded: out-of-memory machine-check slab-corruption)',
  ],
  [
    'x86: list',
    [
      'list_del corruption, ffff888104a3c000->next is LIST_POISON1 (dead000000000100)',
      'kernel BUG at lib/list_debug.c:56!',
      ...oops('invalid opcode').map((line) => line.replace('weigh_parcel', '__list_del_entry_valid_or_report')),
    ],
    'list-corruption []: List corruption in stamp_parcel',
  ],
  [
    'arm64: write through NULL',
    arm(
      'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010',
      '96000045',
      '  EC = 0x25: DABT (current EL), IL = 32 bits',
      'Data abort info:',
      '  CM = 0, WnR = 1',
    ),
    'null-pointer []: NULL pointer write in weigh_parcel',
  ],
  [
    'arm64: call through NULL',
    [
      'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000',
      'Mem abort info:',
      '  ESR = 0x0000000086000004',
      '  EC = 0x21: IABT (current EL), IL = 32 bits',
      'Internal error: Oops: 0000000086000004 [#1] SMP',
      'pc : 0x0',
      'lr : stamp_parcel+0x24/0x60 [parcel]',
      'Call trace:',
      ' 0x0',
      ' stamp_parcel+0x24/0x60 [parcel]',
      ' ship_parcel+0x18/0x40 [parcel]',
      'Kernel panic - not syncing: Oops: Fatal exception',
    ],
    'null-pointer []: NULL pointer call in stamp_parcel',
  ],
  [
    'arm64: read of memory that is not there',
    arm('Unable to handle kernel paging request at virtual address ffff8000deadbeef', '96000006', '  CM = 0, WnR = 0'),
    'bad-pointer []: Bad pointer read in weigh_parcel',
  ],
  [
    'arm64: NULL pointer under KASAN',
    arm(
      'Unable to handle kernel paging request at virtual address dfff800000000001',
      '96000004',
      'KASAN: null-ptr-deref in range [0x0000000000000008-0x000000000000000f]',
      '  CM = 0, WnR = 0',
    ),
    'null-pointer []: NULL pointer read in weigh_parcel',
  ],
  [
    'arm64: write to read-only memory',
    arm('Unable to handle kernel write to read-only memory at virtual address ffff800008e00010', '9600004f', '  CM = 0, WnR = 1'),
    'protection []: Write to protected memory in weigh_parcel',
  ],
  [
    'arm64: user memory',
    arm('Unable to handle kernel access to user memory outside uaccess routines at virtual address 0000ffffa1b2c3d0', '9600000f', '  CM = 0, WnR = 0'),
    'bad-pointer []: Bad pointer read in weigh_parcel',
  ],
  [
    'arm64: BUG',
    ['kernel BUG at drivers/parcel/scale.c:12!', ...arm('Internal error: Oops - BUG: 00000000f2000800 [#1] SMP', 'f2000800')],
    'bug []: BUG in weigh_parcel',
  ],
  [
    'arm64: no instruction',
    ['Internal error: Oops - Undefined instruction: 0000000002000000 [#1] SMP', 'pc : weigh_parcel+0x1c/0x50 [parcel]', ...x86Trace, fatal],
    'illegal-operation []: Illegal operation in weigh_parcel',
  ],
  [
    'arm64: stack',
    [
      'Insufficient stack space to handle exception!',
      'ESR: 0x0000000096000047',
      'pc : weigh_parcel+0x1c/0x50 [parcel]',
      ...x86Trace,
      'Kernel panic - not syncing: kernel stack overflow',
    ],
    'stack-overflow []: Kernel stack overflow in weigh_parcel',
  ],
  [
    'arm64: SError',
    [
      'SError Interrupt on CPU1, code 0x00000000bf000002 -- SError',
      'pc : weigh_parcel+0x1c/0x50 [parcel]',
      ...x86Trace,
      'Kernel panic - not syncing: Asynchronous SError Interrupt',
    ],
    'machine-check []: Machine check in weigh_parcel',
  ],
  [
    'ppc64: read through NULL',
    power('BUG: Kernel NULL pointer dereference on read at 0x00000008', 'Oops: Kernel access of bad area, sig: 11 [#1]'),
    'null-pointer []: NULL pointer read in weigh_parcel',
  ],
  [
    'ppc64: write to memory that is not there',
    power('BUG: Unable to handle kernel data access on write at 0xc00800dead000010', 'Oops: Kernel access of bad area, sig: 11 [#1]'),
    'bad-pointer []: Bad pointer write in weigh_parcel',
  ],
  [
    'ppc64 4.18: NULL',
    power('Unable to handle kernel paging request for data at address 0x00000008', 'Oops: Kernel access of bad area, sig: 11 [#1]'),
    'null-pointer []: NULL pointer dereference in weigh_parcel',
  ],
  ['ppc64: BUG', power('kernel BUG at drivers/parcel/scale.c:12!', 'Oops: Exception in kernel mode, sig: 5 [#1]'), 'bug []: BUG in weigh_parcel'],
  [
    's390x: NULL',
    s390(
      'Unable to handle kernel pointer dereference in virtual kernel address space',
      'Failing address: 0000000000000000 TEID: 0000000000000483',
      'Oops: 0004 ilc:3 [#1] SMP',
    ),
    'null-pointer []: NULL pointer dereference in weigh_parcel',
  ],
  [
    's390x: freed object',
    s390(
      'Unable to handle kernel pointer dereference in virtual kernel address space',
      'Failing address: 6b6b6b6b6b6b6000 TEID: 6b6b6b6b6b6b6803',
      'Oops: 0038 ilc:3 [#1] SMP',
    ),
    'bad-pointer []: Access through a pointer of a freed object in weigh_parcel',
  ],
  ['s390x: BUG', s390('kernel BUG at drivers/parcel/scale.c:12!', 'monitor event: 0040 ilc:2 [#1] SMP'), 'bug []: BUG in weigh_parcel'],
  ['s390x: no instruction', s390('illegal operation: 0001 ilc:1 [#1] SMP'), 'illegal-operation []: Illegal operation in weigh_parcel'],
  ['s390x: privileged', s390('privileged operation: 0002 ilc:2 [#1] SMP'), 'privileged-operation []: Privileged operation in weigh_parcel'],
  ['s390x: division', s390('fixpoint divide exception: 0009 ilc:2 [#1] SMP'), 'data-exception []: Arithmetic exception in weigh_parcel'],
  [
    's390x: stack',
    s390('Kernel stack overflow.').map((line) => line.replace('Fatal exception: panic_on_oops', "Corrupt kernel stack, can't continue.")),
    'stack-overflow []: Kernel stack overflow in weigh_parcel',
  ],
];
