/**
 * The kdump kernel that a running system keeps loaded in its crashkernel memory (purgatory.md section 5, meminfo.md
 * section 7): how it is recognised, and where it lies when os_info cannot be trusted.
 */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { bytes, text, u64 } from '../../layout/field.ts';
import { bytesOf } from '../../layout/presentation.ts';
import { parse, struct } from '../../layout/struct.ts';

/** Offsets are those of the kernel image, which is loaded at the base of the crashkernel memory. */
export const kdumpImageStart = 0x10000;

export const kdumpParameters = struct(
  'kdump kernel parameter area',
  { endian: 'big', size: 0x1000, doc: 'From base + 0x10000. Source: meminfo.md section 7.' },
  {
    identifier: bytes(0x008, 8, '"S390EP", 0, number of entry points'),
    initrd_start: u64(0x408, 'relative to 0'),
    initrd_size: u64(0x410, 'bytes', bytesOf),
    oldmem_base: u64(0x418, 'base of the crashkernel memory'),
    oldmem_size: u64(0x420, 'its size', bytesOf),
    command_line: text(0x480, 896, 'command line of the kdump kernel'),
  },
);

const identifier = Buffer.from('S390EP\0', 'latin1');
const mebibyte = 1n << 20n;

/** `[base, base + size)` of the crashkernel memory. */
export interface CrashkernelArea {
  readonly base: bigint;
  readonly size: bigint;
}

export type KdumpImage =
  /** The dump does not hold the area: /proc/vmcore leaves it out. */
  | { readonly state: 'not-in-dump'; readonly area: CrashkernelArea; readonly why: string }
  | { readonly state: 'not-loaded'; readonly area: CrashkernelArea; readonly why: string }
  | { readonly state: 'loaded'; readonly area: CrashkernelArea; readonly parametersAgree: boolean; readonly commandLine: string; readonly detail: string };

const hasIdentifier = (found: Uint8Array): boolean => Buffer.compare(found.subarray(0, identifier.length), identifier) === 0 && (found[7] ?? 0) >= 1;

/** Whether the head of a kernel image lies at absolute 0x10000, which is where the parameter area of the kernel that runs is. */
export function hasKernelHead(memory: AbsoluteMemory): boolean {
  const head = memory.readPresent(BigInt(kdumpImageStart) + 8n, 8);
  return head !== undefined && hasIdentifier(head);
}

/** The identity tests of purgatory.md section 5. */
export function identifyKdumpImage(memory: AbsoluteMemory, area: CrashkernelArea): KdumpImage {
  const at = area.base + BigInt(kdumpImageStart);
  const read = memory.read(at, kdumpParameters.size);
  const gap = read.absences[0];
  if (gap !== undefined)
    return { state: 'not-in-dump', area, why: `absolute 0x${gap.start.toString(16)} is ${gap.state}${gap.reason === undefined ? '' : `: ${gap.reason}`}` };
  const values = parse(kdumpParameters, read.bytes);
  if (!hasIdentifier(values.identifier)) {
    const empty = read.bytes.every((byte) => byte === 0);
    return {
      state: 'not-loaded',
      area,
      why: empty ? 'the place of the kdump kernel is zero: reserved, but nothing is loaded' : `no "S390EP" at absolute 0x${(at + 8n).toString(16)}`,
    };
  }
  const parametersAgree = values.oldmem_base === area.base && values.oldmem_size === area.size;
  const detail = parametersAgree
    ? `"S390EP" at absolute 0x${(at + 8n).toString(16)}, its parameters name this area`
    : `its parameters name 0x${values.oldmem_base.toString(16)} + 0x${values.oldmem_size.toString(16)}, not 0x${area.base.toString(16)} + 0x${area.size.toString(16)}`;
  return { state: 'loaded', area, parametersAgree, commandLine: values.command_line, detail };
}

/** After this the kernel reserves no crashkernel memory, and a damaged header may claim any amount of memory. */
const searchedBytes = 1n << 40n;

/** Places looked at before the event loop gets a turn. */
const placesAtOnce = 4096;

/**
 * Looks at every MiB for a loaded kdump kernel that names its own area. For dumps whose os_info is missing or damaged.
 * @throws whatever `signal` was aborted with
 */
export async function findCrashkernelArea(memory: AbsoluteMemory, signal: AbortSignal): Promise<CrashkernelArea | undefined> {
  let looked = 0;
  const end = memory.end < searchedBytes ? memory.end : searchedBytes;
  for (let base = mebibyte; base + BigInt(kdumpImageStart) < end; base += mebibyte) {
    if ((looked += 1) % placesAtOnce === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    const found = memory.readPresent(base + BigInt(kdumpImageStart) + 8n, 8);
    if (found === undefined || !hasIdentifier(found)) continue;
    const parameters = memory.readPresent(base + BigInt(kdumpImageStart), kdumpParameters.size);
    if (parameters === undefined) continue;
    const values = parse(kdumpParameters, parameters);
    if (values.oldmem_base === base && values.oldmem_size > 0n && values.oldmem_size % mebibyte === 0n) return { base, size: values.oldmem_size };
  }
  return undefined;
}

/** Base and size as absolute 0x10418 and 0x10420 hold them when the dumped system is itself a kdump kernel (meminfo.md section 8). */
export function runningKdumpArea(memory: AbsoluteMemory): CrashkernelArea | undefined {
  const parameters = memory.readPresent(BigInt(kdumpImageStart), kdumpParameters.size);
  if (parameters === undefined) return undefined;
  const { oldmem_base: base, oldmem_size: size } = parse(kdumpParameters, parameters);
  const whole = base !== 0n && size !== 0n && base % mebibyte === 0n && size % mebibyte === 0n;
  return whole && base + size <= memory.end ? { base, size } : undefined;
}
