/** What says which CPU of the kernel each recorded set of registers is of. */
import { append } from '../../../shared/append.ts';
import { hex } from '../../../shared/units.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { stackOf, type StackRange } from '../../arch/backtrace.ts';
import { architectures } from '../../arch/index.ts';
import type { StructTypes } from '../../arch/kernel-view.ts';
import type { RawNote } from '../../formats/dump-format.ts';
import type { CpuEvidence } from '../../kernel/cpus/identify-cpus.ts';
import type { KernelCpu } from '../../kernel/cpus/per-cpu-data.ts';
import { panicCpu } from '../../kernel/facts/kernel-facts.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import { functionName } from '../../kernel/stacks/crash-path.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { ArrayedLowcore } from '../../kernel/vmcoreinfo/lowcore-array.ts';
import { notesByCpu } from '../../formats/cpu-notes.ts';
import type { Session } from '../session/session.ts';
import { lowcoreFacts, lowcoreStacks, stackSize, type LowcoreFacts } from './lowcore-facts.ts';

/** A CPU that is set offline, or did not start, has this prefix: Linux gives every CPU that runs a lowcore of its own. */
const noPrefix = '0x0';

function evidenceOfPrefix(cpu: CpuJson, array: readonly ArrayedLowcore[]): readonly CpuEvidence[] {
  const { prefix, linuxCpu } = cpu;
  if (prefix === undefined || (prefix === noPrefix && array.length > 0)) return [];
  const arrayed = array.find((one) => hex(one.prefix) === prefix);
  return [
    ...(linuxCpu === undefined ? [] : [{ by: 'prefix' as const, linuxCpu, text: `its lowcore at ${prefix} has the number ${linuxCpu}` }]),
    ...(arrayed === undefined ? [] : [{ by: 'prefix' as const, linuxCpu: arrayed.number, text: `lowcore_ptr[${arrayed.number}] is its prefix ${prefix}` }]),
  ];
}

/** Where CPUs have lowcores: the prefix, and the lowcore that names the stack. */
export function lowcoreEvidence(session: Session, array: readonly ArrayedLowcore[]): readonly (readonly CpuEvidence[])[] {
  const { stackPointer, isUserCode } = architectures[session.image.machine.arch].registers;
  const arrayed = array.map(({ number, prefix }) => ({ number, lowcore: lowcoreFacts(session, { id: 0, prefix: hex(prefix), source: 'memory' }) }));
  const stackBytes = stackSize(arrayed.map(({ lowcore }) => lowcore));
  const stacksOf = (lowcore: LowcoreFacts | undefined): readonly StackRange[] => lowcoreStacks(lowcore, stackBytes);
  return session.cpuSet.cpus.map((cpu): readonly CpuEvidence[] => {
    const named = evidenceOfPrefix(cpu, array);
    // Addresses of user space may be the same numbers as those of kernel stacks.
    const pointer = isUserCode(cpu) === true ? undefined : stackPointer(cpu);
    if (pointer === undefined) return named;
    // CPUs may share a stack (restart_stack of older kernels): where a CPU's own lowcore names it, the others say nothing.
    if (stackOf(stacksOf(lowcoreFacts(session, cpu)), pointer) !== undefined) return named;
    const found = arrayed.flatMap(({ number, lowcore }): CpuEvidence[] => {
      const stack = stackOf(stacksOf(lowcore), pointer);
      return stack === undefined
        ? []
        : [{ by: 'stack', linuxCpu: number, text: `its stack pointer ${hex(pointer)} lies in the ${stack.name} of CPU ${number}` }];
    });
    return [...named, ...found];
  });
}

/** What of the kernel the evidence rests on. */
export interface EvidenceParts {
  readonly memory: KernelMemory;
  readonly symbols: SymbolTable;
  readonly types: StructTypes | undefined;
  readonly data: readonly KernelCpu[];
}

const NT_PRSTATUS = 1;
const pidOffset = 32;

/** Only the CPU on which kdump begins runs these (kernel/crash_core.c, arch/x86 and arch/arm64 machine_kexec.c). */
const beginsKdump = new Set(['__crash_kexec', 'crash_kexec', 'machine_kexec', 'machine_crash_shutdown', 'native_machine_crash_shutdown']);

/** Whether the notes are those that the crashing kernel wrote: only there pr_pid is the pid of a task. */
export function isOfCrash({ image, knownVmcoreinfo }: Session): boolean {
  const isHypervisors = image.notes.some(({ owner }) => owner === 'QEMU') || /qemu/i.test(image.container.producer?.value ?? '');
  return !isHypervisors && knownVmcoreinfo?.entries.has('CRASHTIME') === true;
}

/** Elsewhere: what the kernel's per-CPU data and the registers have in common. */
export function perCpuEvidence(session: Session, { memory, symbols, types, data }: EvidenceParts): readonly (readonly CpuEvidence[])[] {
  const { image } = session;
  const { cpus } = session.cpuSet;
  const { registers } = architectures[image.machine.arch];
  const groups = notesByCpu(image.notes);
  const bases = registers.perCpuBases(image, cpus);
  const fromCrash = isOfCrash(session);
  const pidAt = types?.offset('task_struct', 'pid');
  const pids = data.map(({ number, current }) => ({
    number,
    pid: current === undefined || pidAt === undefined ? undefined : memory.u32(current + BigInt(pidAt)),
  }));
  const panicked = fromCrash ? panicCpu(memory, symbols) : undefined;

  const ofNote = (note: RawNote): readonly CpuEvidence[] => {
    const stored = data.find((one) => typeof one.note === 'object' && Buffer.compare(one.note.desc, note.desc) === 0);
    const pid = new DataView(note.desc.buffer, note.desc.byteOffset).getUint32(pidOffset, image.machine.endian === 'little');
    // Every CPU has an idle task of pid 0, and zero is what a note has that nobody filled.
    const running = fromCrash && pid !== 0 ? pids.filter((one) => one.pid === pid) : [];
    const [sole] = running;
    return [
      ...(stored === undefined
        ? []
        : [{ by: 'crash-notes' as const, linuxCpu: stored.number, text: `CPU ${stored.number} saved the same in its buffer of crash_notes` }]),
      ...(sole === undefined || running.length > 1
        ? []
        : [{ by: 'pid' as const, linuxCpu: sole.number, text: `its note names pid ${pid}, which CPU ${sole.number} ran` }]),
    ];
  };

  return cpus.map((cpu): readonly CpuEvidence[] => {
    const found: CpuEvidence[] = [];
    const note = groups[cpu.id]?.find(({ type, desc }) => type === NT_PRSTATUS && desc.length > pidOffset + 4);
    if (note !== undefined) append(found, ofNote(note));
    const pointer = registers.stackPointer(cpu);
    for (const { number, stacks, base } of data) {
      const stack = pointer === undefined ? undefined : stackOf(stacks, pointer);
      if (stack !== undefined && pointer !== undefined)
        found.push({ by: 'stack', linuxCpu: number, text: `its stack pointer ${hex(pointer)} lies in the ${stack.name} of CPU ${number}` });
      if (base !== undefined && base !== 0n && bases.get(cpu.id)?.includes(base) === true)
        found.push({ by: 'per-cpu-base', linuxCpu: number, text: `it has the per-CPU base ${hex(base)} of CPU ${number}` });
    }
    const counter = registers.programCounter(cpu);
    const at = counter === undefined ? undefined : symbols.at(counter);
    if (panicked !== undefined && at !== undefined && beginsKdump.has(functionName(at.name)))
      found.push({ by: 'panic-cpu', linuxCpu: panicked, text: `it is in ${at.name}, and panic_cpu is ${panicked}` });
    return found;
  });
}
