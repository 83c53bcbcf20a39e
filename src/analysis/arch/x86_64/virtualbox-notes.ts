/**
 * Notes of VirtualBox cores (`VBoxManage debugvm dumpvmcore`): VBCORE describes the file, VBCPU holds a CPU
 * (include/VBox/vmm/dbgfcorefmt.h; DBGFCORE_FMT_VERSION 0x10006). Unproven on a real dump.
 */
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

/** The only version whose register record is described here. */
const knownVersion = 0x0001_0006;

const ofOwner = (notes: readonly RawNote[], owner: string, type: number, bytes: number): readonly RawNote[] =>
  notes.filter((note) => note.owner === owner && note.type === type && note.desc.length >= bytes);

/** Registers by the names that NT_PRSTATUS has, with the control registers; empty for another version of the format. */
export function virtualBoxRegisters(notes: readonly RawNote[]): readonly Readonly<Record<string, bigint>>[] {
  const [core] = ofOwner(notes, 'VBCORE', NT_VBOXCORE, descriptor.size);
  if (core === undefined || parse(descriptor, core.desc, { endian: 'little' }).u32FmtVersion !== knownVersion) return [];
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
