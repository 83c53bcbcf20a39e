/** Structures of z/VM VMDUMP files (s390-dump.md section 7; s390-tools zdump/df_vmdump.h). */
import { bytes, u16, u32, u64, u8 } from '../layout/field.ts';
import { bytesOf, codes, hex } from '../layout/presentation.ts';
import { list, struct } from '../layout/struct.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';

export const vmdumpRecordBytes = 4096;

const tod = { text: (value: bigint): string => todToIso(value) ?? 'not recorded' };
const firFormats = codes({ 0x00: '31-bit', 0x02: '64-bit (64big)', 0x82: '64-bit, old' });

export const vmdumpSymptom = struct(
  'ADSR symptom record',
  { endian: 'big', size: 88, doc: 'Record 1. Source: s390-dump.md section 7.' },
  {
    id: bytes(0, 2, 'EBCDIC "SR"'),
    cpu_model: bytes(2, 4, 'EBCDIC'),
    cpu_serial: bytes(6, 6, 'EBCDIC'),
    time_zone: u32(12, 'time zone factor', hex),
    tod: u64(16, 'TOD clock', tod),
    node: bytes(34, 8, 'EBCDIC'),
    product: bytes(42, 4, 'EBCDIC'),
    feature: bytes(46, 8, 'EBCDIC'),
    status1: u8(54),
    status2: u8(55),
    dump_type: bytes(56, 8, 'EBCDIC "VMDUMP  "'),
    arch_level: u16(64),
  },
);

export const vmdumpMap = struct(
  'HCPDFMBK',
  { endian: 'big', size: 32, doc: 'Map record. Source: s390-dump.md section 7.' },
  {
    id: bytes(0, 8, 'EBCDIC "HCPDFMBK"'),
    rec_nr_fir: u32(8, 'first dump information record, counted from 1'),
    rec_nr_vector: u32(12),
    rec_nr_access: u32(16, 'access list record'),
    num_acc_recs: u32(20),
    num_addr_spaces: u32(24),
    rec_nr_asibk: u32(28),
  },
);

export const vmdumpInformation = struct(
  'dump information record',
  { endian: 'big', size: 1104, doc: 'First CPU. Source: s390-dump.md section 7.' },
  {
    gprs: list(16, 16, u64(0), 'general registers'),
    prefix: u32(144, '', hex),
    tod: u64(153, 'TOD clock', tod),
    cpu_timer: u64(169),
    fir_format: u8(187, 'format of this record', firFormats),
    psw_mask: u64(192),
    psw_addr: u64(200),
    crs: list(208, 16, u64(0), 'control registers'),
    fprs: list(336, 16, u64(0), 'floating-point registers'),
    clock_comparator: u64(465),
    todpreg: u32(476, '', hex),
    acrs: list(560, 16, u32(0, '', hex), 'access registers'),
    storage_size: u64(640, 'bytes', bytesOf),
    online_cpus: u16(912, 'number of other CPUs'),
    cpu_addr: u16(914),
    fpc: u32(968, '', hex),
  },
);

export const vmdumpOtherCpu = struct(
  'dump information of another CPU',
  { endian: 'big', size: 552, doc: 'Source: s390-dump.md section 7.' },
  {
    cpu_addr: u16(0),
    fprs: list(16, 16, u64(0), 'floating-point registers'),
    gprs: list(144, 16, u64(0), 'general registers'),
    psw_mask: u64(272),
    psw_addr: u64(280),
    prefix: u32(296, '', hex),
    fpc: u32(300, '', hex),
    todpreg: u32(308, '', hex),
    cpu_timer: u64(312),
    clock_comparator: u64(320),
    acrs: list(336, 16, u32(0, '', hex), 'access registers'),
    crs: list(400, 16, u64(0), 'control registers'),
  },
);

export const vmdumpSpace = struct(
  'ASIZBK',
  { endian: 'big', size: 1888, doc: 'Address space. Source: s390-dump.md section 7.' },
  {
    id: bytes(0, 8, 'EBCDIC "ASIZBK  "'),
    space_id: bytes(16, 33, 'EBCDIC'),
    format: u8(51),
    storage_with_dcss: u64(64, 'bytes', bytesOf),
    storage_size: u64(72, 'defined storage in bytes', bytesOf),
    range_count: u32(216),
    dcss_count: u32(220),
    online: list(224, 16, u64(0), 'online CPUs'),
    ranges: list(352, 128, u64(0), 'start and end (inclusive) of each requested range'),
  },
);
