/**
 * The CPUs of an s390x dump from whichever source it has: register notes, the container's own records, or the prefix vector of a
 * stand-alone header with the store-status areas in memory. CPUs are matched by identity (prefix, lowcore cpu_nr), never by position.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import type { RawNote, RecordedCpu } from '../../formats/dump-format.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { parse } from '../../layout/struct.ts';
import type { CpuSet, CpuSource } from '../architecture.ts';
import { lowcoreIdentity, type LowcoreIdentity } from './lowcore-identity.ts';
import { fpregsetS390x, prstatusS390x, s390Ctrs, s390LastBreak, s390Prefix, s390Timer, s390TodCmp, s390TodPreg, s390VxrsHigh, s390VxrsLow } from './notes.ts';
import { decodePsw } from './psw.ts';
import { lowcoreSize, saveArea } from './save-area.ts';

const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
const NT_S390_PREFIX = 0x305;
const NT_S390_PV_CPU_DATA = 0x30e;

const hexAll = (values: readonly (bigint | number)[]): string[] => values.map((value) => hex(value));

/** v0 to v15 are floating-point register and low half, v16 to v31 stand alone. */
function vectorRegisters(fprs: readonly bigint[], low: readonly bigint[], high: readonly Uint8Array[]): string[] {
  const first = fprs.map((value, index) => hex((value << 64n) | (low[index] ?? 0n)));
  return [...first, ...high.map((value) => hex(BigInt(`0x${Buffer.from(value).toString('hex')}`)))];
}

function identityAt(memory: AbsoluteMemory, prefix: number): LowcoreIdentity | undefined {
  const lowcore = memory.readPresent(BigInt(prefix), lowcoreSize);
  return lowcore === undefined ? undefined : lowcoreIdentity(lowcore);
}

/** Descriptor of the note of a type, if it has at least so many bytes. */
type NoteFinder = (type: number, size: number) => Uint8Array | undefined;

/** The registers that have notes of their own. */
function noteGroups(desc: NoteFinder): Partial<CpuJson> {
  const fpDesc = desc(NT_FPREGSET, fpregsetS390x.size);
  const floating = fpDesc === undefined ? undefined : parse(fpregsetS390x, fpDesc);
  const [ctrs, timer, todcmp, todpreg, low, high, lastBreak] = [
    desc(0x304, 128),
    desc(0x301, 8),
    desc(0x302, 8),
    desc(0x303, 4),
    desc(0x309, 128),
    desc(0x30a, 256),
    desc(0x306, 8),
  ];
  return {
    ...(ctrs === undefined ? {} : { crs: hexAll(parse(s390Ctrs, ctrs).crs) }),
    ...(floating === undefined ? {} : { fprs: hexAll(floating.fprs), fpc: hex(floating.fpc) }),
    ...(floating === undefined || low === undefined || high === undefined
      ? {}
      : { vxrs: vectorRegisters(floating.fprs, parse(s390VxrsLow, low).low, parse(s390VxrsHigh, high).high) }),
    ...(timer === undefined ? {} : { timer: hex(parse(s390Timer, timer).timer) }),
    ...(todcmp === undefined ? {} : { clockComparator: hex(parse(s390TodCmp, todcmp).todcmp) }),
    ...(todpreg === undefined ? {} : { todProgrammable: hex(parse(s390TodPreg, todpreg).todpreg) }),
    ...(lastBreak === undefined ? {} : { breakingEventAddress: hex(parse(s390LastBreak, lastBreak).last_break) }),
  };
}

function s390xFromNotes(group: readonly RawNote[], id: number, memory: AbsoluteMemory): { cpu: CpuJson; identity: LowcoreIdentity | undefined } | undefined {
  const desc = (type: number, size: number): Uint8Array | undefined => {
    const found = group.find((note) => note.type === type)?.desc;
    return found !== undefined && found.length >= size ? found : undefined;
  };
  // The registers end before orig_gpr2; shorter descriptors than the structure occur (elf-vmcore.md section 4).
  const found = desc(NT_PRSTATUS, 320);
  // A longer one is of another machine: a finding says so.
  const status = found === undefined || found.length > prstatusS390x.size ? undefined : found;
  const prefixDesc = desc(NT_S390_PREFIX, 4);
  const prefix = prefixDesc === undefined ? undefined : parse(s390Prefix, prefixDesc).prefix;
  const identity = prefix === undefined ? undefined : identityAt(memory, prefix);
  if (status === undefined) {
    // What is left of a CPU whose PRSTATUS is missing: it keeps its place, so that nobody else takes it. Without a prefix either, it is not a CPU.
    if (prefix === undefined || group.some(({ type }) => type === NT_PRSTATUS)) return undefined;
    const named = { ...(identity === undefined ? {} : { linuxCpu: identity.linuxCpu }), prefix: hex(prefix) };
    return { cpu: { id, ...named, state: 'general registers not recorded', ...noteGroups(desc), source: 'note' }, identity };
  }
  // The plain notes of a secure guest's CPU are blank: what it held is in the encrypted one.
  if (group.some((note) => note.type === NT_S390_PV_CPU_DATA))
    return { cpu: { id, state: 'encrypted: CPU of a secure guest', source: 'note' }, identity: undefined };
  const padded = new Uint8Array(prstatusS390x.size);
  padded.set(status.subarray(0, padded.length));
  const registers = parse(prstatusS390x, padded);
  const psw = decodePsw({ mask: registers.psw_mask, address: registers.psw_addr });
  const cpu: CpuJson = {
    id,
    ...(identity === undefined ? {} : { linuxCpu: identity.linuxCpu }),
    state: psw.decoded.text,
    ...(prefix === undefined ? {} : { prefix: hex(prefix) }),
    psw,
    gprs: hexAll(registers.gprs),
    acrs: hexAll(registers.acrs),
    ...noteGroups(desc),
    source: 'note',
  };
  return { cpu, identity };
}

/**
 * The status that was stored into a CPU's own lowcore; without registers when none was.
 * @returns undefined when the lowcore is not in the dump
 */
export function storedStatus(memory: AbsoluteMemory, prefix: number): CpuJson | undefined {
  return memory.readPresent(BigInt(prefix), lowcoreSize) === undefined ? undefined : s390xFromLowcore(prefix, 0, memory).cpu;
}

/** The vector save area that the lowcore names: 32 registers of 16 bytes (lowcore.md section 2.6). */
function vectorSaveArea(memory: AbsoluteMemory, mcesad: bigint): string[] | undefined {
  const origin = mcesad & ~0x3ffn;
  const area = origin === 0n || origin >= memory.end ? undefined : memory.readPresent(origin, 512);
  if (area === undefined) return undefined;
  return Array.from({ length: 32 }, (_, index) => hex(BigInt(`0x${Buffer.from(area.subarray(16 * index, 16 * index + 16)).toString('hex')}`)));
}

function s390xFromLowcore(prefix: number, id: number, memory: AbsoluteMemory): { cpu: CpuJson; identity: LowcoreIdentity | undefined } {
  const lowcore = memory.readPresent(BigInt(prefix), lowcoreSize);
  if (lowcore === undefined) return { cpu: { id, prefix: hex(prefix), state: 'registers not in the dump', source: 'header' }, identity: undefined };
  const identity = lowcoreIdentity(lowcore);
  const saved = parse(saveArea, lowcore);
  const named = { id, ...(identity === undefined ? {} : { linuxCpu: identity.linuxCpu }), prefix: hex(prefix) };
  // Linux fills the control register save area itself, so only PSW and prefix tell whether a status was stored.
  if (saved.psw_mask === 0n && saved.psw_addr === 0n && saved.prefix === 0) return { cpu: { ...named, state: 'no status stored', source: 'header' }, identity };
  const psw = decodePsw({ mask: saved.psw_mask, address: saved.psw_addr });
  const vectors = vectorSaveArea(memory, saved.mcesad);
  return {
    identity,
    cpu: {
      ...named,
      state: psw.decoded.text,
      psw,
      gprs: hexAll(saved.gprs),
      acrs: hexAll(saved.acrs),
      crs: hexAll(saved.crs),
      fprs: hexAll(saved.fprs),
      fpc: hex(saved.fpc),
      ...defined({ vxrs: vectors }),
      timer: hex(saved.timer),
      clockComparator: hex(saved.todcmp),
      todProgrammable: hex(saved.todpreg),
      ...(saved.last_break === 0n ? {} : { breakingEventAddress: hex(saved.last_break) }),
      source: 'lowcore',
    },
  };
}

function s390xFromRecord(record: RecordedCpu, id: number, memory: AbsoluteMemory): { cpu: CpuJson; identity: LowcoreIdentity | undefined } {
  const identity = identityAt(memory, record.prefix);
  const psw = decodePsw(record.psw);
  return {
    identity,
    cpu: {
      id,
      ...(identity === undefined ? {} : { linuxCpu: identity.linuxCpu }),
      ...defined({ cpuAddress: record.cpuAddress }),
      state: psw.decoded.text,
      prefix: hex(record.prefix),
      psw,
      gprs: hexAll(record.gprs),
      acrs: hexAll(record.acrs),
      crs: hexAll(record.crs),
      fprs: hexAll(record.fprs),
      fpc: hex(record.fpc),
      ...(record.vectorLow === undefined || record.vectorHigh === undefined
        ? {}
        : { vxrs: [...record.fprs.map((value, index) => hex((value << 64n) | (record.vectorLow?.[index] ?? 0n))), ...hexAll(record.vectorHigh)] }),
      timer: hex(record.timer),
      clockComparator: hex(record.clockComparator),
      todProgrammable: hex(record.todProgrammable),
      ...(record.todClock === undefined ? {} : { todClock: hex(record.todClock) }),
      source: 'header',
    },
  };
}

/** CPUs whose lowcores the kernel's own array names, for dumps whose notes and header name none. */
function fromKernelArray(prefixes: readonly number[], memory: AbsoluteMemory): { cpu: CpuJson; identity: LowcoreIdentity | undefined }[] {
  return prefixes.map((prefix, id) => {
    const { cpu, identity } = s390xFromLowcore(prefix, id, memory);
    return { cpu: { ...cpu, source: 'lowcore' }, identity };
  });
}

/** All CPUs in dump order. */
export function readS390xCpus({ image, memory, groups, kernelPrefixes }: CpuSource): CpuSet {
  const found =
    image.recordedCpus !== undefined
      ? image.recordedCpus.map((record, id) => s390xFromRecord(record, id, memory))
      : groups.length > 0
        ? groups.flatMap((group, id) => s390xFromNotes(group, id, memory) ?? [])
        : image.prefixes.length > 0
          ? image.prefixes.map((prefix, id) => s390xFromLowcore(prefix, id, memory))
          : fromKernelArray(kernelPrefixes(), memory);
  const hypervisors = new Set(found.flatMap(({ identity }) => identity?.hypervisor ?? []));
  const [only] = hypervisors;
  return { cpus: found.map(({ cpu }) => cpu), ...(hypervisors.size === 1 && only !== undefined ? { hypervisor: only } : {}) };
}
