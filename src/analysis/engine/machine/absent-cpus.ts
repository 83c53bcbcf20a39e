/** CPUs of which the dump records no registers: why that is so, and what memory has of them all the same. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { storedStatus } from '../../arch/s390x/cpus.ts';
import type { CpuMasks } from '../../kernel/cpus/cpu-masks.ts';
import type { KernelCpu } from '../../kernel/cpus/per-cpu-data.ts';
import type { ArrayedLowcore } from '../../kernel/vmcoreinfo/lowcore-array.ts';
import type { Session } from '../session/session.ts';

type Reason = NonNullable<CpuJson['withoutRegisters']>;

/** Why a CPU has no registers, by the kernel's masks. */
function reasonOf(number: number, masks: CpuMasks | undefined): Reason {
  if (masks === undefined) return { reason: 'unknown', detail: 'no registers in the dump; whether it ran is not known: no symbol leads to the masks of CPUs' };
  if (masks.online.includes(number)) return { reason: 'no-note', detail: 'it was online, but the dump has no registers of it' };
  const present = masks.present.includes(number) ? 'present, but not online' : 'not present';
  if (masks.booted === undefined) return { reason: 'offline', detail: `${present}; whether it ever ran is not known` };
  return masks.booted.includes(number)
    ? { reason: 'offline', detail: `${present}: it was started once and set offline` }
    : { reason: 'never-started', detail: `${present}: it was never started` };
}

const words: Readonly<Record<Reason['reason'], string>> = {
  offline: 'offline',
  'never-started': 'never started',
  'no-note': 'registers not in the dump',
  unknown: 'registers not in the dump',
};

const plain = (id: number, linuxCpu: number, why: Reason, detail: string): CpuJson => ({
  id,
  linuxCpu,
  state: words[why.reason],
  source: 'memory',
  identity: { by: 'kernel', detail },
  withoutRegisters: why,
});

/** What is absent where CPUs have lowcores: those that lowcore_ptr leads to, and those that are present. */
export function absentByLowcore(
  session: Session,
  taken: ReadonlySet<number>,
  firstId: number,
  array: readonly ArrayedLowcore[],
  masks: CpuMasks | undefined,
): readonly CpuJson[] {
  const numbers = new Set([...array.map(({ number }) => number), ...(masks?.present ?? [])]);
  return [...numbers]
    .filter((number) => !taken.has(number))
    .sort((left, right) => left - right)
    .map((number, at): CpuJson => {
      const id = firstId + at;
      const prefix = array.find((one) => one.number === number)?.prefix;
      const why = reasonOf(number, masks);
      const detail = prefix === undefined ? 'the mask of present CPUs has it' : `lowcore_ptr[${number}] leads to its lowcore`;
      if (prefix === undefined) return plain(id, number, why, detail);
      // A status is stored when a CPU stops for the dump; what an offline CPU has there is of an earlier time.
      const stored = why.reason === 'no-note' ? storedStatus(session.memory, prefix) : undefined;
      if (stored?.psw === undefined) return { ...plain(id, number, why, detail), prefix: hex(prefix) };
      return {
        ...stored,
        id,
        linuxCpu: number,
        source: 'lowcore',
        identity: { by: 'kernel', detail: `the dump has no note of it; ${detail}, whose save area holds its status` },
      };
    });
}

/** What is absent elsewhere: the present CPUs that no recorded registers are of. */
export function absentByMask(
  session: Session,
  taken: ReadonlySet<number>,
  firstId: number,
  masks: CpuMasks | undefined,
  data: ReadonlyMap<number, KernelCpu>,
): readonly CpuJson[] {
  const { image, memory } = session;
  return (masks?.present ?? [])
    .filter((number) => !taken.has(number))
    .map((number, at): CpuJson => {
      const id = firstId + at;
      const why = reasonOf(number, masks);
      const detail = 'the mask of present CPUs has it';
      const note = why.reason === 'no-note' ? data.get(number)?.note : undefined;
      if (note === 'empty')
        return plain(id, number, { reason: 'no-note', detail: 'it was online, but saved no registers: its buffer of crash_notes is empty' }, detail);
      if (note === undefined) return plain(id, number, why, detail);
      const raw = { owner: 'CORE', type: 1, fileOffset: 0, descOffset: 0, desc: note.desc };
      const [saved] = architectures[image.machine.arch].readCpus({ image, memory, groups: [[raw]], kernelPrefixes: () => [] }).cpus;
      if (saved === undefined) return plain(id, number, why, detail);
      const where = `the dump has no note of it; its buffer of crash_notes at ${hex(note.address)} holds the registers that it saved`;
      return { ...saved, id, linuxCpu: number, source: 'memory', identity: { by: 'kernel', detail: where } };
    });
}
