/** Headers of the kdump-compressed format (kdump-compressed.md sections 2, 3 and 5): C structures of the writing machine. */
import type { PageCodec } from '../codec/page-codec.ts';
import { text, u32, u64, type ScalarField } from '../layout/field.ts';
import { bits32, hex } from '../layout/presentation.ts';
import { struct, type Fields } from '../layout/struct.ts';

export const KDUMP_SIGNATURE = 'KDUMP   ';

export const kdumpFlags = { zlib: 0x01, lzo: 0x02, snappy: 0x04, incomplete: 0x08, vmemmapExcluded: 0x10, zstd: 0x20 } as const;

/** Codecs in the order in which their flags are tried: of a page with several, the first counts. */
export const kdumpCodecs: readonly (readonly [flag: number, codec: PageCodec])[] = [
  [kdumpFlags.zlib, 'zlib'],
  [kdumpFlags.lzo, 'lzo'],
  [kdumpFlags.snappy, 'snappy'],
  [kdumpFlags.zstd, 'zstd'],
];

const statusBits = bits32({ 0: 'zlib', 1: 'lzo', 2: 'snappy', 3: 'incomplete', 4: 'vmemmap excluded', 5: 'zstd' });
const names = {
  signature: text(0, 8, '"KDUMP   "'),
  header_version: u32(8, '0 to 6'),
  sysname: text(12, 65),
  nodename: text(77, 65, 'host name'),
  release: text(142, 65, 'kernel release'),
  version: text(207, 65, 'kernel build'),
  machine: text(272, 65, 'architecture'),
  domainname: text(337, 65),
} as const satisfies Fields;

/** What follows the names; `word` reads the two time fields. */
const counters = <W extends ScalarField<bigint> | ScalarField<number>>(seconds: W, microseconds: W, at: number) =>
  ({
    tv_sec: seconds,
    tv_usec: microseconds,
    status: u32(at, 'compression that was asked for, and what went wrong', statusBits),
    block_size: u32(at + 4, 'page size of the dumped system'),
    sub_hdr_size: u32(at + 8, 'blocks of sub header and notes'),
    bitmap_blocks: u32(at + 12, 'blocks of both bitmaps'),
    max_mapnr: u32(at + 16, 'number of page frames, cut to 32 bits'),
    total_ram_blocks: u32(at + 20),
    device_blocks: u32(at + 24),
    written_blocks: u32(at + 28),
    current_cpu: u32(at + 32),
    nr_cpus: u32(at + 36, 'number of CPUs'),
  }) as const;

export const diskDumpHeader64 = struct(
  'disk_dump_header (64-bit)',
  { endian: 'given', size: 464, doc: 'Source: kdump-compressed.md section 2.' },
  {
    ...names,
    ...counters(u64(408, 'time of the dump, seconds'), u64(416, 'and microseconds'), 424),
  },
);
export const diskDumpHeader32 = struct(
  'disk_dump_header (32-bit)',
  { endian: 'given', size: 452, doc: 'Source: kdump-compressed.md section 2.' },
  {
    ...names,
    ...counters(u32(404, 'time of the dump, seconds'), u32(408, 'and microseconds'), 412),
  },
);

export const kdumpSubHeader64 = struct(
  'kdump_sub_header (64-bit)',
  { endian: 'given', size: 0x68, doc: 'Source: kdump-compressed.md section 3.' },
  {
    phys_base: u64(0x00, 'physical relocation of the kernel'),
    dump_level: u32(0x08, 'makedumpfile -d', hex),
    split: u32(0x0c, 'this file holds only some page frames'),
    start_pfn: u64(0x10),
    end_pfn: u64(0x18),
    offset_vmcoreinfo: u64(0x20),
    size_vmcoreinfo: u64(0x28),
    offset_note: u64(0x30),
    size_note: u64(0x38),
    offset_eraseinfo: u64(0x40),
    size_eraseinfo: u64(0x48),
    start_pfn_64: u64(0x50),
    end_pfn_64: u64(0x58),
    max_mapnr_64: u64(0x60, 'number of page frames'),
  },
);
export const kdumpSubHeader32Aligned = struct(
  'kdump_sub_header (32-bit, aligned)',
  { endian: 'given', size: 0x60, doc: 'Source: kdump-compressed.md section 3.' },
  {
    phys_base: u32(0x00),
    dump_level: u32(0x04, 'makedumpfile -d', hex),
    split: u32(0x08),
    start_pfn: u32(0x0c),
    end_pfn: u32(0x10),
    offset_vmcoreinfo: u64(0x18),
    size_vmcoreinfo: u32(0x20),
    offset_note: u64(0x28),
    size_note: u32(0x30),
    offset_eraseinfo: u64(0x38),
    size_eraseinfo: u32(0x40),
    start_pfn_64: u64(0x48),
    end_pfn_64: u64(0x50),
    max_mapnr_64: u64(0x58),
  },
);
export const kdumpSubHeader32Packed = struct(
  'kdump_sub_header (32-bit, packed)',
  { endian: 'given', size: 0x50, doc: 'Source: kdump-compressed.md section 3.' },
  {
    phys_base: u32(0x00),
    dump_level: u32(0x04, 'makedumpfile -d', hex),
    split: u32(0x08),
    start_pfn: u32(0x0c),
    end_pfn: u32(0x10),
    offset_vmcoreinfo: u64(0x14),
    size_vmcoreinfo: u32(0x1c),
    offset_note: u64(0x20),
    size_note: u32(0x28),
    offset_eraseinfo: u64(0x2c),
    size_eraseinfo: u32(0x34),
    start_pfn_64: u64(0x38),
    end_pfn_64: u64(0x40),
    max_mapnr_64: u64(0x48),
  },
);

export const pageDescriptor = struct(
  'page_desc',
  { endian: 'given', size: 24, doc: 'Source: kdump-compressed.md section 5.' },
  {
    offset: u64(0, 'file offset of the data, 0 with a size of 0: lost'),
    size: u32(8, 'stored bytes'),
    flags: u32(12, 'compression', hex),
    page_flags: u64(16, '0'),
  },
);
