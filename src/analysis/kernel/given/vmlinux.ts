/** What a vmlinux, or the file of its debug information, says of its kernel: build ID, banner, symbols at their link addresses, types. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { NoteBudget, readNotes } from '../../formats/elf-notes.ts';
import { readElfSections, sectionBytes, sectionFlags, sectionTypes, type ElfFile, type ElfSection } from '../../formats/elf-sections.ts';
import { sortedOrder } from '../../jobs/sorted-order.ts';
import { finish } from '../../jobs/steps.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import type { ListedSymbols } from '../symbols/symbol-table.ts';

export interface Vmlinux {
  readonly name: string;
  readonly arch: Architecture | undefined;
  /** Hex digits. */
  readonly buildId?: string;
  /** linux_banner: release, builder, compiler, version. Absent in a file without the kernel's data. */
  readonly banner?: string;
  /** Without those that have no place in the image. */
  readonly symbols: ListedSymbols;
  /** The section .BTF. */
  readonly btf?: Uint8Array;
}

const symbolBytes = 24;
const limits = { symbols: 256 * 1024 * 1024, names: 256 * 1024 * 1024, btf: 48 * 1024 * 1024 } as const;
/** A distribution's vmlinux has 200 000 to 300 000, most of them local. */
const maxSymbols = 1_000_000;
/** Of all names: real ones take some 10 MB. Millions of symbols can share one long name. */
const maxNameCharacters = 1 << 25;
/** KSYM_NAME_LEN; longer ones are left out, as by kallsyms. */
const maxSymbolName = 512;
const maxBanner = 1024;
const absolute = 0xfff1;
const reserved = 0xff00;
/** STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_GNU_IFUNC: sections, files and thread-local variables are not places. */
const placed = new Set([0, 1, 2, 10]);
/** Parts that a kernel puts elsewhere than the rest of its image: below 2 GiB on s390x. */
const elsewhere = /^\.(?:amode31|dma)\b/;
/** Linked to 0: what lies in it are offsets into each CPU's area, absolute numbers to kallsyms. */
const isPerCpu = (section: ElfSection | undefined): boolean => section?.name === '.data..percpu' && section.address === 0n;
/** Marks of assemblers and of the linker, which kallsyms leaves out too (scripts/kallsyms.c). */
const noName = /^(?:\$|\.L|__crc_)/;

/** The letter that nm prints. */
function letterOf(info: number, section: ElfSection | undefined): string {
  const isGlobal = info >>> 4 === 1;
  if (info >>> 4 === 2) return section === undefined ? 'w' : 'W';
  const small = (): string => {
    if (section === undefined) return 'a';
    if ((section.flags & sectionFlags.execute) !== 0n) return 't';
    if (section.type === sectionTypes.nobits && (section.flags & sectionFlags.write) !== 0n) return 'b';
    return (section.flags & sectionFlags.write) === 0n ? 'r' : 'd';
  };
  return isGlobal ? small().toUpperCase() : small();
}

function symbolsOf(elf: ElfFile): ListedSymbols {
  const section = elf.sections.find(({ type }) => type === sectionTypes.symbols);
  const bytes = section === undefined ? undefined : sectionBytes(elf, section, limits.symbols);
  const namesAt = section === undefined ? undefined : elf.sections[section.link];
  const names = namesAt === undefined ? undefined : sectionBytes(elf, namesAt, limits.names);
  if (bytes === undefined || names === undefined)
    throw new DumpError('unsupported', { file: elf.source.name }, 'it has no symbol table: it was stripped', 'a vmlinux with its section .symtab');
  if (bytes.length / symbolBytes > maxSymbols)
    throw new DumpError('unsupported', { file: elf.source.name }, `it has ${Math.floor(bytes.length / symbolBytes)} symbols`, `at most ${maxSymbols}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = Buffer.from(names.buffer, names.byteOffset, names.byteLength);
  const little = elf.endian === 'little';
  const found = new BigUint64Array(Math.floor(bytes.length / symbolBytes));
  const named: string[] = [];
  let characters = 0;
  for (let at = 0; at + symbolBytes <= bytes.length; at += symbolBytes) {
    const info = view.getUint8(at + 4);
    const index = view.getUint16(at + 6, little);
    if (!placed.has(info & 0xf) || index === 0 || (index >= reserved && index !== absolute)) continue;
    const owner = index === absolute ? undefined : elf.sections[index];
    if (owner !== undefined && ((owner.flags & sectionFlags.alloc) === 0n || elsewhere.test(owner.name))) continue;
    const start = view.getUint32(at, little);
    const text = texts.subarray(start, start + maxSymbolName);
    const name = text.toString('latin1', 0, Math.max(0, text.indexOf(0)));
    if (name === '' || noName.test(name)) continue;
    characters += name.length;
    if (characters > maxNameCharacters)
      throw new DumpError('unsupported', { file: elf.source.name }, 'the names of its symbols are too long', `at most ${maxNameCharacters} characters`);
    found[named.length] = view.getBigUint64(at + 8, little);
    named.push(`${letterOf(info, isPerCpu(owner) ? undefined : owner)}${name}`);
  }
  return inOrder(found.subarray(0, named.length), named);
}

function inOrder(addresses: BigUint64Array, names: readonly string[]): ListedSymbols {
  // Comparing numbers of 64 bits makes objects: it is done where doubles are equal alone.
  const keys = Float64Array.from(addresses, Number);
  const order = finish(
    sortedOrder(names.length, (left, right) =>
      keys[left] === keys[right] ? (addresses[left] ?? 0n) < (addresses[right] ?? 0n) : (keys[left] ?? 0) < (keys[right] ?? 0),
    ),
  );
  const place = (index: number): number => order?.[index] ?? index;
  return { addresses: addresses.map((_, index) => addresses[place(index)] ?? 0n), names: names.map((_, index) => names[place(index)] ?? '') };
}

const gnuBuildId = 3;
/** SHA-1 has 20 bytes; the linker can write others. */
const maxBuildIdBytes = 64;

function buildIdOf(elf: ElfFile): string | undefined {
  // Of all sections together: damaged headers may list the same bytes thousands of times.
  const budget = new NoteBudget();
  for (const section of elf.sections) {
    if (section.type !== sectionTypes.note || budget.bytes === 0) continue;
    const { notes } = finish(readNotes(elf.source, section.offset, section.size, elf.endian, budget));
    const found = notes.find(({ owner, type, desc }) => owner === 'GNU' && type === gnuBuildId && desc.length <= maxBuildIdBytes);
    if (found !== undefined) return Buffer.from(found.desc).toString('hex');
  }
  return undefined;
}

/** Text at a link address, where the file holds bytes for it. */
function textAt(elf: ElfFile, address: bigint | undefined): string | undefined {
  if (address === undefined) return undefined;
  const section = elf.sections.find(
    (one) => (one.flags & sectionFlags.alloc) !== 0n && one.type !== sectionTypes.nobits && address >= one.address && address < one.address + one.size,
  );
  if (section === undefined) return undefined;
  const left = section.address + section.size - address;
  const bytes = new Uint8Array(left < BigInt(maxBanner) ? Number(left) : maxBanner);
  const offset = section.offset + (address - section.address);
  const got = offset > BigInt(elf.source.size) ? 0 : elf.source.readInto(Number(offset), bytes);
  const end = bytes.subarray(0, got).indexOf(0);
  return end < 1 ? undefined : Buffer.from(bytes.subarray(0, end)).toString('latin1');
}

/** @throws DumpError not-this-format, truncated, corrupt or unsupported */
export function readVmlinux(source: ByteSource): Vmlinux {
  const elf = readElfSections(source);
  const symbols = symbolsOf(elf);
  const at = symbols.names.findIndex((name) => name?.slice(1) === 'linux_banner');
  const banner = textAt(elf, symbols.addresses[at]);
  const buildId = buildIdOf(elf);
  const types = elf.sections.find(({ name }) => name === '.BTF');
  const btf = types === undefined ? undefined : sectionBytes(elf, types, limits.btf);
  return {
    name: source.name,
    arch: elf.arch,
    symbols,
    ...defined({ buildId }),
    ...(banner === undefined ? {} : { banner: banner.trimEnd() }),
    ...defined({ btf }),
  };
}
