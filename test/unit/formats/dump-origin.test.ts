/** Where a dump was taken, by its notes: copies of /proc/kcore, Xen hosts and guests, VirtualBox cores, guests outside 64-bit mode. */
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { readCpus } from '../../../src/analysis/memory/cpu-state.ts';
import { memoryReader } from '../../../src/analysis/memory/reader.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { decodeNote } from '../../../src/analysis/notes/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { caseSession } from '../../case-answers.ts';

const { signal } = new AbortController();
const open = (bytes: Uint8Array) => openDump(memorySource('dump', bytes));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const zeros = (bytes: number): string => '00'.repeat(bytes);
const cpusOf = (text: string) => {
  const image = open(buildCase(text));
  return readCpus(image, memoryReader(image.memory, 'dump')).cpus;
};

describe('a copy of /proc/kcore', () => {
  const linear = 0xffff_8880_0000_0000n;
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  const ram = (start: bigint, size: bigint, base: bigint): string => `load ${hex(start)} ${hex(size)} virtual=${hex(base + start)}\n`;
  const kcore = (arch: string, loads: string, notes = `note CORE 1 ${zeros(336)}\nnote CORE 4 ${zeros(64)}\n`): Uint8Array =>
    buildCase(`arch ${arch}\nmemory 4 MiB\ntext 0x1000 "first page"\ntext 0x100000 "second mebibyte"\n${loads}${notes}format elf-vmcore producer=qemu\n`);
  const x86 = (text = ''): Uint8Array => kcore('x86_64', `${ram(0x1000n, 0x9_f000n, linear)}${ram(0x10_0000n, 0x30_0000n, linear)}${text}`);
  const views = `load 0x200000 0x1000 virtual=0xffffc90000000000\nload 0x201000 0x1000 virtual=0xffffffffc0000000\nload 0x100000 0x1000 virtual=0xffffffff81000000\n`;

  /** p_paddr of each PT_LOAD as other kernels write it. */
  function withAddresses(bytes: Uint8Array, change: (virtual: bigint, physical: bigint) => bigint, little = true): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const data = new DataView(copy.buffer);
    const at = Number(data.getBigUint64(32, little));
    for (let index = 0; index < data.getUint16(56, little); index += 1) {
      const header = at + 56 * index;
      if (data.getUint32(header, little) !== 1) continue;
      data.setBigUint64(header + 24, change(data.getBigUint64(header + 16, little), data.getBigUint64(header + 24, little)), little);
    }
    return copy;
  }
  const textAt = (image: ReturnType<typeof open>, address: bigint, length: number): string => {
    const bytes = new Uint8Array(length);
    expect(image.memory.read(address, bytes)).toEqual([]);
    return Buffer.from(bytes).toString('latin1');
  };
  const isView = (virtual: bigint): boolean => virtual >= 0xffff_c900_0000_0000n;
  const forms = {
    'of Linux 4.19 and later': (virtual: bigint, physical: bigint) => (isView(virtual) && virtual !== 0xffff_ffff_8100_0000n ? (1n << 64n) - 1n : physical),
    'before Linux 4.7': () => 0n,
  } as const;

  it.each(Object.entries(forms))('%s: RAM is where it lies, other views are left out, and it is said to be live', async (_, form) => {
    const image = open(withAddresses(x86(views), form));
    expect(image.origin?.kind).toBe('kcore');
    expect(image.container.producer?.value).toBe('/proc/kcore');
    expect([...image.ranges]).toEqual([
      { start: 0x1000n, end: 0xa_0000n },
      { start: 0x10_0000n, end: 0x40_0000n },
    ]);
    expect([textAt(image, 0x1000n, 10), textAt(image, 0x10_0000n, 15)]).toEqual(['first page', 'second mebibyte']);
    expect(image.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(readCpus(image, memoryReader(image.memory, 'dump')).cpus).toEqual([]);
    const session: Session = sessionOn(memorySource('dump', withAddresses(x86(views), form)));
    const { info, checks } = await triage(session, signal);
    expect(info.container.live).toBe(true);
    expect(info.findings).toContainEqual(expect.objectContaining({ id: 'segments/origin', severity: 'warning' }));
    expect(checks.find(({ id }) => id === 'cross-cpu-count')).toMatchObject({ verdict: 'not-applicable' });
    expect((await checkSession(session, 'quick', signal)).find(({ id }) => id === 'segments')?.verdict).not.toBe('failed');
  });

  it('s390x before Linux 4.7: its identity map begins at 0', () => {
    const image = open(withAddresses(kcore('s390x', ram(0n, 0x40_0000n, 0n)), () => 0n, false));
    expect(textAt(image, 0x10_0000n, 15)).toBe('second mebibyte');
  });

  it('of a machine whose RAM begins anywhere is not placed by a guess', () => {
    const bytes = kcore('aarch64', ram(0x10_0000n, 0x10_0000n, 0xffff_0000_0000_0000n) + ram(0x20_0000n, 0x10_0000n, 0xffff_0000_0000_0000n));
    const image = open(withAddresses(bytes, () => 0n));
    expect(image.ranges.length).toBe(0);
    expect(image.container.complete.value).toBe(false);
    expect(image.findings).toContainEqual(expect.objectContaining({ id: 'segments/kcore-addresses', severity: 'error' }));
  });

  it('is not what a crash dump without the note of a task is taken for', () => {
    expect(open(kcore('x86_64', ram(0x1000n, 0x9_f000n, linear), 'cpu\n')).origin).toBeUndefined();
  });
});

describe('Xen', () => {
  const crashInfo = `note Xen 0x1000001 ${hexOf(new Uint8Array(new BigUint64Array([4n, 13n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]).buffer))}\n`;
  const host = (notes: string, format: string): string =>
    `arch x86_64\nmemory 4 MiB\ncpu\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096" "SYMBOL(init_uts_ns)=ffffffff81200000" "SYMBOL(prb)=ffffffff81200000" "NUMBER(phys_base)=0" "CRASHTIME=1700000000"\n${notes}format ${format}\n`;
  const formats = ['elf-vmcore', 'kdump-compressed codec=zlib'];

  it.each(formats)('host, %s: named, and nothing of the kernel of domain 0 is concluded', async (format) => {
    const session = caseSession('dump', host(crashInfo, format));
    const { info, reason, cpus } = await triage(session, signal);
    expect(reason).toMatch(/^This is a dump of a Xen host \(Xen 4\.13\): .*Whether domain 0 or the hypervisor crashed is not known\./);
    expect(reason).not.toMatch(/panicked|system was running/);
    expect(info.findings).toContainEqual(expect.objectContaining({ id: 'segments/origin', severity: 'warning' }));
    expect(cpus.map(({ state }) => state)).toEqual(['in the hypervisor']);
    expect(session.knownKernel.memory.absence(0xffff_ffff_8120_0000n, 8)?.detail).toContain('machine addresses');
  });

  it('host: by the vmcoreinfo of the hypervisor alone', () => {
    const text = Buffer.from('OSRELEASE=4.17.1\nPAGESIZE=4096\n').toString('hex');
    expect(open(buildCase(host(`note VMCOREINFO_XEN 0 ${text}\n`, 'elf-vmcore'))).origin?.title).toContain('Xen 4.17.1');
  });

  it('guest: an ELF core without program headers whose pages lie in a section', () => {
    const names = '\0.shstrtab\0.xen_pages\0.xen_pfn\0';
    const file = Buffer.alloc(64 + 4 * 64 + names.length);
    file.set(Buffer.from(buildCase('arch x86_64\nmemory 64 KiB\nformat elf-vmcore\n')).subarray(0, 64));
    file.writeBigUInt64LE(0n, 32);
    file.writeBigUInt64LE(64n, 40);
    file.writeUInt16LE(0, 56);
    [64, 4, 1].forEach((value, index) => file.writeUInt16LE(value, 58 + 2 * index));
    file.write(names, 64 + 4 * 64, 'latin1');
    ['', '.shstrtab', '.xen_pages', '.xen_pfn'].forEach((name, index) => {
      const at = 64 + 64 * index;
      file.writeUInt32LE(name === '' ? 0 : names.indexOf(`${name}\0`), at);
      if (index !== 1) return;
      file.writeBigUInt64LE(BigInt(64 + 4 * 64), at + 24);
      file.writeBigUInt64LE(BigInt(names.length), at + 32);
    });
    expect(() => open(file)).toThrow(/core of a Xen guest/);
    file.write('.yen', 64 + 4 * 64 + names.indexOf('.xen_pages'), 'latin1');
    expect(() => open(file)).toThrow(/no program headers/);
  });
});

describe('VirtualBox', () => {
  const core = (version: number): string => hexOf(new Uint8Array(new Uint32Array([0xc01ac0de, version, 24, 0x0007_0006, 151_000, 2]).buffer));
  const cpu = (rip: bigint, gsBase: bigint): string => {
    const record = new DataView(new ArrayBuffer(2048));
    const words: readonly (readonly [number, bigint])[] = [
      [112, rip],
      [120, 0xffff_8880_0123_4560n],
      [240, gsBase],
      [304, 0x20_5000n],
    ];
    for (const [at, value] of words) record.setBigUint64(at, value, true);
    record.setUint16(160, 0x10, true);
    return hexOf(new Uint8Array(record.buffer));
  };
  const dump = (version: number): string =>
    `arch x86_64\nmemory 1 MiB\nnote VBCORE 0xb00 ${core(version)}\nnote VBCPU 0xb01 ${cpu(0xffff_ffff_81a5_92ebn, 0x7777n)}\nnote VBCPU 0xb01 ${cpu(1n, 2n)}\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`;

  it('cores have the registers of VBCPU and say what they are', async () => {
    expect(cpusOf(dump(0x1_0006))).toMatchObject([
      { id: 0, registers: { rip: '0xffffffff81a592eb', rsp: '0xffff888001234560', cs: '0x10', gs_base: '0x7777', cr3: '0x205000' } },
      { id: 1, registers: { rip: '0x1' } },
    ]);
    const { info } = await triage(caseSession('dump', dump(0x1_0006)), signal);
    expect(info.machine.cpuCount).toBe(2);
    expect(info.findings).toContainEqual(
      expect.objectContaining({ id: 'segments/origin', severity: 'warning', title: 'VirtualBox took this core from outside' }),
    );
  });

  it.each([0x1_0004, 0x1_0005])('of version 0x%s have the registers at the same places', (version) => {
    expect(cpusOf(dump(version))).toMatchObject([{ id: 0, registers: { rip: '0xffffffff81a592eb', cr3: '0x205000' } }, { id: 1 }]);
  });

  const detailOf = (text: string): string | undefined => open(buildCase(text)).findings.find(({ id }) => id === 'segments/origin')?.detail;

  it.each([
    ['another version of the format', dump(0x1_0009), 'they are of version 0x10009 of the format'],
    ['the first version, which holds the structure of the hypervisor', dump(0x1_0000), 'they are of version 0x10000 of the format'],
    ['a descriptor with another magic', dump(0x1_0006).replace('dec01ac0', 'dec01ac1'), 'the magic 0xc11ac0de'],
    ['a descriptor that is cut', dump(0x1_0006).replace(core(0x1_0006), core(0x1_0006).slice(0, 32)), 'no whole VBCORE note'],
    ['a record that is cut', dump(0x1_0006).replace(cpu(1n, 2n), cpu(1n, 2n).slice(0, 800)), 'one of them has 400 bytes'],
  ])('with %s: no registers are made up, and the reason is given', (_, text, why) => {
    expect(cpusOf(text)).toEqual([]);
    expect(detailOf(text)).toContain(`cannot be read: `);
    expect(detailOf(text)).toContain(why);
  });

  it('of a known version say nothing of a gap', () => {
    expect(detailOf(dump(0x1_0005))).not.toContain('cannot be read');
  });
});

describe('register notes of other sizes', () => {
  const narrow = (eip: number): string => {
    const status = new DataView(new ArrayBuffer(144));
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, eip, 0xf000, 0x246, 0x6f94, 16].forEach((value, index) => {
      status.setUint32(72 + 4 * index, value, true);
    });
    status.setUint32(24, 1, true);
    return hexOf(new Uint8Array(status.buffer));
  };
  const formats = ['format elf-vmcore producer=qemu vmcoreinfo=no', 'header nrCpus=2\nformat kdump-compressed codec=zlib'];
  const guest = (format: string): string => `arch x86_64\nmemory 1 MiB\nnote CORE 1 ${narrow(0xb7b9)}\nnote CORE 1 ${narrow(0xfd09a)}\n${format}\n`;

  it.each(formats)('of i386 in a guest outside long mode: read as such, %s', async (format) => {
    const session = caseSession('dump', guest(format));
    const { cpus, reason, info, checks } = await triage(session, signal);
    expect(cpus).toMatchObject([
      { state: 'outside 64-bit mode', registers: { eip: '0xb7b9', esp: '0x6f94', eflags: '0x246', cs: '0xf000' } },
      { state: 'outside 64-bit mode', registers: { eip: '0xfd09a' } },
    ]);
    expect(reason).toMatch(/^CPUs were outside 64-bit mode: 2 of 2 register notes/);
    expect(info.machine.cpuCount).toBe(2);
    expect(checks.find(({ id }) => id === 'cross-cpu-count')?.verdict).not.toBe('failed');
    const [note] = session.image.notes;
    const decoded = note === undefined ? undefined : decodeNote(note, session.image.machine);
    expect(decoded?.view?.fields.find(({ name }) => name === 'eip')?.value).toBe('0xb7b9');
  });

  it('of another machine: no registers are read from them, and that is said', async () => {
    const session = caseSession('dump', `arch x86_64\nmemory 1 MiB\nnote CORE 1 ${zeros(392)}\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`);
    const { cpus, info } = await triage(session, signal);
    expect(cpus).toEqual([]);
    expect(info.findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/machine', detail: expect.stringContaining('those of aarch64 392') as string }),
    );
  });
});

describe('the page size', () => {
  const sizeOf = async (arch: string, format: string, more = '') =>
    (await triage(caseSession('dump', `arch ${arch}\nmemory 1 MiB\n${more}${format}\n`), signal)).info.machine.pageSize;

  it.each(['aarch64', 'ppc64', 'ppc64le'])('%s: kernels are built for several, so it is what the dump says or is left out', async (arch) => {
    expect(await sizeOf(arch, 'format elf-vmcore vmcoreinfo=no producer=qemu', 'cpu\n')).toBeUndefined();
    expect(await sizeOf(arch, 'format kdump-compressed codec=zlib block=65536')).toBe(65_536);
    expect(await sizeOf(arch, 'format elf-vmcore', 'vmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=16384"\n')).toBe(16_384);
  });

  it.each(['s390x', 'x86_64'])('%s: has one', async (arch) => {
    expect(await sizeOf(arch, 'format elf-vmcore vmcoreinfo=no producer=qemu', 'cpu\n')).toBe(4096);
  });
});
