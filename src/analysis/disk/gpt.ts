/** GUID partition table (UEFI specification, chapter 5.3): header and entries with their CRCs, the backup where the primary is damaged. */
import { crc32 } from 'node:zlib';
import { hex } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import { failed, type Failure, isFailure, type Result } from '../../shared/result.ts';
import { bytes, u32, u64 } from '../layout/field.ts';
import { parse, struct, type Values } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { diskFinding, type Disk, type Partition } from './disk.ts';

export const gptHeader = struct(
  'gpt_header',
  { endian: 'little', size: 92, doc: 'Source: UEFI specification 2.10, section 5.3.2.' },
  {
    signature: bytes(0x00, 8, 'ASCII "EFI PART"'),
    revision: u32(0x08),
    header_size: u32(0x0c, 'bytes that the CRC covers, at least 92'),
    header_crc32: u32(0x10, 'CRC-32 of the header with this field zero'),
    my_lba: u64(0x18, 'sector of this header'),
    alternate_lba: u64(0x20, 'sector of the other header'),
    first_usable_lba: u64(0x28),
    last_usable_lba: u64(0x30),
    partition_entry_lba: u64(0x48, 'first sector of the entries'),
    number_of_entries: u32(0x50),
    size_of_entry: u32(0x54, '128, or a multiple of it'),
    entries_crc32: u32(0x58, 'CRC-32 of all entries'),
  },
);
type GptHeader = Values<typeof gptHeader.fields>;

const signature = Buffer.from('EFI PART');
const sectorSizes = [512, 4096] as const;
/** 128 entries of 128 bytes are usual; nothing has more than this. */
const mostEntryBytes = 4 << 20;

/** Types by their first eleven bytes as the GUID is written (UEFI; Discoverable Partitions Specification). */
const typeNames: Readonly<Record<string, string>> = {
  '0fc63daf-8483-4772-8e79-3d69d8477de4': 'Linux file system',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'Linux swap',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'Linux LVM',
  'a19d880f-05fc-4d3b-a006-743f0f84911e': 'Linux RAID',
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EFI system',
  '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
  'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7': 'basic data',
};

/** The first three groups of a GUID are stored with their lowest byte first. */
function guidText(stored: Uint8Array): string {
  const data = Buffer.from(stored);
  const groups = [data.readUInt32LE(0).toString(16).padStart(8, '0'), data.readUInt16LE(4).toString(16).padStart(4, '0')];
  groups.push(data.readUInt16LE(6).toString(16).padStart(4, '0'), data.toString('hex', 8, 10), data.toString('hex', 10, 16));
  return groups.join('-');
}

interface Table {
  readonly header: GptHeader;
  readonly entries: Uint8Array;
}

function readAll(source: ByteSource, at: number, length: number): Uint8Array | undefined {
  if (!Number.isSafeInteger(at) || at < 0 || at + length > source.size) return undefined;
  const found = new Uint8Array(length);
  return source.readInto(at, found) === length ? found : undefined;
}

const hasSignature = (head: Uint8Array | undefined): head is Uint8Array => head !== undefined && signature.equals(head.subarray(0, signature.length));

/** One of the two tables, or what is wrong with it. @param at its position on the disk */
function readTable(source: ByteSource, at: number, sector: number): Result<Table> {
  const not = (why: string): Failure => failed('GPT', why);
  const head = readAll(source, at, sector);
  if (head === undefined) return not('it cannot be read');
  if (!hasSignature(head)) return not('its signature is not "EFI PART"');
  const header = parse(gptHeader, head);
  if (header.header_size < gptHeader.size || header.header_size > sector)
    return not(`its size is ${header.header_size}, where 92 to ${sector} bytes are possible`);
  const covered = Buffer.from(head.subarray(0, header.header_size));
  covered.writeUInt32LE(0, 0x10);
  const computed = crc32(covered);
  if (computed !== header.header_crc32) return not(`its CRC is ${hex(header.header_crc32)}, that of its bytes ${hex(computed)}`);
  if (header.my_lba !== BigInt(at / sector)) return not(`it records sector ${header.my_lba} as its own, but is in sector ${at / sector}`);
  if (header.size_of_entry < 128 || header.size_of_entry % 8 !== 0)
    return not(`its entries have ${header.size_of_entry} bytes, where at least 128 are possible`);
  const length = header.number_of_entries * header.size_of_entry;
  if (length > mostEntryBytes) return not(`it counts ${header.number_of_entries} entries of ${header.size_of_entry} bytes`);
  const entries = readAll(source, Number(header.partition_entry_lba) * sector, length);
  if (entries === undefined) return not(`its entries at sector ${header.partition_entry_lba} cannot be read`);
  const entriesCrc = crc32(entries);
  if (entriesCrc !== header.entries_crc32) return not(`the CRC of its entries is ${hex(header.entries_crc32)}, that of their bytes ${hex(entriesCrc)}`);
  return { value: { header, entries } };
}

function partitionsOf({ header, entries }: Table, sector: number, diskBytes: number, findings: Finding[]): Partition[] {
  const partitions: Partition[] = [];
  const data = Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength);
  for (let index = 0; index < header.number_of_entries; index += 1) {
    const at = index * header.size_of_entry;
    const type = guidText(data.subarray(at, at + 16));
    if (type === '00000000-0000-0000-0000-000000000000') continue;
    const first = data.readBigUInt64LE(at + 32);
    const last = data.readBigUInt64LE(at + 40);
    const start = Number(first) * sector;
    if (last < first || start >= diskBytes || !Number.isSafeInteger(Number(last + 1n) * sector)) {
      findings.push(
        diskFinding(
          'warning',
          'A partition lies outside the disk',
          `partition ${index + 1} is recorded in sectors ${first} to ${last} of ${Math.floor(diskBytes / sector)}; it is not used`,
        ),
      );
      continue;
    }
    const name = data.toString('utf16le', at + 56, at + 128).replace(/\0[^]*$/, '');
    partitions.push({
      number: index + 1,
      ...(name === '' ? {} : { name }),
      type: typeNames[type] ?? `type ${type}`,
      start,
      bytes: Number(last - first + 1n) * sector,
    });
  }
  return partitions;
}

/**
 * The disk by its GPT.
 * @returns undefined where no table is; a text where one is and neither copy can be used, with the position of the first
 */
export function readGpt(source: ByteSource): Disk | { readonly offset: number; readonly what: string } | undefined {
  let broken: { readonly offset: number; readonly what: string } | undefined;
  for (const sector of sectorSizes) {
    const primary = readTable(source, sector, sector);
    const head = readAll(source, sector, sector);
    const lastAt = Math.floor(source.size / sector - 1) * sector;
    const named = hasSignature(head) ? Number(parse(gptHeader, head).alternate_lba) * sector : lastAt;
    const backupAt = [named, lastAt].find((at) => at > sector && hasSignature(readAll(source, at, sector)));
    if (!isFailure(primary)) {
      const findings: Finding[] = [];
      return {
        layout: 'gpt',
        title: 'a disk with a GPT',
        source,
        blockBytes: sector,
        partitions: partitionsOf(primary.value, sector, source.size, findings),
        findings,
      };
    }
    // A backup alone shows nothing: it is found because the first header points there, or at the very end of a disk that has a protective MBR.
    const backup = backupAt === undefined ? failed('GPT', 'there is none at the end of the disk') : readTable(source, backupAt, sector);
    if (!isFailure(backup)) {
      const findings = [
        diskFinding(
          'warning',
          'The partition table is damaged, and its backup is used',
          `the GPT at 0x${sector.toString(16)}: ${primary.missing.why}; the backup at 0x${(backupAt ?? 0).toString(16)} is sound`,
          { fileOffset: sector, bytes: sector },
        ),
      ];
      return {
        layout: 'gpt',
        title: 'a disk with a GPT',
        source,
        blockBytes: sector,
        partitions: partitionsOf(backup.value, sector, source.size, findings),
        findings,
      };
    }
    if (hasSignature(head)) broken ??= { offset: sector, what: `a GPT that cannot be used: ${primary.missing.why}; the backup: ${backup.missing.why}` };
  }
  return broken;
}
