/** What the first page says of a dump: the same of one dump, and of two side by side. */
import { completenessText } from '../../shared/dump-completeness.ts';
import { cpuCountText } from '../../shared/cpu-registers.ts';
import { byteText } from '../../shared/units.ts';
import { mono, quoted, type Text } from './blocks.ts';
import type { ReportedDump } from './report-model.ts';

const joined = (parts: readonly (string | undefined)[]): string | undefined => {
  const known = parts.filter((part) => part !== undefined && part !== '');
  return known.length === 0 ? undefined : known.join(', ');
};

/** Names and values; what is not known of the dump is undefined. */
export function caseFacts({ fileName, info }: Pick<ReportedDump, 'fileName' | 'info'>): readonly (readonly [name: string, value: Text | undefined])[] {
  const { container, machine, memory, kernel, times } = info;
  const type = machine.machineType === undefined ? undefined : `type ${machine.machineType}`;
  const serial = machine.serial === undefined ? undefined : `serial ${machine.serial}`;
  const words = (text: string | undefined): Text | undefined => (text === undefined ? undefined : quoted(text));
  const exact = (text: string | undefined): Text | undefined => (text === undefined ? undefined : mono(text));
  return [
    ['Machine', words(joined([machine.arch, type, serial, machine.hypervisor, cpuCountText(machine)]))],
    ['Kernel', words(kernel.release === undefined ? undefined : [kernel.release, kernel.version].filter(Boolean).join(' '))],
    ['Node name', exact(kernel.nodename)],
    ['Memory', byteText(memory.bytes)],
    ['Crashed', exact(times.crash)],
    ['Dump started', exact(times.dumpStart)],
    ['Dump ended', exact(times.dumpEnd)],
    ['Dump', words(joined([fileName, byteText(info.file.bytes), container.format, container.producer, completenessText(info)]))],
  ];
}
