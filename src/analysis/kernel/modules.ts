/**
 * Loaded modules. struct module begins with state, list and name in every kernel (include/linux/module.h; vmcoreinfo-kallsyms-btf.md
 * section 5.2), so that the list is read without types; sizes, users and taint need them.
 */
import { hex } from '../../shared/units.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { walkList } from './linked-list.ts';

export const moduleStates = ['live', 'coming', 'going', 'unformed'] as const;
export type ModuleState = (typeof moduleStates)[number];

export interface KernelModule {
  readonly address: bigint;
  readonly name: string;
  readonly state: ModuleState;
}

export interface ModuleList {
  readonly modules: readonly KernelModule[];
  readonly complete: boolean;
  readonly broken?: string;
}

const listAt = 8n;
const nameAt = 24n;
/** MODULE_NAME_LEN of 64-bit kernels: 64 less an unsigned long. */
const nameBytes = 56;

/** The module whose list node lies at an address; undefined when none stands there. */
function moduleAt(memory: KernelMemory, node: bigint): KernelModule | undefined {
  const address = node - listAt;
  const state = moduleStates[memory.u32(address) ?? -1];
  const name = memory.bytes(address + nameAt, nameBytes);
  const end = name?.indexOf(0) ?? -1;
  if (state === undefined || name === undefined || end < 1) return undefined;
  const text = Buffer.from(name.subarray(0, end)).toString('latin1');
  return /^[\w-]+$/.test(text) && name.subarray(end).every((byte) => byte === 0) ? { address, name: text, state } : undefined;
}

/** @param head virtual address of the list head `modules` */
export function listModules(memory: KernelMemory, head: bigint): ModuleList {
  const walk = walkList(memory, head, (node) => moduleAt(memory, node) !== undefined);
  return {
    modules: walk.nodes.flatMap((node) => moduleAt(memory, node) ?? []),
    complete: walk.complete,
    ...(walk.broken === undefined ? {} : { broken: `the list of modules at ${hex(head)}: ${walk.broken}` }),
  };
}

const searchBytes = 64 * 1024 * 1024;
const searchStep = 1024 * 1024;

/** Whether a word can be the address of a list node: eight million words of an image are looked at, so without a BigInt. */
function mayPoint(view: DataView, offset: number, little: boolean): boolean {
  const low = view.getUint32(little ? offset : offset + 4, little);
  return (low & 7) === 0 && (low >= 0x1_0000 || view.getUint32(little ? offset + 4 : offset, little) !== 0);
}

/**
 * The head of the list in a kernel whose symbol table has functions only: the one place in the image from which a list leads through
 * modules and back.
 * @param start virtual address where the image begins
 * @returns undefined when there is none, or more than one
 */
export function findModuleList(memory: KernelMemory, start: bigint): bigint | undefined {
  const found: bigint[] = [];
  const little = memory.endian === 'little';
  for (let done = 0; done < searchBytes; done += searchStep) {
    const at = start + BigInt(done);
    const { bytes, absences } = memory.partial(at, searchStep);
    if (absences.length * 0x1000 >= searchStep) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + 16 <= bytes.length; offset += 8) {
      // Most words are no pointers to another place; a list has two.
      if (!mayPoint(view, offset, little) || !mayPoint(view, offset + 8, little)) continue;
      const next = view.getBigUint64(offset, little);
      const previous = view.getBigUint64(offset + 8, little);
      const here = at + BigInt(offset);
      if (next === here || previous === here) continue;
      if (memory.u64(next + 8n) !== here || moduleAt(memory, next) === undefined) continue;
      const list = listModules(memory, here);
      if (list.complete) found.push(here);
    }
  }
  return found.length === 1 ? found[0] : undefined;
}
