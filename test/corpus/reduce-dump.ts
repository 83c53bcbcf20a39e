/**
 * Reduces an ELF dump of one PT_LOAD to what some analyses read of it: `node test/corpus/reduce-dump.ts DUMP OUTPUT ANALYSIS…`. The notes stay as they
 * are; each run of pages becomes a PT_LOAD, and other memory is not stored. The result has to give the same rows.
 */
import { writeFileSync } from 'node:fs';
import { analysesOf } from '../../src/analysis/engine/kernel/analyses.ts';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import type { ByteSource } from '../../src/analysis/source/byte-source.ts';
import { openFile } from '../../src/analysis/source/file-source.ts';

const pageBytes = 4096;
const [headerBytes, entryBytes] = [64, 56];
const load = 1;

interface Rows {
  readonly rows: string;
  /** Pieces of the file that were read, as start and length. */
  readonly pieces: readonly (readonly [number, number])[];
}

async function rowsOf(inner: ByteSource, ids: readonly string[]): Promise<Rows> {
  const pieces: (readonly [number, number])[] = [];
  const source: ByteSource = {
    name: inner.name,
    size: inner.size,
    readInto(offset, target) {
      pieces.push([offset, target.length]);
      return inner.readInto(offset, target);
    },
  };
  const scan = { signal: new AbortController().signal, progress: () => undefined };
  const answers = await analysesOf(
    sessionOn(source),
    ids.map((id) => ({ id })),
    scan,
  );
  return { rows: JSON.stringify(answers.map(({ rows, missing }) => ({ rows, missing }))), pieces };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

function segmentsOf(file: DataView): readonly Segment[] {
  const first = Number(file.getBigUint64(0x20));
  return Array.from({ length: file.getUint16(0x38) }, (_, index) => {
    const at = first + index * entryBytes;
    return {
      type: file.getUint32(at),
      offset: Number(file.getBigUint64(at + 0x08)),
      address: Number(file.getBigUint64(at + 0x18)),
      bytes: Number(file.getBigUint64(at + 0x20)),
    };
  });
}

/** Runs of pages as start and end, from the pages' numbers in their order. */
function runsOf(pages: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last?.[1] === page) last[1] = page + 1;
    else runs.push([page, page + 1]);
  }
  return runs;
}

/** @param file the dump, big-endian ELF of 64 bits with a PT_NOTE and a PT_LOAD */
function reduced(file: Uint8Array, pieces: Rows['pieces']): Uint8Array {
  const segments = segmentsOf(new DataView(file.buffer, file.byteOffset, file.byteLength));
  const [notes, memory] = [segments.find(({ type }) => type !== load), segments.find(({ type }) => type === load)];
  if (notes === undefined || memory === undefined || segments.length !== 2) throw new Error('the dump is no ELF file of one PT_NOTE and one PT_LOAD');
  const pages = new Set<number>();
  for (const [offset, length] of pieces)
    for (let page = Math.floor((offset - memory.offset) / pageBytes); page * pageBytes < offset - memory.offset + length; page += 1)
      if (page >= 0 && page * pageBytes < memory.bytes) pages.add(page);
  const runs = runsOf([...pages].sort((left, right) => left - right));
  const noteStart = headerBytes + entryBytes * (runs.length + 1);
  let end = Math.ceil((noteStart + notes.bytes) / pageBytes) * pageBytes;
  const out = new Uint8Array(end + pages.size * pageBytes);
  const view = new DataView(out.buffer);
  out.set(file.subarray(0, headerBytes));
  view.setBigUint64(0x20, BigInt(headerBytes));
  // No sections.
  view.setBigUint64(0x28, 0n);
  view.setUint16(0x38, runs.length + 1);
  view.setUint16(0x3c, 0);
  view.setUint16(0x3e, 0);
  const put = (index: number, { type, offset, address, bytes }: Segment): void => {
    const at = headerBytes + index * entryBytes;
    view.setUint32(at, type);
    view.setUint32(at + 0x04, type === load ? 7 : 0);
    [offset, address, address, bytes, bytes, type === load ? pageBytes : 0].forEach((value, field) => {
      view.setBigUint64(at + 0x08 + field * 8, BigInt(value));
    });
  };
  put(0, { ...notes, offset: noteStart });
  out.set(file.subarray(notes.offset, notes.offset + notes.bytes), noteStart);
  runs.forEach(([from, to], index) => {
    const bytes = (to - from) * pageBytes;
    put(index + 1, { type: load, offset: end, address: memory.address + from * pageBytes, bytes });
    out.set(file.subarray(memory.offset + from * pageBytes, memory.offset + from * pageBytes + bytes), end);
    end += bytes;
  });
  return out;
}

const [dump, output, ...ids] = process.argv.slice(2);
if (dump === undefined || output === undefined || ids.length === 0) throw new Error('reduce-dump.ts DUMP OUTPUT ANALYSIS…');
const whole = openFile(dump);
const found = await rowsOf(whole, ids);
const file = new Uint8Array(whole.size);
whole.readInto(0, file);
whole.close();
writeFileSync(output, reduced(file, found.pieces));
const small = openFile(output);
const again = await rowsOf(small, ids);
console.log(`${whole.size} bytes became ${small.size}, of ${found.pieces.length} pieces`);
small.close();
if (again.rows !== found.rows) throw new Error(`the reduced dump gives other rows:\n${again.rows}\n${found.rows}`);
