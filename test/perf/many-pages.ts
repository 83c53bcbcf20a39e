/**
 * Dumps of large systems in formats that keep an entry for each page: LKCD with a record for each, VMDUMP with a key for each. The first
 * pages are those of a small system.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';

const pageBytes = 4096;
const recordHeaderBytes = 16;
const small = (format: string): Buffer => Buffer.from(buildCase(`system healthy state=disabled-wait\nformat ${format}\n`));
const pagesOf = (file: Buffer): number => Number(openDump(memorySource('small', file)).memory.end) / pageBytes;

const chunkBytes = 1 << 22;
const memorySizeAt = 24;
const memoryEndAt = 40;
const compressionAt = 722;
const gzip = 2;
const compressedPage = 2;

/** @param pages records, every third page of memory above the small system's: so many that no list of them should be held */
export function manyPageRecords(path: string, pages: number): { readonly storedPages: number; readonly totalPages: number } {
  const from = small('lkcd');
  const first = pagesOf(from);
  const totalPages = first + 3 * pages;
  for (const at of [memorySizeAt, memoryEndAt]) from.writeBigUInt64BE(BigInt(totalPages) * BigInt(pageBytes), at);
  from.writeUInt32BE(first + pages, 48);
  from.writeUInt32BE(gzip, compressionAt);
  const bodies = Array.from({ length: 64 }, (_, index) => deflateSync(Buffer.alloc(pageBytes, `page ${index} of many, `), { level: 9 }));
  const file = openSync(path, 'w');
  try {
    let at = writeSync(file, from, 0, from.length - recordHeaderBytes, 0);
    const chunk = Buffer.alloc(chunkBytes);
    let filled = 0;
    const flush = (): void => {
      at += writeSync(file, chunk, 0, filled, at);
      filled = 0;
    };
    for (let index = 0; index < pages; index += 1) {
      const body = bodies[index % bodies.length] ?? Buffer.alloc(0);
      if (filled + recordHeaderBytes + body.length > chunkBytes) flush();
      chunk.writeBigUInt64BE(BigInt(first + 3 * index) * BigInt(pageBytes), filled);
      chunk.writeUInt32BE(body.length, filled + 8);
      chunk.writeUInt32BE(compressedPage, filled + 12);
      body.copy(chunk, filled + recordHeaderBytes);
      filled += recordHeaderBytes + body.length;
    }
    flush();
    writeSync(file, from, from.length - recordHeaderBytes, recordHeaderBytes, at);
  } finally {
    closeSync(file);
  }
  return { storedPages: first + pages, totalPages };
}

const groupPages = 4096;
const groupsOfIndex = 32768;
/** "ASIZBK" in EBCDIC: the record that describes the address space; the maps follow it. */
const spaceEyecatcher = Buffer.from('c1e2c9e9c2d2', 'hex');
const storageSizesAt = [64, 72] as const;
const rangeEndAt = 360;

/** @param bytes of memory; of each 12 pages 4 are stored, the data of those above the small system is a hole in the file */
export function manyKeys(path: string, bytes: number): { readonly storedPages: number; readonly totalPages: number } {
  const from = small('vmdump');
  const image = openDump(memorySource('small', from));
  const space = from.indexOf(spaceEyecatcher);
  for (const at of storageSizesAt) from.writeBigUInt64BE(BigInt(bytes), space + at);
  from.writeBigUInt64BE(BigInt(bytes - 1), space + rangeEndAt);
  const mapsAt = space + pageBytes;
  const totalPages = bytes / pageBytes;
  const groups = totalPages / groupPages;
  const smallGroups = Math.ceil(Number(image.memory.end) / pageBytes / groupPages);
  if (!Number.isInteger(groups) || smallGroups >= groupsOfIndex) throw new Error('memory is not made of whole groups');
  const keys = Buffer.alloc(groupPages);
  let ofGroup = 0;
  for (let slot = 0; slot < groupPages; slot += 1) {
    if (slot % 12 >= 4) continue;
    keys[slot] = 7;
    ofGroup += 1;
  }
  const smallKeys = from.subarray(mapsAt + pageBytes, mapsAt + pageBytes * (1 + smallGroups));
  const smallStored = smallKeys.reduce((sum, key) => sum + (key & 1), 0);
  const file = openSync(path, 'w');
  try {
    let at = writeSync(file, from, 0, mapsAt, 0);
    for (let first = 0; first < groups; first += groupsOfIndex) {
      const here = Math.min(groupsOfIndex, groups - first);
      const index = Buffer.alloc(pageBytes);
      for (let bit = 0; bit < here; bit += 1) index[bit >> 3] = (index[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
      at += writeSync(file, index, 0, pageBytes, at);
      for (let group = first; group < first + here; group += 1) {
        const own = group < smallGroups ? smallKeys.subarray(group * groupPages, (group + 1) * groupPages) : keys;
        at += writeSync(file, own, 0, groupPages, at);
      }
    }
    const storedPages = smallStored + (groups - smallGroups) * ofGroup;
    writeSync(file, from, mapsAt + pageBytes * (1 + smallGroups), smallStored * pageBytes, at);
    ftruncateSync(file, at + storedPages * pageBytes);
    return { storedPages, totalPages };
  } finally {
    closeSync(file);
  }
}
