/** Writes a capsule from its members: stored, without times, in one order. The same contents give the same bytes, now and in ten years. */
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { byteText } from '../../shared/units.ts';
import { caseMembers, directorySignature, memberDate, memberHeader, memberSignature, mostCaseBytes } from '../formats/dumpcase-layout.ts';

/** Contents by name. */
export type CaseContents = ReadonlyMap<string, Uint8Array>;

const version = 10;
const directoryBytes = 46;
const endBytes = 22;
const endSignature = 0x0605_4b50;

/** What the local header and the directory say of a member alike. */
function putCommon(target: Buffer, at: number, name: Buffer, contents: Uint8Array): void {
  target.writeUInt16LE(version, at);
  target.writeUInt16LE(memberDate, at + 8);
  target.writeUInt32LE(zlib.crc32(contents), at + 10);
  target.writeUInt32LE(contents.length, at + 14);
  target.writeUInt32LE(contents.length, at + 18);
  target.writeUInt16LE(name.length, at + 22);
}

/**
 * @throws DumpError unsupported for more than a capsule can hold
 */
export function packCase(contents: CaseContents, file: string): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const member of caseMembers) {
    const bytes = contents.get(member);
    if (bytes === undefined) continue;
    const name = Buffer.from(member, 'latin1');
    const header = Buffer.alloc(memberHeader.size + name.length);
    header.writeUInt32LE(memberSignature, 0);
    putCommon(header, 4, name, bytes);
    name.copy(header, memberHeader.size);
    const entry = Buffer.alloc(directoryBytes + name.length);
    entry.writeUInt32LE(directorySignature, 0);
    entry.writeUInt16LE(version, 4);
    putCommon(entry, 6, name, bytes);
    entry.writeUInt32LE(position, 42);
    name.copy(entry, directoryBytes);
    directory.push(entry);
    parts.push(header, bytes);
    position += header.length + bytes.length;
    if (position > mostCaseBytes)
      throw new DumpError('unsupported', { file }, `the capsule would be larger than ${byteText(mostCaseBytes)}`, 'fewer cited pages, or a shorter report');
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(endSignature, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...parts, listed, end]);
}
