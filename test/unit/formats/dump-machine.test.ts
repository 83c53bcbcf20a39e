/** Which machine a dump is of, and where its kernel lies, when its header does not say it or says it wrongly. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenContext } from '../../../src/analysis/formats/dump-format.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { caseSession } from '../../case-answers.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const open = (bytes: Uint8Array, given: Omit<OpenContext, 'companions'> = {}) => openDump(memorySource('dump', bytes), { ...given, companions: () => [] });
const [namesAt, nameBytes, machineAt] = [12, 390, 272];

/** All names without their first 4 bytes, as makedumpfile before 1.6.9 copies them from kernels since 5.11. */
function shifted(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.copyWithin(namesAt, namesAt + 4, namesAt + nameBytes);
  copy.fill(0, namesAt + nameBytes - 4, namesAt + nameBytes);
  return copy;
}

function named(bytes: Uint8Array, machine: string): Uint8Array {
  const copy = Uint8Array.from(bytes).fill(0, machineAt, machineAt + 65);
  copy.set(Buffer.from(machine), machineAt);
  return copy;
}

const names = 'uts sysname="Linux" nodename="host" release="6.1.0-case"\n';
const kdump = (arch: string, lines: string): Uint8Array => buildCase(`arch ${arch}\nmemory 1 MiB\n${names}${lines}format kdump-compressed codec=zlib\n`);
const info = 'vmcoreinfo "OSRELEASE=6.1.0-case" "PAGESIZE=4096" ';
const keys = {
  s390x: '"SYMBOL(lowcore_ptr)=1000"',
  x86_64: '"SYMBOL(init_top_pgt)=ffffffff82a10000"',
  aarch64: '"NUMBER(kimage_voffset)=0xffff800008000000"',
  ppc64: '"SYMBOL(vmemmap_list)=c000000001000000"',
  ppc64le: '"SYMBOL(vmemmap_list)=c000000001000000"',
} as const;

describe('the machine of a kdump-compressed file', () => {
  it.each(Object.keys(keys))('%s: by the notes where the names are shifted; none of the names is used', (arch) => {
    const image = open(shifted(kdump(arch, 'cpu\n')));
    expect(image.machine).toMatchObject({ arch, archSource: expect.stringMatching(/NT_PRSTATUS/) as string });
    expect(image.names).toBeUndefined();
    expect(image.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['container-complete/machine', 'info'],
      ['container-complete/names', 'warning'],
    ]);
    expect(image.container.complete.value).toBe(true);
  });

  it.each(Object.entries(keys))('%s: by vmcoreinfo where there are no notes of CPUs', (arch, key) => {
    const bytes = buildCase(`arch ${arch}\nmemory 1 MiB\n${names}${info}${key}\nformat kdump-compressed codec=zlib\n`);
    expect(open(shifted(bytes)).machine).toMatchObject({ arch, archSource: expect.stringMatching(/ in vmcoreinfo$/) as string });
  });

  it('one damaged name is no reason to drop the others', () => {
    const image = open(named(kdump('x86_64', 'cpu\n'), 'x86_?4'));
    expect(image.machine.arch).toBe('x86_64');
    expect(image.names).toMatchObject({ nodename: 'host', release: '6.1.0-case' });
  });

  it.each(Object.entries(keys))('%s: by notes and vmcoreinfo that agree, where the header names another one', (arch, key) => {
    const bytes = buildCase(`arch ${arch}\nmemory 1 MiB\n${names}${info}${key}\ncpu\nformat kdump-compressed codec=zlib\n`);
    const other = arch === 'aarch64' ? 's390x' : 'aarch64';
    const image = open(named(bytes, other));
    expect(image.machine.arch).toBe(arch);
    expect(image.findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/machine', severity: 'warning', title: 'The header and the notes name different machines' }),
    );
    // Notes alone do not outweigh the header, unless the byte order is none that it can have.
    const noKeys = buildCase(`arch ${arch}\nmemory 1 MiB\n${names}cpu\nformat kdump-compressed codec=zlib\n`);
    const isBig = arch === 's390x' || arch === 'ppc64';
    expect(open(named(noKeys, isBig ? 'x86_64' : 's390x')).machine.arch).toBe(arch);
    const alike = { s390x: 'ppc64', ppc64: 's390x' }[arch] ?? (arch === 'aarch64' ? 'x86_64' : 'aarch64');
    expect(open(named(noKeys, alike)).machine.arch).toBe(alike);
  });

  it('is not concluded from nothing, and never for a machine that the header names', () => {
    expect(() => open(named(kdump('aarch64', ''), 'Unknown'))).toThrow(/"Unknown", and neither its notes nor vmcoreinfo/);
    expect(() => open(named(kdump('aarch64', 'cpu\n'), 'riscv64'))).toThrow(/"riscv64", which is not supported/);
  });

  it('is what the user says, whatever the header says', () => {
    const image = open(named(kdump('aarch64', ''), 'Unknown'), { machine: 'aarch64' });
    expect(image.machine).toMatchObject({ arch: 'aarch64', archSource: 'given by the user' });
    expect(image.findings).toMatchObject([{ id: 'container-complete/machine', title: 'The machine was given' }]);
  });

  it('the short sub header of a 32-bit file does not hide that its machine is not supported', () => {
    const bytes = buildCase('memory 64 KiB\nexclude 0 64KiB\nformat kdump-compressed words=32-packed codec=zlib\n');
    expect(() => open(named(bytes.subarray(0, 0x1000 + 80), 'i686'))).toThrow(/"i686", which is not supported/);
  });
});

describe('the machine of an ELF core', () => {
  const core = (machine: number, lines = 'cpu\n'): Uint8Array => {
    const bytes = Uint8Array.from(buildCase(`arch x86_64\nmemory 64 KiB\n${lines}format elf-vmcore producer=kernel\n`));
    new DataView(bytes.buffer).setUint16(18, machine, true);
    return bytes;
  };

  it('is concluded where e_machine is damaged, refused by name where it is another', () => {
    expect(open(core(0x3e00)).machine.arch).toBe('x86_64');
    expect(open(core(0, `${info}${keys.x86_64}\n`)).machine.arch).toBe('x86_64');
    expect(() => open(core(243))).toThrow(/"riscv", which is not supported/);
    expect(() => open(core(3))).toThrow(/"i386", which is not supported/);
    expect(() => open(core(0, ''))).toThrow(/"e_machine 0", and neither/);
    expect(open(core(0, ''), { machine: 'x86_64' }).machine.arch).toBe('x86_64');
  });
});

describe('where the kernel lies (phys_base)', () => {
  const text = 0xffff_ffff_8110_1000n;
  const kernel = (format: string, more = ''): string =>
    `arch x86_64\nmemory 32 MiB\ntext 0x1301000 "moved"\ntext 0x1101000 "plain"\ntext 0x1501000 "given"\n${info}"SYMBOL(_stext)=ffffffff81000000" "SYMBOL(phys_base)=ffffffff81a4a010"${more}\n${format}\n`;
  const elf = 'format elf-vmcore producer=kernel\nload 0 0x1200000\nload 0x1200000 0x400000 virtual=0xffffffff81000000';
  const read = (lines: string): string => Buffer.from(caseSession('dump', lines).kernel.memory.bytes(text, 5) ?? []).toString();

  it('by the PT_LOAD of the image, by the sub header, and by NUMBER before both', () => {
    expect(read(kernel(elf))).toBe('moved');
    expect(read(kernel('format kdump-compressed codec=zlib phys-base=0x200000'))).toBe('moved');
    expect(read(kernel('format kdump-compressed codec=zlib'))).toBe('plain');
    expect(read(kernel(elf, ' "NUMBER(phys_base)=0"'))).toBe('plain');
  });

  it('is what the user says before all of them', async () => {
    const path = join(scratchFolder(), 'dump');
    const bytes = buildCase(kernel(elf, ' "NUMBER(phys_base)=0"'));
    writeFileSync(path, bytes);
    const session = sessionOn(memorySource('dump', bytes), undefined, { physBase: 0x40_0000n, companions: () => [] });
    expect(Buffer.from(session.kernel.memory.bytes(text, 5) ?? []).toString()).toBe('given');
    const at = ['read', path, '0', '5'];
    expect((await runInProcess([...at, '--phys-base', '0x400000', '--machine', 'x86_64'])).code).toBe(0);
    expect(await runInProcess([...at, '--phys-base', 'up'])).toMatchObject({ code: 2 });
    expect(await runInProcess([...at, '--machine', 'vax'])).toMatchObject({ code: 2 });
  });
});
