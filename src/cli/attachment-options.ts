/** Options of the commands that speak of the kernel: files that a user may attach to a dump to tell more of it. */
import type { AttachmentPaths } from '../shared/attachment.ts';
import type { CommandOption, OptionValues } from './command.ts';

export const attachmentOptions: readonly CommandOption[] = [
  { flags: '--vmcoreinfo <file>', description: "take this text of a VMCOREINFO note instead of the dump's own" },
  { flags: '--system-map <file>', description: 'take the symbols of this System.map where the dump holds none or text symbols only' },
  {
    flags: '--vmlinux <file>',
    description:
      'take symbols and types (BTF) of this vmlinux, or of the file of its debug information, where the dump holds less; refused when it is of another kernel',
  },
];

export const attachmentsOf = (options: OptionValues): AttachmentPaths => ({
  ...(typeof options.vmcoreinfo === 'string' ? { vmcoreinfo: options.vmcoreinfo } : {}),
  ...(typeof options.systemMap === 'string' ? { systemMap: options.systemMap } : {}),
  ...(typeof options.vmlinux === 'string' ? { vmlinux: options.vmlinux } : {}),
});
