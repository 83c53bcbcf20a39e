/**
 * Reads files in the root of an ext4 file system through their extents; everything is checked, the image may be hostile: trees of extents and
 * directories are gone through in steps.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { sortedOrder } from '../jobs/sorted-order.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { parse, type Values } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { NumberColumn } from '../source/number-column.ts';
import { EXT4_MAGIC, ext4Incompat, ext4Inode, ext4InodeFlags, ext4Superblock, ext4SuperblockAt } from './ext4-layout.ts';

type Inode = Values<typeof ext4Inode.fields>;

/** Part of a file: `length` blocks from logical block `start` on lie at `block`; unwritten ones read as zeros. */
interface FileExtent {
  readonly start: number;
  readonly length: number;
  readonly block: number;
  readonly unwritten: boolean;
}

/** Extents in the order of their first blocks, in columns: a damaged tree may have a million. */
class FileExtents {
  readonly #starts = new NumberColumn();
  readonly #lengths = new NumberColumn(Uint32Array);
  readonly #blocks = new NumberColumn();
  #order: Uint32Array | undefined;

  get length(): number {
    return this.#starts.length;
  }

  push({ start, length, block, unwritten }: FileExtent): void {
    this.#starts.push(start);
    // As on disk: no extent has more blocks.
    this.#lengths.push(unwritten ? length + mostExtentBlocks : length);
    this.#blocks.push(block);
  }

  *sort(): Steps<void> {
    this.#order = yield* sortedOrder(this.length, (left, right) => this.#starts.at(left) < this.#starts.at(right));
  }

  at(index: number): FileExtent | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const row = this.#order?.[index] ?? index;
    const length = this.#lengths.at(row);
    const unwritten = length > mostExtentBlocks;
    return { start: this.#starts.at(row), length: unwritten ? length - mostExtentBlocks : length, block: this.#blocks.at(row), unwritten };
  }

  /** Number of the last one that starts at or before a logical block; -1 where none does. */
  before(block: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts.at(this.#order?.[middle] ?? middle) <= block) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

const rootInode = 2;
const extentMagic = 0xf30a;
const maxDepth = 5;
const maxExtents = 1 << 20;
/** Longer ones are marked as unwritten. */
const mostExtentBlocks = 32768;
/** Nodes of a tree whose leaves have room for so many extents, and of one of which most are nearly empty. */
const maxTreeBytes = 64 << 20;
/** A directory with more is not the root of a dump partition. */
const maxDirectoryBytes = 16 << 20;
/** Of a directory that are read in one step: each of its blocks may lie elsewhere. */
const directoryPiece = 256 << 10;

export interface Ext4 {
  /** True when the journal holds changes that were not written back. */
  readonly needsRecovery: boolean;
  /**
   * @returns the file, or undefined when the root has none of that name
   * @throws DumpError corrupt, truncated or unsupported
   */
  file(name: string): Steps<ByteSource | undefined>;
}

export const looksLikeExt4 = (head: Uint8Array): boolean =>
  head.length >= ext4SuperblockAt + ext4Superblock.size && new DataView(head.buffer, head.byteOffset).getUint16(ext4SuperblockAt + 0x38, true) === EXT4_MAGIC;

/** @throws DumpError corrupt, truncated or unsupported */
export function openExt4(image: ByteSource): Ext4 {
  const superblock = parse(ext4Superblock, readExactly(image, ext4SuperblockAt, ext4Superblock.size, 'the superblock'));
  const corrupt = (offset: number, what: string, expected: string): DumpError => new DumpError('corrupt', { file: image.name, offset }, what, expected);
  if (superblock.s_log_block_size > 6) throw corrupt(ext4SuperblockAt + 0x18, `s_log_block_size is ${superblock.s_log_block_size}`, 'at most 6 (64 KiB)');
  const blockSize = 1024 << superblock.s_log_block_size;
  if (superblock.s_inodes_per_group === 0) throw corrupt(ext4SuperblockAt + 0x28, 's_inodes_per_group is 0', 'a number of inodes');
  if (superblock.s_inode_size < ext4Inode.size) throw corrupt(ext4SuperblockAt + 0x58, `s_inode_size is ${superblock.s_inode_size}`, 'at least 128');
  const incompat = superblock.s_feature_incompat;
  if ((incompat & ext4Incompat.metaBlockGroups) !== 0)
    throw new DumpError(
      'unsupported',
      { file: image.name, offset: ext4SuperblockAt + 0x60 },
      'the file system has meta block groups',
      'an ext4 file system without meta_bg',
    );
  const descriptorSize = (incompat & ext4Incompat.wide) !== 0 ? Math.max(32, superblock.s_desc_size) : 32;

  const inode = (number: number): Inode => {
    if (number < 1 || number > superblock.s_inodes_count)
      throw corrupt(ext4SuperblockAt, `inode ${number} does not exist`, `1 to ${superblock.s_inodes_count}`);
    const group = Math.floor((number - 1) / superblock.s_inodes_per_group);
    const at = (superblock.s_first_data_block + 1) * blockSize + group * descriptorSize;
    const descriptor = readExactly(image, at, descriptorSize, 'a group descriptor');
    const data = new DataView(descriptor.buffer, descriptor.byteOffset);
    const table = data.getUint32(8, true) + (descriptorSize >= 64 ? data.getUint32(0x28, true) * 2 ** 32 : 0);
    const place = table * blockSize + ((number - 1) % superblock.s_inodes_per_group) * superblock.s_inode_size;
    return parse(ext4Inode, readExactly(image, place, ext4Inode.size, `inode ${number}`));
  };

  /** Leaves below one node of an extent tree. */
  function* collect(node: Uint8Array, depth: number, extents: FileExtents, budget: { bytes: number }): Steps<void> {
    const data = new DataView(node.buffer, node.byteOffset, node.byteLength);
    const entries = data.getUint16(2, true);
    const level = data.getUint16(6, true);
    if (data.getUint16(0, true) !== extentMagic || 12 + 12 * entries > node.length || level !== depth)
      throw corrupt(ext4SuperblockAt, 'an extent tree is damaged', 'a node with the magic 0xf30a');
    for (let index = 0; index < entries; index += 1) {
      const at = 12 + 12 * index;
      if (depth > 0) {
        const child = data.getUint32(at + 4, true) + data.getUint16(at + 8, true) * 2 ** 32;
        budget.bytes -= blockSize;
        // Nodes may lead to one another: five levels of 340 entries would never end.
        if (budget.bytes < 0) throw corrupt(child * blockSize, 'an extent tree has too many nodes', `at most ${maxTreeBytes} bytes of them`);
        yield;
        yield* collect(readExactly(image, child * blockSize, blockSize, 'a node of an extent tree'), depth - 1, extents, budget);
        continue;
      }
      const length = data.getUint16(at + 4, true);
      if (extents.length >= maxExtents) throw corrupt(ext4SuperblockAt, 'a file has too many extents', `at most ${maxExtents}`);
      extents.push({
        start: data.getUint32(at, true),
        length: length > mostExtentBlocks ? length - mostExtentBlocks : length,
        block: data.getUint32(at + 8, true) + data.getUint16(at + 6, true) * 2 ** 32,
        unwritten: length > mostExtentBlocks,
      });
    }
  }

  function* contents(node: Inode, name: string): Steps<ByteSource> {
    if ((node.i_flags & ext4InodeFlags.extents) === 0)
      throw new DumpError('unsupported', { file: image.name }, `${name} is not stored in extents`, 'a file system made by mkfs.ext4');
    const depth = new DataView(node.i_block.buffer, node.i_block.byteOffset).getUint16(6, true);
    if (depth > maxDepth) throw corrupt(ext4SuperblockAt, `an extent tree is ${depth} levels deep`, `at most ${maxDepth}`);
    const extents = new FileExtents();
    yield* collect(node.i_block, depth, extents, { bytes: maxTreeBytes });
    yield* extents.sort();
    return extentSource(image, name, node.i_size_lo + node.i_size_high * 2 ** 32, blockSize, extents);
  }

  return {
    needsRecovery: (incompat & ext4Incompat.recover) !== 0,
    *file(name) {
      const directory = yield* contents(inode(rootInode), 'the root directory');
      const entries = new Uint8Array(Math.min(directory.size, maxDirectoryBytes));
      for (let at = 0; at < entries.length; at += directoryPiece) {
        if (at > 0) yield;
        entries.set(readExactly(directory, at, Math.min(directoryPiece, entries.length - at), 'the root directory'), at);
      }
      const number = yield* findEntry(entries, name);
      return number === undefined ? undefined : yield* contents(inode(number), `${image.name}:${name}`);
    },
  };
}

/** Inode of a name among directory entries; index blocks of large directories look like unused entries. */
function* findEntry(entries: Uint8Array, name: string): Steps<number | undefined> {
  const wanted = Buffer.from(name, 'utf8');
  const data = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  for (let at = 0, turn = 0; at + 8 <= entries.length; turn += 1) {
    if (turn % stepTurns === stepTurns - 1) yield;
    const inode = data.getUint32(at, true);
    const size = data.getUint16(at + 4, true);
    const length = data.getUint8(at + 6);
    if (size < 8 || at + size > entries.length) return undefined;
    if (inode !== 0 && length === wanted.length && wanted.equals(entries.subarray(at + 8, at + 8 + length))) return inode;
    at += size;
  }
  return undefined;
}

function extentSource(image: ByteSource, name: string, size: number, blockSize: number, extents: FileExtents): ByteSource {
  if (!Number.isSafeInteger(size)) throw new DumpError('corrupt', { file: image.name }, `${name} claims ${size} bytes`, 'a file size');
  return {
    name,
    size,
    heldBytes: 24 * extents.length,
    faultAt(offset) {
      const extent = extents.at(extents.before(Math.floor(offset / blockSize)));
      if (extent === undefined || extent.unwritten || offset >= (extent.start + extent.length) * blockSize) return undefined;
      const fault = image.faultAt?.(extent.block * blockSize + (offset - extent.start * blockSize));
      return fault === undefined ? undefined : { ...fault, bytes: Math.min(fault.bytes, (extent.start + extent.length) * blockSize - offset) };
    },
    readInto(offset, target) {
      if (offset >= size) return 0;
      const wanted = Math.min(target.length, size - offset);
      for (let done = 0; done < wanted;) {
        const at = offset + done;
        const index = extents.before(Math.floor(at / blockSize));
        const extent = extents.at(index);
        const start = (extent?.start ?? 0) * blockSize;
        const end = extent === undefined ? 0 : start + extent.length * blockSize;
        const inside = extent !== undefined && at < end;
        const next = inside ? end : (extents.at(index + 1)?.start ?? Number.MAX_SAFE_INTEGER) * blockSize;
        const part = target.subarray(done, done + Math.min(wanted - done, next - at));
        if (!inside || extent.unwritten) part.fill(0);
        else {
          const from = extent.block * blockSize + (at - start);
          const got = from >= image.size ? 0 : image.readInto(from, part);
          if (got < part.length) return done + got;
        }
        done += part.length;
      }
      return wanted;
    },
  };
}
