/**
 * A kdump-compressed file (kdump-compressed.md): headers and notes, the bitmap of memory that exists, that of pages with descriptors, descriptors, data. Each page is compressed
 * by itself, as it is where that does not make it smaller; all pages of zeros share one. A page that the source describes and does not give has a descriptor of zeros,
 * which the format calls lost; one that a filter left out has none.
 */
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import type { ExportCompression } from '../../shared/export-model.ts';
import { failed, type Missing } from '../../shared/result.ts';
import { pageSize, type Pfn } from '../../shared/units.ts';
import { pageDescriptor } from '../formats/kdump-layout.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { BitmapBytes } from './bitmap-bytes.ts';
import type { ExportPlan } from './export-plan.ts';
import { presentCode, zeroCode, type ExportWriter, type PageBlock, type PositionedOutput, type WriterRun, type WriterState } from './export-writer.ts';
import { compressionFlags, headBytes, kdumpHead, type KdumpHead } from './kdump-head.ts';
import { described, listedPages } from './listed-pages.ts';

/** Page frames of 64 TiB with pages of 4 KiB, four times what any machine has: bitmaps of more are those of a damaged header. */
const mostFrames = 2 ** 34;
const descriptorBytes = pageDescriptor.size;
/** Descriptors that are written at once. */
const mostPending = 4096;

/** Electron before 37 and Node.js before 22.15 have none. */
const hasZstd = (zlib as Partial<typeof zlib>).zstdCompressSync !== undefined;

/** Page by page; speed before size, as makedumpfile has it. */
const compressors: Readonly<Record<ExportCompression, (page: Uint8Array) => Uint8Array>> = {
  zlib: (page) => zlib.deflateSync(page, { level: 1 }),
  zstd: (page) => zlib.zstdCompressSync(page),
  none: (page) => page,
};

interface Progress {
  /** Descriptors in the file. */
  readonly listed: number;
  /** Those that are settled. */
  readonly index: number;
  /** Where the next data go. */
  readonly position: number;
  /** Descriptors that lead nowhere. */
  readonly lost: number;
  /** Those of them of which a part was there, for kernels with pages of more than 4096 bytes. */
  readonly torn: number;
}

/** A page frame of which not all pages of 4096 bytes came yet. */
interface Assembly {
  readonly frame: number;
  readonly bytes: Buffer;
  kept: number;
  isZero: boolean;
}

class KdumpRun implements WriterRun {
  readonly missing: Missing[] = [];
  readonly #plan: ExportPlan;
  readonly #head: KdumpHead;
  readonly #output: PositionedOutput;
  readonly #scale: number;
  readonly #listed: number;
  readonly #zeroAt: number;
  #index: number;
  #position: number;
  #lost: number;
  #torn: number;
  readonly #table: DataView = new DataView(new ArrayBuffer(mostPending * descriptorBytes));
  #pending = 0;
  #data: Uint8Array[] = [];
  #dataBytes = 0;
  #assembly: Assembly | undefined;

  constructor(plan: ExportPlan, head: KdumpHead, output: PositionedOutput, from: Progress) {
    this.#plan = plan;
    this.#head = head;
    this.#output = output;
    this.#scale = head.blockSize / pageSize;
    this.#listed = from.listed;
    this.#zeroAt = head.descriptorsAt + from.listed * descriptorBytes;
    this.#index = from.index;
    this.#position = from.position;
    this.#lost = from.lost;
    this.#torn = from.torn;
  }

  add(block: PageBlock): void {
    const end = block.startPfn + block.pages;
    if (block.kind === 'uniform') this.#uniform(block.startPfn, end, block.fate);
    else if (this.#scale === 1) {
      for (const run of listedPages(this.#plan, block.startPfn, end)) {
        if (run === undefined) continue;
        for (let pfn = run.startPfn; pfn < run.endPfn; pfn += 1) this.#page(block, pfn - block.startPfn);
      }
    } else this.#assemble(block);
    this.#flush();
  }

  #page({ fates, bytes }: PageBlock & { readonly kind: 'pages' }, page: number): void {
    const fate = fates[page];
    if (fate === presentCode) this.#stored(bytes.subarray(page * pageSize, (page + 1) * pageSize));
    else if (fate === zeroCode) this.#zero();
    else this.#lose(1);
  }

  #uniform(startPfn: Pfn, endPfn: Pfn, fate: number): void {
    const isZero = fate === zeroCode;
    for (const { start, end } of this.#framesIn(startPfn, endPfn)) {
      if (isZero) for (let frame = start; frame < end; frame += 1) this.#zero();
      else this.#lose(end - start);
    }
  }

  /** Listed page frames that lie wholly in a range of pages; those that its ends cut are handed to `#settle`. */
  *#framesIn(startPfn: Pfn, endPfn: Pfn): Generator<{ readonly start: number; readonly end: number }> {
    let done = Math.floor(startPfn / this.#scale);
    for (const run of listedPages(this.#plan, startPfn, endPfn)) {
      if (run === undefined) continue;
      const start = Math.max(done, Math.floor(run.startPfn / this.#scale));
      const end = Math.ceil(run.endPfn / this.#scale);
      if (start < end) yield { start, end };
      done = Math.max(done, end);
    }
  }

  /** Of kernels with larger pages: a frame is stored where all its parts are kept. */
  #assemble(block: PageBlock & { readonly kind: 'pages' }): void {
    for (let page = 0; page < block.pages; page += 1) {
      const pfn = block.startPfn + page;
      const frame = Math.floor(pfn / this.#scale);
      if (this.#assembly?.frame !== frame) {
        this.#settle();
        this.#assembly = { frame, bytes: Buffer.alloc(this.#head.blockSize), kept: 0, isZero: true };
      }
      const fate = block.fates[page];
      const isZero = fate === zeroCode;
      if (fate !== presentCode && !isZero) continue;
      this.#assembly.kept += 1;
      if (isZero) continue;
      this.#assembly.isZero = false;
      this.#assembly.bytes.set(block.bytes.subarray(page * pageSize, (page + 1) * pageSize), (pfn - frame * this.#scale) * pageSize);
    }
    const last = this.#assembly;
    if (last !== undefined && (last.frame + 1) * this.#scale <= block.startPfn + block.pages) this.#settle();
  }

  #settle(): void {
    const made = this.#assembly;
    this.#assembly = undefined;
    if (made === undefined) return;
    const [start, end] = [made.frame * this.#scale, (made.frame + 1) * this.#scale];
    const isListed = [...listedPages(this.#plan, start, end)].some((run) => run !== undefined);
    if (!isListed) return;
    if (made.kept < this.#scale) {
      this.#lose(1);
      if (made.kept > 0) this.#torn += 1;
    } else if (made.isZero) this.#zero();
    else this.#stored(made.bytes);
  }

  #stored(page: Uint8Array): void {
    const packed = compressors[this.#plan.compression](page);
    const isSmaller = packed.length < page.length;
    // The block of pages is the job's: of what is not compressed, a copy waits.
    const bytes = isSmaller ? packed : Uint8Array.from(page);
    this.#describe(this.#position + this.#dataBytes, bytes.length, isSmaller ? compressionFlags[this.#plan.compression] : 0);
    this.#data.push(bytes);
    this.#dataBytes += bytes.length;
  }

  #zero(): void {
    this.#describe(this.#zeroAt, this.#head.blockSize, 0);
  }

  #describe(offset: number, size: number, flags: number): void {
    if (this.#pending === mostPending) this.#flush();
    const at = this.#pending * descriptorBytes;
    const little = this.#plan.machine.endian === 'little';
    this.#table.setBigUint64(at, BigInt(offset), little);
    this.#table.setUint32(at + 8, size, little);
    this.#table.setUint32(at + 12, flags, little);
    this.#pending += 1;
  }

  /** Descriptors of zeros: the table has been nothing else there. */
  #lose(frames: number): void {
    this.#flush();
    this.#index += frames;
    this.#lost += frames;
  }

  #flush(): void {
    if (this.#pending > 0) {
      const bytes = new Uint8Array(this.#table.buffer.slice(0, this.#pending * descriptorBytes));
      this.#output.write(this.#head.descriptorsAt + this.#index * descriptorBytes, bytes);
      this.#index += this.#pending;
      this.#pending = 0;
    }
    if (this.#dataBytes > 0) {
      this.#output.write(this.#position, Buffer.concat(this.#data, this.#dataBytes));
      this.#position += this.#dataBytes;
      this.#data = [];
      this.#dataBytes = 0;
    }
  }

  state(): WriterState {
    this.#settle();
    this.#flush();
    return { listed: this.#listed, index: this.#index, position: this.#position, lost: this.#lost, torn: this.#torn };
  }

  *finish(): Steps<void> {
    this.#settle();
    this.#flush();
    yield;
    if (this.#index !== this.#listed)
      throw new DumpError(
        'unsupported',
        { file: this.#plan.image.source.name },
        `${this.#listed} pages were planned and ${this.#index} came: what the source reports about its pages changed in the meantime`,
        'a source that does not change while it is exported',
      );
    if (this.#lost > 0) this.#output.write(0, headBytes(this.#plan, this.#head, true));
    this.#output.setSize(this.#position);
    if (this.#torn > 0) {
      const pages = this.#torn === 1 ? `1 page of ${this.#head.blockSize} bytes is` : `${this.#torn} pages of ${this.#head.blockSize} bytes are`;
      this.missing.push(
        failed('pages of the kernel', `${pages} lost: the source or the ranges have only a part of ${this.#torn === 1 ? 'it' : 'each'}`).missing,
      );
    }
  }
}

/** Writes headers and bitmaps. @returns how many descriptors there are */
function* writeFront(plan: ExportPlan, head: KdumpHead, output: PositionedOutput): Steps<number> {
  const scale = head.blockSize / pageSize;
  output.write(0, headBytes(plan, head, false));
  let turns = 0;
  const exists = new BitmapBytes(output, head.bitmap1At);
  const end = head.frames * scale;
  for (const { startPfn, endPfn } of described(plan, { startPfn: 0, endPfn: end })) {
    exists.add(Math.floor(startPfn / scale), Math.ceil(endPfn / scale));
    if (++turns % stepTurns === 0) yield;
  }
  exists.flush();
  const listed = new BitmapBytes(output, head.bitmap2At);
  for (const run of listedPages(plan)) {
    if (run !== undefined) listed.add(Math.floor(run.startPfn / scale), Math.ceil(run.endPfn / scale));
    if (run === undefined || ++turns % stepTurns === 0) yield;
  }
  listed.flush();
  return listed.set;
}

export const kdumpWriter: ExportWriter = {
  format: 'kdump',
  *begin(plan, output, state) {
    if (plan.compression === 'zstd' && !hasZstd)
      throw new DumpError('unsupported', {}, `this Node.js ${process.versions.node} has no zstd`, 'Node.js 22.15 or later, or another compression');
    const head = kdumpHead(plan, plan.image.memory.end);
    if (head.frames > mostFrames)
      throw new DumpError(
        'unsupported',
        { file: plan.image.source.name },
        `its headers describe memory up to 0x${plan.image.memory.end.toString(16)}, for which the bitmaps of this format would be larger than any machine's`,
        'a range that ends below, or another format',
      );
    if (state !== undefined) return new KdumpRun(plan, head, output, state as unknown as Progress);
    const listed = yield* writeFront(plan, head, output);
    const zeroAt = head.descriptorsAt + listed * descriptorBytes;
    // The page that all pages of zeros share comes first, as makedumpfile has it.
    output.write(zeroAt, new Uint8Array(head.blockSize));
    return new KdumpRun(plan, head, output, { listed, index: 0, position: zeroAt + head.blockSize, lost: 0, torn: 0 });
  },
};
