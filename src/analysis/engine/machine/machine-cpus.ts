/**
 * The CPUs of the machine: those whose registers the dump records, each with the number that evidence gives it, then those of which it
 * records none, with the reason. Every door and every other answer numbers CPUs by this list, and by none of its own.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { isInPart } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { notesByCpu } from '../../formats/cpu-notes.ts';
import type { RawNote } from '../../formats/dump-format.ts';
import { limitFindings } from '../../formats/finding-limit.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import { cpuMasks, type CpuMasks } from '../../kernel/cpus/cpu-masks.ts';
import { identifyCpus, type CpuEvidence, type CpuIdentity } from '../../kernel/cpus/identify-cpus.ts';
import { perCpuData, type KernelCpu } from '../../kernel/cpus/per-cpu-data.ts';
import type { KernelTypes } from '../../kernel/btf/find-types.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { withoutLostPages } from '../../kernel/memory/lost-pages.ts';
import { derived } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { absentByLowcore, absentByMask } from './absent-cpus.ts';
import { arrayOf } from './lowcore-of-cpu.ts';
import { isOfCrash, lowcoreEvidence, perCpuEvidence } from './cpu-evidence.ts';
import { valueOf } from '../../../shared/result.ts';

export interface MachineCpus {
  /** Those that the dump records, in its order, then those without registers by their numbers. */
  readonly cpus: readonly CpuJson[];
  /** How many of them the dump records. */
  readonly recorded: number;
  /** Notes in which there are zeros in place of registers; they count as not recorded. */
  readonly blank: number;
  /** Different CPUs among them, and among those that the dump records: a CPU that is recorded twice counts once. */
  readonly different: { readonly all: number; readonly recorded: number };
  readonly masks: CpuMasks | undefined;
  /** What the kernel keeps about each CPU in per-CPU variables, by Linux number; empty where lowcores say it. */
  readonly data: ReadonlyMap<number, KernelCpu>;
  /** By CPU id: the Linux number by evidence, else the one that the position suggests. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly findings: readonly Finding[];
}

/** A CPU of s390x is its prefix, whatever number its lowcore has; what nothing tells apart is another one. */
const keyOf = ({ id, linuxCpu, prefix, system }: CpuJson): string => `${system ?? ''} ${prefix ?? linuxCpu ?? `at ${id}`}`;
const differentCpus = (cpus: readonly CpuJson[]): number => new Set(cpus.map(keyOf)).size;

const nameOf = (cpu: CpuJson): string => (cpu.linuxCpu === undefined ? `the registers at position ${cpu.id}` : `CPU ${cpu.linuxCpu}`);

function findingsOf(recorded: readonly CpuJson[], absent: readonly CpuJson[], masks: CpuMasks | undefined): readonly Finding[] {
  const contradicted = recorded.flatMap((cpu): Finding[] => {
    const { contradicted: against } = cpu.identity ?? {};
    if (cpu.identity === undefined || against === undefined) return [];
    const detail = `${nameOf(cpu)}, because ${cpu.identity.detail}; evidence against it: ${against.join('; ')}`;
    return [{ id: 'cross-cpu-count/identity', severity: 'warning', title: 'Sources name different CPUs for the same registers', detail }];
  });
  const firsts = new Map<string, CpuJson>();
  const twice = recorded.flatMap((cpu): Finding[] => {
    if (cpu.linuxCpu === undefined) return [];
    const key = `${cpu.system ?? ''} ${cpu.linuxCpu}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, cpu);
    // Two records of one prefix are one CPU, which another check says.
    if (first === undefined || (cpu.prefix !== undefined && first.prefix === cpu.prefix)) return [];
    const detail = `the registers at positions ${first.id} and ${cpu.id} both belong to CPU ${cpu.linuxCpu}: ${[...new Set([first.identity?.detail, cpu.identity?.detail])].flatMap((one) => one ?? []).join('; ')}`;
    return [{ id: 'cross-cpu-count/identity', severity: 'warning', title: 'Two sets of registers belong to one CPU', detail }];
  });
  const online = new Set(masks?.online);
  const lost = absent.filter((cpu) => online.has(cpu.linuxCpu ?? -1));
  const missing = lost.map((cpu): Finding => {
    const detail = cpu.withoutRegisters?.detail ?? cpu.identity?.detail ?? 'the dump has no note of it';
    return { id: 'cross-cpu-count/no-registers', severity: 'warning', title: `The dump records no registers of CPU ${cpu.linuxCpu ?? 0}`, detail };
  });
  const inPart = recorded.filter(isInPart).map((cpu): Finding => {
    const detail = `there are other register notes of it, and its prefix ${cpu.prefix ?? ''}, but no NT_PRSTATUS: where it was is not known`;
    return { id: 'cross-cpu-count/no-registers', severity: 'warning', title: `The dump records no PSW and no general registers of ${nameOf(cpu)}`, detail };
  });
  return limitFindings([...contradicted, ...twice, ...missing, ...inPart]);
}

/** NT_PRSTATUS and the s390x prefix (include/uapi/linux/elf.h). */
const registerNotes: ReadonlySet<number> = new Set([1, 0x305]);

/**
 * Recorded CPUs whose notes are there and hold zeros only: nobody saved registers there, and no CPU has such ones while it runs.
 * @returns each with its first note
 */
function blankOf({ image, cpuSet }: Session): ReadonlyMap<CpuJson, RawNote> {
  const groups = notesByCpu(image.notes);
  const found = new Map<CpuJson, RawNote>();
  for (const cpu of cpuSet.cpus) {
    const group = cpu.source.startsWith('note') ? (groups[cpu.id] ?? []) : [];
    const [first] = group;
    const registers = group.filter(({ type }) => registerNotes.has(type));
    if (first !== undefined && registers.length > 0 && registers.every(({ desc }) => desc.every((byte) => byte === 0))) found.set(cpu, first);
  }
  return found;
}

function blankFinding({ id }: CpuJson, note: RawNote): Finding {
  const detail = `the note at position ${id} has zeros in place of registers: nothing is read from it, and its CPU cannot be determined`;
  const where = { fileOffset: note.descOffset, bytes: note.desc.length };
  return { id: 'cross-cpu-count/blank-registers', severity: 'warning', title: 'A set of registers is all zero', detail, where };
}

/** kdump copies its notes from the buffers of crash_notes: another note there means that one of the two changed, or that this one is of another CPU. */
function withDoubt(session: Session, cpu: CpuJson, data: ReadonlyMap<number, KernelCpu>): CpuJson {
  const { identity, linuxCpu } = cpu;
  const saved = linuxCpu === undefined ? undefined : data.get(linuxCpu)?.note;
  if (identity === undefined || identity.by === 'crash-notes' || typeof saved !== 'object' || !isOfCrash(session)) return cpu;
  const against = `the buffer of crash_notes of CPU ${linuxCpu ?? 0} at ${hex(saved.address)} holds another note`;
  return { ...cpu, identity: { ...identity, contradicted: [...(identity.contradicted ?? []), against] } };
}

/** What was looked for counts where nothing at hand says whose registers they are. */
const withFound = (evidence: readonly CpuEvidence[] = [], found: CpuEvidence | undefined): readonly CpuEvidence[] =>
  evidence.length === 0 && found !== undefined ? [found] : evidence;

function withIdentity(cpu: CpuJson, { linuxCpu, json }: CpuIdentity): CpuJson {
  const { linuxCpu: _, ...rest } = cpu;
  return { ...rest, ...defined({ linuxCpu }), identity: json };
}

/** CPUs of the system that crashed before, where the one that ran then is shown: stopped, with prefixes that mean nothing to it. */
function ofFirstSystem(session: Session): ReadonlyMap<number, CpuJson> {
  if (session.twoSystems === undefined || session.view === 'prod') return new Map();
  const own = new Set(arrayOf(session).map(({ prefix }) => hex(prefix)));
  const first = new Map(arrayOf(session.inView('prod')).map(({ number, prefix }) => [hex(prefix), number]));
  return new Map(
    session.cpuSet.cpus.flatMap((cpu): [number, CpuJson][] => {
      const number = cpu.prefix === undefined || own.has(cpu.prefix) ? undefined : first.get(cpu.prefix);
      if (number === undefined || cpu.prefix === undefined) return [];
      const { linuxCpu: _, ...rest } = cpu;
      const detail = `lowcore_ptr[${number}] of the system that crashed before is its prefix ${cpu.prefix}`;
      return [[cpu.id, { ...rest, system: 'prod', identity: { by: 'prefix', detail } }]];
    }),
  );
}

/** Evidence that was looked for besides: of tasks whose stacks hold a stack pointer, by the ids of CPUs. */
export const foundEvidence = derived((_: Session): { byCpu: ReadonlyMap<number, CpuEvidence> } => ({ byCpu: new Map() }));

/** What the list rests on: once more of it is known, the list is recreated, for all that ask. */
interface Known {
  readonly kernel: Kernel;
  readonly hasSymbols: boolean;
  readonly types: KernelTypes | undefined;
  readonly found: ReadonlyMap<number, CpuEvidence>;
}

function knownOf(session: Session): Known {
  const { knownKernel: kernel } = session;
  const { hasSymbols } = kernel;
  const hasLowcores = architectures[session.image.machine.arch].features.has('lowcore');
  return { kernel, hasSymbols, types: hasLowcores ? undefined : kernel.knownTypes, found: foundEvidence(session).byCpu };
}

const isSame = (one: Known, other: Known): boolean =>
  one.kernel === other.kernel && one.hasSymbols === other.hasSymbols && one.types === other.types && one.found === other.found;

function compute(session: Session, { kernel, hasSymbols, types: found, found: looked }: Known): MachineCpus {
  const { arch } = session.image.machine;
  const all = session.cpuSet.cpus;
  const hasLowcores = architectures[arch].features.has('lowcore');
  const search = hasSymbols ? kernel.symbols : undefined;
  const symbols = valueOf(search);
  const memory = withoutLostPages(kernel.memory);
  const types = symbols === undefined || found === undefined ? undefined : structTypes(found.types);
  const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
  const perCpu = hasLowcores || symbols === undefined ? [] : perCpuData({ memory, symbols, types, masks });
  const data = new Map(perCpu.map((one) => [one.number, one]));
  const array = hasLowcores ? arrayOf(session) : [];
  const others = hasLowcores ? ofFirstSystem(session) : new Map<number, CpuJson>();
  const evidence: readonly (readonly CpuEvidence[])[] = hasLowcores
    ? lowcoreEvidence(session, array)
    : symbols === undefined
      ? all.map(() => [])
      : perCpuEvidence(session, { memory, symbols, types, data: perCpu });
  const running = masks?.online ?? (array.length === 0 ? undefined : array.map(({ number }) => number));
  // Where the kernel does not say which CPUs there are, a record is all there is of one.
  const blank = new Map(running === undefined ? [] : Array.from(blankOf(session)).filter(([{ id }]) => !others.has(id)));
  const recorded = all.filter((cpu) => !blank.has(cpu));
  const own = all.flatMap((cpu, at) => (others.has(cpu.id) || blank.has(cpu) ? [] : [{ cpu, evidence: withFound(evidence[at], looked.get(cpu.id)) }]));
  const identities = identifyCpus(
    own.map((one) => one.evidence),
    running,
  );
  const identified = new Map(own.flatMap(({ cpu }, at) => (identities[at] === undefined ? [] : [[cpu.id, identities[at]] as const])));
  const named = recorded.map((cpu) => {
    const identity = identified.get(cpu.id);
    return others.get(cpu.id) ?? (identity === undefined ? cpu : withDoubt(session, withIdentity(cpu, identity), data));
  });
  const numbers = new Map([...identified].flatMap(([id, { assumed }]) => (assumed === undefined ? [] : [[id, assumed] as const])));
  const taken = new Set(numbers.values());
  const firstId = all.reduce((most, { id }) => Math.max(most, id), -1) + 1;
  // Where registers cannot be distinguished, those that are missing cannot either.
  const canTell = numbers.size === own.length;
  const absent = !canTell ? [] : hasLowcores ? absentByLowcore(session, taken, firstId, array, masks) : absentByMask(session, taken, firstId, masks, data);
  for (const { id, linuxCpu } of absent) if (linuxCpu !== undefined) numbers.set(id, linuxCpu);
  const findings = [...findingsOf(named, absent, masks), ...limitFindings(Array.from(blank, ([cpu, note]) => blankFinding(cpu, note)))];
  const cpus = [...named, ...absent];
  const different = { all: differentCpus(cpus), recorded: differentCpus(named) };
  return { cpus, recorded: named.length, different, blank: blank.size, masks, data, numbers, findings };
}

const lastMade = derived((_: Session): { made?: { readonly by: Known; readonly cpus: MachineCpus } } => ({}));

/**
 * The CPUs by all that is known by now; nothing is searched for. Answers that name CPUs wait for `lookForCpus` first, so that they name
 * them alike; what a scan of the whole memory finds later counts from then on, for all of them.
 */
export function machineCpus(session: Session): MachineCpus {
  const last = lastMade(session);
  const by = knownOf(session);
  if (last.made !== undefined && isSame(last.made.by, by)) return last.made.cpus;
  const cpus = compute(session, by);
  last.made = { by, cpus };
  return cpus;
}
