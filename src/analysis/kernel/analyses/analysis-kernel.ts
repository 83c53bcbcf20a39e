/** What an analysis reads: the kernel's memory, its symbols, types and objects, its tasks and their stacks. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { AnalysisNeed } from '../../../shared/analysis-table.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import type { Missing } from '../../../shared/result.ts';
import type { KernelTypes } from '../btf/find-types.ts';
import type { ModuleTypeSearch } from '../btf/module-types.ts';
import type { Kernel } from '../kernel.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import type { TaskLayout } from '../tasks/task-layout.ts';
import type { TaskList } from '../tasks/tasks.ts';
import type { HangSource } from '../verdict/hangs/hang-source.ts';

/** A CPU as the kernel sees it. */
export interface AnalysisCpu {
  /** Number by which doors name it. */
  readonly number: number;
  /** Its number in the kernel, by evidence, else by its position. */
  readonly linuxNumber?: number;
  /** task_struct of the task that occupied it. */
  readonly current?: bigint;
  /** Added to the address of a per-CPU variable. */
  readonly perCpuOffset?: bigint;
}

export interface AnalysisTasks {
  readonly list: TaskList;
  readonly layout?: TaskLayout;
  /** What of the tasks could not be found. */
  readonly missing: readonly Missing[];
}

export interface AnalysisStacks {
  /** Stacks of the CPUs, then those of the tasks that run on none; each is followed when it is asked for. */
  all(): Generator<TraceJson, void>;
  /** What hangs are determined from (verdict/hangs), but for the end of the log; undefined where the members of task_struct are not known. */
  hangSource(): Omit<HangSource, 'logEnd'> | undefined;
  /** What is missing in them: names of functions, tasks. */
  readonly missing: readonly Missing[];
}

export interface AnalysisKernel {
  readonly kernel: Kernel;
  /** A page of zeros is none. */
  readonly memory: KernelMemory;
  /** The kernel's own: in them a variable's name is distinguished from a module's of the same name. */
  readonly symbols: SymbolTable | undefined;
  readonly types: KernelTypes | undefined;
  /** Objects by the kernel's types; without types by what vmcoreinfo records. */
  readonly objects: KernelObjects;
  /** Objects by the types of a module, where they are in the dump. */
  readonly objectsOf: (module: string) => KernelObjects;
  /** "name+0x1a [module]" */
  readonly symbolAt: (address: VirtualAddress) => string | undefined;
  readonly cpus: readonly AnalysisCpu[];
  /** Present where `needs` or `uses` name them. */
  readonly moduleTypes: ModuleTypeSearch | undefined;
  readonly tasks: AnalysisTasks | undefined;
  readonly stacks: AnalysisStacks | undefined;
  /** Why a part of the kernel is not known; undefined where it is. */
  readonly why: (need: AnalysisNeed) => string | undefined;
}
