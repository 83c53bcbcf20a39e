/** ppc64, big and little-endian: registers, the linear map and radix tables; stacks are not followed. */
import type { ArchitectureOps } from '../architecture.ts';
import { noTrace } from '../backtrace.ts';
import { isLinear, linearAddress, linearStart, powerPaging } from './address-space.ts';
import { namedCpus } from '../named-cpus.ts';
import { registerOf } from '../register-value.ts';
import { powerNamedRegisters, powerState } from './named-registers.ts';
import { fpregsetPpc64, powerNotes, powerRegisters, prstatusPpc64 } from './notes.ts';

/** MSR[PR]: problem state. */
const problemState = 1n << 14n;

function power(name: 'ppc64' | 'ppc64le'): ArchitectureOps {
  const endian = name === 'ppc64' ? 'big' : 'little';
  const trace = noTrace(`stacks of ${name} are not followed`);
  return {
    name,
    features: new Set(),
    elf: { machine: 21, endian },
    notes: { prstatus: prstatusPpc64, prstatusEndian: endian, narrowPrstatus: undefined, fpregset: fpregsetPpc64, types: powerNotes },
    vmcoreinfoKeys: ['SYMBOL(vmemmap_list)', 'SYMBOL(mmu_vmemmap_psize)', 'NUMBER(RADIX_MMU)', 'SYMBOL(radix_mmu)'],
    readCpus: namedCpus({ names: powerRegisters, bytes: prstatusPpc64.size }),
    registers: {
      named: powerNamedRegisters,
      stateOf: powerState,
      stackPointer: (cpu) => registerOf(cpu, 'r1'),
      programCounter: (cpu) => registerOf(cpu, 'nip'),
      isUserCode(cpu) {
        const msr = registerOf(cpu, 'msr');
        return msr === undefined ? undefined : (msr & problemState) !== 0n;
      },
      // r13 holds the address of the PACA, as paca_ptrs does (since 4.17).
      perCpuBases: (_, cpus) => new Map(cpus.map((cpu) => [cpu.id, [registerOf(cpu, 'r13')].flatMap((value) => value ?? [])])),
      besides: () => new Map(),
    },
    paging: powerPaging,
    kernelAddress: linearAddress,
    kernelAddressHolds: () => isLinear,
    pageBytes: undefined,
    linearMap: { startBelow: () => linearStart, end: undefined },
    physBase: () => undefined,
    loadedPhysBase: undefined,
    tasks: {
      saved: {},
      withoutTypes: false,
      running: { in: 'per-CPU variable', variables: [{ symbol: 'runqueues', member: ['rq', 'curr'] }] },
      stackTop: [],
      stacks: [],
      base: { table: 'paca_ptrs', isPointer: true },
    },
    unwind: () => ({ running: () => trace, sleeping: () => trace }),
    fault: undefined,
    instructions: undefined,
    spinLocks: undefined,
  };
}

export const ppc64 = power('ppc64');
export const ppc64le = power('ppc64le');
