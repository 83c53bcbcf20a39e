/**
 * DASD images of the emulator Hercules: tracks with their records, as they are (CKD_P370) or each compressed (CKD_C370, cckddasd.h).
 * The blocks that Linux shows of such a disk are the data of the records; of the labels of a CDL disk, key and data, filled with 0xe5.
 */
import { inflateSync } from 'node:zlib';
import { DumpError, isDumpError } from '../../shared/dump-error.ts';
import { readExactly, type ByteSource, type FileFault } from '../source/byte-source.ts';

const deviceHeaderBytes = 512;
const trackHeaderBytes = 5;
const countBytes = 8;
/** Largest track of any model: 3390 has 56,832 bytes in an image. */
const mostTrackBytes = 1 << 17;
const fillByte = 0xe5;
/** Tracks whose records were looked at and are kept. */
const keptTracks = 64;
/** First entry of the table that leads to the second-level tables of a compressed image. */
const firstLevelAt = 1024;
const secondLevelEntries = 256;
/** Null format of images that were made with -linux (CKDDASD_NULLTRK_FMT2). */
const linuxNullTrack = 2;
/** Tracks that are looked at for one that was written. */
const mostProbed = 4096;

export interface CkdSource extends ByteSource {
  readonly title: string;
  readonly image: 'ckd' | 'cckd';
  readonly blockBytes: number;
}

interface CkdRecord {
  readonly number: number;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

interface Image {
  readonly kind: CkdSource['image'];
  readonly title: string;
  readonly heads: number;
  readonly tracks: number;
  /** What a track that was never written holds, where that is blocks of zeros. */
  readonly emptyTrack?: { readonly blocksPerTrack: number; readonly blockBytes: number };
  /** The track from its header on; undefined where the image has none that anything was written to. */
  readonly track: (number: number) => Uint8Array | undefined;
}

/** Records of a track without record 0. */
function recordsOf(track: Uint8Array): readonly CkdRecord[] {
  const records: CkdRecord[] = [];
  const data = new DataView(track.buffer, track.byteOffset, track.byteLength);
  for (let at = trackHeaderBytes; at + countBytes <= track.length;) {
    if (data.getUint32(at) === 0xffff_ffff && data.getUint32(at + 4) === 0xffff_ffff) break;
    const number = data.getUint8(at + 4);
    const keyBytes = data.getUint8(at + 5);
    const dataBytes = data.getUint16(at + 6);
    const end = at + countBytes + keyBytes + dataBytes;
    if (end > track.length) break;
    if (number > 0) records.push({ number, key: track.subarray(at + countBytes, at + countBytes + keyBytes), data: track.subarray(end - dataBytes, end) });
    at = end;
  }
  return records;
}

function plainImage(file: ByteSource, heads: number, trackBytes: number): Image {
  return {
    kind: 'ckd',
    title: 'a CKD image of Hercules',
    heads,
    tracks: Math.floor((file.size - deviceHeaderBytes) / trackBytes),
    track: (number) => readExactly(file, deviceHeaderBytes + number * trackBytes, trackBytes, `track ${number}`),
  };
}

function compressedImage(file: ByteSource, heads: number): Image {
  const head = readExactly(file, deviceHeaderBytes, deviceHeaderBytes, 'the header of the compressed image');
  const isBig = ((head[3] ?? 0) & 0x02) !== 0;
  const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const word = (at: number): number => data.getUint32(at, !isBig);
  const tables = word(4);
  const cylinders = word(40);
  const corrupt = (offset: number, what: string, expected: string): DumpError =>
    new DumpError('corrupt', { file: file.name, offset }, `a compressed CKD image of Hercules, but ${what}`, expected);
  if (tables === 0 || tables > 0x10000 || cylinders === 0 || cylinders > 0x100000)
    throw corrupt(deviceHeaderBytes + 4, `it counts ${tables} tables and ${cylinders} cylinders`, 'tables for 256 tracks each');
  const firstLevel = readExactly(file, firstLevelAt, tables * 4, 'the first table of the compressed image');
  const first = new DataView(firstLevel.buffer, firstLevel.byteOffset, firstLevel.byteLength);
  return {
    kind: 'cckd',
    title: 'a compressed CKD image of Hercules',
    heads,
    tracks: Math.min(cylinders * heads, tables * secondLevelEntries),
    ...(head[44] === linuxNullTrack ? { emptyTrack: { blocksPerTrack: 12, blockBytes: 4096 } } : {}),
    track(number) {
      const table = first.getUint32(Math.floor(number / secondLevelEntries) * 4, !isBig);
      // A table, and a track, that was never written.
      if (table === 0 || table === 0xffff_ffff) return undefined;
      const at = table + (number % secondLevelEntries) * 8;
      const entry = readExactly(file, at, 8, `the entry of track ${number}`);
      const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
      const place = view.getUint32(0, !isBig);
      const length = view.getUint16(4, !isBig);
      if (place === 0 || place === 0xffff_ffff) return undefined;
      if (length <= trackHeaderBytes) throw corrupt(at, `track ${number} has ${length} bytes`, 'a track with its header');
      const stored = readExactly(file, place, length, `track ${number}`);
      const how = (stored[0] ?? 0) & 0x03;
      if (how === 0) return stored;
      if (how === 2)
        throw new DumpError(
          'unsupported',
          { file: file.name, offset: place },
          `track ${number} is compressed with bzip2`,
          'zlib; dasdcopy -0 or -z of Hercules makes such an image',
        );
      try {
        const unpacked = inflateSync(stored.subarray(trackHeaderBytes), { maxOutputLength: mostTrackBytes });
        return Buffer.concat([stored.subarray(0, trackHeaderBytes), unpacked]);
      } catch {
        throw corrupt(place, `track ${number} cannot be unpacked`, 'zlib data');
      }
    },
  };
}

function openImage(file: ByteSource): Image | undefined {
  const head = new Uint8Array(deviceHeaderBytes);
  if (file.readInto(0, head) < head.length) return undefined;
  const id = Buffer.from(head.subarray(0, 8)).toString('latin1');
  if (id === 'CKD_S370' || id === 'FBA_C370' || id === 'FBA_S370' || id === 'CKD_P064' || id === 'CKD_C064')
    throw new DumpError(
      'unsupported',
      { file: file.name, offset: 0 },
      `a disk image of Hercules of the kind ${id}`,
      'CKD_P370 or CKD_C370; dasdcopy of Hercules converts it',
    );
  if (id !== 'CKD_P370' && id !== 'CKD_C370') return undefined;
  const data = new DataView(head.buffer);
  const heads = data.getUint32(8, true);
  const trackBytes = data.getUint32(12, true);
  if (heads === 0 || heads > 255 || trackBytes < 512 || trackBytes > mostTrackBytes)
    throw new DumpError(
      'corrupt',
      { file: file.name, offset: 8 },
      `a CKD image of Hercules with ${heads} heads and tracks of ${trackBytes} bytes`,
      'the numbers of a disk',
    );
  const sequence = data.getUint8(17);
  if (sequence > 0)
    throw new DumpError(
      'unsupported',
      { file: file.name, offset: 17 },
      `file ${sequence} of a CKD image of Hercules that is in several files`,
      'an image in one file; dasdcopy -lfs makes one',
    );
  return id === 'CKD_P370' ? plainImage(file, heads, trackBytes) : compressedImage(file, heads);
}

/** Blocks of the first tracks that Linux reads with their keys (dasd_eckd_cdl_special: three of the first track, all of the second). */
const isLabel = (track: number, record: number): boolean => (track === 0 && record <= 3) || track === 1;

/** Formatted for Linux, all tracks but the first two have the same records. @throws DumpError unsupported */
function formatOf(image: Image, file: ByteSource): NonNullable<Image['emptyTrack']> {
  for (let number = 2; number < Math.min(image.tracks, mostProbed); number += 1) {
    const stored = image.track(number);
    if (stored === undefined) continue;
    const records = recordsOf(stored);
    const blockBytes = records[0]?.data.length ?? 0;
    if (![512, 1024, 2048, 4096].includes(blockBytes) || records.some(({ key, data }) => key.length > 0 || data.length !== blockBytes)) break;
    return { blocksPerTrack: records.length, blockBytes };
  }
  if (image.emptyTrack !== undefined) return image.emptyTrack;
  throw new DumpError(
    'unsupported',
    { file: file.name, offset: deviceHeaderBytes },
    `${image.title} that is not formatted for Linux`,
    'tracks with records of 512 to 4096 bytes (dasdfmt, dasdinit -linux)',
  );
}

/**
 * The blocks of a CKD image; undefined for any other file.
 * @throws DumpError unsupported, corrupt, or truncated
 */
export function ckdImage(file: ByteSource): CkdSource | undefined {
  const image = openImage(file);
  if (image === undefined) return undefined;
  const { kind, title, tracks } = image;
  const { blocksPerTrack, blockBytes } = formatOf(image, file);
  const kept = new Map<number, readonly CkdRecord[]>();
  const track = (number: number): readonly CkdRecord[] => {
    const known = kept.get(number);
    if (known !== undefined) return known;
    const stored = image.track(number);
    const records = stored === undefined ? [] : recordsOf(stored);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= keptTracks) kept.delete(oldest);
    kept.set(number, records);
    return records;
  };
  const block = (index: number): Uint8Array => {
    const number = Math.floor(index / blocksPerTrack);
    const position = (index % blocksPerTrack) + 1;
    const found = track(number).find((record) => record.number === position);
    const bytes = new Uint8Array(blockBytes);
    if (found === undefined) return bytes;
    if (found.key.length > 0 || isLabel(number, position)) bytes.fill(fillByte);
    bytes.set(found.key.subarray(0, blockBytes));
    bytes.set(found.data.subarray(0, Math.max(0, blockBytes - found.key.length)), found.key.length);
    return bytes;
  };
  const size = tracks * blocksPerTrack * blockBytes;
  return {
    name: file.name,
    title,
    image: kind,
    blockBytes,
    size,
    readInto(offset, target) {
      const end = Math.min(size, offset + target.length);
      let at = offset;
      try {
        while (at < end) {
          const index = Math.floor(at / blockBytes);
          const from = at - index * blockBytes;
          const part = block(index).subarray(from, Math.min(blockBytes, from + end - at));
          target.set(part, at - offset);
          at += part.length;
        }
      } catch (error) {
        if (lostTrack(error, file) === undefined) throw error;
      }
      return Math.max(0, at - offset);
    },
    faultAt(offset) {
      if (offset >= size) return undefined;
      try {
        block(Math.floor(offset / blockBytes));
        return undefined;
      } catch (error) {
        const lost = lostTrack(error, file);
        if (lost === undefined) throw error;
        const trackBytes = blocksPerTrack * blockBytes;
        return { ...lost, bytes: trackBytes - (offset % trackBytes) };
      }
    },
  };
}

/** A track that the file does not hold, that its disk does not give, or that cannot be unpacked; undefined for an error that is not of one track. */
function lostTrack(error: unknown, file: ByteSource): Omit<FileFault, 'bytes'> | undefined {
  if (!isDumpError(error)) return undefined;
  const offset = error.where.offset ?? 0;
  if (error.kind === 'io' && file.faultAt?.(offset) === undefined) return undefined;
  return { file: file.name, offset, why: error.what };
}
