/** The CPUs of a dump: its notes grouped by CPU, and what the architecture makes of them. */
import type { CpuSet } from '../arch/architecture.ts';
import { architectures } from '../arch/index.ts';
import { notesByCpu } from '../formats/cpu-notes.ts';
import type { DumpImage } from '../formats/dump-format.ts';
import type { MemoryReader } from './reader.ts';

/**
 * All CPUs in dump order.
 * @param kernelPrefixes prefixes of the kernel's `lowcore_ptr` array, asked for when neither notes nor header name a CPU
 */
export function readCpus(image: DumpImage, memory: MemoryReader, kernelPrefixes: () => readonly number[] = () => []): CpuSet {
  // The one NT_PRSTATUS of /proc/kcore is empty and of no CPU (fs/proc/kcore.c).
  const groups = image.origin?.kind === 'kcore' ? [] : notesByCpu(image.notes);
  const set = architectures[image.machine.arch].readCpus({ image, memory, groups, kernelPrefixes });
  return image.origin?.kind === 'xen-host' ? { ...set, cpus: set.cpus.map((cpu) => ({ ...cpu, state: 'in the hypervisor' })) } : set;
}
