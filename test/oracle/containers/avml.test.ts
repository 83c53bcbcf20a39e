/**
 * Memory of real guests as LiME and AVML would have written it: the same memory root and kernel as the dump that it was taken from. Streams are
 * those of a builder that shares no code with the reader; most chunks are stored as they are, which an encoder may do.
 */
import { openSync, closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/analysis/codec/crc32c.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { ByteWriter, concatBytes } from '../../../src/samples/byte-writer.ts';
import { rangeHeader, snappyChunk } from '../../../src/samples/lime.ts';
import { snappyCompress } from '../../../src/samples/snappy.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { dumpFile, haveDump } from '../../dumps.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const chunkBytes = 65536;
const rangeBytes = 16 << 20;
const every = 64;

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
const zeroChunk = snappyCompress(new Uint8Array(chunkBytes));

/** One chunk: zeros and one in 64 are compressed, which the builder's encoder is too slow to do with all. */
function chunk(contents: Uint8Array, number: number): Uint8Array {
  const checksum = new ByteWriter(4, 'little').u32(0, masked(crc32c(contents))).bytes;
  if (contents.length === chunkBytes && contents.every((byte) => byte === 0)) return snappyChunk(0, concatBytes([checksum, zeroChunk]));
  const compressed = number % every === 0 ? snappyCompress(contents) : contents;
  return compressed.length < contents.length ? snappyChunk(0, concatBytes([checksum, compressed])) : snappyChunk(1, concatBytes([checksum, contents]));
}

/** Writes the stored memory of a dump in ranges of 16 MiB. */
function convert(from: string, to: string, kind: 'LiME' | 'AVML'): void {
  const session = openSession(from);
  const file = openSync(to, 'w');
  try {
    const bytes = new Uint8Array(rangeBytes);
    for (const { start, end } of session.image.ranges)
      for (let at = Number(start); at < Number(end); at += rangeBytes) {
        const size = Math.min(rangeBytes, Number(end) - at);
        const part = bytes.subarray(0, size);
        expect(session.image.memory.read(BigInt(at), part)).toEqual([]);
        writeSync(file, rangeHeader(kind, { start: at, size }));
        if (kind === 'LiME') {
          writeSync(file, part);
          continue;
        }
        const chunks = [snappyChunk(0xff, Buffer.from('sNaPpY'))];
        for (let from = 0; from < size; from += chunkBytes) chunks.push(chunk(part.subarray(from, from + chunkBytes), from / chunkBytes));
        const stream = concatBytes(chunks);
        writeSync(file, stream);
        writeSync(file, new ByteWriter(8, 'little').u64(0, BigInt(stream.length)).bytes);
      }
  } finally {
    closeSync(file);
    session.close();
  }
}

const printed = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await runInProcess(args);
  expect([args, code, err]).toEqual([args, expect.any(Number), expect.any(String)]);
  return out;
};

describe('the memory of real guests', () => {
  it.for(['o-a64-a1-qemu.elf', 'o-x86-x1-qemu.elf'])('%s: as LiME and AVML', async (name, { skip }) => {
    skip(!haveDump(name));
    const elf = await dumpFile(name);
    const rootOf = async (path: string): Promise<unknown> =>
      (JSON.parse(await printed('verify', path, '--json')) as { digests: { memoryRoot: unknown } }).digests.memoryRoot;
    const tasksOf = async (path: string): Promise<unknown> =>
      (JSON.parse(await printed('tasks', path, '--json')) as { tasks: { pid: number; name: string; address: string }[] }).tasks.map((task) => [
        task.pid,
        task.name,
        task.address,
      ]);
    const [root, log, tasks] = [await rootOf(elf), await printed('dmesg', elf), await tasksOf(elf)];
    const stack = await printed('backtrace', elf, '--task', '1');
    expect(log.split('\n').length).toBeGreaterThan(50);
    expect(root).toMatch(/^[0-9a-f]{64}$/);
    for (const kind of ['LiME', 'AVML'] as const) {
      const path = join(folder, `${name}.${kind}`);
      convert(elf, path, kind);
      expect([kind, await rootOf(path)]).toEqual([kind, root]);
      expect([kind, await printed('dmesg', path)]).toEqual([kind, log]);
      expect([kind, await tasksOf(path)]).toEqual([kind, tasks]);
      expect([kind, await printed('backtrace', path, '--task', '1')]).toEqual([kind, stack]);
      const info = JSON.parse(await printed('info', path, '--json')) as { container: { format: string }; machine: { arch: string } };
      expect(info.container.format).toBe(kind.toLowerCase());
    }
  });
});
