/** Conclusions about what a dump is: its machine, its CPUs, its kernel, where and when it was taken. */
import { applyDamage } from '../../../src/samples/damage.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { saidOf, saidOfBytes, type ConclusionCase } from './conclusion.ts';

const zeros = (bytes: number): string => '00'.repeat(bytes);
const vmcoreinfo = (...lines: readonly string[]): string =>
  `vmcoreinfo ${['OSRELEASE=6.1.0', 'PAGESIZE=4096', ...lines].map((line) => `"${line}"`).join(' ')}\n`;
const x86 = (lines: string, format = 'elf-vmcore'): string => `arch x86_64\nmemory 4 MiB\n${lines}format ${format}\n`;
const healthy = 'system healthy cpus=2\nformat elf-vmcore\n';
const kdump = 'kdump-compressed codec=zlib';
const narrow = `note CORE 1 ${zeros(144)}\n`;
const utsname = (at: number, release: string): string =>
  ['Linux', 'host', release, '#1 SMP', 'x86_64'].map((value, n) => `text ${at + 4 + 65 * n} "${value}\\0"\n`).join('');
const placed = vmcoreinfo('SYMBOL(init_uts_ns)=ffffffff81200000', 'NUMBER(phys_base)=-14680064');
const damaged = (name: Parameters<typeof applyDamage>[1]): Uint8Array => {
  const system = s390xSystem();
  applyDamage(system, name);
  return elfVmcore(system);
};

/** A kdump file whose header names this machine. */
const machine = (name: string, lines: string): Promise<string> =>
  saidOf(`arch x86_64\nmemory 1 MiB\nuts sysname="Linux" nodename="h" release="6.1.0" machine="${name}"\n${lines}format ${kdump}\n`);

export const dumpConclusions: Readonly<Record<string, ConclusionCase>> = {
  machine: {
    made: { on: () => machine('x86_?4', 'cpu\n'), says: /taken as x86_64 by the 336 bytes of each NT_PRSTATUS/ },
    without: { on: () => machine('x86_?4', '').catch(String), says: /neither its notes nor vmcoreinfo say which one it is/ },
    against: { on: () => machine('riscv64', 'cpu\n').catch(String), says: /"riscv64", which is not supported/ },
  },
  'register-notes': {
    made: { on: () => saidOf(x86('cpu\n')), says: /by position; ; nothing/ },
    without: { on: () => saidOf(x86(narrow, 'elf-vmcore vmcoreinfo=no producer=qemu')), says: /CPUs were outside 64-bit mode: 1 of 1 register notes/ },
    against: { on: () => saidOf(x86(`note CORE 1 ${zeros(392)}\n`, 'elf-vmcore vmcoreinfo=no producer=qemu')), says: /no registers are read from them/ },
  },
  'page-size': {
    made: { on: () => saidOf(`arch aarch64\nmemory 1 MiB\n${vmcoreinfo()}format elf-vmcore\n`), says: /PAGESIZE of vmcoreinfo/ },
    without: { on: () => saidOf('arch aarch64\nmemory 1 MiB\ncpu\nformat elf-vmcore vmcoreinfo=no producer=qemu\n'), says: /facts: (?!.*pageSize)/ },
    against: undefined,
  },
  'cpu-identity': {
    made: { on: () => saidOf(healthy), says: /cpu 1 is 1 by prefix/ },
    without: { on: () => saidOf(x86('cpu\ncpu\n')), says: /nothing in this dump says which CPU of the kernel it is: taken by its position/ },
    against: {
      on: () => saidOf('memory 64 KiB\ncpu prefix=0x8000 cpu_nr=0 lpp=0x80000000\ncpu prefix=0xa000 cpu_nr=0 lpp=0x80000000\nformat s390\n'),
      says: /2 lowcores with 1 distinct CPU number/,
    },
  },
  'vmcoreinfo-fits': {
    made: {
      on: () => saidOf(x86(`${utsname(0x40_0000 - 0x2000, '6.1.0')}${vmcoreinfo('SYMBOL(init_uts_ns)=ffffffff813fe000', 'NUMBER(phys_base)=-16777216')}cpu\n`)),
      says: /utsname says 6\.1\.0/,
    },
    without: { on: () => saidOf(x86(`${placed}cpu\n`)), says: /vmcoreinfo passed: 4 entries/ },
    against: {
      on: () => saidOf(x86(`${utsname(0x40_0000 - 0x2000, '5.5.5')}${vmcoreinfo('SYMBOL(init_uts_ns)=ffffffff813fe000', 'NUMBER(phys_base)=-16777216')}cpu\n`)),
      says: /vmcoreinfo failed: .*vmcoreinfo says 6\.1\.0, utsname says 5\.5\.5/,
    },
  },
  'crash-time': {
    made: { on: () => saidOf(x86(`${vmcoreinfo('CRASHTIME=1700000000')}cpu\n`)), says: /"crash":"2023-11-14T22:13:20Z"/ },
    without: { on: () => saidOf(x86(`${vmcoreinfo()}cpu\n`)), says: /vmcoreinfo has no CRASHTIME/ },
    against: { on: () => saidOf(x86(`${vmcoreinfo('CRASHTIME=99999999999999')}cpu\n`)), says: /"times":\{\}/ },
  },
  'xen-host': {
    made: { on: () => saidOf(x86(`${vmcoreinfo()}cpu\nnote Xen 0x1000002 ${zeros(32)}\n`)), says: /This is a dump of a Xen host/ },
    without: { on: () => saidOf(x86(`${vmcoreinfo()}cpu\n`)), says: /reason: No panic was found|reason: No crash|reason: The kernel log/ },
    against: undefined,
  },
  kcore: {
    made: {
      on: () =>
        saidOf(x86(`note CORE 1 ${zeros(336)}\nnote CORE 4 ${zeros(64)}\nload 0x1000 0x10000 virtual=0xffff888000001000\n`, 'elf-vmcore producer=qemu')),
      says: /This is a copy of \/proc\/kcore/,
    },
    without: {
      on: () => saidOf(x86(`note CORE 1 ${zeros(336)}\nload 0x1000 0x10000 virtual=0xffff888000001000\n`, 'elf-vmcore producer=qemu')),
      says: /cpu 0 is unnumbered/,
    },
    against: {
      on: () => saidOf(x86(`note CORE 4 ${zeros(64)}\nnote CORE 6 ${zeros(64)}\n`, 'elf-vmcore producer=qemu vmcoreinfo=no')).catch(String),
      says: /core of a process, not a kernel dump/,
    },
  },
  virtualbox: {
    made: {
      on: () => saidOf(x86(`note VBCORE 0xb00 ${zeros(24)}\n`, 'elf-vmcore producer=qemu vmcoreinfo=no')),
      says: /VirtualBox took this core from outside/,
    },
    without: { on: () => saidOf(x86('', 'elf-vmcore producer=qemu vmcoreinfo=no')), says: /segments not-run|segments passed/ },
    against: undefined,
  },
  'process-core': {
    made: {
      on: () => saidOf(x86(`note CORE 6 ${zeros(16)}\n`, 'elf-vmcore producer=qemu vmcoreinfo=no')).catch(String),
      says: /core of a process, not a kernel dump/,
    },
    without: { on: () => saidOf(x86('', 'elf-vmcore producer=qemu vmcoreinfo=no')), says: /container-complete passed/ },
    against: { on: () => saidOf(x86(`${vmcoreinfo()}note CORE 6 ${zeros(16)}\n`)), says: /"release":"6\.1\.0"/ },
  },
  'two-systems': {
    made: { on: () => saidOf('system two cpus=2\nformat s390\n'), says: /Two systems are in this dump/ },
    without: { on: () => saidOf('system healthy state=disabled-wait cpus=2\nformat s390\n'), says: /container-complete passed/ },
    against: undefined,
  },
  complete: {
    made: { on: () => saidOf(healthy), says: /container-complete passed/ },
    without: { on: () => saidOfBytes(elfVmcore(s390xSystem()).subarray(0, -4096)), says: /container-complete failed: .*the file ends after/ },
    against: { on: () => saidOf('memory 64 KiB\ncpu\nformat elf-vmcore flags=1\n'), says: /container-complete failed: .*ran out of space/ },
  },
  'os-info': {
    made: { on: () => saidOfBytes(elfVmcore(s390xSystem())), says: /os-info-page passed/ },
    without: { on: () => saidOfBytes(damaged('osinfo-missing')), says: /os-info-page not-recorded/ },
    against: { on: () => saidOfBytes(damaged('osinfo-checksum')), says: /os-info-page failed/ },
  },
  'header-time': {
    made: { on: () => saidOf(x86('cpu\ntime 1700000000\n', kdump)), says: /"dumpStart"/ },
    without: { on: () => saidOf(x86('cpu\n')), says: /cross-time not-recorded/ },
    against: {
      on: () => saidOf(x86(`${vmcoreinfo('CRASHTIME=1700000000')}cpu\n`, `${kdump} header-time=1700000000`)),
      says: /a copy of CRASHTIME that makedumpfile makes/,
    },
  },
  'kernel-release': {
    made: { on: () => saidOf(x86(`uts release="6.1.0"\n${vmcoreinfo()}cpu\n`, kdump)), says: /cross-kernel-release passed/ },
    without: { on: () => saidOf(x86(`${vmcoreinfo()}cpu\n`)), says: /cross-kernel-release not-recorded/ },
    against: { on: () => saidOf(x86(`uts release="5.5.5"\n${vmcoreinfo()}cpu\n`, kdump)), says: /cross-kernel-release failed/ },
  },
  'cpu-count': {
    made: { on: () => saidOf(healthy), says: /cross-cpu-count passed/ },
    without: { on: () => saidOf('memory 64 KiB\nformat elf-vmcore\n'), says: /cross-cpu-count not-recorded/ },
    against: { on: () => saidOf('system healthy cpus=2 unrecorded=1\nformat elf-vmcore\n'), says: /cross-cpu-count failed/ },
  },
  prefix: {
    made: { on: () => saidOf(healthy), says: /cross-prefix passed/ },
    without: { on: () => saidOf('memory 64 KiB\nformat elf-vmcore\n'), says: /cross-prefix not-recorded/ },
    against: { on: () => saidOf('memory 64 KiB\ncpu prefix=0x8000\ncpu prefix=0x8000\nformat s390\n'), says: /cross-prefix failed/ },
  },
};
