/**
 * Notes of VirtualBox cores (`VBoxManage debugvm dumpvmcore`): VBCORE describes the file, VBCPU holds a CPU
 * (include/VBox/vmm/dbgfcorefmt.h). Its structure grew at the end from version to version of the format: 0x10004 and 0x10005 (VirtualBox 5
 * and 6.0) have no msrTscAux, 0x10006 (6.1 to 7.2) has; the registers up to msrKernelGSBase lie at the same places. Version 0x10000
 * (VirtualBox 4.0 and 4.1) holds the hypervisor's own CPUMCTX instead. Unproven on a real dump.
 */
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { u16, u32, u64 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { nested, parse, struct, type Fields } from '../../layout/struct.ts';
import type { NoteType } from '../note-type.ts';
import type { RawNote } from '../../formats/dump-format.ts';

const doc = 'Source: elf-vmcore.md section 8. Unproven on a real dump.';
const NT_VBOXCORE = 0xb00;
const NT_VBOXCPU = 0xb01;

const descriptor = struct(
  'DBGFCOREDESCRIPTOR',
  { endian: 'little', size: 24, doc },
  {
    u32Magic: u32(0, '0xc01ac0de', hex),
    u32FmtVersion: u32(4, 'version of the format', hex),
    cbSelf: u32(8, 'bytes of this structure'),
    u32VBoxVersion: u32(12, 'version of VirtualBox', hex),
    u32VBoxRevision: u32(16, 'revision of VirtualBox'),
    cCpus: u32(20, 'number of CPUs'),
  },
);

const selector = struct(
  'DBGFCORESEL',
  { endian: 'little', size: 24, doc },
  { base: u64(0), limit: u32(8, '', hex), attr: u32(12, '', hex), sel: u16(16, '', hex) },
);

const generalNames = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip', 'rsp', 'rbp', 'rflags',
] as const; // prettier-ignore
const selectorNames = ['cs', 'ds', 'es', 'fs', 'gs', 'ss'] as const;
const controlNames = ['cr0', 'cr2', 'cr3', 'cr4'] as const;

const cpuRecord = struct(
  'DBGFCORECPU',
  { endian: 'little', size: 544, doc: `${doc} Debug registers, descriptor tables and what follows the model-specific registers are left out.` },
  {
    ...(Object.fromEntries(generalNames.map((name, index) => [name, u64(8 * index)])) as Fields),
    ...(Object.fromEntries(selectorNames.map((name, index) => [name, nested(144 + 24 * index, selector)])) as Fields),
    ...(Object.fromEntries(controlNames.map((name, index) => [name, u64(288 + 8 * index)])) as Fields),
    msrEFER: u64(488),
    msrKernelGSBase: u64(536),
  },
);

export const virtualBoxNotes: readonly NoteType[] = [
  { name: 'VBCORE', owners: ['VBCORE'], type: NT_VBOXCORE, architectures: ['x86_64'], title: 'what VirtualBox says of the core', layout: () => descriptor },
  {
    name: 'VBCPU',
    owners: ['VBCPU'],
    type: NT_VBOXCPU,
    architectures: ['x86_64'],
    title: 'registers of a CPU as VirtualBox has them',
    layout: () => cpuRecord,
  },
];

/** Versions of the format whose register record begins as it is described here. */
const knownVersions: readonly number[] = [0x0001_0004, 0x0001_0005, 0x0001_0006];
const magic = 0xc01a_c0de;

const ofOwner = (notes: readonly RawNote[], owner: string, type: number, bytes: number): readonly RawNote[] =>
  notes.filter((note) => note.owner === owner && note.type === type && note.desc.length >= bytes);

/** The descriptor of the core; where it cannot be used, why. */
function coreOf(notes: readonly RawNote[]): Result<{ readonly version: number }> {
  const not = (why: string): Failure => failed('registers', why);
  const [core] = ofOwner(notes, 'VBCORE', NT_VBOXCORE, descriptor.size);
  if (core === undefined) return not('no whole VBCORE note says in which version of the format');
  const { u32Magic, u32FmtVersion: version } = parse(descriptor, core.desc, { endian: 'little' });
  if (u32Magic !== magic) return not(`the VBCORE note has the magic 0x${u32Magic.toString(16)}, not 0x${magic.toString(16)}`);
  if (!knownVersions.includes(version))
    return not(
      `they are of version 0x${version.toString(16)} of the format, of which Dumpbench does not know the layout (it knows ${knownVersions.map((one) => `0x${one.toString(16)}`).join(', ')})`,
    );
  return { value: { version } };
}

/** Why the VBCPU notes of a VirtualBox core give no registers, or undefined where they do. */
export function virtualBoxGap(notes: readonly RawNote[]): string | undefined {
  const core = coreOf(notes);
  if (isFailure(core)) return core.missing.why;
  const records = notes.filter(({ owner }) => owner === 'VBCPU');
  if (records.length === 0) return 'there are none';
  const short = records.find(({ type, desc }) => type !== NT_VBOXCPU || desc.length < cpuRecord.size);
  return short === undefined ? undefined : `one of them has ${short.desc.length} bytes, fewer than the ${cpuRecord.size} that the registers take`;
}

/** Registers by the names that NT_PRSTATUS has, with the control registers; empty where `virtualBoxGap` has a reason. */
export function virtualBoxRegisters(notes: readonly RawNote[]): readonly Readonly<Record<string, bigint>>[] {
  // The order of the notes is the order of the CPUs: with one of them unread the others could not be named.
  if (virtualBoxGap(notes) !== undefined) return [];
  return ofOwner(notes, 'VBCPU', NT_VBOXCPU, cpuRecord.size).map(({ desc }) => {
    const data = new DataView(desc.buffer, desc.byteOffset, desc.byteLength);
    const word = (at: number): bigint => data.getBigUint64(at, true);
    return {
      ...Object.fromEntries(generalNames.map((name, index) => [name === 'rflags' ? 'eflags' : name, word(8 * index)])),
      ...Object.fromEntries(selectorNames.map((name, index) => [name, BigInt(data.getUint16(144 + 24 * index + 16, true))])),
      fs_base: word(144 + 24 * 3),
      gs_base: word(144 + 24 * 4),
      ...Object.fromEntries(controlNames.map((name, index) => [name, word(288 + 8 * index)])),
      kernel_gs_base: word(536),
    };
  });
}
