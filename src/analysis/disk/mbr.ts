/** The partition table in a master boot record, with the chain of logical partitions in an extended one (the kernel's block/partitions/msdos.c). */
import type { Finding } from '../../shared/model.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { diskFinding, type Disk, type Partition } from './disk.ts';

const tableAt = 446;
const entryBytes = 16;
const bootSectorBytes = 512;
const extendedTypes: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);
const protectiveType = 0xee;
/** Logical partitions that are followed: the kernel's limit is 256 partitions. */
const mostLogical = 256;
const typeNames: Readonly<Record<number, string>> = {
  0x82: 'Linux swap',
  0x83: 'Linux',
  0x8e: 'Linux LVM',
  0xfd: 'Linux RAID',
  0xef: 'EFI system',
  0x07: 'NTFS',
  0x0c: 'FAT32',
};

interface Entry {
  readonly status: number;
  readonly type: number;
  /** In sectors. */
  readonly start: number;
  readonly sectors: number;
}

function entriesAt(source: ByteSource, at: number): readonly Entry[] | undefined {
  const sector = new Uint8Array(bootSectorBytes);
  if (!Number.isSafeInteger(at) || source.readInto(at, sector) < sector.length) return undefined;
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) return undefined;
  const data = new DataView(sector.buffer);
  return [0, 1, 2, 3].map((index) => {
    const entry = tableAt + index * entryBytes;
    return { status: data.getUint8(entry), type: data.getUint8(entry + 4), start: data.getUint32(entry + 8, true), sectors: data.getUint32(entry + 12, true) };
  });
}

const isUsed = ({ type, sectors }: Entry): boolean => type !== 0 && sectors !== 0;

/** True for a sector that ends as a boot record does and divides nothing: a boot sector of a file system has code and text where the table would be. */
const isTable = (entries: readonly Entry[], sectorsOnDisk: number): boolean =>
  entries.every((entry) => (entry.status & 0x7f) === 0 && (!isUsed(entry) || (entry.start > 0 && entry.start < sectorsOnDisk))) && entries.some(isUsed);

/** The chain in an extended partition: each link has one partition, counted from itself, and the next link, counted from the first. */
function logicalPartitions(source: ByteSource, extended: Entry, sector: number, findings: Finding[]): Partition[] {
  const partitions: Partition[] = [];
  const seen = new Set<number>();
  let link = extended.start;
  while (seen.size < mostLogical) {
    const at = link * sector;
    if (seen.has(link)) {
      findings.push(
        diskFinding('warning', 'The chain of logical partitions leads back to itself', `the link at 0x${at.toString(16)} was there before`, {
          fileOffset: at,
          bytes: bootSectorBytes,
        }),
      );
      return partitions;
    }
    seen.add(link);
    const entries = entriesAt(source, at);
    if (entries === undefined) {
      findings.push(
        diskFinding(
          'warning',
          'The chain of logical partitions is broken',
          `there is no boot record at 0x${at.toString(16)}: logical partitions starting with number ${5 + partitions.length} are not known`,
          { fileOffset: at, bytes: bootSectorBytes },
        ),
      );
      return partitions;
    }
    const own = entries.find((entry) => isUsed(entry) && !extendedTypes.has(entry.type));
    if (own !== undefined) partitions.push(partitionOf(own, 5 + partitions.length, link, sector));
    const next = entries.find((entry) => isUsed(entry) && extendedTypes.has(entry.type));
    if (next === undefined) return partitions;
    link = extended.start + next.start;
  }
  findings.push(diskFinding('warning', 'The chain of logical partitions does not end', `the first ${mostLogical} links are used`));
  return partitions;
}

const partitionOf = ({ type, start, sectors }: Entry, number: number, base: number, sector: number): Partition => ({
  number,
  type: typeNames[type] ?? `type 0x${type.toString(16).padStart(2, '0')}`,
  start: (base + start) * sector,
  bytes: sectors * sector,
});

export const hasProtectiveMbr = (source: ByteSource): boolean => entriesAt(source, 0)?.some(({ type }) => type === protectiveType) === true;

/**
 * The disk by its master boot record.
 * @param sector bytes of a sector: nothing on the disk says it
 * @returns undefined where no table is
 */
export function readMbr(source: ByteSource, sector: 512 | 4096): Disk | undefined {
  const entries = entriesAt(source, 0);
  if (entries === undefined || !isTable(entries, source.size / sector)) return undefined;
  const findings: Finding[] = [];
  const partitions: Partition[] = [];
  entries.forEach((entry, index) => {
    if (isUsed(entry) && !extendedTypes.has(entry.type)) partitions.push(partitionOf(entry, index + 1, 0, sector));
  });
  const extended = entries.find((entry) => isUsed(entry) && extendedTypes.has(entry.type));
  if (extended !== undefined) for (const one of logicalPartitions(source, extended, sector, findings)) partitions.push(one);
  return { layout: 'mbr', title: 'a disk with an MBR partition table', source, blockBytes: sector, partitions, findings };
}
