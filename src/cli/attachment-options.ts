/** Options of the commands that speak of the kernel: files that a user may attach to a dump to tell more of it. */
import type { AttachmentKind, AttachmentPaths } from '../shared/attachment.ts';
import type { CommandOption, OptionValues } from './command.ts';

export const attachmentOptions: readonly CommandOption[] = [
  {
    flags: '--vmcoreinfo <file>',
    description:
      "read the kernel by this text of a VMCOREINFO note instead of the dump's own, which an export keeps all the same; refused when it is of another kernel",
  },
  { flags: '--system-map <file>', description: 'take the symbols of this System.map where the dump holds none or text symbols only' },
  {
    flags: '--vmlinux <file>',
    description:
      'take symbols and types (BTF) of this vmlinux, or of the file of its debug information, where the dump holds less; refused when it is of another kernel',
  },
  {
    flags: '--dmesg <file>',
    description:
      'take the kernel log that was saved in this file (vmcore-dmesg.txt, dmesg, journalctl -k) where the one in memory cannot be read, and compare the two where it can',
  },
  {
    flags: '--dump-log <file>',
    description: 'compare the dump with the log that kdump or makedumpfile wrote when it saved it (kdump.log, kexec-dmesg.log, output of makedumpfile)',
  },
  {
    flags: '--host-facts <file-or-folder>',
    description: 'compare the dump with an archive of dbginfo.sh or sos report, or the folder that it was unpacked to, as an independent witness of the system',
  },
];

/** The option that attaches a file of a kind. */
export const attachmentFlags: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: '--vmlinux',
  systemMap: '--system-map',
  vmcoreinfo: '--vmcoreinfo',
  dmesg: '--dmesg',
  dumpLog: '--dump-log',
  hostFacts: '--host-facts',
};

export const attachmentsOf = (options: OptionValues): AttachmentPaths => ({
  ...(typeof options.vmcoreinfo === 'string' ? { vmcoreinfo: options.vmcoreinfo } : {}),
  ...(typeof options.systemMap === 'string' ? { systemMap: options.systemMap } : {}),
  ...(typeof options.vmlinux === 'string' ? { vmlinux: options.vmlinux } : {}),
  ...(typeof options.dmesg === 'string' ? { dmesg: options.dmesg } : {}),
  ...(typeof options.dumpLog === 'string' ? { dumpLog: options.dumpLog } : {}),
  ...(typeof options.hostFacts === 'string' ? { hostFacts: options.hostFacts } : {}),
});
