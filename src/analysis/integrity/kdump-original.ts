/**
 * A loaded kdump kernel against a healthy image of it: the bytes that differ, exactly. The image is another dump of the same system
 * (with the crashkernel memory in it), or a file that was loaded: the kernel image, or the initrd.
 */
import { createHash } from 'node:crypto';
import { kdumpImageStart, type CrashkernelArea } from '../arch/s390x/kdump-image.ts';
import type { FoundPurgatory, ShaRegion } from '../arch/s390x/purgatory.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import type { KdumpOriginal } from './evidence.ts';

export interface DifferentBytes {
  readonly at: bigint;
  readonly length: bigint;
  /** The first 64 KiB of them at most. */
  readonly found: Uint8Array;
  readonly original: Uint8Array;
}

export interface KdumpComparison {
  /** Regions that were compared with it. */
  readonly regions: readonly ShaRegion[];
  /** Whether it holds all bytes of all regions of the digest. */
  readonly whole: boolean;
  /** True when the image's bytes have the digest that was recorded; undefined when it does not hold all regions. */
  readonly proven: boolean | undefined;
  readonly differences: readonly DifferentBytes[];
  /** True when there were too many to list. */
  readonly more: boolean;
  readonly why?: string;
}

const blockBytes = 1 << 20;
/** Equal bytes within one overwritten piece are chance, not its end. */
const joinedGap = 8;
const maxDifferences = 1000;

/** Where the loader writes into the kernel image: parameters, and the command line (purgatory.md sections 3 and 4). */
const patched = [
  { from: 0x10400, to: 0x10428 },
  { from: 0x10480, to: 0x11000 },
] as const;

type ReadOriginal = (address: bigint, length: number) => Uint8Array | undefined;

/** What an image holds of the regions: each with a reader by the addresses of the dump that is examined. */
interface Source {
  readonly regions: readonly ShaRegion[];
  readonly read: ReadOriginal;
  readonly skip: (address: bigint) => boolean;
  readonly why?: string;
}

function sourceOf(original: KdumpOriginal, purgatory: FoundPurgatory, area: CrashkernelArea): Source {
  const nothing = (why: string): Source => ({ regions: [], read: () => undefined, skip: () => false, why });
  if (original.kind === 'dump') {
    const [first] = purgatory.regions;
    if (first === undefined || original.memory.readPresent(first.start, 1) === undefined) return nothing('its crashkernel memory is not in it');
    return { regions: purgatory.regions, read: (address, length) => original.memory.readPresent(address, length), skip: () => false };
  }
  const { source } = original;
  const readAt = (offset: number, length: number): Uint8Array | undefined => {
    // What the loader appends to the file's bytes is zero; what the disk does not give is not.
    const bytes = new Uint8Array(length);
    const got = offset < source.size ? source.readInto(offset, bytes) : 0;
    return got < length && source.faultAt?.(offset + got) !== undefined ? undefined : bytes;
  };
  const isKernel = Buffer.from(readAt(kdumpImageStart + 8, 7) ?? []).equals(Buffer.from('S390EP\0', 'latin1'));
  if (isKernel) {
    const kernel = purgatory.regions.find((region) => region.start >= area.base && region.start <= area.base + BigInt(kdumpImageStart));
    if (kernel === undefined) return nothing('no region of the purgatory is a kernel');
    return {
      regions: [kernel],
      read: (address, length) => readAt(Number(address - area.base), length),
      skip: (address) => patched.some(({ from, to }) => address - area.base >= BigInt(from) && address - area.base < BigInt(to)),
    };
  }
  // An initrd: the region that it fills but for the end of its last page.
  const initrd = purgatory.regions.slice(1).find((region) => BigInt(source.size) <= region.length && region.length - BigInt(source.size) < 0x100000n);
  if (initrd === undefined) return nothing('it is neither a dump, nor an s390x kernel image, nor an initrd of the recorded size');
  return { regions: [initrd], read: (address, length) => readAt(Number(address - initrd.start), length), skip: () => false };
}

/**
 * @param memory of the dump whose kdump kernel is damaged
 * @throws whatever `signal` was aborted with
 */
export async function compareKdump(
  memory: AbsoluteMemory,
  area: CrashkernelArea,
  purgatory: FoundPurgatory,
  original: KdumpOriginal,
  signal: AbortSignal,
): Promise<KdumpComparison> {
  const source = sourceOf(original, purgatory, area);
  if (source.why !== undefined) return { regions: [], whole: false, proven: undefined, differences: [], more: false, why: source.why };
  const runs: { start: bigint; end: bigint }[] = [];
  const hash = createHash('sha256');
  let whole = original.kind === 'dump';
  let more = false;
  for (const region of source.regions) {
    const end = region.start + region.length;
    for (let at = region.start; at < end; at += BigInt(blockBytes)) {
      const length = Number(end - at < BigInt(blockBytes) ? end - at : BigInt(blockBytes));
      const found = memory.readPresent(at, length);
      const healthy = source.read(at, length);
      signal.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
      if (found === undefined || healthy === undefined) {
        whole = false;
        continue;
      }
      hash.update(healthy);
      if (Buffer.compare(found, healthy) === 0) continue;
      for (let index = 0; index < length; index += 1) {
        if (found[index] === healthy[index]) continue;
        const address = at + BigInt(index);
        if (source.skip(address)) continue;
        const last = runs.at(-1);
        if (last !== undefined && address - last.end < BigInt(joinedGap)) last.end = address + 1n;
        else if (runs.length < maxDifferences) runs.push({ start: address, end: address + 1n });
        else more = true;
      }
    }
  }
  const longest = 1 << 16;
  const differences = runs.flatMap(({ start, end }) => {
    const length = Number(end - start < BigInt(longest) ? end - start : BigInt(longest));
    const [found, healthy] = [memory.readPresent(start, length), source.read(start, length)];
    return found === undefined || healthy === undefined ? [] : [{ at: start, length: end - start, found, original: healthy }];
  });
  const proven = !whole || purgatory.recorded === undefined ? undefined : hash.digest('hex') === purgatory.recorded;
  return { regions: source.regions, whole, proven, differences, more };
}
