/**
 * What an architecture brings: one table per folder, and everything that has to ask "which machine is this?" asks the table. The registry
 * is `index.ts`.
 */
import type { AbsoluteAddress, RealAddress, VirtualAddress } from '../../shared/units.ts';
import type { Remedy } from '../../shared/remedy.ts';
import type { AsceSource } from '../../shared/memory-model.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { ArchitectureFeature } from '../../shared/model.ts';
import type { DumpImage, RawNote } from '../formats/dump-format.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import type { Endian } from '../layout/field.ts';
import type { Fields, StructLayout } from '../layout/struct.ts';
import type { NamedRegister } from './named-register.ts';
import type { NoteType } from './note-type.ts';
import type { Unwinders, UnwindContext } from './backtrace.ts';
import type { Fault, FaultSource } from './fault.ts';
import type { InstructionSet } from './instruction-set.ts';
import type { PageWalk } from './page-walk.ts';
import type { SpinLocks } from './spinlock.ts';
import type { VmcoreinfoValues } from './vmcoreinfo-values.ts';

export interface CpuSet {
  readonly cpus: readonly CpuJson[];
  /** What the lowcores say of the machine: "KVM", "z/VM", "LPAR". */
  readonly hypervisor?: string;
}

export interface CpuSource {
  readonly image: DumpImage;
  readonly memory: AbsoluteMemory;
  /** Notes by CPU, in dump order. */
  readonly groups: readonly (readonly RawNote[])[];
  /** Prefixes of the kernel's own array of lowcores; asked for when neither notes nor header name a CPU. */
  readonly kernelPrefixes: () => readonly number[];
}

export type Walk = (address: VirtualAddress) => PageWalk;

/** What a user's question about a virtual address says of the address space. */
export interface SpaceQuestion {
  readonly memory: AbsoluteMemory;
  readonly image: DumpImage;
  readonly vmcoreinfo: VmcoreinfoValues | undefined;
  /** Where vmcoreinfo was found, when nothing in the dump leads to it: ", by ..." */
  readonly foundBy: string;
  /** All CPUs of the dump. */
  readonly cpus: readonly CpuJson[];
  /** The one that was asked for. */
  readonly cpu: CpuJson | undefined;
  readonly nameOf: (cpu: CpuJson) => string;
  /** Table or element given by the user; wins over everything. */
  readonly given: bigint | undefined;
  /** Whose element to take on s390x; without it the kernel's. */
  readonly space: AsceSource | undefined;
  /** A field of a CPU's lowcore, where it has one whose layout is known. */
  readonly lowcoreField: (cpu: CpuJson, field: string) => bigint | undefined;
}

export interface AddressWalk extends PageWalk {
  /** Before prefixing, where a CPU was named (s390x). */
  readonly real?: RealAddress;
}

export interface AddressSpaceWalker {
  /** Element or top table that was chosen, where it was found, what it says. */
  readonly root: { readonly value: bigint; readonly source: string; readonly decoded: string };
  walk(address: VirtualAddress): AddressWalk;
}

export interface Paging {
  /**
   * A walk through the kernel's own tables.
   * @param fallback root that some CPU's registers give, for when the table itself cannot be found (s390x)
   * @returns undefined when no tables are known
   */
  kernelWalk(vmcoreinfo: VmcoreinfoValues | undefined, memory: AbsoluteMemory, fallback: () => bigint | undefined): Walk | undefined;
  /** The address space that a question means, or what is missing for it and what would help. */
  space(question: SpaceQuestion): AddressSpaceWalker | { readonly what: string; readonly expected: string; readonly remedy?: Remedy };
}

/** A per-CPU variable, or a member of one. */
export interface PerCpuVariable {
  readonly symbol: string;
  readonly member?: readonly [struct: string, member: string];
}

/** A stack that a CPU has besides its task's: a per-CPU variable is its first byte (`is`), points to it (`start`), or to its last word (`top`). */
export interface PerCpuStack {
  readonly name: string;
  readonly variables: readonly PerCpuVariable[];
  readonly points: 'is' | 'start' | 'top';
  /** As long as a task's, so many bytes, or as a struct. */
  readonly bytes: 'task' | number | { readonly struct: string };
}

/** Where the kernel notes which task each CPU runs. */
export type RunningTask =
  /** current_task in the CPU's lowcore. */
  | { readonly in: 'lowcore' }
  /** A per-CPU pointer: the variable itself, or a member of it. The first of them that the kernel has counts. */
  | { readonly in: 'per-CPU variable'; readonly variables: readonly PerCpuVariable[] };

export interface SavedMembers {
  /** Paths in task_struct of what a task that gave up its CPU keeps. */
  readonly savedStack?: string;
  readonly savedFrame?: string;
  readonly savedPc?: string;
}

export interface ArchitectureOps {
  /** As the kernel's utsname and the dumps' headers name it. */
  readonly name: string;
  /** What the machine and its kernels have that others lack. */
  readonly features: ReadonlySet<ArchitectureFeature>;
  /** e_machine of its ELF files, and the byte order that makes it this architecture. */
  readonly elf: { readonly machine: number; readonly endian: Endian | 'either' };
  readonly notes: {
    /** struct elf_prstatus; its size and byte order tell the machine where a header does not. */
    readonly prstatus: StructLayout<Fields>;
    readonly prstatusEndian: Endian;
    /** The shorter one of CPUs outside their 64-bit mode, identified by its size; undefined where there is none. */
    readonly narrowPrstatus: StructLayout<Fields> | undefined;
    readonly fpregset: StructLayout<Fields> | undefined;
    /** Note types that no other architecture has. */
    readonly types: readonly NoteType[];
  };
  /** Keys of vmcoreinfo that no other architecture's kernels write, where a header does not tell the machine. */
  readonly vmcoreinfoKeys: readonly string[];
  /** The CPUs of a dump, from whichever source it has. */
  readCpus(source: CpuSource): CpuSet;
  readonly registers: {
    /** Those that dumps name one by one, in the order in which people read them; none where CPUs have a PSW. */
    readonly named: readonly NamedRegister[];
    /** What a CPU without a PSW was doing, by its registers; undefined where they do not say it. */
    readonly stateOf: (cpu: CpuJson) => string | undefined;
    readonly stackPointer: (cpu: CpuJson) => bigint | undefined;
    /** Address of the instruction. */
    readonly programCounter: (cpu: CpuJson) => bigint | undefined;
    /** Whether the registers are of user code, by the machine's own state (PSW, CS, PSTATE); undefined where that is not recorded. */
    readonly isUserCode: (cpu: CpuJson) => boolean | undefined;
    /** By CPU id, what may be the register that leads to per-CPU data. */
    perCpuBases(image: DumpImage, cpus: readonly CpuJson[]): ReadonlyMap<number, readonly bigint[]>;
    /** Registers that a dump holds besides the general ones, by CPU id. */
    besides(image: DumpImage, cpus: readonly CpuJson[]): ReadonlyMap<number, Readonly<Record<string, string>>>;
  };
  /** Absent where virtual addresses are not translated yet. */
  readonly paging: Paging | undefined;
  /** Absolute address of kernel data without page tables: in the identity map or the image. Undefined elsewhere. */
  kernelAddress(address: VirtualAddress, vmcoreinfo: VmcoreinfoValues): AbsoluteAddress | undefined;
  /** Which addresses `kernelAddress` may be asked for without asking the page tables first. */
  kernelAddressHolds(vmcoreinfo: VmcoreinfoValues | undefined, hasWalk: () => boolean): (address: VirtualAddress) => boolean;
  /** Bytes of a page, where kernels have no other; undefined where they are built for several sizes. */
  readonly pageBytes: number | undefined;
  /** The kernel's map of all RAM, for dumps that record virtual addresses alone. */
  readonly linearMap: {
    /** Where it begins, by the lowest address of RAM that is seen in it; undefined where that does not say it. */
    readonly startBelow: (lowest: bigint) => bigint | undefined;
    /** Addresses from here on are of the kernel image and its modules. */
    readonly end: bigint | undefined;
  };
  /** The number by which the image was moved in physical memory, as its kernel records it; undefined where it records none. */
  physBase(vmcoreinfo: VmcoreinfoValues): bigint | undefined;
  /** The same as the PT_LOADs of an ELF core have it; undefined where they do not say it. */
  readonly loadedPhysBase:
    ((loads: Iterable<{ readonly virtual?: bigint; readonly start: bigint; readonly memoryBytes: bigint }>) => bigint | undefined) | undefined;
  readonly tasks: {
    readonly saved: SavedMembers;
    /** Whether tasks and chains are found by structure alone, without the kernel's types. */
    readonly withoutTypes: boolean;
    readonly running: RunningTask;
    /** Per-CPU pointer to the end of the stack of the task that runs, where there is one. */
    readonly stackTop: readonly PerCpuVariable[];
    readonly stacks: readonly PerCpuStack[];
    /** The array, by CPU number, of what the register that leads to per-CPU data holds in the kernel; or a pointer to that array. */
    readonly base: { readonly table: string; readonly isPointer: boolean } | undefined;
  };
  /** How stacks are followed. */
  unwind(context: UnwindContext): Unwinders;
  /** What the kernel kept of the exception that interrupted it; absent where nothing is read of it yet. */
  readonly fault: ((source: FaultSource) => Fault | undefined) | undefined;
  /** Its machine code; absent where it is not disassembled. */
  readonly instructions: InstructionSet | undefined;
  /** Absent where a lock does not name its holder. */
  readonly spinLocks: SpinLocks | undefined;
}
