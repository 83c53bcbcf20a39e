/** Files that a user may put beside a dump to tell more of its kernel. */
import type { CommandOption, OptionValues } from '../command.ts';

export const kernelOptions: readonly CommandOption[] = [
  { flags: '--vmcoreinfo <file>', description: "take this text of a VMCOREINFO note instead of the dump's own" },
  { flags: '--system-map <file>', description: 'take the symbols of this System.map where the dump holds none or text symbols only' },
  {
    flags: '--vmlinux <file>',
    description:
      'take symbols and types (BTF) of this vmlinux, or of the file of its debug information, where the dump holds less; refused when it is of another kernel',
  },
];

export const kernelSources = (options: OptionValues): { readonly vmcoreinfo?: string; readonly systemMap?: string; readonly vmlinux?: string } => ({
  ...(typeof options.vmcoreinfo === 'string' ? { vmcoreinfo: options.vmcoreinfo } : {}),
  ...(typeof options.systemMap === 'string' ? { systemMap: options.systemMap } : {}),
  ...(typeof options.vmlinux === 'string' ? { vmlinux: options.vmlinux } : {}),
});
