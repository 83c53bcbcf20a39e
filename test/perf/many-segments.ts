/**
 * An extended stand-alone dump of any number of segments of one MiB, every other MiB of memory, as one file or over volumes. The first
 * segments are those of a small system; the data of the others is a hole in the file, so that a segment takes one block of the disk.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { encodeSegmentHeader, segmentHeaderSize } from '../../src/samples/s390-segments.ts';

const mebibyte = 2 ** 20;
const headerBytes = 4096;
const markerBytes = 16;
const memSizeAt = 0x18;
const stopMarkerAt = 0x10;
const volumeNumberAt = 0x4c;
const partOfSetAt = 0x5c;
const setSignatureAt = 0x200;

/** @param paths one file, or one for each volume */
export function manySegments(paths: readonly string[], count: number): void {
  const small = Buffer.from(buildCase('system healthy state=disabled-wait\nformat s390-ext\n'));
  const image = openDump(memorySource('small', small));
  const smallMebibytes = Math.ceil(Number(image.memory.end) / mebibyte);
  const last = image.segments.at(image.segments.length - 1);
  if (last === undefined) throw new Error('the builder made a dump without segments');
  const smallEnd = last.fileOffset + last.fileBytes;
  const marker = small.subarray(smallEnd, smallEnd + markerBytes);
  const head = Buffer.from(small.subarray(0, smallEnd));
  head.writeBigUInt64BE(0n, last.fileOffset - segmentHeaderSize + stopMarkerAt);
  head.writeBigUInt64BE(BigInt((smallMebibytes + 2 * count) * mebibyte), memSizeAt);
  if (paths.length > 1) {
    head.writeUInt8(1, partOfSetAt);
    head.copy(head, setSignatureAt, 0, 8);
  }

  const each = Math.ceil(count / paths.length);
  paths.forEach((path, volume) => {
    head.writeUInt32BE(volume, volumeNumberAt);
    const begin = volume === 0 ? head : head.subarray(0, headerBytes);
    const file = openSync(path, 'w');
    try {
      writeSync(file, begin, 0, begin.length, 0);
      let at = begin.length;
      const end = Math.min(count, (volume + 1) * each);
      for (let index = volume * each; index < end; index += 1) {
        const start = (smallMebibytes + 2 * index + 1) * mebibyte;
        writeSync(file, encodeSegmentHeader({ start, length: mebibyte, stop: index === count - 1 }), 0, segmentHeaderSize, at);
        at += segmentHeaderSize + mebibyte;
      }
      ftruncateSync(file, at);
      if (end === count) writeSync(file, marker, 0, markerBytes, at);
    } finally {
      closeSync(file);
    }
  });
}
