/** aarch64. */
import type { ArchitectureOps } from '../architecture.ts';
import { namedCpus } from '../named-cpus.ts';
import { registerOf } from '../register-value.ts';
import { aarch64Paging } from './address-space.ts';
import { aarch64Instructions } from './instructions.ts';
import { aarch64Address, isAarch64Image } from './kernel-address.ts';
import { aarch64NamedRegisters, aarch64State } from './named-registers.ts';
import { aarch64Registers, fpregsetAarch64, prstatusAarch64 } from './notes.ts';
import { aarch64Unwinders } from './unwind.ts';
import { isAarch64User } from './user-code.ts';

/** OVERFLOW_STACK_SIZE (arch/arm64/include/asm/memory.h). */
const overflowStackBytes = 0x1000;

export const aarch64: ArchitectureOps = {
  name: 'aarch64',
  features: new Set(),
  elf: { machine: 183, endian: 'either' },
  notes: { prstatus: prstatusAarch64, prstatusEndian: 'little', narrowPrstatus: undefined, fpregset: fpregsetAarch64, types: [] },
  vmcoreinfoKeys: ['NUMBER(kimage_voffset)', 'NUMBER(PHYS_OFFSET)', 'NUMBER(TCR_EL1_T1SZ)'],
  readCpus: namedCpus({ names: aarch64Registers, bytes: prstatusAarch64.size }),
  registers: {
    named: aarch64NamedRegisters,
    stateOf: aarch64State,
    stackPointer: (cpu) => registerOf(cpu, 'sp'),
    programCounter: (cpu) => registerOf(cpu, 'pc'),
    isUserCode: isAarch64User,
    // tpidr_el1 is in no note.
    perCpuBases: () => new Map(),
    besides: () => new Map(),
  },
  paging: aarch64Paging,
  kernelAddress: aarch64Address,
  kernelAddressHolds: isAarch64Image,
  pageBytes: undefined,
  // RAM begins at an address that differs from machine to machine.
  linearMap: { startBelow: () => undefined, end: undefined },
  physBase: () => undefined,
  loadedPhysBase: undefined,
  tasks: {
    saved: { savedStack: 'thread.cpu_context.sp', savedFrame: 'thread.cpu_context.fp', savedPc: 'thread.cpu_context.pc' },
    withoutTypes: false,
    // sp_el0 holds the running task, and no dump records it: the scheduler's own pointer says the same.
    running: { in: 'per-CPU variable', variables: [{ symbol: 'runqueues', member: ['rq', 'curr'] }] },
    stackTop: [],
    stacks: [
      { name: 'interrupt stack', variables: [{ symbol: 'irq_stack_ptr' }], points: 'start', bytes: 'task' },
      { name: 'overflow stack', variables: [{ symbol: 'overflow_stack' }], points: 'is', bytes: overflowStackBytes },
    ],
    base: undefined,
  },
  unwind: aarch64Unwinders,
  fault: undefined,
  instructions: aarch64Instructions,
  spinLocks: undefined,
};
