/** x86_64. */
import type { ArchitectureOps } from '../architecture.ts';
import { registerOf } from '../register-value.ts';
import { x86Paging } from './address-space.ts';
import { x86Fault } from './fault.ts';
import { isX86Image, x86Address, x86LinearMap, x86LoadedPhysBase, x86PhysBase } from './kernel-address.ts';
import { x86Cpus } from './cpus.ts';
import { x86Instructions } from './instructions.ts';
import { x86NamedRegisters, x86State } from './named-registers.ts';
import { prstatusNarrow, prstatusX86 } from './notes.ts';
import { qemuCpuState } from './qemu-cpu-state.ts';
import { matchQemuStates, qemuControlRegisters, qemuStates } from './qemu-notes.ts';
import { x86Unwinders } from './unwinders.ts';
import { isX86User } from './user-code.ts';
import { virtualBoxNotes } from './virtualbox-notes.ts';

/** IRQ_STACK_SIZE without KASAN (arch/x86/include/asm/page_64_types.h). */
const interruptStackBytes = 0x4000;

export const x86: ArchitectureOps = {
  name: 'x86_64',
  features: new Set(),
  elf: { machine: 62, endian: 'either' },
  notes: { prstatus: prstatusX86, prstatusEndian: 'little', narrowPrstatus: prstatusNarrow, fpregset: undefined, types: [qemuCpuState, ...virtualBoxNotes] },
  vmcoreinfoKeys: ['NUMBER(phys_base)', 'SYMBOL(phys_base)', 'SYMBOL(init_top_pgt)', 'SYMBOL(init_level4_pgt)', 'NUMBER(KERNEL_IMAGE_SIZE)'],
  readCpus: x86Cpus,
  registers: {
    named: x86NamedRegisters,
    stateOf: x86State,
    stackPointer: (cpu) => registerOf(cpu, 'rsp'),
    programCounter: (cpu) => registerOf(cpu, 'rip'),
    isUserCode: isX86User,
    // The kernel's own notes hold the user's GS base; a hypervisor's hold the CPU's, and the other one that swapgs exchanges it with.
    perCpuBases(image, cpus) {
      const states = matchQemuStates(cpus, qemuStates(image));
      return new Map(
        cpus.map((cpu) => {
          const state = states.get(cpu.id);
          const recorded = ['gs_base', 'kernel_gs_base'].map((name) => registerOf(cpu, name));
          return [cpu.id, [...recorded, state?.get('gs.base'), state?.get('kernel_gs_base')].flatMap((base) => base ?? [])];
        }),
      );
    },
    besides: (image, cpus) => new Map([...matchQemuStates(cpus, qemuStates(image))].map(([id, state]) => [id, qemuControlRegisters(state)])),
  },
  paging: x86Paging,
  kernelAddress: x86Address,
  kernelAddressHolds: isX86Image,
  pageBytes: 4096,
  linearMap: x86LinearMap,
  physBase: x86PhysBase,
  loadedPhysBase: x86LoadedPhysBase,
  tasks: {
    saved: { savedStack: 'thread.sp' },
    withoutTypes: false,
    // current_task, in 6.2 to 6.14 a member of pcpu_hot.
    running: { in: 'per-CPU variable', variables: [{ symbol: 'current_task' }, { symbol: 'pcpu_hot', member: ['pcpu_hot', 'current_task'] }] },
    stackTop: [{ symbol: 'cpu_current_top_of_stack' }, { symbol: 'pcpu_hot', member: ['pcpu_hot', 'top_of_stack'] }],
    stacks: [
      {
        name: 'interrupt stack',
        variables: [{ symbol: 'hardirq_stack_ptr' }, { symbol: 'pcpu_hot', member: ['pcpu_hot', 'hardirq_stack_ptr'] }],
        points: 'top',
        bytes: interruptStackBytes,
      },
      { name: 'exception stack', variables: [{ symbol: 'cea_exception_stacks' }], points: 'start', bytes: { struct: 'cea_exception_stacks' } },
    ],
    base: { table: '__per_cpu_offset', isPointer: false },
  },
  unwind: x86Unwinders,
  fault: x86Fault,
  instructions: x86Instructions,
  spinLocks: undefined,
};
