/** Whether a file is a whole disk, and how that is divided. */
import { DumpError } from '../../shared/dump-error.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { ckdImage } from './ckd-image.ts';
import { readDasd } from './dasd-label.ts';
import type { Disk } from './disk.ts';
import { readGpt } from './gpt.ts';
import { hasProtectiveMbr, readMbr } from './mbr.ts';
import { fbaRange } from './zipl-record.ts';

const usualBlock = 4096;
/** "IPL1" in EBCDIC, key of the first record of every ECKD DASD in the compatible disk layout. */
const iplKey = Uint8Array.of(0xc9, 0xd7, 0xd3, 0xf1);

function hasIplRecord(source: ByteSource): boolean {
  const head = new Uint8Array(iplKey.length);
  return source.readInto(0, head) === head.length && head.every((byte, at) => byte === iplKey[at]);
}

/** An FBA DASD that nothing labels: the kernel shows one partition from block 2 on. */
function unlabelledFba(source: ByteSource): Disk | undefined {
  const range = fbaRange(source);
  if (range === undefined || range.endBlock * range.blockBytes >= source.size) return undefined;
  const start = range.startBlock * range.blockBytes;
  return {
    layout: 'fba',
    title: 'an FBA DASD without a label',
    source,
    blockBytes: range.blockBytes,
    partitions: [{ number: 1, start, bytes: source.size - start }],
    findings: [],
  };
}

/**
 * A disk that says of itself what it is: a DASD by its label, an image of Hercules, a disk with a GPT, an FBA disk by zipl's record.
 * @throws DumpError corrupt where it is one and its tables cannot be used, unsupported for an image that cannot be read
 */
export function labelledDisk(file: ByteSource): Disk | undefined {
  const image = ckdImage(file);
  const source = image ?? file;
  const dasd = readDasd(source);
  if (dasd !== undefined) return dasd;
  if (image !== undefined)
    throw new DumpError(
      'absent',
      { file: file.name, offset: 2 * image.blockBytes },
      `${image.title} whose disk has no volume label`,
      'VOL1, LNX1 or CMS1 in block 2',
    );
  if (hasIplRecord(file))
    throw new DumpError(
      'corrupt',
      { file: file.name, offset: 2 * usualBlock },
      'an ECKD DASD by its first record (IPL1), but its volume label is damaged or missing',
      '"VOL1" in EBCDIC in block 2',
    );
  const gpt = readGpt(file);
  if (gpt !== undefined && 'partitions' in gpt) return gpt;
  if (gpt !== undefined)
    throw new DumpError('corrupt', { file: file.name, offset: gpt.offset }, gpt.what, 'a GPT whose CRCs are right, or its backup at the end of the disk');
  if (hasProtectiveMbr(file))
    throw new DumpError(
      'corrupt',
      { file: file.name, offset: 512 },
      'a disk whose boot record says that it has a GPT, but none is there or at the end of the file: both copies are lost, or this is not an image of the whole disk',
      '"EFI PART" in sector 1 or in the last sector',
    );
  return unlabelledFba(file);
}

/** What may be disks by their boot record; nothing says how large its sectors are, so it is given for each size. */
export function bootRecordDisks(file: ByteSource): readonly Disk[] {
  return ([512, 4096] as const).map((sector) => readMbr(file, sector)).filter((disk) => disk !== undefined);
}
