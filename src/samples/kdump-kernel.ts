import { createHash } from 'node:crypto';

import { ByteWriter } from './byte-writer.ts';
import type { MemoryImage } from './memory-image.ts';
import { codeBytes, entropyBytes } from './page-contents.ts';
import type { MemoryRange } from './system.ts';

/** Who loaded the kdump kernel: user space through kexec_load, or the kernel through kexec_file_load (purgatory.md). */
export type PurgatoryProducer = 'kexec-tools' | 'kernel';

export interface KdumpKernelOptions {
  readonly area: MemoryRange;
  readonly producer: PurgatoryProducer;
  /** Bytes of the kernel image from address 0; a multiple of 4096 above 0x11000. */
  readonly imageSize?: number;
  /** Bytes of the initrd that hold data; the segment is rounded up to 4096 with zeros. */
  readonly initrdSize?: number;
  readonly commandLine?: string;
  readonly seed?: number;
}

export interface LoadedKdumpKernel {
  readonly regions: readonly MemoryRange[];
  readonly tableAddress: number;
  readonly digestAddress: number;
  readonly digest: Uint8Array;
}

const page = 0x1000;
const mib = 0x100000;
const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** SHA-256 over the regions in table order, without separators (purgatory.md section 2). */
export function purgatoryDigest(memory: MemoryImage, regions: readonly MemoryRange[]): Uint8Array {
  const hash = createHash('sha256');
  for (const region of regions) hash.update(memory.read(region.start, region.size));
  return new Uint8Array(hash.digest());
}

/**
 * Fills a crashkernel area as a loaded kdump kernel leaves it: image with "S390EP" and parameter area, initrd, purgatory with
 * region table and digest. Throws RangeError when the area is too small.
 */
export function loadKdumpKernel(memory: MemoryImage, options: KdumpKernelOptions): LoadedKdumpKernel {
  const { start: base, size } = options.area;
  if (base % mib !== 0 || size % mib !== 0) throw new RangeError('the crashkernel area is not made of whole MiB');
  const imageSize = options.imageSize ?? 0x90000;
  const initrdSize = options.initrdSize ?? 0x5fd1c;
  const seed = options.seed ?? 1;
  const initrdSegment = roundUp(initrdSize, page);
  // kexec-tools puts the initrd at 8 MiB or higher; a smaller area takes the next MiB after the image.
  const lowest = options.producer === 'kernel' ? imageSize : roundUp(Math.max(size > 0x900000 ? 0x800000 : 0, imageSize), mib);
  const end = lowest + initrdSegment + (options.producer === 'kernel' ? 0x4000 + page : 0);
  if (end > size) throw new RangeError(`the kdump kernel needs 0x${end.toString(16)} bytes of crashkernel memory`);

  memory.write(base + 0x10000, kernelImage(imageSize - 0x10000, seed));
  const parameters = base + 0x10400;
  memory.u64(parameters + 0x08, lowest).u64(parameters + 0x10, initrdSize);
  memory.u64(parameters + 0x18, base).u64(parameters + 0x20, size);
  memory.u64(parameters + 0x28, 0x18860).u64(parameters + 0x30, 0x1000);
  memory.text(parameters + 0x80, options.commandLine ?? 'console=ttysclp0 nr_cpus=1 reset_devices cgroup_disable=memory');
  memory.write(base + lowest, initrd(initrdSize, seed + 1));
  const initrdRegion = { start: base + lowest, size: initrdSegment };

  if (options.producer === 'kexec-tools') {
    const regions = [{ start: base + 0x10000, size: imageSize - 0x10000 }, initrdRegion];
    return writeKexecToolsPurgatory(memory, options.area, regions, seed + 2);
  }
  memory.write(base, codeBytes(0x8000, seed + 3));
  const purgatory = base + lowest + initrdSegment;
  const iplReport = { start: purgatory + 0x4000, size: page };
  memory.u32(iplReport.start, 0x40).text(iplReport.start + 16, 'ipl report');
  const regions = [{ start: base, size: imageSize }, initrdRegion, iplReport];
  return writeKernelPurgatory(memory, options.area, regions, purgatory, seed + 2);
}

/** Image from address 0x10000 on: entry points, "S390EP", room for the parameter area, then code (meminfo.md section 7). */
function kernelImage(length: number, seed: number): Uint8Array {
  const image = new ByteWriter(length);
  image.raw(0x0, Uint8Array.of(0xa7, 0xf4, 0x00, 0x10));
  image.text(0x8, 'S390EP').u8(0xe, 0).u8(0xf, 1);
  image.raw(0x10, Uint8Array.of(0xa7, 0xf4, 0x00, 0xd0, 0x07, 0x07, 0x07, 0x07));
  image.raw(0x20, codeBytes(0x200, seed));
  const code = Math.floor((length * 3) / 4);
  image.raw(0x1000, codeBytes(code - 0x1000, seed));
  image.text(0x8860, '6.1.0-dumpbench (kdump) #1 SMP');
  return image.bytes;
}

function initrd(length: number, seed: number): Uint8Array {
  const bytes = entropyBytes(length, seed);
  bytes.set([0x1f, 0x8b, 0x08, 0x00]); // a gzip stream, as distributions pack it
  return bytes;
}

function writeRegionTable(memory: MemoryImage, address: number, regions: readonly MemoryRange[]): void {
  regions.forEach((region, index) => memory.u64(address + index * 16, region.start).u64(address + index * 16 + 8, region.size));
}

/** Producer A: variables in the order that real dumps show (purgatory.md sections 3 and 5). */
function writeKexecToolsPurgatory(memory: MemoryImage, area: MemoryRange, regions: readonly MemoryRange[], seed: number): LoadedKdumpKernel {
  memory.write(area.start + 0x2000, codeBytes(0x3000, seed));
  memory.write(area.start + 0x9000, codeBytes(0x3000, seed));
  const tableAddress = area.start + 0xc160;
  writeRegionTable(memory, tableAddress, regions);
  const digest = purgatoryDigest(memory, regions);
  const digestAddress = tableAddress + 0x100;
  memory.write(digestAddress, digest);
  memory.u64(tableAddress + 0x130, 0x0000000180000000n).u64(tableAddress + 0x138, 0x10010);
  memory.u64(tableAddress + 0x140, area.start).u64(tableAddress + 0x148, area.size);
  return { regions, tableAddress, digestAddress, digest };
}

/** Producer B: one data block in fixed order around `kernel_entry` (purgatory.md section 4). */
function writeKernelPurgatory(memory: MemoryImage, area: MemoryRange, regions: readonly MemoryRange[], purgatory: number, seed: number): LoadedKdumpKernel {
  memory.write(purgatory, codeBytes(0x1000, seed));
  const entry = purgatory + 0x1200;
  memory.u64(entry - 384, 0x0002000180000000n).u64(entry - 376, purgatory + 0x88);
  writeRegionTable(memory, entry - 256, regions);
  const digest = purgatoryDigest(memory, regions);
  memory.write(entry - 288, digest);
  memory
    .u64(entry, 0x10010)
    .u64(entry + 8, 1)
    .u64(entry + 16, area.start)
    .u64(entry + 24, area.size);
  return { regions, tableAddress: entry - 256, digestAddress: entry - 288, digest };
}
