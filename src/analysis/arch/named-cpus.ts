/** CPUs of machines whose registers the dump format names one by one: pr_reg of NT_PRSTATUS (elf-vmcore.md section 4). */
import type { CpuJson } from '../../shared/cpu-model.ts';
import { hex } from '../../shared/units.ts';
import type { DumpImage, RawNote } from '../formats/dump-format.ts';
import { prRegOffset } from '../notes/prstatus-fields.ts';
import type { CpuSet, CpuSource } from './architecture.ts';

const NT_PRSTATUS = 1;

function cpuOf(group: readonly RawNote[], id: number, image: DumpImage, names: readonly string[]): CpuJson | undefined {
  const status = group.find((note) => note.type === NT_PRSTATUS)?.desc;
  if (status === undefined || status.length < prRegOffset + 8 * names.length) return undefined;
  const data = new DataView(status.buffer, status.byteOffset, status.byteLength);
  const little = image.machine.endian === 'little';
  const registers = Object.fromEntries(names.map((name, index) => [name, hex(data.getBigUint64(prRegOffset + 8 * index, little))]));
  return { id, registers, source: 'note' };
}

/**
 * All CPUs in dump order.
 * @param names of the registers in pr_reg, in their order
 */
export const namedCpus =
  (names: readonly string[]) =>
  ({ groups, image }: CpuSource): CpuSet => ({ cpus: groups.flatMap((group, id) => cpuOf(group, id, image, names) ?? []) });

export const registerOf = (cpu: CpuJson, name: string): bigint | undefined => {
  const text = cpu.registers?.[name];
  return text === undefined ? undefined : BigInt(text);
};
