/** Dumps on whole disks: which of the partitions hold one, the one that is opened, and the other volumes of a set that are disks too. */
import { defined } from '../../shared/defined.ts';
import type { DumpChoice } from '../../shared/dump-choice.ts';
import { DumpError, isDumpError, SeveralDumps } from '../../shared/dump-error.ts';
import { dumpDeviceText, dumpToolName, type DiskJson } from '../../shared/disk-model.ts';
import { byteText } from '../../shared/units.ts';
import type { Disk, Partition } from '../disk/disk.ts';
import { bootRecordDisks, labelledDisk } from '../disk/open-disk.ts';
import { readZiplRecord, type ZiplRecord } from '../disk/zipl-record.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { partSource } from '../source/part-source.ts';
import type { DumpFormat, Probe } from './dump-format.ts';
import { headOf } from './flattened-parts.ts';

/** What takes a file for its own, and whether it can be used. */
export type Recognise = (source: ByteSource) => Steps<{ readonly format: DumpFormat; readonly probe: Probe } | undefined>;

/** A dump in a partition. */
export interface DiskDump {
  readonly disk: Disk;
  readonly partition: Partition;
  readonly source: ByteSource;
  readonly record: ZiplRecord | undefined;
}

interface Found {
  readonly partition: Partition;
  readonly source: ByteSource;
  readonly format?: DumpFormat;
  readonly isBroken: boolean;
}

/** Partitions that are looked at. */
const mostPartitions = 256;
const mostListed = 6;
/** zipl overwrites as much of a partition that it prepares. */
const preparedBytes = 64 << 10;

function* lookAt(disk: Disk, name: string, recognise: Recognise): Steps<readonly Found[]> {
  const found: Found[] = [];
  for (const partition of disk.partitions.slice(0, mostPartitions)) {
    yield;
    const source = partSource(disk.source, `${name}!${partition.number}`, partition.start, partition.bytes);
    const taken = source.size === 0 ? undefined : yield* recognise(source);
    found.push({ partition, source, ...defined({ format: taken?.format }), isBroken: taken?.probe.answer === 'broken' });
  }
  return found;
}

/** A partition as a person may name it: by its number, by its name, or by the last part of a data set's name that tells them apart. */
const isNamed = ({ number, name }: Partition, wanted: string): boolean =>
  String(number) === wanted ||
  (name !== undefined && (name.toLowerCase() === wanted.toLowerCase() || name.toLowerCase().split('.').includes(wanted.toLowerCase())));

const nameOf = ({ number, name }: Partition): string => `partition ${number}${name === undefined ? '' : ` (${name})`}`;

const isZero = (source: ByteSource, bytes: number): boolean => {
  const head = new Uint8Array(Math.min(bytes, source.size));
  return source.readInto(0, head) === head.length && head.every((byte) => byte === 0);
};

/** What a partition without a dump begins with. */
function contentsText({ source, isBroken, format }: Found): string {
  if (isBroken) return `${format?.title ?? 'a dump'}, damaged`;
  const head = headOf(source);
  if (head.length === 0) return 'beyond the end of the file';
  if (head.every((byte) => byte === 0)) return 'begins with zeros';
  if (head.length >= 0x43a && head[0x438] === 0x53 && head[0x439] === 0xef) return 'ext file system';
  return `begins with ${Buffer.from(head.subarray(0, 8)).toString('hex')}`;
}

const listText = (found: readonly Found[]): string =>
  found
    .slice(0, mostListed)
    .map(
      (one) =>
        `${nameOf(one.partition)}, ${byteText(one.partition.bytes)}${one.partition.type === undefined ? '' : `, ${one.partition.type}`}: ${contentsText(one)}`,
    )
    .join('; ') + (found.length > mostListed ? `; and ${found.length - mostListed} more` : '');

/** No dump is on the disk: prepared for one, or not. */
function noDump(file: ByteSource, disk: Disk, found: readonly Found[], record: ZiplRecord | undefined): DumpError {
  if (record === undefined) {
    const parts = found.length === 0 ? 'no partition' : listText(found);
    return new DumpError(
      'absent',
      { file: file.name, offset: 0 },
      `${disk.title} with no dump on it: ${parts}`,
      'a partition that begins with a dump, or an ext4 file system with ngdump.meta',
    );
  }
  const { startBlock, blockBytes = disk.blockBytes, tool } = record.device;
  const start = startBlock === undefined ? undefined : startBlock * blockBytes;
  const target = found.find(({ partition }) => partition.start === start) ?? (found.length === 1 ? found[0] : undefined);
  const place = { file: file.name, ...defined({ offset: target?.partition.start ?? start }) };
  const preparation = `${disk.title}, prepared by zipl for the ${dumpToolName(tool)}`;
  const where = target === undefined ? '' : ` in ${nameOf(target.partition)}`;
  // In the Linux disk layout the dumper itself is there until a dump overwrites it.
  const what =
    target === undefined || isZero(target.source, preparedBytes) || (tool === 'eckd' && disk.layout === 'ldl')
      ? `${preparation}, no dump written${where} (${dumpDeviceText(record.device)})`
      : `${preparation}, but what is${where} is not a dump: ${contentsText(target)}`;
  return new DumpError('absent', place, what, 'a dump in the partition that zipl prepared');
}

const choiceOf = ({ partition, format }: Found): DumpChoice => ({
  member: String(partition.number),
  title: format?.title ?? '',
  ...defined({ name: partition.name }),
  bytes: partition.bytes,
});

/** Choices a dump of a disk. @throws DumpError absent, SeveralDumps */
function* chosen(file: ByteSource, disk: Disk, wanted: string | undefined, recognise: Recognise): Steps<DiskDump> {
  const found = yield* lookAt(disk, file.name, recognise);
  const record = readZiplRecord(disk);
  const take = ({ partition, source }: Found): DiskDump => ({ disk, partition, source, record });
  if (wanted !== undefined) {
    const named = found.filter(({ partition }) => isNamed(partition, wanted));
    const [one] = named.filter(({ partition }) => String(partition.number) === wanted).concat(named);
    if (one === undefined || named.length > 1)
      throw new DumpError(
        'absent',
        { file: file.name },
        `${disk.title} has ${one === undefined ? 'no partition' : 'several partitions'} named ${wanted}: ${listText(found)}`,
        'the number or the name of one of them',
      );
    if (one.format === undefined) throw noDump(file, disk, [one], record);
    return take(one);
  }
  const dumps = found.filter(({ format, isBroken }) => format !== undefined && !isBroken);
  const [first] = dumps;
  if (dumps.length > 1) throw new SeveralDumps({ file: file.name }, { holder: disk.title, choices: dumps.map(choiceOf) });
  if (first !== undefined) return take(first);
  // A damaged dump says best itself what is wrong with it; a file system that cannot be read is most likely none of a dump.
  const broken = found.find(({ format, isBroken }) => isBroken && format !== undefined && format.id !== 'ngdump');
  if (broken !== undefined) return take(broken);
  throw noDump(file, disk, found, record);
}

/**
 * The dump on a disk that says of itself what it is.
 * @param wanted number or name of the partition, where the user named one
 * @returns undefined for a file that is no such disk
 * @throws DumpError, SeveralDumps
 */
export function* labelledDiskDump(file: ByteSource, wanted: string | undefined, recognise: Recognise): Steps<DiskDump | undefined> {
  const disk = labelledDisk(file);
  return disk === undefined ? undefined : yield* chosen(file, disk, wanted, recognise);
}

/** The same for a disk with a boot record alone, which other files end their first sector like. @throws DumpError, SeveralDumps */
export function* bootRecordDump(file: ByteSource, wanted: string | undefined, recognise: Recognise): Steps<DiskDump | undefined> {
  let first: unknown;
  for (const disk of bootRecordDisks(file)) {
    try {
      return yield* chosen(file, disk, wanted, recognise);
    } catch (error) {
      // Counted in sectors of another size, the same table may lead to a dump.
      if (!isDumpError(error) || error instanceof SeveralDumps || error.kind !== 'absent') throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first as DumpError;
  return undefined;
}

/** What doors show of the disk. */
export const diskJson = ({ disk, partition }: DiskDump): DiskJson => ({
  layout: disk.layout,
  ...('image' in disk.source ? { image: disk.source.image as 'ckd' | 'cckd' } : {}),
  blockBytes: disk.blockBytes,
  ...defined({ volume: disk.volume }),
  partitions: disk.partitions.length,
  partition: { number: partition.number, ...defined({ name: partition.name }), offset: partition.start, bytes: partition.bytes },
});
