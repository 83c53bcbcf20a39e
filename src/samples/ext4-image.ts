import { ascii, ByteWriter } from './byte-writer.ts';

export interface Ext4File {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface Ext4Options {
  /** Cuts each file into up to this many extents with a free block between; 1 unless given, 4 at most. */
  readonly extentsPerFile?: number;
}

const blockSize = 4096;
const inodeSize = 256;
const inodeCount = 32;
const rootInode = 2;
const lostAndFound = 11;
const layout = { descriptors: 1, blockBitmap: 2, inodeBitmap: 3, inodeTable: 4, rootDirectory: 6, lostDirectory: 7, data: 8 } as const;
/** 2026-03-14 09:26:53 UTC */
const time = 1773480413;

interface Extent {
  readonly logical: number;
  readonly length: number;
  readonly start: number;
}

/**
 * The smallest ext4 file system that holds some files in its root: one block group of 4096-byte blocks, extents, no journal, no
 * checksums (Linux Documentation/filesystems/ext4). e2fsck finds nothing to complain about.
 * Throws RangeError for more than 20 files or 127 MiB.
 */
export function ext4Image(files: readonly Ext4File[], options: Ext4Options = {}): Uint8Array {
  if (files.length > inodeCount - lostAndFound - 1) throw new RangeError('too many files for the inode table');
  let next: number = layout.data;
  const used = new Set<number>(Array.from({ length: layout.data }, (_, block) => block));
  const placed = files.map((file) => {
    const blocks = Math.ceil(file.data.length / blockSize);
    const pieces = Math.max(1, Math.min(options.extentsPerFile ?? 1, 4, blocks));
    const each = Math.ceil(blocks / pieces);
    const extents: Extent[] = [];
    for (let logical = 0; logical < blocks; logical += each) {
      const length = Math.min(each, blocks - logical);
      extents.push({ logical, length, start: next });
      for (let block = next; block < next + length; block += 1) used.add(block);
      next += length + (pieces > 1 ? 1 : 0);
    }
    return { file, extents };
  });
  const blocks = Math.max(64, next + 8);
  if (blocks > 32768) throw new RangeError('the files do not fit into one block group');

  const image = new ByteWriter(blocks * blockSize, 'little');
  const usedInodes = lostAndFound + files.length;
  writeSuperblock(image, blocks, blocks - used.size, inodeCount - usedInodes);
  const descriptor = layout.descriptors * blockSize;
  image
    .u32(descriptor, layout.blockBitmap)
    .u32(descriptor + 4, layout.inodeBitmap)
    .u32(descriptor + 8, layout.inodeTable);
  image
    .u16(descriptor + 12, blocks - used.size)
    .u16(descriptor + 14, inodeCount - usedInodes)
    .u16(descriptor + 16, 2);
  writeBitmap(image, layout.blockBitmap, (block) => block >= blocks || used.has(block));
  writeBitmap(image, layout.inodeBitmap, (inode) => inode >= inodeCount || inode < usedInodes);

  const directory = 0x41ed;
  writeInode(image, rootInode, { mode: directory, links: 3, size: blockSize, extents: [{ logical: 0, length: 1, start: layout.rootDirectory }] });
  writeInode(image, lostAndFound, { mode: 0x41c0, links: 2, size: blockSize, extents: [{ logical: 0, length: 1, start: layout.lostDirectory }] });
  writeDirectory(image, layout.lostDirectory, [
    { inode: lostAndFound, name: '.', type: 2 },
    { inode: rootInode, name: '..', type: 2 },
  ]);
  writeDirectory(image, layout.rootDirectory, [
    { inode: rootInode, name: '.', type: 2 },
    { inode: rootInode, name: '..', type: 2 },
    { inode: lostAndFound, name: 'lost+found', type: 2 },
    ...placed.map(({ file }, index) => ({ inode: lostAndFound + 1 + index, name: file.name, type: 1 })),
  ]);
  placed.forEach(({ file, extents }, index) => {
    writeInode(image, lostAndFound + 1 + index, { mode: 0x8180, links: 1, size: file.data.length, extents });
    for (const extent of extents) {
      const from = extent.logical * blockSize;
      image.raw(extent.start * blockSize, file.data.subarray(from, from + extent.length * blockSize));
    }
  });
  return image.bytes;
}

function writeSuperblock(image: ByteWriter, blocks: number, freeBlocks: number, freeInodes: number): void {
  const at = 1024;
  image
    .u32(at, inodeCount)
    .u32(at + 0x04, blocks)
    .u32(at + 0x0c, freeBlocks)
    .u32(at + 0x10, freeInodes);
  image
    .u32(at + 0x14, 0)
    .u32(at + 0x18, 2)
    .u32(at + 0x1c, 2);
  image
    .u32(at + 0x20, 32768)
    .u32(at + 0x24, 32768)
    .u32(at + 0x28, inodeCount);
  image
    .u32(at + 0x30, time)
    .u16(at + 0x36, 0xffff)
    .u16(at + 0x38, 0xef53)
    .u16(at + 0x3a, 1)
    .u16(at + 0x3c, 1);
  image
    .u32(at + 0x40, time)
    .u32(at + 0x4c, 1)
    .u32(at + 0x54, lostAndFound)
    .u16(at + 0x58, inodeSize);
  // Directory entries with types, extents.
  image.u32(at + 0x60, 0x0002 | 0x0040);
  image.raw(at + 0x68, ascii('dumpbench-sample')).text(at + 0x78, 'ngdump');
  image.u16(at + 0x15c, 32).u16(at + 0x15e, 32);
}

function writeBitmap(image: ByteWriter, block: number, isSet: (bit: number) => boolean): void {
  for (let byte = 0; byte < blockSize; byte += 1) {
    let value = 0;
    for (let bit = 0; bit < 8; bit += 1) if (isSet(byte * 8 + bit)) value |= 1 << bit;
    image.u8(block * blockSize + byte, value);
  }
}

function writeInode(
  image: ByteWriter,
  inode: number,
  content: { readonly mode: number; readonly links: number; readonly size: number; readonly extents: readonly Extent[] },
): void {
  const at = layout.inodeTable * blockSize + (inode - 1) * inodeSize;
  const blocks = content.extents.reduce((sum, { length }) => sum + length, 0);
  image
    .u16(at, content.mode)
    .u32(at + 0x04, content.size)
    .u32(at + 0x08, time)
    .u32(at + 0x0c, time)
    .u32(at + 0x10, time);
  image
    .u16(at + 0x1a, content.links)
    .u32(at + 0x1c, (blocks * blockSize) / 512)
    .u32(at + 0x20, 0x80000);
  image
    .u16(at + 0x28, 0xf30a)
    .u16(at + 0x2a, content.extents.length)
    .u16(at + 0x2c, 4);
  content.extents.forEach((extent, index) => {
    const entry = at + 0x28 + 12 + index * 12;
    image
      .u32(entry, extent.logical)
      .u16(entry + 4, extent.length)
      .u32(entry + 8, extent.start);
  });
  image.u16(at + 0x80, 32);
}

function writeDirectory(image: ByteWriter, block: number, entries: readonly { readonly inode: number; readonly name: string; readonly type: number }[]): void {
  let at = block * blockSize;
  const end = at + blockSize;
  entries.forEach((entry, index) => {
    const size = index === entries.length - 1 ? end - at : 8 + Math.ceil(entry.name.length / 4) * 4;
    image
      .u32(at, entry.inode)
      .u16(at + 4, size)
      .u8(at + 6, entry.name.length)
      .u8(at + 7, entry.type)
      .text(at + 8, entry.name);
    at += size;
  });
}
