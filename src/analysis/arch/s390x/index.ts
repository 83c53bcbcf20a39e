/** s390x. */
import type { ArchitectureOps } from '../architecture.ts';
import { vmcoreinfoHex } from '../vmcoreinfo-values.ts';
import { s390xPaging } from './address-space.ts';
import { readS390xCpus } from './cpus.ts';
import { s390xFault } from './fault.ts';
import { s390xInstructions } from './instructions.ts';
import { s390xAddress } from './kernel-address.ts';
import { fpregsetS390x, prstatusS390x, s390RegisterNotes } from './notes.ts';
import { s390xSpinLocks } from './spinlock.ts';
import { s390xUnwinders } from './unwind.ts';

const stackRegister = 15;

export const s390x: ArchitectureOps = {
  name: 's390x',
  features: new Set(['lowcore', 'psw', 'os-info']),
  elf: { machine: 22, endian: 'either' },
  notes: { prstatus: prstatusS390x, prstatusEndian: 'big', narrowPrstatus: undefined, fpregset: fpregsetS390x, types: s390RegisterNotes },
  vmcoreinfoKeys: ['SYMBOL(lowcore_ptr)', 'SYMBOL(high_memory)', 'KERNELOFFPHYS'],
  readCpus: readS390xCpus,
  registers: {
    named: [],
    stateOf: () => undefined,
    stackPointer(cpu) {
      const text = cpu.gprs?.[stackRegister];
      return text === undefined ? undefined : BigInt(text);
    },
    programCounter: ({ psw }) => (psw === undefined ? undefined : BigInt(psw.address)),
    isUserCode: (cpu) => cpu.psw?.decoded.problemState,
    perCpuBases: () => new Map(),
    besides: () => new Map(),
  },
  paging: s390xPaging,
  kernelAddress: s390xAddress,
  kernelAddressHolds: () => () => true,
  pageBytes: 4096,
  // The identity map begins at 0 unless it is randomized (6.10 and later), whose kcore has physical addresses.
  linearMap: { startBelow: () => 0n, end: undefined },
  physBase: (vmcoreinfo) => vmcoreinfoHex(vmcoreinfo, 'KERNELOFFPHYS'),
  loadedPhysBase: undefined,
  tasks: { saved: { savedStack: 'thread.ksp' }, withoutTypes: true, running: { in: 'lowcore' }, stackTop: [], stacks: [], base: undefined },
  unwind: s390xUnwinders,
  fault: s390xFault,
  instructions: s390xInstructions,
  spinLocks: s390xSpinLocks,
};
