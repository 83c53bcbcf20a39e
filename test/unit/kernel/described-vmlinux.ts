/** A vmlinux from a description, independent of the reader: the ELF-64 object file format, numbers by hand. */
import { ByteWriter, type Endian } from '../../../src/samples/byte-writer.ts';

export interface DescribedVmlinux {
  readonly endian?: Endian;
  /** 22 s390x, 62 x86_64, 183 aarch64. */
  readonly machine?: number;
  readonly symbols: readonly { readonly type: string; readonly name: string; readonly address: bigint }[];
  readonly buildId?: string;
  readonly banner?: string;
  readonly btf?: Uint8Array;
  /** As objcopy --only-keep-debug leaves it: the kernel's own bytes are not in the file. */
  readonly debugOnly?: boolean;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly data: Uint8Array;
  readonly size?: number;
  readonly link?: number;
}

const types = { bits: 1, symbols: 2, strings: 3, note: 7, none: 8 } as const;
const text = (value: string): Uint8Array => Buffer.from(`${value}\0`, 'latin1');
const bannerAddress = 0x7f00_0000n;

function note(buildId: string, endian: Endian): Uint8Array {
  const id = Buffer.from(buildId, 'hex');
  // A note of another owner first, as in real kernels.
  return new ByteWriter(12 + 8 + 4 + 16 + id.length, endian)
    .u32(0, 6).u32(4, 4).u32(8, 0x101).text(12, 'Linux\0')
    .u32(24, 4).u32(28, id.length).u32(32, 3).text(36, 'GNU\0').raw(40, id).bytes; // prettier-ignore
}

export function describedVmlinux(described: DescribedVmlinux): Uint8Array {
  const { endian = 'big', machine = 22, buildId, banner, btf, debugOnly = false } = described;
  const kept = debugOnly ? types.none : types.bits;
  const all = [...described.symbols, ...(banner === undefined ? [] : [{ type: 'R', name: 'linux_banner', address: bannerAddress }])];
  // 1 .text, 2 .rodata, 3 .data: the section of a symbol by its letter.
  const owner: Readonly<Record<string, number>> = { t: 1, r: 2, d: 3, b: 3, a: 0xfff1 };
  let names = '\0';
  const table = new ByteWriter((all.length + 2) * 24, endian);
  // A section symbol, which is no place.
  table.u8(24 + 4, 3).u16(24 + 6, 1);
  all.forEach(({ type, name, address }, index) => {
    const at = (index + 2) * 24;
    const isGlobal = type === type.toUpperCase();
    table.u32(at, names.length).u8(at + 4, (isGlobal ? 0x10 : 0) | (type.toLowerCase() === 't' ? 2 : 1));
    table.u16(at + 6, owner[type.toLowerCase()] ?? 3).u64(at + 8, address);
    names += `${name}\0`;
  });
  const sections: Section[] = [
    { name: '', type: 0, flags: 0, address: 0n, data: new Uint8Array() },
    { name: '.text', type: kept, flags: 6, address: 0x1000n, data: new Uint8Array(16) },
    { name: '.rodata', type: kept, flags: 2, address: bannerAddress, data: banner === undefined ? new Uint8Array(16) : text(`${banner}\n`) },
    { name: '.data', type: kept, flags: 3, address: 0x7000n, data: new Uint8Array(16) },
    ...(buildId === undefined ? [] : [{ name: '.notes', type: types.note, flags: 2, address: 0x8000n, data: note(buildId, endian) }]),
    ...(btf === undefined ? [] : [{ name: '.BTF', type: kept, flags: 2, address: 0x9000n, data: btf }]),
    { name: '.strtab', type: types.strings, flags: 0, address: 0n, data: Buffer.from(names, 'latin1') },
  ];
  sections.push({ name: '.symtab', type: types.symbols, flags: 0, address: 0n, data: table.bytes, link: sections.length - 1 });
  const sectionNames = ['', ...sections.slice(1).map(({ name }) => name), '.shstrtab'].map((name) => `${name}\0`);
  sections.push({ name: '.shstrtab', type: types.strings, flags: 0, address: 0n, data: Buffer.from(sectionNames.join(''), 'latin1') });
  let end = 64;
  const places = sections.map(({ data, type }) => {
    const at = end;
    if (type !== types.none) end += Math.ceil(data.length / 8) * 8;
    return at;
  });
  const file = new ByteWriter(end + sections.length * 64, endian);
  file.raw(0, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, endian === 'little' ? 1 : 2, 1));
  file
    .u16(16, 2)
    .u16(18, machine)
    .u32(20, 1)
    .u64(40, end)
    .u16(52, 64)
    .u16(58, 64)
    .u16(60, sections.length)
    .u16(62, sections.length - 1);
  sections.forEach((section, index) => {
    const at = end + index * 64;
    file
      .u32(at, sectionNames.slice(0, index).join('').length)
      .u32(at + 4, section.type)
      .u64(at + 8, section.flags);
    file
      .u64(at + 16, section.address)
      .u64(at + 24, places[index] ?? 0)
      .u64(at + 32, section.data.length)
      .u32(at + 40, section.link ?? 0);
    if (section.type !== types.none) file.raw(places[index] ?? 0, section.data);
  });
  return file.bytes;
}
