/** Header and end marker of the s390 stand-alone formats (s390-dump.md sections 1 and 3; zipl dumpers, s390_dump.h). */
import { bytes, u16, u32, u64, u8 } from '../layout/field.ts';
import { bytesOf, codes, hex } from '../layout/presentation.ts';
import { list, struct } from '../layout/struct.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';

export const S390_MAGIC = 0xa8190173618f23fdn;
export const S390_EXT_MAGIC = 0xa8190173618f23fen;
export const END_MARKER = 'DUMP_END';

const tod = { text: (value: bigint): string => todToIso(value) ?? 'not recorded' };

export const s390Header = struct(
  'df_s390_hdr',
  { endian: 'big', size: 4096, doc: 'Header of the s390 stand-alone dump formats. Source: s390-dump.md section 1.' },
  {
    magic: u64(0x000, '0xa8190173618f23fd plain, ...23fe extended'),
    version: u32(0x008, 'format version; the zgetdump converter always writes 5'),
    hdr_size: u32(0x00c, 'size of this header: 0x1000', hex),
    dump_level: u32(0x010, '4'),
    page_size: u32(0x014, '0x1000', hex),
    mem_size: u64(0x018, 'size of the dumped address range in bytes', bytesOf),
    mem_start: u64(0x020, '0'),
    mem_end: u64(0x028, 'mem_size (zipl) or mem_size - 1 (zgetdump): not to be relied on'),
    num_pages: u32(0x030, 'mem_size / 4096, wraps above 16 TiB'),
    pad: u32(0x034, 'padding'),
    tod: u64(0x038, 'TOD clock when the dump started, 0: not recorded', tod),
    cpu_id: u64(0x040, 'STIDP of the dumping CPU: version, serial, machine type, format'),
    arch: u32(0x048, 'architecture of the dumped system', codes({ 1: '31-bit', 2: '64-bit' })),
    volnr: u32(0x04c, 'volume number of a multi-volume dump'),
    build_arch: u32(0x050, 'architecture the dumper was built for', codes({ 1: '31-bit', 2: '64-bit' })),
    mem_size_real: u64(0x054, 'memory size before a size limit, 0: not recorded', bytesOf),
    mvdump: u8(0x05c, '1: one volume of a multi-volume dump'),
    cpu_cnt: u16(0x05d, 'number of valid lc_vec slots'),
    real_cpu_cnt: u16(0x05f, 'number of CPUs that answered store-status'),
    zlib_version_s390: u8(0x061, '0: not compressed'),
    zlib_entry_size: u32(0x062, 'uncompressed bytes of a compressed entry', hex),
    end_pad1: bytes(0x066, 0x19a, 'padding'),
    mvdump_sign: u64(0x200, 'multi-volume signature'),
    mvdump_zipl_time: u64(0x208, 'time stamp of zipl -M'),
    end_pad2: bytes(0x210, 0x5f0, 'padding'),
    lc_vec: list(0x800, 512, u32(0, 'prefix (lowcore address) of a CPU', hex), 'prefix (lowcore address) of each CPU'),
  },
);

export const s390EndMarker = struct(
  'df_s390_em',
  { endian: 'big', size: 16, doc: 'End marker of a stand-alone dump. Source: s390-dump.md section 3.' },
  {
    magic: u64(0, 'ASCII "DUMP_END"'),
    tod: u64(8, 'TOD clock when the dump ended', tod),
  },
);

/** Fields of STIDP (s390-dump.md section 1, cpu_id). */
export interface CpuIdentification {
  /** 0xff: guest of z/VM. */
  readonly version: number;
  /** Six hex digits. */
  readonly serial: string;
  /** Four hex digits: 8561 is a z15. */
  readonly machineType: string;
}

export function decodeCpuId(cpuId: bigint): CpuIdentification {
  const digits = cpuId.toString(16).padStart(16, '0');
  return { version: Number.parseInt(digits.slice(0, 2), 16), serial: digits.slice(2, 8), machineType: digits.slice(8, 12) };
}
