/** The facts of a dump as short texts, each with its source. One list feeds the pills and the table of all facts. */
import { cpuCountText } from '../../shared/cpu-registers.ts';
import { attachedText } from '../../shared/attachment.ts';
import { defined } from '../../shared/defined.ts';
import type { Trust } from '../../shared/fact.ts';
import { diskText, dumpDeviceText } from '../../shared/disk-model.ts';
import { completenessText } from '../../shared/dump-completeness.ts';
import type { Catalogue } from '../../shared/catalogue-model.ts';
import type { Info } from '../../shared/model.ts';
import { packedText } from '../../shared/packed-copy.ts';
import { byteText } from '../../shared/units.ts';
import { formatTitle } from './catalogue.ts';
import { timeText } from './durations.ts';

export interface ShownFact {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** Undefined if the engine gives none, as for the file's own size. */
  readonly trust: Trust | undefined;
  readonly source: string | undefined;
  /** Shown next to the title, with this text. */
  readonly pill?: string;
}

const archNames: Readonly<Record<string, string>> = { s390x: 'z/Architecture', s390: 'ESA/390', x86_64: 'x86-64', aarch64: 'AArch64' };

const trustRank: readonly Trust[] = ['contradicted', 'missing', 'unverifiable', 'consistent', 'verified'];

export function dumpFacts(info: Info, catalogue: Catalogue): readonly ShownFact[] {
  const { container, machine, memory, kernel, times, provenance = {} } = info;
  const facts: ShownFact[] = [];
  /** @param pointers JSON pointers into info; the least trusted one counts */
  const add = (id: string, label: string, text: string | undefined, pointers: readonly string[], pill?: string): void => {
    if (text === undefined || text === '') return;
    const known = pointers.flatMap((pointer) => (provenance[pointer] === undefined ? [] : [provenance[pointer]]));
    const trust = trustRank.find((one) => known.some((fact) => fact.trust === one));
    const source = [...new Set(known.map((fact) => fact.source))].join('; ');
    facts.push({ id, label, text, trust, source: source === '' ? undefined : source, ...defined({ pill }) });
  };
  const version = container.version === undefined ? '' : `, version ${container.version}`;
  const format = `${container.flattened ? 'flattened ' : ''}${formatTitle(catalogue, container.format)}${version}`;
  add('format', 'Format', format, ['/container/format', '/container/version'], format);
  const complete = completenessText(info);
  add('complete', 'Container', complete, ['/container/complete'], complete);
  add('producer', 'Written by', container.producer, ['/container/producer']);
  add('compression', 'Compression', container.compression, ['/container/compression']);
  add('packed', 'Packed', packedText(container), ['/container/wrapper']);
  add('volumes', 'Volumes', container.volumes?.map((volume) => `${volume.path} (${byteText(volume.bytes)})`).join(', '), ['/container/volumes']);
  const { disk, dumpDevice } = container;
  add('disk', 'Disk', disk === undefined ? undefined : diskText(disk), []);
  add('dump-device', 'Prepared by zipl', dumpDevice === undefined ? undefined : dumpDeviceText(dumpDevice), ['/container/dumpDevice']);
  const isPart = container.format === 'capsule';
  const size = `${isPart ? 'cited pages of ' : ''}${byteText(memory.bytes)}`;
  add('memory', 'Memory', size, ['/memory/bytes'], size);
  add(
    'ranges',
    'Memory ranges',
    memory.ranges
      .slice(0, 8)
      .map(({ start, end }) => `${start} – ${end}`)
      .join(', '),
    ['/memory/ranges'],
  );
  const { crashkernel } = memory;
  add('crashkernel', 'crashkernel', crashkernel === undefined ? undefined : `${crashkernel.start} – ${crashkernel.end}`, ['/memory/crashkernel']);
  // A capsule contains no CPUs, however many the dump had.
  if (!isPart) add('cpus', 'CPUs', cpuCountText(machine), ['/machine/cpuCount'], cpuCountText(machine));
  const arch = archNames[machine.arch] ?? machine.arch;
  const guest = machine.hypervisor === undefined ? '' : machine.hypervisor === 'LPAR' ? ', LPAR' : `, ${machine.hypervisor} guest`;
  const type = machine.machineType === undefined ? '' : ` ${machine.machineType}`;
  add(
    'machine',
    'Machine',
    `${machine.arch}, ${machine.bits} bits, ${machine.endianness} endian${guest}`,
    ['/machine/arch', '/machine/hypervisor'],
    `${arch}${type}${guest}`,
  );
  add('machine-type', 'Machine type', machine.machineType, ['/machine/machineType']);
  add('serial', 'Serial', machine.serial, ['/machine/serial']);
  if (machine.pageSize !== undefined) add('page-size', 'Page size', byteText(machine.pageSize), ['/machine/pageSize']);
  add('release', 'Kernel release', kernel.release, ['/kernel/release'], kernel.release === undefined ? undefined : `Linux ${kernel.release}`);
  add('kernel-version', 'Kernel build', kernel.version, ['/kernel/version']);
  add('nodename', 'Node name', kernel.nodename, ['/kernel/nodename']);
  add('attached', 'Attached', kernel.attached?.map(attachedText).join(', '), []);
  add('command-line', 'Command line', kernel.commandLine, ['/kernel/commandLine']);
  const time = (iso: string | undefined): string | undefined => (iso === undefined ? undefined : timeText(iso));
  const dumped = time(times.dumpStart ?? times.dumpEnd);
  const crashed = time(times.crash);
  add('crash', 'Crashed', crashed, ['/times/crash'], crashed === undefined ? undefined : `crashed ${crashed}`);
  add(
    'dump-start',
    'Dump started',
    time(times.dumpStart),
    ['/times/dumpStart'],
    crashed === undefined && dumped !== undefined ? `dumped ${dumped}` : undefined,
  );
  add(
    'dump-end',
    'Dump ended',
    time(times.dumpEnd),
    ['/times/dumpEnd'],
    crashed === undefined && times.dumpStart === undefined && dumped !== undefined ? `dumped ${dumped}` : undefined,
  );
  add('file-size', 'File', byteText(info.file.bytes), []);
  return facts;
}

/** One line for the list of recent files: "s390 stand-alone dump, 384 MiB, Linux 6.1.192". */
export function recentTitle(info: Info, catalogue: Catalogue): string {
  const parts = [
    formatTitle(catalogue, info.container.format),
    byteText(info.memory.bytes),
    info.kernel.release === undefined ? undefined : `Linux ${info.kernel.release}`,
  ];
  return parts
    .filter((part) => part !== undefined)
    .join(', ')
    .slice(0, 400);
}

/** The dumped system, in a few words: "s390x 3931, Linux 6.1.192". */
export function systemText({ machine, kernel }: Info): string {
  const type = machine.machineType === undefined ? '' : ` ${machine.machineType}`;
  return [`${machine.arch}${type}`, ...(kernel.release === undefined ? [] : [`Linux ${kernel.release}`])].join(', ');
}
