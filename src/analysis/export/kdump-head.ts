/** Headers and notes of a kdump-compressed file as bytes, and where its parts lie (kdump-compressed.md sections 1 to 3); the layout of a 64-bit machine. */
import { architectureOfElf, architectures } from '../arch/index.ts';
import { kernelPageBytes, vmcoreinfoNumber, vmcoreinfoPrefixedHex, type VmcoreinfoValues } from '../arch/vmcoreinfo-values.ts';
import { diskDumpHeader64, kdumpFlags, kdumpSubHeader64, KDUMP_SIGNATURE } from '../formats/kdump-layout.ts';
import { parseVmcoreinfo } from '../kernel/vmcoreinfo/vmcoreinfo.ts';
import { readUtsName } from '../kernel/vmcoreinfo/uts-name.ts';
import { memoryReader } from '../memory/reader.ts';
import type { Fields, StructLayout } from '../layout/struct.ts';
import { filterLevels } from '../../shared/export-model.ts';
import type { ExportCompression } from '../../shared/export-model.ts';
import { noteBytes } from './elf-bytes.ts';
import type { ExportPlan } from './export-plan.ts';
import { defined } from '../../shared/defined.ts';

/** Flag of a page and of the header. */
export const compressionFlags: Readonly<Record<ExportCompression, number>> = { zlib: kdumpFlags.zlib, zstd: kdumpFlags.zstd, none: 0 };

export interface KdumpHead {
  /** Bytes of a page: the kernel's, which is what crash takes this for. */
  readonly blockSize: number;
  /** Pages of that size that the bitmaps speak of. */
  readonly frames: number;
  readonly notes: Uint8Array;
  readonly bitmap1At: number;
  readonly bitmap2At: number;
  readonly descriptorsAt: number;
}

const headerVersion = 6;
const vmcoreinfoOwner = 'VMCOREINFO';
/** Bytes of a note before its text: header, and the owner padded to 4 bytes. */
const beforeText = 24;
const mostNumber32 = 0xffff_ffff;

function valuesOf({ vmcoreinfo, image }: ExportPlan): VmcoreinfoValues | undefined {
  if (vmcoreinfo === undefined) return undefined;
  return { entries: parseVmcoreinfo(Buffer.from(vmcoreinfo).toString('latin1')), ...defined({ physBase: image.physBase }) };
}

/** @param pages of 4096 bytes up to the end of the memory that the source describes */
export function kdumpHead(plan: ExportPlan, memoryBytes: bigint): KdumpHead {
  const values = valuesOf(plan);
  // QEMU writes blocks of 64 KiB for every aarch64 and pseries machine, whatever its kernel has.
  const blockSize = values?.entries.has('PAGESIZE') === true ? kernelPageBytes(values) : (plan.image.machine.pageSize ?? kernelPageBytes(values));
  const frames = Number((memoryBytes + BigInt(blockSize) - 1n) / BigInt(blockSize));
  const notes = noteBytes(plan.machine.endian, plan.notes.inOrder);
  const subBlocks = Math.ceil((kdumpSubHeader64.size + notes.length) / blockSize);
  const bitmapBytes = Math.ceil(frames / 8 / blockSize) * blockSize;
  const bitmap1At = blockSize * (1 + subBlocks);
  return { blockSize, frames, notes, bitmap1At, bitmap2At: bitmap1At + bitmapBytes, descriptorsAt: bitmap1At + 2 * bitmapBytes };
}

/** Fields of a structure into bytes; the others are zero, and texts are cut to leave a NUL. */
function fill<F extends Fields>(
  into: Uint8Array,
  layout: StructLayout<F>,
  endian: 'big' | 'little',
  values: Partial<Record<keyof F & string, number | bigint | string>>,
): void {
  const view = new DataView(into.buffer, into.byteOffset, into.length);
  const little = endian === 'little';
  for (const [name, value] of Object.entries(values) as [keyof F & string, number | bigint | string][]) {
    const field = layout.fields[name];
    if (field === undefined) continue;
    if (typeof value === 'string') into.set(Buffer.from(value, 'latin1').subarray(0, field.size - (name === 'signature' ? 0 : 1)), field.offset);
    else if (field.size === 8) view.setBigUint64(field.offset, BigInt.asUintN(64, BigInt(value)), little);
    else view.setUint32(field.offset, Number(value), little);
  }
}

/** Where the kernel image was moved to, or where memory begins: what readers of the format ask the sub header for. */
function physBase({ machine, image }: ExportPlan, values: VmcoreinfoValues | undefined): bigint {
  // Kernels that place their memory by it name it, those of arm64.
  const offset = vmcoreinfoPrefixedHex(values, 'NUMBER(PHYS_OFFSET)');
  if (offset !== undefined) return offset;
  return (values === undefined ? undefined : architectures[machine.arch].physBase(values)) ?? image.physBase?.value ?? 0n;
}

/** The source's own level, where its format has one, and what was asked for. */
function dumpLevel({ filter, image }: ExportPlan): number {
  const asked = filterLevels.reduce((level, name, bit) => (filter.includes(name) ? level | (1 << bit) : level), 0);
  const header = image.structures.find(({ name }) => name.startsWith('kdump_sub_header'));
  const own = header?.fields.find(({ name }) => name === 'dump_level')?.value;
  return asked | (typeof own === 'number' ? own : Number(own ?? 0));
}

/**
 * The header block, the sub header and the notes: everything before the bitmaps.
 * @param isIncomplete whether pages have descriptors that lead nowhere
 */
export function headBytes(plan: ExportPlan, { blockSize, frames, notes, bitmap1At, descriptorsAt }: KdumpHead, isIncomplete: boolean): Uint8Array {
  const { endian, arch } = plan.machine;
  const values = valuesOf(plan);
  const { image } = plan;
  const uts =
    image.names ??
    (values === undefined || plan.vmcoreinfo === undefined
      ? undefined
      : readUtsName(arch, { ...values, source: '', text: '' }, memoryReader(image.memory, image.source.name)));
  const bytes = new Uint8Array(bitmap1At);
  fill(bytes, diskDumpHeader64, endian, {
    signature: KDUMP_SIGNATURE,
    header_version: headerVersion,
    sysname: 'Linux',
    nodename: uts?.nodename ?? '',
    release: uts?.release ?? values?.entries.get('OSRELEASE') ?? '',
    version: uts?.version ?? '',
    machine: architectureOfElf(architectures[arch].elf.machine, endian) ?? arch,
    // A copy of the time of the crash, as makedumpfile has it.
    tv_sec: vmcoreinfoNumber(values, 'CRASHTIME') ?? 0,
    status: compressionFlags[plan.compression] | (isIncomplete ? kdumpFlags.incomplete : 0),
    block_size: blockSize,
    sub_hdr_size: bitmap1At / blockSize - 1,
    bitmap_blocks: (descriptorsAt - bitmap1At) / blockSize,
    max_mapnr: Math.min(frames, mostNumber32),
    nr_cpus: Math.max(1, plan.notes.cpus.length),
  });
  const at = blockSize + kdumpSubHeader64.size;
  const index = plan.notes.inOrder.findIndex(({ owner }) => owner === vmcoreinfoOwner);
  const note = plan.notes.inOrder[index];
  const textAt = note === undefined ? 0 : at + noteBytes(endian, plan.notes.inOrder.slice(0, index)).length + beforeText;
  fill(bytes.subarray(blockSize), kdumpSubHeader64, endian, {
    phys_base: physBase(plan, values),
    dump_level: dumpLevel(plan),
    offset_vmcoreinfo: textAt,
    size_vmcoreinfo: note?.desc.length ?? 0,
    offset_note: notes.length === 0 ? 0 : at,
    size_note: notes.length,
    max_mapnr_64: frames,
  });
  bytes.set(notes, at);
  return bytes;
}
