/** x86_64. */
import type { ArchitectureOps } from '../architecture.ts';
import { namedCpus, registerOf } from '../named-cpus.ts';
import { x86Paging } from './address-space.ts';
import { isX86Image, x86Address, x86PhysBase } from './kernel-address.ts';
import { prstatusX86, x86Registers } from './notes.ts';
import { qemuCpuState } from './qemu-cpu-state.ts';
import { matchQemuStates, qemuControlRegisters, qemuStates } from './qemu-notes.ts';
import { x86Unwinders } from './unwinders.ts';

/** Requested privilege level in CS: 0 in the kernel, 3 in user code. */
const privilege = 3n;

export const x86: ArchitectureOps = {
  name: 'x86_64',
  features: new Set(),
  elf: { machine: 62, endian: 'either' },
  notes: { prstatus: prstatusX86, prstatusEndian: 'little', fpregset: undefined, types: [qemuCpuState] },
  readCpus: namedCpus(x86Registers),
  registers: {
    stackPointer: (cpu) => registerOf(cpu, 'rsp'),
    isUserCode(cpu) {
      const cs = registerOf(cpu, 'cs');
      return cs === undefined ? undefined : (cs & privilege) !== 0n;
    },
    besides: (image, cpus) => new Map([...matchQemuStates(cpus, qemuStates(image))].map(([id, state]) => [id, qemuControlRegisters(state)])),
  },
  paging: x86Paging,
  kernelAddress: x86Address,
  kernelAddressHolds: isX86Image,
  physBase: x86PhysBase,
  tasks: {
    saved: { savedStack: 'thread.sp' },
    withoutTypes: false,
    // current_task, in 6.2 to 6.14 a member of pcpu_hot.
    running: { in: 'per-CPU variable', variables: [{ symbol: 'current_task' }, { symbol: 'pcpu_hot', member: ['pcpu_hot', 'current_task'] }] },
    interruptStack: undefined,
  },
  unwind: x86Unwinders,
};
