/**
 * Where the source says that memory lies in the kernel's address space (p_vaddr). Some kernels can only be placed by it: x86_64 before 4.10 by the PT_LOAD of
 * the kernel's text (elf-vmcore.md section 2).
 */
import type { AbsoluteAddress } from '../../shared/units.ts';
import type { ExportPlan } from './export-plan.ts';

/** Headers of a vmcore that a kernel made are some dozens; of guests dumped with paging there are as many as mappings, and they say nothing of the kernel. */
const mostSegments = 256;

export interface VirtualPlace {
  readonly start: AbsoluteAddress;
  readonly end: AbsoluteAddress;
  /** To be added to an address for its virtual one. */
  readonly shift: bigint;
}

/** Every place that the source gives, the largest first; none where virtual and physical addresses are the same. */
export function virtualPlaces({ image, view }: Pick<ExportPlan, 'image' | 'view'>): readonly VirtualPlace[] {
  if (view !== 'all' || image.format !== 'elf-vmcore' || image.segments.length > mostSegments) return [];
  const places: VirtualPlace[] = [];
  for (const { start, memoryBytes, virtual } of image.segments) {
    if (virtual !== undefined) places.push({ start, end: start + memoryBytes, shift: virtual - start });
  }
  if (places.every(({ shift }) => shift === 0n)) return [];
  return places.sort((left, right) => Number(right.end - right.start - (left.end - left.start)));
}

/** Parts of [start, end) with their shift: first each address once, in order, by the largest place that holds it; then what smaller places give besides. */
export function* placed(places: readonly VirtualPlace[], start: bigint, end: bigint): Generator<VirtualPlace, undefined> {
  const touching = places.filter((place) => place.start < end && place.end > start);
  if (touching.length === 0) {
    yield { start, end, shift: 0n };
    return undefined;
  }
  const borders = [start, end, ...touching.flatMap((place) => [place.start, place.end])].filter((border) => border >= start && border <= end);
  const ordered = [...new Set(borders)].sort((left, right) => (left < right ? -1 : 1));
  let open: VirtualPlace | undefined;
  for (let at = 0; at + 1 < ordered.length; at += 1) {
    const [from = start, to = end] = [ordered[at], ordered[at + 1]];
    const shift = touching.find((place) => place.start <= from && place.end >= to)?.shift ?? 0n;
    if (open?.shift === shift) open = { ...open, end: to };
    else {
      if (open !== undefined) yield open;
      open = { start: from, end: to, shift };
    }
  }
  if (open !== undefined) yield open;
  for (const place of touching) {
    const [from, to] = [place.start > start ? place.start : start, place.end < end ? place.end : end];
    const isFirst = touching.find((other) => other.start <= from && other.end >= to)?.shift === place.shift;
    if (!isFirst) yield { start: from, end: to, shift: place.shift };
  }
  return undefined;
}
