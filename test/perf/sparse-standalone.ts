/** Stand-alone dumps of large memory in files that take little of the disk: the first MiBs are those of a small system, the rest is a hole. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { buildCase } from '../../src/samples/case-text.ts';

const headerBytes = 4096;
const markerBytes = 16;
const memSizeAt = 0x18;
const volumeNumberAt = 0x4c;
const partOfSetAt = 0x5c;
const setSignatureAt = 0x200;

interface Part {
  readonly head: Buffer;
  readonly memory: Buffer;
  /** Bytes of memory that the file holds, the hole included. */
  readonly bytes: number;
  readonly marker: Buffer | undefined;
}

function writeFile(path: string, { head, memory, bytes, marker }: Part): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, head, 0, headerBytes, 0);
    writeSync(file, memory, 0, memory.length, headerBytes);
    ftruncateSync(file, headerBytes + bytes);
    if (marker !== undefined) writeSync(file, marker, 0, markerBytes, headerBytes + bytes);
  } finally {
    closeSync(file);
  }
}

function small(format: string): { readonly head: Buffer; readonly memory: Buffer; readonly marker: Buffer } {
  const file = Buffer.from(buildCase(`system healthy state=disabled-wait\nformat ${format}\n`));
  const end = headerBytes + Number(file.readBigUInt64BE(memSizeAt));
  const markerAt = file.lastIndexOf('DUMP_END', undefined, 'latin1');
  const marker = file.subarray(markerAt, markerAt + markerBytes);
  return { head: Buffer.from(file.subarray(0, headerBytes)), memory: file.subarray(headerBytes, end), marker };
}

/** A tape dump: the marker follows the last record of 32 KiB. @param bytes one page more than a multiple of 32 KiB, or it were a plain dump */
export function sparseTape(path: string, bytes: number): void {
  const { head, memory, marker } = small('s390-tape');
  head.writeBigUInt64BE(BigInt(bytes), memSizeAt);
  writeFile(path, { head, memory, bytes: Math.ceil(bytes / 32768) * 32768, marker });
}

/** An older multi-volume dump: memory goes on from one partition to the next. @param bytes a multiple of 4096 for each volume */
export function sparseVolumes(paths: readonly string[], bytes: number): void {
  const { head, memory, marker } = small('s390 producer=zipl');
  const each = bytes / paths.length;
  paths.forEach((path, volume) => {
    head.writeBigUInt64BE(BigInt(bytes), memSizeAt);
    head.writeUInt32BE(volume, volumeNumberAt);
    head.writeUInt8(1, partOfSetAt);
    head.copy(head, setSignatureAt, 0, 8);
    const isLast = volume === paths.length - 1;
    writeFile(path, { head, memory: volume === 0 ? memory : Buffer.alloc(0), bytes: each, marker: isLast ? marker : undefined });
  });
}
