/**
 * Where init_task lies (vmcoreinfo-kallsyms-btf.md section 5.2): by symbol, on s390x by the boot CPU's early lowcore, else by
 * its name in the kernel image.
 */
import type { VirtualAddress } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { lowcoreKernels, type LowcoreKernel } from '../../arch/s390x/lowcore/fields.ts';
import { lowcoreOffset } from '../../arch/s390x/lowcore/layouts.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';

export interface InitTask {
  readonly address: VirtualAddress;
  readonly source: string;
}

/** Bytes of task_struct that are looked at; those of real kernels are smaller, the rest is just not used. */
export const taskBytes = 0x2000;
/** TASK_COMM_LEN (include/linux/sched.h). */
export const commBytes = 16;

const idleNames = ['swapper/0\0', 'swapper\0'].map((name) => Buffer.from(name, 'latin1'));

/** Offset of the name of init_task in its bytes; undefined when it is not there. */
export function idleNameOffset(task: Uint8Array): number | undefined {
  const bytes = Buffer.from(task.buffer, task.byteOffset, task.byteLength);
  for (const name of idleNames) {
    const at = bytes.indexOf(name);
    if (at !== -1) return at;
  }
  return undefined;
}

const holdsIdleName = (memory: KernelMemory, address: VirtualAddress): boolean => idleNameOffset(memory.partial(address, taskBytes).bytes) !== undefined;

/** The current_task that the early lowcore at absolute 0 kept; each known place of the field is tried. */
function fromAbsoluteLowcore(absolute: AbsoluteMemory, memory: KernelMemory, kernel: LowcoreKernel | undefined): InitTask | undefined {
  const offsets = new Set((kernel === undefined ? lowcoreKernels : [kernel]).flatMap((one) => lowcoreOffset(one, 'current_task') ?? []));
  for (const offset of offsets) {
    const bytes = absolute.readPresent(BigInt(offset), 8);
    const address = bytes === undefined ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
    if (address !== 0n && address % 8n === 0n && holdsIdleName(memory, address)) {
      return { address, source: `current_task at absolute 0x${offset.toString(16)}, in the boot CPU's early lowcore` };
    }
  }
  return undefined;
}

export interface InitTaskPlaces {
  readonly memory: KernelMemory;
  readonly absolute: AbsoluteMemory;
  /** Address of the symbol init_task, where the symbol table has data symbols. */
  readonly symbol: bigint | undefined;
  /** Layout of the lowcores, where one was chosen (s390x). */
  readonly lowcoreKernel?: LowcoreKernel | undefined;
  /** Offset of comm, where types are known: then the image is searched for the name. */
  readonly comm?: number | undefined;
  /** Virtual address from which the kernel image is searched. */
  readonly imageStart?: bigint | undefined;
}

const searchBytes = 64 * 1024 * 1024;
const searchStep = 1024 * 1024;

/** Places in the kernel image that hold the idle task's name; at most a few. */
function* namesInImage(memory: KernelMemory, start: bigint): Generator<bigint> {
  const name = idleNames[0] ?? Buffer.alloc(0);
  for (let done = 0; done < searchBytes; done += searchStep) {
    const at = start + BigInt(done);
    const bytes = Buffer.from(memory.partial(at, searchStep + name.length).bytes);
    for (let hit = bytes.indexOf(name); hit !== -1 && hit < searchStep; hit = bytes.indexOf(name, hit + 1)) yield at + BigInt(hit);
  }
}

/**
 * @param accept whether a task is at an address found by its name: the caller knows more of task_struct
 * @returns undefined when no way leads to it
 */
export function findInitTask(places: InitTaskPlaces, accept: (address: VirtualAddress) => boolean): InitTask | undefined {
  const { memory, absolute, symbol, comm, imageStart } = places;
  if (symbol !== undefined && holdsIdleName(memory, symbol)) return { address: symbol, source: 'symbol init_task' };
  if (architectures[memory.arch].features.has('lowcore')) {
    const found = fromAbsoluteLowcore(absolute, memory, places.lowcoreKernel);
    if (found !== undefined) return found;
  }
  if (comm === undefined || imageStart === undefined) return undefined;
  for (const hit of namesInImage(memory, imageStart)) {
    const address = hit - BigInt(comm);
    if (address % 8n === 0n && accept(address)) return { address, source: 'its name "swapper/0" in the kernel image' };
  }
  return undefined;
}
