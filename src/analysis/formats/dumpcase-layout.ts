/**
 * The outside of an evidence capsule (dumpcase.md section 1): a zip file with stored members alone, in a form in which every byte follows from
 * names and contents, so that no bit of it is free.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { u16, u32 } from '../layout/field.ts';
import { parse, struct } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';

/** Contents of the first member: at a fixed place in the file, so that it is known by its first bytes. */
export const caseMediaType = 'application/vnd.dumpbench.case+zip';
export const caseExtension = 'dumpcase';

export const caseMember = {
  mediaType: 'mimetype',
  statement: 'case.json',
  signer: 'signer.pem',
  attestation: 'attestation.json',
  attester: 'attestation.pem',
  dump: 'dump.json',
  report: 'report.html',
  reportJson: 'report.json',
  verify: 'verify.json',
  session: 'session.dumpbench.json',
  proofs: 'proofs.json',
  pages: 'pages.bin',
} as const;

/** All members that a capsule may have, in their order. */
export const caseMembers: readonly string[] = Object.values(caseMember);

/** Bytes of a capsule at most: what 32-bit zip records hold, and what is read into memory. */
export const mostCaseBytes = 0x4000_0000;

export const memberHeader = struct(
  'dumpcase_member',
  { endian: 'little', size: 30, doc: 'Local header of a stored member (APPNOTE.TXT of PKWARE, section 4.3.7). Source: dumpcase.md section 1.' },
  {
    signature: u32(0, 'PK\\3\\4', { expected: '0x4034b50' }),
    version: u16(4, 'version needed: 10'),
    flags: u16(6, 'zero'),
    method: u16(8, 'zero: stored'),
    time: u16(10, 'zero'),
    date: u16(12, '0x21: 1 January 1980'),
    crc: u32(14, 'CRC-32 of the contents'),
    packedBytes: u32(18, 'bytes of the contents'),
    bytes: u32(22, 'the same'),
    nameBytes: u16(26, 'bytes of the name, which follows'),
    extraBytes: u16(28, 'zero'),
  },
);

export const memberSignature = 0x0403_4b50;
export const directorySignature = 0x0201_4b50;
export const memberDate = 0x21;

export interface CaseMember {
  readonly name: string;
  /** Of the header. */
  readonly at: number;
  /** Of the first byte of the contents. */
  readonly offset: number;
  readonly bytes: number;
}

/** Name and content of the first member. */
export const caseStart = Buffer.concat([Buffer.from(caseMember.mediaType), Buffer.from(caseMediaType)]);

/** Whether a file begins as a capsule does. */
export const isCase = (head: Uint8Array): boolean =>
  head.length >= memberHeader.size + caseStart.length && caseStart.equals(head.subarray(memberHeader.size, memberHeader.size + caseStart.length));

/**
 * The members of a capsule, one after the other.
 * @throws DumpError corrupt, truncated
 */
export function membersOf(source: ByteSource): readonly CaseMember[] {
  const members: CaseMember[] = [];
  for (let at = 0; ;) {
    const header = parse(memberHeader, readExactly(source, at, memberHeader.size, 'the header of a member'));
    if (header.signature === directorySignature && members.length > 0) return members;
    const wrong = (what: string, expected: string): DumpError => new DumpError('corrupt', { file: source.name, offset: at }, what, expected);
    if (header.signature !== memberSignature) throw wrong(`the header of a member begins with 0x${header.signature.toString(16)}`, '0x4034b50');
    if (header.method !== 0 || header.extraBytes !== 0 || header.packedBytes !== header.bytes)
      throw wrong('a member is not stored uncompressed', 'a stored member');
    const name = Buffer.from(readExactly(source, at + memberHeader.size, header.nameBytes, 'the name of a member')).toString('latin1');
    const before = caseMembers.indexOf(members.at(-1)?.name ?? '');
    if (caseMembers.indexOf(name) <= before)
      throw wrong(
        `a member is named ${JSON.stringify(name)}`,
        caseMembers.length === before + 1 ? 'no more members' : `one of: ${caseMembers.slice(before + 1).join(', ')}`,
      );
    const offset = at + memberHeader.size + header.nameBytes;
    if (offset + header.bytes > source.size)
      throw new DumpError('truncated', { file: source.name, offset: source.size }, `the file ends within the member ${name}`, `${header.bytes} bytes of it`);
    members.push({ name, at, offset, bytes: header.bytes });
    at = offset + header.bytes;
  }
}
