import type { MemoryImage } from './memory-image.ts';
import { savedComparator, type Psw, type S390xCpu } from './system.ts';

/** Kernel releases whose lowcore layout the sheet gives (lowcore.md section 3). */
export const lowcoreKernels = ['3.12', '4.9', '4.19', '5.4', '5.15', '6.1', '6.6', '6.12', '6.19'] as const;
export type LowcoreKernel = (typeof lowcoreKernels)[number];

const no = undefined;
type Offsets = readonly (number | undefined)[];

/** Offsets of Linux-private fields, one column per kernel of {@link lowcoreKernels}; `no` = the field does not exist there. */
// prettier-ignore
const privateFields = {
  //                  3.12   4.9    4.19   5.4    5.15   6.1    6.6    6.12   6.19
  cpu_flags:         [no,    0x288, 0x288, 0x288, 0x288, 0x288, 0x288, no,    no],
  pcpu:              [no,    no,    no,    no,    no,    no,    no,    0x288, 0x288],
  return_psw:        [0x290, 0x290, 0x290, 0x290, 0x290, 0x290, 0x290, 0x290, 0x290],
  last_break:        [no,    no,    no,    no,    no,    0x2b0, 0x2b0, 0x2b0, 0x2b0],
  exit_timer:        [0x2c8, 0x2c8, 0x2c8, 0x2c8, 0x2c8, 0x2c8, 0x2c8, 0x2c8, 0x2c8],
  user_timer:        [0x2d0, 0x2d0, 0x2d0, 0x2d0, 0x2d0, 0x2d0, 0x2d0, 0x2d0, 0x2d0],
  system_timer:      [0x2d8, 0x2d8, 0x2e0, 0x2e0, 0x2e0, 0x2e0, 0x2e0, 0x2e0, 0x2e0],
  steal_timer:       [0x2e0, 0x2e0, 0x2f8, 0x2f8, 0x2f8, 0x2f8, 0x2f8, 0x2f8, 0x2f8],
  last_update_timer: [0x2e8, 0x2e8, 0x300, 0x308, 0x308, 0x308, 0x308, 0x308, 0x308],
  last_update_clock: [0x2f0, 0x2f0, 0x308, 0x310, 0x310, 0x310, 0x310, 0x310, 0x310],
  int_clock:         [0x2f8, 0x2f8, 0x310, 0x318, 0x318, 0x318, 0x318, 0x318, 0x318],
  clock_comparator:  [0x308, 0x308, 0x320, 0x328, 0x328, 0x328, 0x328, 0x328, 0x328],
  current_task:      [0x310, 0x310, 0x338, 0x340, 0x340, 0x340, 0x340, 0x340, 0x340],
  thread_info:       [0x318, 0x318, no,    no,    no,    no,    no,    no,    no],
  kernel_stack:      [0x320, 0x320, 0x340, 0x348, 0x348, 0x348, 0x348, 0x348, 0x348],
  async_stack:       [0x328, 0x328, 0x348, 0x350, 0x350, 0x350, 0x350, 0x350, 0x350],
  panic_stack:       [0x330, 0x330, 0x350, no,    no,    no,    no,    no,    no],
  nodat_stack:       [no,    no,    no,    0x358, 0x358, 0x358, 0x358, 0x358, 0x358],
  restart_stack:     [0x338, 0x338, 0x358, 0x360, 0x360, 0x360, 0x360, 0x360, 0x360],
  mcck_stack:        [no,    no,    no,    no,    0x368, 0x368, 0x368, 0x368, 0x368],
  restart_fn:        [0x340, 0x340, 0x360, 0x368, 0x370, 0x370, 0x370, 0x370, 0x370],
  restart_data:      [0x348, 0x348, 0x368, 0x370, 0x378, 0x378, 0x378, 0x378, 0x378],
  kernel_asce:       [0x358, 0x358, 0x378, 0x380, 0x388, 0x388, 0x388, 0x388, 0x388],
  user_asce:         [0x360, 0x360, 0x380, 0x388, 0x390, 0x390, 0x390, 0x390, 0x390],
  lpp:               [no,    0x368, 0x390, 0x398, 0x398, 0x398, 0x398, 0x398, 0x398],
  current_pid:       [0x368, 0x36c, 0x394, 0x39c, 0x39c, 0x39c, 0x39c, 0x39c, 0x39c],
  cpu_nr:            [0x370, 0x370, 0x398, 0x3a0, 0x3a0, 0x3a0, 0x3a0, 0x3a0, 0x3a0],
  preempt_count:     [no,    no,    0x3a0, 0x3a8, 0x3a8, 0x3a8, 0x3a8, 0x3a8, 0x3a8],
  spinlock_lockval:  [no,    0x3a0, 0x3a4, 0x3ac, 0x3ac, 0x3ac, 0x3ac, 0x3ac, 0x3ac],
  percpu_offset:     [0x378, 0x378, 0x3b0, 0x3b8, 0x3b8, 0x3b8, 0x3b8, 0x3b8, 0x3b8],
  machine_flags:     [0x388, 0x388, 0x3c0, 0x3c8, 0x3c8, 0x3c8, 0x3c8, 0x3c8, no],
  return_lpswe:      [no,    no,    no,    no,    0x402, 0x400, 0x400, 0x400, 0x400],
  return_mcck_lpswe: [no,    no,    no,    no,    0x406, 0x404, 0x404, 0x404, 0x404],
} as const satisfies Record<string, Offsets>;

export type LowcoreField = keyof typeof privateFields;

/** Fields of 4 bytes; `current_pid` is 8 bytes wide in 3.12. All others have 8 bytes, PSWs 16. */
const fourByteFields: ReadonlySet<LowcoreField> = new Set([
  'lpp',
  'current_pid',
  'cpu_nr',
  'preempt_count',
  'spinlock_lockval',
  'return_lpswe',
  'return_mcck_lpswe',
]);

/** Offset of a Linux-private field, undefined where that kernel has none. */
export const lowcoreOffset = (kernel: LowcoreKernel, field: LowcoreField): number | undefined => privateFields[field][lowcoreKernels.indexOf(kernel)];

/** Whether a name is a Linux-private field with one number in it, in any layout. */
export const isLowcoreField = (name: string): name is keyof LowcoreValues => name !== 'return_psw' && Object.hasOwn(privateFields, name);

/** Values of Linux-private fields; what is not named stays as the memory is. */
export type LowcoreValues = Partial<Record<Exclude<LowcoreField, 'return_psw'>, bigint>>;

/** Architected fields by name: offset and size (lowcore.md section 2). */
export const architectedFields = {
  ext_cpu_addr: [0x084, 2],
  ext_int_code: [0x086, 2],
  svc_ilc: [0x088, 2],
  svc_code: [0x08a, 2],
  pgm_ilc: [0x08c, 2],
  pgm_code: [0x08e, 2],
  ar_mode_id: [0x0a3, 1],
  trans_exc_code: [0x0a8, 8],
  subchannel_id: [0x0b8, 2],
  subchannel_nr: [0x0ba, 2],
  io_int_parm: [0x0bc, 4],
  io_int_word: [0x0c0, 4],
  stfl_fac_list: [0x0c8, 4],
  pgm_last_break: [0x110, 8],
  mcesad: [0x11b0, 8],
} as const satisfies Record<string, readonly [number, number]>;

const pswOffsets = {
  restart_old_psw: 0x120,
  external_old_psw: 0x130,
  svc_old_psw: 0x140,
  program_old_psw: 0x150,
  mcck_old_psw: 0x160,
  io_old_psw: 0x170,
  restart_psw: 0x1a0,
  external_new_psw: 0x1b0,
  svc_new_psw: 0x1c0,
  program_new_psw: 0x1d0,
  mcck_new_psw: 0x1e0,
  io_new_psw: 0x1f0,
} as const;

export interface LowcoreContent {
  readonly kernel: LowcoreKernel;
  readonly linux: LowcoreValues;
  readonly architected?: Partial<Record<keyof typeof architectedFields, bigint>>;
  readonly psws?: Partial<Record<keyof typeof pswOffsets, Psw>>;
  readonly returnPsw?: Psw;
}

/** Writes the named fields of one lowcore at an absolute address. A field that the kernel's layout lacks is an error. */
export function writeLowcore(memory: MemoryImage, address: number, content: LowcoreContent): void {
  for (const [name, value] of Object.entries(content.linux) as [LowcoreField, bigint][]) {
    const offset = lowcoreOffset(content.kernel, name);
    if (offset === undefined) throw new RangeError(`the lowcore of Linux ${content.kernel} has no ${name}`);
    const wide = !fourByteFields.has(name) || (name === 'current_pid' && content.kernel === '3.12');
    if (wide) memory.u64(address + offset, value);
    else memory.u32(address + offset, Number(value));
  }
  for (const [name, value] of Object.entries(content.architected ?? {}) as [keyof typeof architectedFields, bigint][]) {
    const [offset, size] = architectedFields[name];
    if (size === 8) memory.u64(address + offset, value);
    else if (size === 4) memory.u32(address + offset, Number(value));
    else if (size === 2) memory.u16(address + offset, Number(value));
    else memory.u8(address + offset, Number(value));
  }
  for (const [name, psw] of Object.entries(content.psws ?? {}) as [keyof typeof pswOffsets, Psw][]) {
    writePsw(memory, address + pswOffsets[name], psw);
  }
  if (content.returnPsw !== undefined) writePsw(memory, address + (lowcoreOffset(content.kernel, 'return_psw') ?? 0), content.returnPsw);
}

function writePsw(memory: MemoryImage, address: number, psw: Psw): void {
  memory.u64(address, psw.mask).u64(address + 8, psw.address);
}

/**
 * What SIGP store status leaves at lowcore 0x1200–0x13ff: floating point, general, access and control registers, PSW,
 * prefix and timers (lowcore.md section 2; s390-dump.md section 5).
 * @param address the CPU's prefix, or 0 for the copy in absolute storage
 */
export function writeSaveArea(memory: MemoryImage, address: number, cpu: S390xCpu): void {
  cpu.fprs.forEach((value, index) => memory.u64(address + 0x1200 + index * 8, value));
  cpu.gprs.forEach((value, index) => memory.u64(address + 0x1280 + index * 8, value));
  writePsw(memory, address + 0x1300, cpu.psw);
  memory.u32(address + 0x1318, cpu.prefix);
  memory.u32(address + 0x131c, cpu.fpc);
  memory.u32(address + 0x1324, cpu.todProgrammable);
  memory.u64(address + 0x1328, cpu.timer);
  memory.u64(address + 0x1330, savedComparator(cpu));
  memory.u64(address + 0x1338, cpu.breakingEventAddress);
  cpu.acrs.forEach((value, index) => memory.u32(address + 0x1340 + index * 4, value));
  cpu.crs.forEach((value, index) => memory.u64(address + 0x1380 + index * 8, value));
}

/**
 * The machine-check extended save area, 1024 bytes, and 2048 with guarded storage (lowcore.md section 2.6): vector registers 0–31 at +0, the
 * guarded-storage control block at +1024 if there is room for it.
 */
export function writeExtendedSaveArea(memory: MemoryImage, address: number, cpu: S390xCpu, guardedStorage: boolean): void {
  cpu.fprs.forEach((high, index) => memory.u64(address + index * 16, high));
  cpu.vectorLow.forEach((low, index) => memory.u64(address + index * 16 + 8, low));
  cpu.vectorHigh.forEach((value, index) => {
    memory.u64(address + 256 + index * 16, value >> 64n);
    memory.u64(address + 256 + index * 16 + 8, value);
  });
  if (guardedStorage) cpu.guardedStorage.forEach((value, index) => memory.u64(address + 1024 + index * 8, value));
}
