import { deflateSync } from 'node:zlib';
import { alignUp, ByteWriter, concatBytes } from './byte-writer.ts';

const heads = 15;
const blocksPerTrack = 12;
const blockBytes = 4096;
/** Of a 3390 in an image of Hercules. */
const trackBytes = 56832;
const labelLengths = [28, 148, 84] as const;
const vtocLabel = { key: 44, data: 96 } as const;

/** Records of a track from the blocks that Linux shows: labels get their keys back. */
function trackOf(number: number, blocks: Uint8Array): Uint8Array {
  const [cylinder, head] = [Math.floor(number / heads), number % heads];
  const track = new ByteWriter(trackBytes).u16(1, cylinder).u16(3, head);
  let at = 5;
  const record = (index: number, key: Uint8Array, data: Uint8Array): void => {
    track
      .u16(at, cylinder)
      .u16(at + 2, head)
      .u8(at + 4, index)
      .u8(at + 5, key.length)
      .u16(at + 6, data.length);
    track.raw(at + 8, key).raw(at + 8 + key.length, data);
    at += 8 + key.length + data.length;
  };
  record(0, new Uint8Array(), new Uint8Array(8));
  for (let index = 0; index < blocksPerTrack; index += 1) {
    const block = blocks.subarray(index * blockBytes, (index + 1) * blockBytes);
    const length = number === 0 ? labelLengths[index] : undefined;
    if (length !== undefined) record(index + 1, block.subarray(0, 4), block.subarray(4, length));
    else if (number === 1) record(index + 1, block.subarray(0, vtocLabel.key), block.subarray(vtocLabel.key, vtocLabel.key + vtocLabel.data));
    else record(index + 1, new Uint8Array(), block);
  }
  return track.u32(at, 0xffff_ffff).u32(at + 4, 0xffff_ffff).bytes;
}

const tracksOf = (disk: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: disk.length / (blocksPerTrack * blockBytes) }, (_, number) =>
    trackOf(number, disk.subarray(number * blocksPerTrack * blockBytes, (number + 1) * blocksPerTrack * blockBytes)),
  );

const deviceHeader = (id: string): Uint8Array => new ByteWriter(512, 'little').text(0, id).u32(8, heads).u32(12, trackBytes).u8(16, 0x90).bytes;

/** A CDL disk of whole cylinders as an image of Hercules. */
export const ckdImage = (disk: Uint8Array): Uint8Array => concatBytes([deviceHeader('CKD_P370'), ...tracksOf(disk)]);

/** The same compressed, tracks of zeros left out. */
export function compressedCkdImage(disk: Uint8Array): Uint8Array {
  const tracks = tracksOf(disk);
  const tables = Math.ceil(tracks.length / 256);
  const isEmpty = (number: number): boolean =>
    number > 1 && disk.subarray(number * blocksPerTrack * blockBytes, (number + 1) * blocksPerTrack * blockBytes).every((byte) => byte === 0);
  const stored = tracks.map((track, number) =>
    isEmpty(number) ? undefined : concatBytes([Uint8Array.of(1), track.subarray(1, 5), deflateSync(track.subarray(5))]),
  );
  const firstTable = alignUp(1024 + tables * 4, 512);
  const head = new ByteWriter(firstTable + tables * 2048, 'little').raw(0, deviceHeader('CKD_C370'));
  head
    .u8(512, 0)
    .u8(513, 3)
    .u8(514, 1)
    .u8(515, 0x40)
    .u32(516, tables)
    .u32(520, 256)
    .u32(552, Math.ceil(tracks.length / heads))
    .u8(556, 2)
    .u8(557, 1);
  let next = head.bytes.length;
  const parts: Uint8Array[] = [];
  stored.forEach((track, number) => {
    const table = firstTable + Math.floor(number / 256) * 2048;
    head.u32(1024 + Math.floor(number / 256) * 4, table);
    if (track === undefined) return;
    head
      .u32(table + (number % 256) * 8, next)
      .u16(table + (number % 256) * 8 + 4, track.length)
      .u16(table + (number % 256) * 8 + 6, track.length);
    next += track.length;
    parts.push(track);
  });
  return concatBytes([head.bytes, ...parts]);
}
