/**
 * What the notes of a dump say of where it was taken, where that changes what its addresses and registers mean: a copy of /proc/kcore, a
 * Xen host, a VirtualBox core, a guest outside 64-bit mode.
 */
import type { Finding } from '../../shared/model.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import { virtualBoxGap } from '../arch/x86_64/virtualbox-notes.ts';
import { architectureOfPrstatus, architectures } from '../arch/index.ts';
import type { Endian } from '../layout/field.ts';
import type { DumpImage, RawNote } from './dump-format.ts';

export type DumpOrigin = NonNullable<DumpImage['origin']>;

const NT_PRSTATUS = 1;
/** fs/proc/kcore.c writes the task_struct of the reader; no crash dump has it. */
const NT_TASKSTRUCT = 4;
const XEN_ELFNOTE_CRASH_INFO = 0x1000001;
const XEN_ELFNOTE_CRASH_REGS = 0x1000002;

/** The version of the hypervisor by its own vmcoreinfo or its crash information. */
function xenVersion(notes: readonly RawNote[], endian: Endian): string | undefined {
  const text = notes.find(({ owner }) => owner === 'VMCOREINFO_XEN')?.desc;
  const release = text === undefined ? undefined : /^OSRELEASE=([\w.+~-]{1,64})$/m.exec(Buffer.from(text).toString('latin1'))?.[1];
  if (release !== undefined) return release;
  const info = notes.find(({ owner, type, desc }) => owner === 'Xen' && type === XEN_ELFNOTE_CRASH_INFO && desc.length >= 16)?.desc;
  if (info === undefined) return undefined;
  const data = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const [major, minor] = [0, 8].map((at) => data.getBigUint64(at, endian === 'little'));
  return `${String(major)}.${String(minor)}`;
}

const isXenHost = ({ owner, type }: RawNote): boolean =>
  owner === 'VMCOREINFO_XEN' || (owner === 'Xen' && (type === XEN_ELFNOTE_CRASH_INFO || type === XEN_ELFNOTE_CRASH_REGS));

/** @returns undefined for what most dumps are: a Linux kernel's memory by its own absolute addresses */
export function originOf(notes: readonly RawNote[], endian: Endian): DumpOrigin | undefined {
  if (notes.some(isXenHost)) {
    const version = xenVersion(notes, endian);
    const host = `Xen host${version === undefined ? '' : ` (Xen ${version})`}`;
    return {
      kind: 'xen-host',
      title: `This is a dump of a ${host}`,
      detail: `its addresses are machine addresses and its registers are those of the hypervisor; the kernel of domain 0 lies at other addresses than its vmcoreinfo names, so its log, symbols and tasks are not read`,
      unplaced: 'the kernel of domain 0 is not at the machine addresses that its vmcoreinfo names',
    };
  }
  if (notes.some(({ owner, type }) => owner === 'CORE' && type === NT_TASKSTRUCT))
    return {
      kind: 'kcore',
      title: 'This is a copy of /proc/kcore, of a running system',
      detail: 'it was read from /proc/kcore while the system ran: its contents may be inconsistent, and its NT_PRSTATUS belongs to no CPU',
    };
  if (notes.some(({ owner }) => owner === 'VBCORE')) {
    const gap = virtualBoxGap(notes);
    return {
      kind: 'virtualbox',
      title: 'VirtualBox took this core from outside',
      detail: `its addresses are those of the guest, registers are in VBCPU notes, in the order of the CPUs${gap === undefined ? '' : `, and cannot be read: ${gap}`}; nothing says that the guest had crashed`,
    };
  }
  return undefined;
}

export const originFinding = ({ title, detail }: DumpOrigin): Finding => ({ id: 'segments/origin', severity: 'warning', title, detail });

/** Register notes that are not what the machine's CPUs have in its 64-bit mode. */
export function registerNoteFindings(notes: readonly RawNote[], arch: Architecture, endian: Endian): readonly Finding[] {
  const { prstatus, narrowPrstatus } = architectures[arch].notes;
  const statuses = notes.filter(({ owner, type }) => owner === 'CORE' && type === NT_PRSTATUS);
  const findings: Finding[] = [];
  const narrow = statuses.filter(({ desc }) => desc.length === narrowPrstatus?.size);
  const [first] = narrow;
  if (first !== undefined)
    findings.push({
      id: 'container-complete/narrow-registers',
      severity: 'info',
      title: 'CPUs were outside 64-bit mode',
      detail: `${narrow.length} of ${statuses.length} register notes have ${first.desc.length} bytes, as a guest in firmware, a boot loader or a 32-bit kernel has them: no 64-bit kernel ran there`,
      where: { fileOffset: first.fileOffset, bytes: first.desc.length },
    });
  const isAnothers = (bytes: number): boolean => (architectureOfPrstatus(bytes, endian) ?? arch) !== arch;
  const foreign = statuses.find(({ desc: { length } }) => length > prstatus.size || (length !== prstatus.size && isAnothers(length)));
  if (foreign !== undefined) {
    const other = architectureOfPrstatus(foreign.desc.length, endian);
    findings.push({
      id: 'container-complete/machine',
      severity: 'warning',
      title: 'The register notes are not of the machine that the header names',
      detail: `they have ${foreign.desc.length} bytes, those of ${arch} have ${prstatus.size}${other === undefined ? '' : ` and those of ${other} ${foreign.desc.length}`}; no registers are read from them`,
      where: { fileOffset: foreign.fileOffset, bytes: foreign.desc.length },
    });
  }
  return findings;
}
