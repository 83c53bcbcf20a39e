/** Files whose headers list as much as they can: chains, records, entries, bits and maps by the million. All open, and hold a small system where they can. */
import { s390Header } from '../../src/analysis/formats/s390-header.ts';
import { vmdumpSpace } from '../../src/analysis/formats/vmdump-layout.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { flatten } from '../../src/samples/flatten.ts';

/** A small ELF core. */
export const smallCore = (): Uint8Array => buildCase(`${system}format elf-vmcore`);

const system = 'memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x1000\n';
const blockBytes = 4096;

/** An LKCD dump whose chain has a record of one byte for every page. @param back the last record leads to a page before it */
export function longChain(records: number, back = false): Uint8Array {
  const head = buildCase(`${system}format lkcd`).subarray(0, 0x10000);
  const bytes = new Uint8Array(0x10000 + records * 17 + 16);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(24, BigInt(records) * 4096n);
  for (let index = 0; index < records; index += 1) {
    const at = 0x10000 + index * 17;
    view.setBigUint64(at, BigInt(back && index === records - 1 ? 0 : index) * 4096n);
    view.setUint32(at + 8, 1);
    view.setUint32(at + 12, 2); // compressed
  }
  view.setUint32(0x10000 + records * 17 + 12, 4); // end
  return bytes;
}

/**
 * A flattened stream of records of one byte each, which lie over every other byte of the inner file.
 * @param backwards from its end to its beginning
 * @param inner what it begins as: without it nothing in it is a dump
 */
export function manyRecords(records: number, backwards = false, inner: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(4096 + records * 17 + 16);
  bytes.set(flatten(new Uint8Array(0)).subarray(0, 4096));
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < records; index += 1) {
    const number = backwards ? records - 1 - index : index;
    const at = 4096 + index * 17;
    const place = number < inner.length ? number : 2 * number;
    view.setBigUint64(at, BigInt(place));
    view.setBigUint64(at + 8, 1n);
    bytes[at + 16] = inner[place] ?? 0;
  }
  view.setBigInt64(4096 + records * 17, -1n);
  view.setBigInt64(4096 + records * 17 + 8, -1n);
  return bytes;
}

/** An extended stand-alone dump whose chain has a compressed segment of one block for so many MiB. @param entries of each */
export function manySegmentHeaders(count: number, entries = 1): Uint8Array {
  const bytes = new Uint8Array(4096 + count * 8192);
  bytes.set(buildCase(`${system}format s390-ext`).subarray(0, 4096));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(s390Header.fields.mem_size.offset, BigInt(count * entries) << 20n);
  for (let index = 0; index < count; index += 1) {
    const at = 4096 + index * 8192;
    view.setBigUint64(at, BigInt(index * entries) << 20n);
    view.setBigUint64(at + 8, BigInt(entries) << 20n);
    view.setUint32(at + 0x18, 1);
    view.setUint32(at + 0x30, entries);
  }
  return bytes;
}

/** A kdump-compressed dump with bitmaps of so many blocks in all, in which every other bit is set. @param bitmaps one or two */
export function alternatingBits(blocks: number, bitmaps: 1 | 2): Uint8Array {
  const small = Buffer.from(buildCase(`${system}format kdump-compressed`));
  const headBytes = (1 + small.readUInt32BE(432)) * blockBytes;
  const frames = (blocks / bitmaps) * blockBytes * 8;
  const file = Buffer.alloc(headBytes + blocks * blockBytes + 1000 * 24, 0x55);
  small.copy(file, 0, 0, headBytes);
  file.writeUInt32BE(blocks, 436);
  file.writeUInt32BE(frames, 440);
  file.writeBigUInt64BE(BigInt(frames), blockBytes + 0x60);
  return file;
}

/** An encrypted dump of a secure guest with the state of so many pages, zero and encrypted by turns. */
export function alternatingStates(pages: number): Uint8Array {
  const small = Buffer.from(buildCase(`${system}format pv-elf`));
  const metaAt = Math.ceil(small.length / blockBytes) * blockBytes;
  const bytes = Buffer.alloc(metaAt + pages * 16);
  small.copy(bytes);
  for (let at = metaAt; at < bytes.length; at += 32) {
    bytes.writeUInt32BE(0xffff_ffff, at);
    bytes[at + 15] = 1;
  }
  const segments = Number(bytes.readBigUInt64BE(32));
  for (let at = segments; at < segments + 56 * bytes.readUInt16BE(56); at += 56) {
    if (bytes.readUInt32BE(at) !== 1) continue;
    for (const field of [32, 40]) bytes.writeBigUInt64BE(BigInt(pages) * BigInt(blockBytes), at + field);
  }
  // The section that has 16 bytes for each of the 16 pages.
  const sections = Number(bytes.readBigUInt64BE(40));
  for (let at = sections; at < sections + 64 * bytes.readUInt16BE(60); at += 64) {
    if (bytes.readBigUInt64BE(at + 32) !== 256n) continue;
    bytes.writeBigUInt64BE(BigInt(metaAt), at + 24);
    bytes.writeBigUInt64BE(BigInt(pages * 16), at + 32);
  }
  return bytes;
}

/** A VMDUMP with so many bit maps of a group of pages each, none of which is stored. */
export function manyMaps(groups: number): Uint8Array {
  const small = buildCase(`${system}format vmdump`);
  const id = Buffer.from('c1e2c9e9c2d2', 'hex'); // ASIZBK
  const spaceAt = Math.floor(Buffer.from(small).indexOf(id) / blockBytes) * blockBytes;
  const indexPages = Math.ceil(groups / 32_768);
  const bytes = new Uint8Array(spaceAt + blockBytes * (1 + indexPages + groups));
  bytes.set(small.subarray(0, spaceAt + blockBytes));
  const view = new DataView(bytes.buffer, spaceAt);
  view.setBigUint64(vmdumpSpace.fields.storage_size.offset, BigInt(groups) << 24n);
  view.setUint32(vmdumpSpace.fields.range_count.offset, 0);
  for (let index = 0, at = spaceAt + blockBytes; index < groups; index += 32_768) {
    const here = Math.min(32_768, groups - index);
    bytes.fill(0xff, at, at + Math.ceil(here / 8));
    at += blockBytes * (1 + here);
  }
  return bytes;
}

/** An NGDump whose dump lies in so many extents of a block each, which its tree lists from the last one to the first. */
export function manyExtents(count: number): Uint8Array {
  const [block, perNode] = [4096, 340];
  const small = buildCase(`${system}format ngdump`);
  // The second file of the sample: inode 13, in the table at block 4.
  const inode = 4 * block + 12 * 256;
  const leaves = Math.ceil(count / perNode);
  const indexes = Math.ceil(leaves / perNode);
  const bytes = new Uint8Array(small.length + (leaves + indexes) * block);
  bytes.set(small);
  const view = new DataView(bytes.buffer);
  const first = small.length / block;
  const [ownBlocks, ownStart] = [view.getUint16(inode + 0x28 + 16, true), view.getUint32(inode + 0x28 + 20, true)];
  const node = (at: number, level: number, entries: number, write: (at: number, entry: number) => void): void => {
    view.setUint16(at, 0xf30a, true);
    view.setUint16(at + 2, entries, true);
    view.setUint16(at + 6, level, true);
    for (let entry = 0; entry < entries; entry += 1) write(at + 12 + 12 * entry, entry);
  };
  const child = (at: number, to: number): void => {
    view.setUint32(at + 4, to, true);
    view.setUint32(at + 8, 0, true);
  };
  node(inode + 0x28, 2, indexes, (at, entry) => child(at, first + entry));
  for (let index = 0; index < indexes; index += 1)
    node((first + index) * block, 1, Math.min(perNode, leaves - index * perNode), (at, entry) => child(at, first + indexes + index * perNode + entry));
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    node((first + indexes + leaf) * block, 0, Math.min(perNode, count - leaf * perNode), (at, entry) => {
      const logical = count - 1 - leaf * perNode - entry;
      view.setUint32(at, logical, true);
      view.setUint16(at + 4, 1, true);
      view.setUint32(at + 8, ownStart + Math.min(logical, ownBlocks - 1), true);
    });
  }
  view.setUint32(inode + 4, count * block, true);
  return bytes;
}

/** A dump of a secure guest with so many pages, of which every other one is shared. */
export function manyPageStates(count: number): Uint8Array {
  const [entryBytes, phdrBytes, shdrBytes] = [16, 56, 64];
  const small = buildCase(`${system}format pv-elf`);
  const head = new DataView(small.buffer, small.byteOffset);
  const number = (at: number): number => Number(head.getBigUint64(at));
  const loadAt = Array.from({ length: head.getUint16(56) }, (_, index) => number(32) + index * phdrBytes).find((at) => head.getUint32(at) === 1) ?? 0;
  // Its 16 bytes a page tell pv_mem_meta.
  const pages = number(loadAt + 32) / blockBytes;
  const sections = Array.from({ length: head.getUint16(60) }, (_, index) => number(40) + index * shdrBytes);
  const metaAt = sections.find((at) => number(at + 32) === pages * entryBytes) ?? 0;
  const states = Math.max(small.length, number(loadAt + 8) + count * blockBytes);
  const bytes = new Uint8Array(states + count * entryBytes);
  bytes.set(small);
  const view = new DataView(bytes.buffer);
  for (const at of [loadAt + 32, loadAt + 40]) view.setBigUint64(at, BigInt(count * blockBytes));
  view.setBigUint64(metaAt + 24, BigInt(states));
  view.setBigUint64(metaAt + 32, BigInt(count * entryBytes));
  for (let page = 0; page < count; page += 1) {
    view.setUint32(states + page * entryBytes, 0xffff_ffff);
    view.setUint8(states + page * entryBytes + 15, page % 2 === 0 ? 5 : 6);
  }
  return bytes;
}
