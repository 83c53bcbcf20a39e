/** Relatives of the foreign kinds: other versions, byte orders and machines of what their rows have a sample of, and dumps that a transfer has changed. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { DumpError, ForeignFile } from '../../../src/shared/dump-error.ts';
import { zeros, text, hex, join, kindOf } from './foreign-bytes.ts';

const random = seededRandom(7);

interface Elf {
  readonly narrow?: boolean;
  readonly big?: boolean;
  readonly machine?: number;
  readonly type?: number;
  readonly osAbi?: number;
  readonly notes?: readonly Buffer[];
  /** p_vaddr and p_paddr of PT_LOADs of a page. */
  readonly loads?: readonly (readonly [number, number])[];
}

function words(big: boolean, ...values: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    values.map(([bytes, value]) => {
      const word = Buffer.alloc(bytes);
      if (bytes === 8) word[big ? 'writeBigUInt64BE' : 'writeBigUInt64LE'](BigInt(value));
      else word[big ? 'writeUIntBE' : 'writeUIntLE'](value, 0, bytes);
      return word;
    }),
  );
}

function elf({
  narrow = false,
  big = false,
  machine = 62,
  type = 4,
  osAbi = 0,
  notes = [],
  loads = [
    [0x40_0000, 0],
    [0x60_1000, 0],
  ],
}: Elf): Buffer {
  // prettier-ignore
  const [headerBytes, entryBytes, wide] = narrow ? ([52, 32, 4] as const) : ([64, 56, 8] as const);
  const count = loads.length + (notes.length === 0 ? 0 : 1);
  const noteBytes = Buffer.concat(notes);
  let at = headerBytes + count * entryBytes;
  const entry = (kind: number, virtual: number, physical: number, bytes: number): Buffer => {
    const start = at;
    at += bytes;
    const places = [[wide, start], [wide, virtual], [wide, physical], [wide, bytes], [wide, bytes]] as const; // prettier-ignore
    return narrow ? words(big, [4, kind], ...places, [4, 5], [4, 4]) : words(big, [4, kind], [4, 5], ...places, [8, 4]);
  };
  const table = [...(notes.length === 0 ? [] : [entry(4, 0, 0, noteBytes.length)]), ...loads.map(([virtual, physical]) => entry(1, virtual, physical, 4096))];
  const identity = Buffer.from([0x7f, 0x45, 0x4c, 0x46, narrow ? 1 : 2, big ? 2 : 1, 1, osAbi, 0, 0, 0, 0, 0, 0, 0, 0]);
  const header = words(big, [2, type], [2, machine], [4, 1], [wide, 0], [wide, headerBytes], [wide, 0], [4, 0], [2, headerBytes], [2, entryBytes], [2, count], [2, 0], [2, 0], [2, 0]); // prettier-ignore
  return Buffer.concat([identity, header, ...table, noteBytes, ...loads.map(() => Buffer.from(Array.from({ length: 4096 }, () => random.below(256))))]);
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const note = (big: boolean, owner: string, type: number, desc: Buffer): Buffer =>
  Buffer.concat([words(big, [4, owner.length + 1], [4, desc.length], [4, type]), padded(text(`${owner}\0`)), padded(desc)]);

/** e_machine, and the sizes of NT_PRSTATUS and NT_PRPSINFO of a machine. */
const machines = {
  i386: { narrow: true, big: false, machine: 3, status: 144, info: 124 },
  arm: { narrow: true, big: false, machine: 40, status: 148, info: 124 },
  mips: { narrow: true, big: true, machine: 8, status: 256, info: 128 },
  's390, 31 bits': { narrow: true, big: true, machine: 22, status: 224, info: 124 },
  ppc: { narrow: true, big: true, machine: 20, status: 268, info: 128 },
  s390x: { narrow: false, big: true, machine: 22, status: 336, info: 136 },
  x86_64: { narrow: false, big: false, machine: 62, status: 336, info: 136 },
  aarch64: { narrow: false, big: false, machine: 183, status: 392, info: 136 },
  ppc64le: { narrow: false, big: false, machine: 21, status: 504, info: 136 },
  riscv64: { narrow: false, big: false, machine: 243, status: 376, info: 136 },
} as const;
const program = (bytes: number, name = 'backupd', line = '/usr/sbin/backupd -f'): Buffer =>
  join(zeros(bytes - 96), text(name.padEnd(16, '\0')), text(line.padEnd(80, '\0')));

describe.each(Object.entries(machines))('a core of a process on %s', (_, { status, info, ...machine }) => {
  const { big } = machine;
  const basic = [note(big, 'CORE', 1, zeros(status)), note(big, 'CORE', 3, program(info)), note(big, 'CORE', 2, zeros(512))];
  const nameOf = (file: Buffer): string | undefined => {
    try {
      openDump(memorySource('core', file));
      return undefined;
    } catch (error) {
      return error instanceof ForeignFile ? error.foreign.name : undefined;
    }
  };

  it.each([
    ['of the kernel', [...basic, note(big, 'CORE', 0x53494749, zeros(128)), note(big, 'CORE', 6, zeros(320)), note(big, 'CORE', 0x46494c45, zeros(64))]],
    ['of an old kernel, with nothing that only processes have', basic],
    ['of gcore', [basic[1] ?? zeros(0), basic[0] ?? zeros(0), note(big, 'GDB', 0xff000000, text('<target/>\0'))]],
  ])('%s is named with its program', (__, notes) => {
    expect(nameOf(elf({ ...machine, notes }))).toBe('core of /usr/sbin/backupd, not a kernel dump');
    expect(nameOf(elf({ ...machine, notes, loads: [[0x40_0000, 0]] }))).toBe('core of /usr/sbin/backupd, not a kernel dump');
  });

  it('without a name is one of a process', () => {
    expect(nameOf(elf({ ...machine, notes: [note(big, 'CORE', 1, zeros(status))] }))).toBe('core of a process, not a kernel dump');
  });
});

describe('cores that could be taken for those of processes', () => {
  const two = [[0x40_0000, 0], [0x60_1000, 0x1000]] as const; // prettier-ignore
  const status = note(true, 'CORE', 1, zeros(336));
  const kernel = { big: true, machine: 22 } as const;

  it.each([
    [
      'a kernel with the process information that dump tools write',
      {
        notes: [status, note(true, 'CORE', 3, program(136, 'vmlinux', ''))],
        loads: [
          [0, 0],
          [0x10_0000, 0x10_0000],
        ],
      },
    ],
    [
      'a kernel whose memory is one piece at a virtual address',
      { notes: [status, note(true, 'CORE', 3, program(136, 'vmlinux', ''))], loads: [[0x4000_0000, 0]] },
    ],
    [
      'a dump with vmcoreinfo, whatever else there is',
      { notes: [status, note(true, 'CORE', 6, zeros(16)), note(true, 'VMCOREINFO', 0, text('OSRELEASE=6.1.0\n'))], loads: two },
    ],
    ['a dump of QEMU', { notes: [status, note(true, 'QEMU', 0, zeros(440))], loads: two }],
  ] as const)('%s opens', (_, parts) => {
    expect(kindOf(elf({ ...kernel, ...(parts as Elf) }))).toBe('complete');
  });

  it('a dump whose segments all claim address 0, but with vmcoreinfo, opens as one that contradicts itself', () => {
    expect(kindOf(elf({ ...kernel, notes: [status, note(true, 'VMCOREINFO', 0, text('OSRELEASE=6.1.0\n'))] }))).toBe('incomplete');
  });

  it('a dump without memory opens and is never complete', () => {
    expect(kindOf(elf({ ...kernel, notes: [status], loads: [] }))).toBe('incomplete');
  });

  it('a 32-bit kernel is refused as such', () => {
    expect(kindOf(elf({ narrow: true, machine: 3, notes: [note(false, 'CORE', 1, zeros(144))], loads: [[0xc000_0000, 0], [0xc010_0000, 0x10_0000]] }))).toBe('corrupt'); // prettier-ignore
  });
});

describe('ELF files of other systems and programs', () => {
  it.each([
    ['a process of FreeBSD', 'process-core', { osAbi: 9, notes: [note(false, 'FreeBSD', 1, zeros(200))] }],
    ['a process of NetBSD', 'process-core', { notes: [note(false, 'NetBSD-CORE', 1, zeros(160)), note(false, 'NetBSD-CORE@1', 33, zeros(200))] }],
    ['a process of OpenBSD', 'process-core', { notes: [note(false, 'OpenBSD', 10, zeros(80)), note(false, 'OpenBSD@7', 20, zeros(200))] }],
    ['a process of Solaris', 'process-core', { osAbi: 6, notes: [note(false, 'CORE', 10, zeros(300)), note(false, 'CORE', 13, zeros(336))] }],
    [
      'the kernel of FreeBSD',
      'other-system-core',
      {
        osAbi: 9,
        loads: [
          [0xffff_8000, 0x1000],
          [0xffff_9000, 0x2000],
        ],
      },
    ],
    ['a vmlinux', 'elf-program', { type: 2, notes: [note(false, 'GNU', 3, zeros(20))] }],
    ['a kernel module', 'elf-program', { type: 1, loads: [] }],
    ['a program', 'elf-program', { type: 3, notes: [note(false, 'GNU', 3, zeros(20))] }],
    ['a 32-bit program', 'elf-program', { narrow: true, machine: 3, type: 2 }],
    ['a Xen hypervisor', 'elf-program', { type: 2, notes: [note(false, 'Xen', 6, text('linux\0'))] }],
    // The type of a dump was damaged: that is no program.
    ['a dump with a damaged type', 'corrupt', { type: 2, notes: [note(false, 'CORE', 1, zeros(336))] }],
  ] as const)('%s: %s', (_, kind, parts) => {
    expect(kindOf(elf(parts as Elf))).toBe(kind);
  });
});

it.each([
  ['a 32-bit core', { narrow: true, machine: 3 }],
  ['a program', { type: 2 }],
] as const)('%s whose 4000 headers name the same notes is read once, not 4000 times', (_, parts) => {
  const noise = Buffer.alloc(1 << 20, 0xff);
  const bytes = Buffer.concat([
    elf({ ...parts, loads: Array.from({ length: 4000 }, () => [0x40_0000, 0] as const), notes: [noise] }).subarray(0, 1 << 20),
    noise,
  ]);
  const [entry, table, type] = 'narrow' in parts ? [32, 52, 0] : [56, 64, 0];
  for (let index = 0; index < 4000; index += 1) {
    const at = table + index * entry;
    bytes.writeUInt32LE(4, at + type);
    if (entry === 32) {
      bytes.writeUInt32LE(1 << 20, at + 4);
      bytes.writeUInt32LE(1 << 20, at + 16);
    } else {
      bytes.writeBigUInt64LE(1n << 20n, at + 8);
      bytes.writeBigUInt64LE(1n << 20n, at + 32);
    }
  }
  const inner = memorySource('file', bytes);
  let read = 0;
  const counted: ByteSource = {
    ...inner,
    readInto(offset, target) {
      read += target.length;
      return inner.readInto(offset, target);
    },
  };
  expect(() => openDump(counted)).toThrow(DumpError);
  // What is read of all notes of a dump is 32 MiB at most, and the look for a text-mode transfer takes some MiB.
  expect(read / 2 ** 20).toBeLessThan(48);
});

const swap = (signature: string, page: number): Buffer => join(zeros(page - 10), text(signature.padEnd(10, '\0')), zeros(8192));
const tar = (magic: string): Buffer => {
  const header = join('vmcore', zeros(506));
  header.write(magic, 257, 'latin1');
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return join(header, zeros(1024));
};
const base64 = (columns: number): Buffer => text(Buffer.from(Array.from({ length: 3000 }, () => random.below(256))).toString('base64').replaceAll(new RegExp(`.{${columns}}`, 'g'), '$&\n')); // prettier-ignore
const log = (...lines: readonly string[]): Buffer => text(`${lines.join('\n')}\n`);

describe('other members of the kinds', () => {
  it.each([
    ['qcow', join('QFI\xfb', hex('00000001'), zeros(4096)), 'qcow2'],
    ['VMDK of ESX', join('COWD', zeros(4096)), 'virtual-disk'],
    ['VMDK descriptor', log('# Disk DescriptorFile', 'version=1'), 'virtual-disk'],
    ['VHDX', join('vhdxfile', zeros(4096)), 'virtual-disk'],
    ['VHD', join('conectix', zeros(4096)), 'virtual-disk'],
    ['VDI', join(text('<<< Oracle VM VirtualBox Disk Image >>>\n'.padEnd(64, '\0')), hex('7f10dabe'), zeros(4096)), 'virtual-disk'],
    ['VMware suspend state', join(hex('d0bed2be08000000'), zeros(4096)), 'vmware-state'],
    ['LUKS', join(hex('4c554b53babe0002'), zeros(8192)), 'file-system'],
    ['LVM', join(zeros(0x200), 'LABELONE', zeros(8192)), 'file-system'],
    ['Windows dump of 32 bits', join('PAGEDUMP', zeros(4096)), 'windows-crash-dump'],
    ['Windows bitmap dump', join('PAGEDU64', zeros(8184), 'SDMPDUMP', zeros(4096)), 'windows-crash-dump'],
    ['Windows hibernation that was resumed', join('RSTR', zeros(8192)), 'windows-hibernation'],
    ['FreeBSD minidump of arm64', join('minidump FreeBSD/arm64', zeros(4096)), 'freebsd-minidump'],
    ...[0x1000, 0x4000, 0x1_0000].flatMap((page): [string, Buffer, string][] => [
      [`swap with pages of ${page}`, swap('SWAPSPACE2', page), 'swap-area'],
      [`hibernation with pages of ${page}`, swap('S1SUSPEND', page), 'hibernation-image'],
    ]),
    ['compress', join(hex('1f9d90'), zeros(400)), 'other-archive'],
    ['LZMA alone', join(hex('5d00008000ffffffffffffffff'), zeros(400)), 'other-archive'],
    ['framed snappy', join(hex('ff060000734e61507059'), zeros(400)), 'other-archive'],
    ['frames of LZ4 to be skipped', join(hex('502a4d1804000000616263640422 4d18'.replace(' ', '')), zeros(400)), 'other-archive'],
    ['cpio in binary', join(hex('c771'), zeros(400)), 'other-archive'],
    ['tar of version 7', tar(''), 'unsupported'],
    ['tar of GNU', tar('ustar  \0'), 'unsupported'],
    ['empty zip', join('PK\x05\x06', zeros(18)), 'unsupported'],
    ['base64 in lines', base64(76), 'uuencoded'],
    ['base64 in one line', base64(100_000), 'uuencoded'],
    ['base64 as PEM', join('-----BEGIN DATA-----\n', base64(64)), 'uuencoded'],
    ['uuencode after the head of a mail', log('From: x', '', 'begin 644 vmcore', 'M<&%G'), 'uuencoded'],
    ['xxd', log('00000000: 7f45 4c46 0202 0100 0000 0000 0000 0000  .ELF............', '00000010: 0004 0016 0000 0001 0000 0000 0000 0000  ................', '*', '00000020: 00'), 'hex-text'], // prettier-ignore
    ['hexdump -C', log('00000000  7f 45 4c 46 02 02 01 00  00 00 00 00 00 00 00 00  |.ELF............|', '*', '00001000  00 04 00 16  |....|', '00001004'), 'hex-text'], // prettier-ignore
    ['od', log('0000000 042577 043114 001002 000001', '0000020 000004 000026', '0000040 000000 000000', '0000060'), 'hex-text'],
    ['plain hexadecimal', text('7f454c46'.repeat(400)), 'hex-text'],
    ['Intel HEX', log(':10010000214601360121470136007EFE09D2190140', ':00000001FF', ''), 'hex-text'],
    ['HTML after a byte order mark', text('\xef\xbb\xbf<!DOCTYPE html>\n<html>'), 'html-page'],
    ['XHTML', log('<?xml version="1.0"?>', '<!DOCTYPE html PUBLIC>', '<html>'), 'html-page'],
    ['HTML after a comment', log('<!-- saved -->', '<html><head>'), 'html-page'],
    ['error of a store', log('<?xml version="1.0"?>', '<Error><Code>AccessDenied</Code></Error>'), 'server-answer'],
    ['log with wall time', log('[Sat Nov 28 10:00:00 2026] Linux version', '[Sat Nov 28 10:00:01 2026] b'), 'kernel-log'],
    ['log with callers', log('[    0.000000][    T0] Linux version', '[    0.100000][    C1] b'), 'kernel-log'],
    ['syslog', log('Nov 28 10:00:00 host kernel: Linux', 'Nov 28 10:00:01 host kernel: b'), 'kernel-log'],
    ['journal', log('2026-11-28T10:00:00+0100 host kernel: Linux', '2026-11-28T10:00:01+0100 host kernel: b'), 'kernel-log'],
  ] as const)('%s', (_, bytes, kind) => {
    expect(kindOf(bytes)).toBe(kind);
  });

  it.each([
    ['prose', text('Dear colleague,\nthe dump is on the share. Facade, decade, added.\n'.repeat(40))],
    ['a word of 100 letters', text('a'.repeat(100))],
    ['a config file', log('[section]', 'key = 1', '[other]', 'key = 2')],
    ['zeros', zeros(65_536)],
    ['noise', Buffer.from(Array.from({ length: 65_536 }, () => random.below(256)))],
    ['a tar header whose checksum is wrong', Buffer.from(tar('')).fill(0x41, 10, 20)],
  ])('%s is none of them', (_, bytes) => {
    expect(kindOf(bytes)).toBe('not-this-format');
  });
});
