/** CPUs of x86_64 dumps: NT_PRSTATUS of a CPU in long mode, the i386 one of a CPU outside it, VirtualBox's own notes. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import type { RawNote } from '../../formats/dump-format.ts';
import type { CpuSet, CpuSource } from '../architecture.ts';
import { namedCpus, statusOf } from '../named-cpus.ts';
import { registerOf } from '../register-value.ts';
import { narrowRegOffset, prstatusNarrow, prstatusX86, x86NarrowRegisters, x86Registers } from './notes.ts';
import { virtualBoxRegisters } from './virtualbox-notes.ts';

const longMode = namedCpus({ names: x86Registers, bytes: prstatusX86.size });

function narrowCpu(group: readonly RawNote[], id: number): CpuJson | undefined {
  const status = statusOf(group);
  if (status?.length !== prstatusNarrow.size) return undefined;
  const data = new DataView(status.buffer, status.byteOffset, status.byteLength);
  const registers = Object.fromEntries(x86NarrowRegisters.map((name, index) => [name, hex(BigInt(data.getUint32(narrowRegOffset + 4 * index, true)))]));
  return { id, registers, state: 'outside 64-bit mode', source: 'note' };
}

/** True for a CPU in firmware, a boot loader or a 32-bit kernel: its registers are 32 bits wide, and its page tables are not those of long mode. */
export const isNarrow = (cpu: CpuJson): boolean => registerOf(cpu, 'eip') !== undefined;

export function x86Cpus(source: CpuSource): CpuSet {
  const { groups, image } = source;
  const narrow = groups.flatMap((group, id) => narrowCpu(group, id) ?? []);
  const cpus = [...longMode(source).cpus, ...narrow].sort((a, b) => a.id - b.id);
  if (cpus.length > 0) return { cpus };
  const named = virtualBoxRegisters(image.notes);
  return {
    cpus: named.map((registers, id) => ({
      id,
      registers: Object.fromEntries(Object.entries(registers).map(([name, value]) => [name, hex(value)])),
      source: 'note',
    })),
  };
}
