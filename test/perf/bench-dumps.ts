/** The dumps that the benchmark measures: made by the builder, the large ones by repeating its memory. */
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { buildCase } from '../../src/samples/case-text.ts';

/** Memory like that of a kernel at work: 42 % zero, 14 % text, 8 % of high entropy, the rest pointers, numbers and code-like data. */
const contents = (mebibytes: number, first: number): string => {
  const part = (share: number): string => `${Math.floor(mebibytes * 1024 * share) & ~3} KiB`;
  const at = (share: number): string => `0x${((Math.floor(mebibytes * 256 * share) + 256 * first) * 4096).toString(16)}`;
  return `lines ${at(0)} ${part(0.14)}\nrandom ${at(0.16)} ${part(0.08)}\npointers ${at(0.26)} ${part(0.3)}\n`;
};
const memory = (mebibytes: number): string => `memory ${mebibytes} MiB\n${contents(mebibytes, 1)}`;

/** MiB of the system that the builder makes. */
const systemMebibytes = 7;

const bodyMebibytes = 64;
const headerBytes = 4096;
const markerBytes = 16;

/** Where the end marker lies: the file is padded after it. */
const markerAt = (file: Buffer): number => file.lastIndexOf('DUMP_END', undefined, 'latin1');

/** A stand-alone dump of any size. */
export function standalone(folder: string, mebibytes: number): string {
  const path = join(folder, `raw-${mebibytes}MiB.s390`);
  const small = Buffer.from(buildCase(`${memory(bodyMebibytes)}format s390 producer=zipl\n`));
  const header = small.subarray(0, headerBytes);
  header.writeBigUInt64BE(BigInt(mebibytes) << 20n, 0x18);
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (let written = 0; written < mebibytes; written += bodyMebibytes) writeSync(file, small, headerBytes, bodyMebibytes * 2 ** 20);
  writeSync(file, small, markerAt(small), markerBytes);
  closeSync(file);
  return path;
}

const ptLoad = 1;

/** An ELF file of any size: its one PT_LOAD lies last and is made longer. */
export function elf(folder: string, mebibytes: number): string {
  const path = join(folder, `raw-${mebibytes}MiB.elf`);
  const small = Buffer.from(buildCase(`${memory(bodyMebibytes)}format elf-vmcore producer=kernel\n`));
  const programHeaders = Number(small.readBigUInt64BE(0x20));
  const place = Array.from({ length: small.readUInt16BE(0x38) }, (_, index) => programHeaders + index * 56).find((at) => small.readUInt32BE(at) === ptLoad);
  if (place === undefined) throw new Error('the builder made an ELF file without PT_LOAD');
  const body = Number(small.readBigUInt64BE(place + 8));
  for (const field of [32, 40]) small.writeBigUInt64BE(BigInt(mebibytes) << 20n, place + field);
  const file = openSync(path, 'w');
  writeSync(file, small, 0, body);
  for (let written = 0; written < mebibytes; written += bodyMebibytes) writeSync(file, small, body, bodyMebibytes * 2 ** 20);
  closeSync(file);
  return path;
}

/** A kdump-compressed dump of one codec. Its header names the kernel, as those of all real ones do; where none does, memory is looked through for it. */
export function kdump(folder: string, codec: string, mebibytes: number): string {
  const path = join(folder, `${codec}.kdump`);
  writeFileSync(path, buildCase(`system healthy memory=${mebibytes}MiB\n${contents(mebibytes, systemMebibytes + 1)}format kdump-compressed codec=${codec}\n`));
  return path;
}

/** A stand-alone dump of 1 TiB that takes a few KiB on disk: the first MiB is real, the rest a hole. */
export function sparseTebibyte(folder: string): string {
  const path = join(folder, 'sparse-1tib.s390');
  const small = Buffer.from(buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  const size = 1n << 40n;
  const behindMemory = markerAt(small);
  const marker = small.subarray(behindMemory, behindMemory + markerBytes);
  small.writeBigUInt64BE(size, 0x18);
  const file = openSync(path, 'w');
  writeSync(file, small, 0, behindMemory, 0);
  ftruncateSync(file, Number(size) + headerBytes);
  writeSync(file, marker, 0, markerBytes, Number(size) + headerBytes);
  closeSync(file);
  return path;
}
