/** Dumps of a small system with one more page at an address far above it: an ELF core with another PT_LOAD, and an LKCD dump with another record. */
import { writeFileSync } from 'node:fs';
import { buildCase } from '../../src/samples/case-text.ts';

export const farAddress = 64 * 2 ** 40;

const ptNull = 0;
const ptLoad = 1;
const programHeaderBytes = 56;
const blockBytes = 4096;
const page = Buffer.alloc(blockBytes, 'far above');
const small = (format: string): Buffer => Buffer.from(buildCase(`system healthy state=disabled-wait\nformat ${format}\n`));

/** The program headers are moved to the end of the file, where there is room for one more. */
export function farElf(path: string, address = farAddress): void {
  const file = small('elf-vmcore producer=kernel');
  const from = Number(file.readBigUInt64BE(32));
  const count = file.readUInt16BE(56);
  const dataAt = Math.ceil(file.length / blockBytes) * blockBytes;
  const headers = Buffer.alloc((count + 1) * programHeaderBytes, ptNull);
  file.copy(headers, 0, from, from + count * programHeaderBytes);
  const at = count * programHeaderBytes;
  headers.writeUInt32BE(ptLoad, at);
  headers.writeUInt32BE(7, at + 4);
  headers.writeBigUInt64BE(BigInt(dataAt), at + 8);
  for (const field of [16, 24]) headers.writeBigUInt64BE(BigInt(address), at + field);
  for (const field of [32, 40, 48]) headers.writeBigUInt64BE(BigInt(blockBytes), at + field);
  file.writeBigUInt64BE(BigInt(dataAt + blockBytes), 32);
  file.writeUInt16BE(count + 1, 56);
  writeFileSync(path, Buffer.concat([file, Buffer.alloc(dataAt - file.length), page, headers]));
}

const recordHeaderBytes = 16;
const rawPage = 1;

export function farLkcd(path: string, address = farAddress): void {
  const file = small('lkcd');
  const record = Buffer.alloc(recordHeaderBytes);
  record.writeBigUInt64BE(BigInt(address));
  record.writeUInt32BE(blockBytes, 8);
  record.writeUInt32BE(rawPage, 12);
  const end = file.subarray(file.length - recordHeaderBytes);
  writeFileSync(path, Buffer.concat([file.subarray(0, file.length - recordHeaderBytes), record, page, end]));
}
