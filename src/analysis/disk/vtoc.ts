/**
 * The volume table of contents of an ECKD DASD in the compatible disk layout (CDL). Linux shows its labels, which are short records with
 * keys, as blocks: key and data, filled with 0xe5 (drivers/s390/block/dasd_eckd.c). Data set labels (DSCBs) of format 4 describe
 * the VTOC, of format 1 and 8 a partition each, 3, 5, 7 and 9 nothing that is needed (libvtoc of s390-tools, include/lib/vtoc.h).
 */
import { DumpError } from '../../shared/dump-error.ts';
import { ebcdicText } from '../../shared/ebcdic.ts';
import type { Finding } from '../../shared/model.ts';
import { bytes, u16, u32, u8 } from '../layout/field.ts';
import { parse, struct } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { volumeSerialText } from './volume-serial.ts';
import { diskFinding, type Disk, type Geometry, type Partition } from './disk.ts';
import { defined } from '../../shared/defined.ts';

const dscbBytes = 140;
const formats = { one: 0xf1, three: 0xf3, four: 0xf4, five: 0xf5, seven: 0xf7, eight: 0xf8, nine: 0xf9 } as const;
/** No ECKD track holds more blocks: 3390 has 12 of 4096 bytes, 49 of 512. */
const mostBlocksPerTrack = 128;
/** Every ECKD model in use has 15 tracks in a cylinder. */
const usualHeads = 15;
/** Labels that are looked at: a VTOC of Linux has one track. */
const mostLabels = 4096;

export const cdlLabel = struct(
  'vtoc_volume_label_cdl',
  { endian: 'big', size: 84, doc: 'Source: libvtoc of s390-tools (include/lib/vtoc.h), Linux arch/s390/include/uapi/asm/vtoc.h.' },
  { volid: bytes(0x08, 6, 'volume serial, EBCDIC'), vtoc_cc: u16(0x0f), vtoc_hh: u16(0x11), vtoc_b: u8(0x13, 'record of the format 4 label') },
);

export const format4 = struct(
  'vtoc_format4_label',
  { endian: 'big', size: dscbBytes, doc: 'Source: libvtoc of s390-tools (include/lib/vtoc.h).' },
  {
    DS4IDFMT: u8(0x2c, '0xf4'),
    DS4DSCYL: u16(0x3e, 'cylinders, at most 65534'),
    DS4DSTRK: u16(0x40, 'tracks in a cylinder'),
    DS4VTOCE_lower_cc: u16(0x6b),
    DS4VTOCE_lower_hh: u16(0x6d),
    DS4VTOCE_upper_cc: u16(0x6f),
    DS4VTOCE_upper_hh: u16(0x71, 'last track of the VTOC'),
    DS4DCYL: u32(0x84, 'cylinders of a large volume'),
  },
);

export const format1 = struct(
  'vtoc_format1_label',
  { endian: 'big', size: dscbBytes, doc: 'Source: libvtoc of s390-tools (include/lib/vtoc.h). Format 8, of large volumes, is the same.' },
  {
    DS1DSNAM: bytes(0x00, 44, 'data set name, EBCDIC'),
    DS1FMTID: u8(0x2c),
    DS1NOEPV: u8(0x3b, 'number of extents'),
    DS1EXT1_typeind: u8(0x69),
    DS1EXT1_lower_cc: u16(0x6b),
    DS1EXT1_lower_hh: u16(0x6d),
    DS1EXT1_upper_cc: u16(0x6f),
    DS1EXT1_upper_hh: u16(0x71),
  },
);

/** Track number of a cylinder and head: the upper twelve bits of the head are those of a large cylinder number. */
const trackOf = (cc: number, hh: number, heads: number): number => ((hh & 0xfff0) * 0x1000 + cc) * heads + (hh & 0xf);

function dscbAt(source: ByteSource, at: number): Uint8Array | undefined {
  const found = new Uint8Array(dscbBytes);
  return Number.isSafeInteger(at) && source.readInto(at, found) === dscbBytes ? found : undefined;
}

const isFormat4 = (dscb: Uint8Array | undefined): dscb is Uint8Array => dscb?.[0x2c] === formats.four && dscb.subarray(0, 44).every((byte) => byte === 0x04);

/**
 * The disk by its VOL1 label.
 * @param at position of the label
 * @throws DumpError corrupt where no format 4 label is where the volume label says
 */
export function readCdl(source: ByteSource, label: Uint8Array, at: number, blockBytes: number): Disk {
  const { volid, vtoc_cc: cc, vtoc_hh: hh, vtoc_b: record } = parse(cdlLabel, label);
  // How many blocks a track has is recorded nowhere: with the right number the format 4 label is where it should be.
  let blocksPerTrack: number | undefined;
  let found: Uint8Array | undefined;
  for (let guess = 1; guess <= mostBlocksPerTrack && blocksPerTrack === undefined; guess += 1) {
    const dscb = dscbAt(source, (trackOf(cc, hh, usualHeads) * guess + record - 1) * blockBytes);
    if (!isFormat4(dscb)) continue;
    blocksPerTrack = guess;
    found = dscb;
  }
  const volume = volumeSerialText(volid);
  if (blocksPerTrack === undefined || found === undefined)
    throw new DumpError(
      'corrupt',
      { file: source.name, offset: at },
      `a DASD whose volume label (VOL1${volume === undefined ? '' : `, volume ${volume}`}) points to a VTOC in cylinder ${cc}, head ${hh}, record ${record}, where there is none`,
      'a format 4 label there',
    );
  const described = parse(format4, found);
  const heads = described.DS4DSTRK === 0 || described.DS4DSTRK > 64 ? usualHeads : described.DS4DSTRK;
  const geometry: Geometry = { heads, blocksPerTrack };
  const findings: Finding[] = [];
  const first = trackOf(cc, hh, heads) * blocksPerTrack + record - 1;
  const lastTrack = trackOf(described.DS4VTOCE_upper_cc, described.DS4VTOCE_upper_hh, heads);
  const end = Math.max(first + 1, (lastTrack + 1) * blocksPerTrack);
  return {
    layout: 'cdl',
    title: 'an ECKD DASD with the compatible disk layout',
    source,
    blockBytes,
    partitions: partitionsOf(source, { first: first + 1, end: Math.min(end, first + mostLabels), blockBytes }, geometry, findings),
    ...defined({ volume }),
    geometry,
    findings,
  };
}

interface VtocBlocks {
  readonly first: number;
  readonly end: number;
  readonly blockBytes: number;
}

/** Labels of partitions in the order in which they lie, which is how the kernel counts. */
function partitionsOf(source: ByteSource, { first, end, blockBytes }: VtocBlocks, geometry: Geometry, findings: Finding[]): Partition[] {
  const partitions: Partition[] = [];
  for (let block = first; block < end; block += 1) {
    const at = block * blockBytes;
    const dscb = dscbAt(source, at);
    if (dscb === undefined) {
      findings.push(
        diskFinding('warning', 'The VTOC cannot be read to its end', `labels starting at 0x${at.toString(16)} are not known`, {
          fileOffset: at,
          bytes: dscbBytes,
        }),
      );
      break;
    }
    const kind = dscb[0x2c];
    if (kind !== formats.one && kind !== formats.eight) continue;
    const one = parse(format1, dscb);
    const number = partitions.length + 1;
    const lower = trackOf(one.DS1EXT1_lower_cc, one.DS1EXT1_lower_hh, geometry.heads);
    const upper = trackOf(one.DS1EXT1_upper_cc, one.DS1EXT1_upper_hh, geometry.heads);
    const start = lower * geometry.blocksPerTrack * blockBytes;
    const text = ebcdicText(one.DS1DSNAM, '037').trimEnd();
    const name = /^[\x21-\x7e]+$/.test(text) ? text : undefined;
    if (upper < lower || start >= source.size)
      findings.push(
        diskFinding(
          'warning',
          'A partition lies outside the disk',
          `partition ${number}${name === undefined ? '' : ` (${name})`} is recorded in tracks ${lower} to ${upper}`,
          { fileOffset: at, bytes: dscbBytes },
        ),
      );
    partitions.push({
      number,
      ...defined({ name }),
      ...(one.DS1NOEPV > 1 ? { type: `data set in ${one.DS1NOEPV} extents` } : {}),
      start,
      bytes: Math.max(0, upper - lower + 1) * geometry.blocksPerTrack * blockBytes,
    });
  }
  return partitions;
}
