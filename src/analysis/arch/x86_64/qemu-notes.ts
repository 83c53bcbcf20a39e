/**
 * QEMU's own notes of x86 CPUs (elf-vmcore.md section 6). They come in a second block and name no CPU, so they are matched to the
 * PRSTATUS notes by the registers that both hold.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { view } from '../../layout/struct.ts';
import { qemuCpuStateLayout } from './qemu-cpu-state.ts';

/** Register name -> value: "rax", "cs.base", "cr3". */
export type QemuState = ReadonlyMap<string, bigint>;

/** Names that PRSTATUS has too -> the same register in QEMU's note. */
const same = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'] as const;
const shared: readonly (readonly [ours: string, theirs: string])[] = [...same.map((name) => [name, name] as const), ['eflags', 'rflags']];
/** The same of a CPU outside long mode: eax, esp, eip. */
const narrow = same.flatMap((name) => (/^r\d/.test(name) ? [] : [[`e${name.slice(1)}`, name] as const]));
const added = ['cr0', 'cr2', 'cr3', 'cr4'] as const;

/** The QEMU notes of a dump, in their order. */
export function qemuStates(image: DumpImage): readonly QemuState[] {
  return image.notes
    .filter(({ owner, type }) => owner === 'QEMU' && type === 0)
    .map(
      ({ desc }) =>
        new Map(
          view(qemuCpuStateLayout, desc, { endian: 'little' }).fields.flatMap(({ name, value }) =>
            value === undefined ? [] : [[name, BigInt(value)] as const],
          ),
        ),
    );
}

/** Registers that a CPU and a note both have and that differ. */
export function qemuDifferences(cpu: CpuJson, state: QemuState): readonly string[] {
  return [...shared, ...narrow].flatMap(([ours, theirs]) => {
    const left = cpu.registers?.[ours];
    const right = state.get(theirs);
    return left === undefined || right === undefined || BigInt(left) === right ? [] : [ours];
  });
}

/** Differences beyond which a note is of another CPU. */
const matchLimit = 4;

/** The note of each CPU: the one with the most equal registers, each note once; two CPUs that are alike take them in their order. */
export function matchQemuStates(cpus: readonly CpuJson[], states: readonly QemuState[]): ReadonlyMap<number, QemuState> {
  const free = new Set(states);
  const found = new Map<number, QemuState>();
  for (const cpu of cpus) {
    const best = [...free].map((state) => ({ state, differences: qemuDifferences(cpu, state).length })).sort((a, b) => a.differences - b.differences)[0];
    if (best === undefined || best.differences > matchLimit) continue;
    free.delete(best.state);
    found.set(cpu.id, best.state);
  }
  return found;
}

/** Control registers of QEMU's note, for a CPU's `registers`. */
export const qemuControlRegisters = (state: QemuState): Readonly<Record<string, string>> =>
  Object.fromEntries(added.flatMap((name) => (state.get(name) === undefined ? [] : [[name, hex(state.get(name) ?? 0n)]])));
