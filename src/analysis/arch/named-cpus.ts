/** CPUs of machines whose registers the dump format names one by one: pr_reg of NT_PRSTATUS (elf-vmcore.md section 4). */
import type { CpuJson } from '../../shared/cpu-model.ts';
import { hex } from '../../shared/units.ts';
import type { DumpImage, RawNote } from '../formats/dump-format.ts';
import { prRegOffset } from './prstatus-fields.ts';
import type { CpuSet, CpuSource } from './architecture.ts';

const NT_PRSTATUS = 1;

export interface PrRegs {
  /** Registers in pr_reg, in their order. */
  readonly names: readonly string[];
  /** Size of struct elf_prstatus. */
  readonly bytes: number;
}

/** struct elf_prstatus in the notes of a CPU. */
export const statusOf = (group: readonly RawNote[]): Uint8Array | undefined => group.find((note) => note.owner === 'CORE' && note.type === NT_PRSTATUS)?.desc;

function cpuOf(group: readonly RawNote[], id: number, image: DumpImage, { names, bytes }: PrRegs): CpuJson | undefined {
  const status = statusOf(group);
  // A longer one is another machine's: its registers lie elsewhere.
  if (status === undefined || status.length < prRegOffset + 8 * names.length || status.length > bytes) return undefined;
  const data = new DataView(status.buffer, status.byteOffset, status.byteLength);
  const little = image.machine.endian === 'little';
  const registers = Object.fromEntries(names.map((name, index) => [name, hex(data.getBigUint64(prRegOffset + 8 * index, little))]));
  return { id, registers, source: 'note' };
}

/** All CPUs in dump order. */
export const namedCpus =
  (registers: PrRegs) =>
  ({ groups, image }: CpuSource): CpuSet => ({ cpus: groups.flatMap((group, id) => cpuOf(group, id, image, registers) ?? []) });
