/** Structures of LKCD dumps of s390x (s390-dump.md section 6; s390-tools zdump/df_lkcd.h). */
import { text, u16, u32, u64 } from '../layout/field.ts';
import { bytesOf, codes, hex } from '../layout/presentation.ts';
import { list, struct } from '../layout/struct.ts';

export const LKCD_MAGIC = 0xa8190173618f23edn;
export const LKCD_S390_MAGIC = 0x733339302d64756dn;
/** The header area, which pages follow, where the header does not give its size. */
export const lkcdPagesStart = 0x10000;
/** From this version on the header gives it. */
export const lkcdBufferSizeVersion = 9;

export const lkcdHeader = struct(
  'lkcd header',
  { endian: 'big', size: 734, doc: 'Source: s390-dump.md section 6.' },
  {
    magic: u64(0, '0xa8190173618f23ed'),
    version: u32(8, '8 typically'),
    hdr_size: u32(12, 'offset of the s390 extension'),
    dump_level: u32(16),
    page_size: u32(20, '0x1000', hex),
    mem_size: u64(24, 'bytes', bytesOf),
    mem_start: u64(32),
    mem_end: u64(40),
    num_dump_pgs: u32(48, 'number of pages in the dump'),
    panic_string: text(52, 256, 'why the system stopped'),
    time_tv_sec: u64(308, 'time of the dump, seconds'),
    time_tv_usec: u64(316, 'and microseconds'),
    sysname: text(324, 65),
    nodename: text(389, 65, 'host name'),
    release: text(454, 65, 'kernel release'),
    uts_version: text(519, 65, 'kernel build'),
    machine: text(584, 65, '"s390x"'),
    domainname: text(649, 65),
    current_task: u64(714),
    dump_compress: u32(722, 'compression of the pages', codes({ 0: 'none', 1: 'RLE', 2: 'gzip' })),
    dump_flags: u32(726, '', hex),
    dump_device: u32(730, '', hex),
  },
);

/** What follows the header from version 9 on. Source: `struct dump_header_v8` in libkdumpfile src/kdumpfile/lkcd.c. */
export const lkcdBufferSize = struct(
  'lkcd buffer size',
  { endian: 'big', size: 8, doc: 'From version 9 on. Source: libkdumpfile src/kdumpfile/lkcd.c.' },
  { dump_buffer_size: u64(0, 'file offset of the first page record', bytesOf) },
);

export const lkcdS390Header = struct(
  'lkcd s390 header',
  { endian: 'big', size: 20 + 512 * 4, doc: 'At hdr_size of the header. Source: s390-dump.md section 6.' },
  {
    magic: u64(0, 'ASCII "s390-dum"'),
    version: u32(8),
    hdr_size: u32(12),
    cpu_cnt: u16(16, 'number of valid lc_vec slots'),
    real_cpu_cnt: u16(18, 'number of CPUs that answered'),
    lc_vec: list(20, 512, u32(0, '', hex), 'prefix (lowcore address) of each CPU'),
  },
);

export const lkcdPageHeader = struct(
  'lkcd page header',
  { endian: 'big', size: 16, doc: 'Source: s390-dump.md section 6.' },
  {
    address: u64(0, 'absolute address of the page'),
    size: u32(8, 'bytes that follow'),
    flags: u32(12, '1 raw, 2 compressed, 4 end of the dump', hex),
  },
);

export const lkcdCompressions = { none: 0, rle: 1, gzip: 2 } as const;

export const lkcdPageFlags = { raw: 1, compressed: 2, end: 4 } as const;
