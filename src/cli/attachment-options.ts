/** Options of the commands that report on the kernel: files that a user may attach to a dump to add information about it. */
import type { AttachmentKind, AttachmentPaths } from '../shared/attachment.ts';
import type { CommandOption, OptionValues } from './command.ts';

export const attachmentOptions: readonly CommandOption[] = [
  {
    flags: '--vmcoreinfo <file>',
    description: "read the kernel with this VMCOREINFO text instead of the dump's own (exports contain the dump's own); rejected if it is of another kernel",
  },
  { flags: '--system-map <file>', description: 'use the symbols of this System.map if the dump has none, or function names only' },
  {
    flags: '--vmlinux <file>',
    description: 'use symbols and types (BTF) of this vmlinux, or of its debug information file, if the dump has fewer; rejected if it is of another kernel',
  },
  {
    flags: '--dmesg <file>',
    description: 'compare the kernel log saved in this file (vmcore-dmesg.txt, dmesg, journalctl -k) with the one in memory, or use it if that cannot be read',
  },
  {
    flags: '--dump-log <file>',
    description: 'compare the dump with the log that kdump or makedumpfile wrote when saving it (kdump.log, kexec-dmesg.log, output of makedumpfile)',
  },
  {
    flags: '--host-facts <file-or-folder>',
    description:
      'compare the dump with an independent description of the system: an archive made by dbginfo.sh or sos report, or the folder it was unpacked to',
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
