/**
 * Loaded modules. struct module begins with state, list and name in every kernel (include/linux/module.h; vmcoreinfo-kallsyms-btf.md
 * section 5.2), so that the list is read without types; sizes, users and taint need them.
 */
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkListSteps } from '../memory/linked-list.ts';

export const moduleStates = ['live', 'coming', 'going', 'unformed'] as const;
export type ModuleState = (typeof moduleStates)[number];

export interface KernelModule {
  readonly address: VirtualAddress;
  readonly name: string;
  readonly state: ModuleState;
}

export interface ModuleList {
  readonly modules: readonly KernelModule[];
  readonly complete: boolean;
  readonly broken?: string;
}

/** A distribution's kernel has some five thousand in all. */
const maxModules = 65_536;
const listAt = 8n;
const nameAt = 24n;
/** MODULE_NAME_LEN of 64-bit kernels: 64 less an unsigned long. */
const nameBytes = 56;

/** The module whose list node lies at an address; undefined when none is there. */
function moduleAt(memory: KernelMemory, node: VirtualAddress): KernelModule | undefined {
  const address = node - listAt;
  const state = moduleStates[memory.u32(address) ?? -1];
  const name = memory.bytes(address + nameAt, nameBytes);
  const end = name?.indexOf(0) ?? -1;
  if (state === undefined || name === undefined || end < 1) return undefined;
  const text = Buffer.from(name.subarray(0, end)).toString('latin1');
  return /^[\w-]+$/.test(text) && name.subarray(end).every((byte) => byte === 0) ? { address, name: text, state } : undefined;
}

/** Whether the list node of a module lies at an address. */
export const isModuleNode = (memory: KernelMemory, node: VirtualAddress): boolean => moduleAt(memory, node) !== undefined;

/** @param head virtual address of the list head `modules` */
export function* listModules(memory: KernelMemory, head: VirtualAddress): Steps<ModuleList> {
  const walk = yield* walkListSteps(memory, head, (node) => isModuleNode(memory, node), maxModules);
  return {
    modules: walk.nodes.flatMap((node) => moduleAt(memory, node) ?? []),
    complete: walk.complete,
    ...(walk.broken === undefined ? {} : { broken: `the list of modules at ${hex(head)}: ${walk.broken}` }),
  };
}
