/** What the ultravisor says of a secure guest's dump (s390-dump.md section 8). */
import { bytes, u32, u64 } from '../layout/field.ts';
import { list, struct } from '../layout/struct.ts';

export const pvCompletion = struct(
  'pv_compl',
  { endian: 'big', size: 288, doc: 'Completion data, version 1. Source: s390-dump.md section 8.' },
  {
    version: u32(0, '1'),
    length: u32(4, 'bytes'),
    seed: bytes(16, 64, 'salt of the dump key'),
    iv: bytes(80, 12, 'initialisation vector'),
    encrypted: bytes(96, 176, 'nonce and keys of the pages, encrypted'),
    tag: bytes(272, 16, 'authentication tag'),
  },
);

/** Offsets are those of the whole note, as the sheet has them. */
export const pvCpuState = struct(
  'pv_cpu_dump',
  { endian: 'big', size: 1568, doc: 'Note NT_S390_PV_CPU_DATA, version 1, after decryption. Source: s390-dump.md section 8.' },
  {
    version: u32(0, '1'),
    length: u32(4, 'bytes'),
    iv: bytes(8, 12, 'initialisation vector'),
    gprs: list(32, 16, u64(0), 'general registers'),
    psw_mask: u64(160),
    psw_addr: u64(168),
    prefix: u32(184),
    fpc: u32(188),
    todpreg: u32(196),
    timer: u64(200),
    todcmp: u64(208),
    acrs: list(224, 16, u32(0), 'access registers'),
    crs: list(288, 16, u64(0), 'control registers'),
    vector_low: list(416, 32, u64(0), 'vector registers 0 to 15: floating-point register, low half'),
    vector_high: list(672, 16, bytes(0, 16), 'vector registers 16 to 31'),
    tag: bytes(1552, 16, 'authentication tag'),
  },
);

/** Bytes in front of what is encrypted, which the tag covers too. */
export const completionClearBytes = 96;
export const cpuClearBytes = 32;
export const storageEntryBytes = 16;
/** First word of an entry that is not a tweak. */
export const specialEntry = 0xffff_ffff;
/** Bits in the last byte of such an entry. */
export const pageFlags = { zero: 0x01, shared: 0x02, mapped: 0x04 } as const;
