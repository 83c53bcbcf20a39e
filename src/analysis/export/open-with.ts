/** What to type to open an export with other programs, and what each of them needs. Only what is known of the dump is stated; the rest is a placeholder in capitals. */
import { architectures } from '../arch/index.ts';
import type { ExportFormat, OpenWithJson } from '../../shared/export-model.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import { hex } from '../../shared/units.ts';
import { debuginfoPackage } from './debuginfo-package.ts';

/** What is known of an export when it has been written. */
export interface WrittenExport {
  readonly path: string;
  readonly format: ExportFormat;
  readonly arch: Architecture;
  /** OSRELEASE, or that of the kernel's utsname. */
  readonly release: string | undefined;
  /** As `uname -v` prints it. */
  readonly version: string | undefined;
  /** BUILD-ID of VMCOREINFO, hex digits. */
  readonly buildId: string | undefined;
  /** Whether the export holds the VMCOREINFO note. */
  readonly hasVmcoreinfo: boolean;
  /** s390x: whether the kernel's addresses are not those of its memory (Linux 6.10), which IDENTITYBASE in VMCOREINFO tells. */
  readonly isMappedApart: boolean;
  /** CPUs whose registers are in the export. */
  readonly cpus: number;
  /** Whether only ranges of the memory were exported. */
  readonly isPart: boolean;
  /** Absolute address of the first byte; undefined where no page was exported. */
  readonly start: bigint | undefined;
}

/** The shell takes it as one argument, and no program takes it as an option. */
export function shellArgument(path: string): string {
  const plain = path.startsWith('-') ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`;
}

const placeholder = 'VMLINUX';

/** "vmlinux with debuginfo of kernel 6.1.0-50-s390x, build ID 0123...", and where to get it. */
function vmlinuxNeeds({ release, version, buildId }: WrittenExport): readonly string[] {
  const kernel = release === undefined ? 'the kernel that was dumped' : `kernel ${release}`;
  const built = buildId === undefined ? '' : `, build ID ${buildId} (readelf -n shows that of a file)`;
  const found = release === undefined ? undefined : debuginfoPackage(release, version);
  const from = found === undefined ? [] : [found.vmlinux === undefined ? `it is in ${found.name}` : `${found.name}, has it as ${found.vmlinux}`];
  return [`vmlinux with debuginfo of ${kernel}${built}`, ...from];
}

/** Registers and kernel data that are not there are no fault of the program's. */
function limits({ isPart, cpus }: WrittenExport): readonly string[] {
  return [
    ...(isPart ? ['only ranges of the memory were exported: the program fails on what it needs outside them'] : []),
    ...(cpus === 0 ? ['the export has no registers: stacks of tasks that were running on a CPU may be missing'] : []),
  ];
}

/** Read off these versions with exports of Linux 6.12; crash has had it since 8.0.5 ("s390x: uncouple physical and virtual memory spaces"). */
const apart = {
  crash: 'crash 8.0.5 or later: virtual and physical addresses of the kernel differ, which earlier versions cannot read',
  drgn: 'a recent drgn (0.3.0 reads it, 0.0.31 does not): virtual and physical addresses of the kernel differ',
  makedumpfile: 'a recent makedumpfile (1.7.6 reads it, 1.7.2 does not): virtual and physical addresses of the kernel differ',
} as const;
const whereApart = ({ isMappedApart }: WrittenExport, tool: keyof typeof apart): readonly string[] => (isMappedApart ? [apart[tool]] : []);

const moved = 'the export has no VMCOREINFO note: a kernel that KASLR moved is read only after its offset is given (--kaslr OFFSET)';

function crash(written: WrittenExport, file: string, vmlinux: string): OpenWithJson {
  const needs = [
    `crash built for ${written.arch}, on that machine or emulated (qemu-user)`,
    ...whereApart(written, 'crash'),
    ...vmlinuxNeeds(written),
    ...(written.hasVmcoreinfo || architectures[written.arch].features.has('lowcore') ? [] : [moved]),
    ...limits(written),
  ];
  return { tool: 'crash', command: `crash ${vmlinux} ${file}`, needs };
}

function drgn(written: WrittenExport, file: string, vmlinux: string): OpenWithJson {
  return { tool: 'drgn', command: `drgn -c ${file} -s ${vmlinux}`, needs: [...whereApart(written, 'drgn'), ...vmlinuxNeeds(written), ...limits(written)] };
}

/** drgn reads the kdump format through libkdumpfile, which cannot translate the addresses of a kernel of s390x that is mapped apart ("No way to translate"). */
const drgnOf = (written: WrittenExport, file: string, vmlinux: string): OpenWithJson[] =>
  written.format === 'kdump' && written.isMappedApart ? [] : [drgn(written, file, vmlinux)];

function makedumpfile(written: WrittenExport, file: string): OpenWithJson {
  return {
    tool: 'makedumpfile',
    command: `makedumpfile --dump-dmesg ${file} ${shellArgument(`${written.path}.dmesg`)}`,
    needs: [
      `makedumpfile built for ${written.arch}, on that machine or emulated (qemu-user); it writes the log into a new file`,
      ...whereApart(written, 'makedumpfile'),
      ...limits(written),
    ],
  };
}

const zgetdump = (file: string): OpenWithJson => ({ tool: 'zgetdump', command: `zgetdump -i ${file}`, needs: ['zgetdump of s390-tools built for s390x'] });

/** Of the architectures that Dumpbench knows, those of which crash opens plain memory (its ramdump.c). */
const rawArchitectures: ReadonlySet<Architecture> = new Set(['x86_64', 'aarch64']);

/** In the order in which they are shown; empty where no program is known to open such a file. */
export function openWith(written: WrittenExport): OpenWithJson[] {
  const { arch, release, version, start } = written;
  const file = shellArgument(written.path);
  const vmlinux = (release === undefined ? undefined : debuginfoPackage(release, version)?.vmlinux) ?? placeholder;
  if (written.format === 'raw') return start === undefined || !rawArchitectures.has(arch) ? [] : [crash(written, `${file}@${hex(start)}`, vmlinux)];
  return [
    crash(written, file, vmlinux),
    // drgn and makedumpfile take what they know of the kernel from this note alone.
    ...(written.hasVmcoreinfo ? [...drgnOf(written, file, vmlinux), makedumpfile(written, file)] : []),
    ...(architectures[arch].features.has('lowcore') ? [zgetdump(file)] : []),
  ];
}
