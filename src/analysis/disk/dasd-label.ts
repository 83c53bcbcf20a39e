/**
 * Volume labels of a DASD as Linux shows them (the kernel's block/partitions/ibm.c; libvtoc of s390-tools): VOL1 of the compatible
 * disk layout with its VTOC, LNX1 of the Linux disk layout, CMS1 of z/VM. On a DASD the label is in block 2 (ECKD) or block 1 (FBA).
 */
import { ebcdicText } from '../../shared/ebcdic.ts';
import { u16, u32, u64, u8 } from '../layout/field.ts';
import { parse, struct } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Disk } from './disk.ts';
import { volumeSerialText } from './volume-serial.ts';
import { readCdl } from './vtoc.ts';
import { defined } from '../../shared/defined.ts';

const blockSizes = [4096, 2048, 1024, 512] as const;
const labelBytes = 88;

/** The label of the Linux disk layout. */
export const ldlLabel = struct(
  'vtoc_volume_label_ldl',
  { endian: 'big', size: labelBytes, doc: 'Source: libvtoc of s390-tools (include/lib/vtoc.h), Linux arch/s390/include/uapi/asm/vtoc.h.' },
  {
    ldl_version: u8(0x4f, '0xf2: the number of formatted blocks follows'),
    formatted_blocks: u64(0x50),
  },
);

export const cmsLabel = struct(
  'vtoc_cms_label',
  { endian: 'big', size: labelBytes, doc: 'Source: Linux arch/s390/include/uapi/asm/vtoc.h.' },
  {
    version_id: u16(0x0a),
    block_size: u32(0x0c),
    formatted_count: u32(0x18),
    block_count: u32(0x1c, 'size of the disk in blocks of block_size'),
    disk_offset: u32(0x34, 'first block of a reserved minidisk, else 0'),
  },
);

const markOf = (label: Uint8Array): string => ebcdicText(label.subarray(0, 4), '037');

function labelAt(source: ByteSource, at: number): Uint8Array | undefined {
  const label = new Uint8Array(labelBytes);
  return source.readInto(at, label) === labelBytes ? label : undefined;
}

/** One partition, from the block after the label to the end of what is formatted. */
function readLdl(source: ByteSource, label: Uint8Array, labelBlock: number, blockBytes: number): Disk {
  const { ldl_version: version, formatted_blocks: blocks } = parse(ldlLabel, label);
  const start = (labelBlock + 1) * blockBytes;
  // Before large volumes nothing recorded the size.
  const formatted = version === 0xf2 && blocks <= BigInt(Math.floor(Number.MAX_SAFE_INTEGER / blockBytes)) ? Number(blocks) * blockBytes : source.size;
  const volume = volumeSerialText(label.subarray(4, 10));
  return {
    layout: 'ldl',
    title: 'a DASD with the Linux disk layout',
    source,
    blockBytes,
    partitions: [{ number: 1, start, bytes: Math.max(0, formatted - start) }],
    ...defined({ volume }),
    findings: [],
  };
}

function readCms(source: ByteSource, label: Uint8Array, labelAtByte: number, deviceBlock: number): Disk | undefined {
  const { block_size: blockBytes, block_count: blocks, disk_offset: offset } = parse(cmsLabel, label);
  if (!blockSizes.some((one) => one === blockBytes)) return undefined;
  const start = offset !== 0 ? offset * blockBytes : labelAtByte === 512 ? 2 * blockBytes : labelAtByte + deviceBlock;
  const end = offset !== 0 ? start + (blocks - 1) * blockBytes : blocks * blockBytes;
  const volume = volumeSerialText(label.subarray(4, 10));
  return {
    layout: 'cms',
    title: 'a DASD with a CMS label',
    source,
    blockBytes,
    partitions: [{ number: 1, start, bytes: Math.max(0, end - start) }],
    ...defined({ volume }),
    findings: [],
  };
}

/**
 * The disk by its volume label.
 * @returns undefined where no label is
 * @throws DumpError corrupt for a VOL1 label whose VTOC cannot be found
 */
export function readDasd(source: ByteSource): Disk | undefined {
  for (const blockBytes of blockSizes) {
    for (const block of [2, 1]) {
      const at = block * blockBytes;
      const label = labelAt(source, at);
      if (label === undefined) continue;
      const mark = markOf(label);
      if (mark === 'VOL1' && markOf(label.subarray(4)) === 'VOL1') return readCdl(source, label, at, blockBytes);
      if (mark === 'LNX1') return readLdl(source, label, block, blockBytes);
      if (mark === 'CMS1') {
        const disk = readCms(source, label, at, blockBytes);
        if (disk !== undefined) return disk;
      }
    }
  }
  return undefined;
}
