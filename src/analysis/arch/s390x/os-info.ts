/** os_info: the hand-over block for dump tools (meminfo.md section 3; arch/s390/include/asm/os_info.h). */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { u16, u32, u64 } from '../../layout/field.ts';
import { bytesOf, hex, magic } from '../../layout/presentation.ts';
import { list, nested, parse, struct } from '../../layout/struct.ts';
import { csumPartial } from './checksum.ts';
import { lowcorePointers, lowcorePointersAddress } from './lowcore-pointers.ts';

export const osInfoSize = 4096;
export const OS_INFO_MAGIC = 0x4f53494e464f535an;
/** First byte that the page's checksum covers. */
export const checksumStart = 0x00c;

const osInfoEntry = struct(
  'os_info_entry',
  { endian: 'big', size: 20, doc: 'Source: meminfo.md section 3.' },
  {
    addr: u64(0, 'absolute address of the data, or the value itself'),
    size: u64(8, 'bytes of data; 0 for a value'),
    csum: u32(16, 'checksum of the data', hex),
  },
);

export const osInfo = struct(
  'os_info',
  { endian: 'big', size: osInfoSize, doc: 'Source: meminfo.md section 3.' },
  {
    magic: u64(0x000, 'ASCII "OSINFOSZ"', magic('OSINFOSZ')),
    csum: u32(0x008, 'checksum of 0x00c up to the end of the page, seed 0', hex),
    version_major: u16(0x00c, 'readers accept 1'),
    version_minor: u16(0x00e),
    crashkernel_addr: u64(0x010, 'absolute base of crashkernel memory, 0: none'),
    crashkernel_size: u64(0x018, 'bytes', bytesOf),
    entry: list(0x020, 13, nested(0, osInfoEntry), 'data or values for dump tools'),
  },
);

export interface OsInfoEntryKind {
  readonly name: string;
  readonly kind: 'data' | 'value';
}

/** Ids of meminfo.md section 3. */
export const osInfoEntries: readonly OsInfoEntryKind[] = [
  { name: 'VMCOREINFO', kind: 'data' },
  { name: 'REIPL_BLOCK', kind: 'data' },
  { name: 'FLAGS', kind: 'data' },
  { name: 'RESERVED', kind: 'value' },
  { name: 'IDENTITY_BASE', kind: 'value' },
  { name: 'KASLR_OFFSET', kind: 'value' },
  { name: 'KASLR_OFF_PHYS', kind: 'value' },
  { name: 'VMEMMAP', kind: 'value' },
  { name: 'AMODE31_START', kind: 'value' },
  { name: 'AMODE31_END', kind: 'value' },
  { name: 'IMAGE_START', kind: 'value' },
  { name: 'IMAGE_END', kind: 'value' },
  { name: 'IMAGE_PHYS', kind: 'value' },
];

export type OsInfoValues = ReturnType<typeof parse<typeof osInfo.fields>>;

/** How far the search for os_info came. Each stage rests on the one before. */
export type OsInfoSearch =
  | { readonly stage: 'no-lowcore'; readonly state: string }
  | { readonly stage: 'no-pointer' }
  | { readonly stage: 'bad-pointer'; readonly pointer: bigint; readonly what: string }
  | { readonly stage: 'no-page'; readonly pointer: bigint; readonly state: string }
  | { readonly stage: 'page'; readonly pointer: bigint; readonly page: Uint8Array; readonly values: OsInfoValues; readonly computed: number };

/** True when magic and checksum are right: then the page's values can be used. */
export const osInfoValid = (search: OsInfoSearch): search is OsInfoSearch & { stage: 'page' } =>
  search.stage === 'page' && search.values.magic === OS_INFO_MAGIC && search.values.csum === search.computed;

/** Follows absolute 0xe18 to the os_info page. Never throws: what is wrong is the answer. */
export function findOsInfo(memory: AbsoluteMemory): OsInfoSearch {
  const words = memory.read(lowcorePointersAddress, lowcorePointers.size);
  const gap = words.absences[0];
  if (gap !== undefined) return { stage: 'no-lowcore', state: gap.state };
  const pointer = parse(lowcorePointers, words.bytes).os_info;
  if (pointer === 0n) return { stage: 'no-pointer' };
  if (pointer % BigInt(osInfoSize) !== 0n) return { stage: 'bad-pointer', pointer, what: 'it is not a multiple of 4096' };
  const found = memory.read(pointer, osInfoSize);
  const absence = found.absences[0];
  if (absence !== undefined) return { stage: 'no-page', pointer, state: absence.state };
  return { stage: 'page', pointer, page: found.bytes, values: parse(osInfo, found.bytes), computed: csumPartial(found.bytes.subarray(checksumStart)) };
}
