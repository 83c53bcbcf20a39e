/**
 * Two systems in one dump (meminfo.md section 8; s390-tools zdump/dfi.c): the kdump kernel ran from absolute 0 when it was
 * dumped, the low memory of the system that crashed before lies in the crashkernel area. A view is a remap above the one image.
 */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import type { MemoryView } from '../../shared/model.ts';
import { hex, pageSize, type AddressRange } from '../../shared/units.ts';
import { pageStateCodes, type AddressRanges, type Absence, type Extent, type MemoryImage } from '../formats/dump-format.ts';
import { generatedExtents } from '../formats/extent-map.ts';
import { RangeColumns } from '../formats/range-columns.ts';

/** The registry of views. */
export const dataViews: Catalogue['views'] = [
  { id: 'all', title: 'all memory', about: 'as stored in the dump' },
  { id: 'prod', title: 'production system', about: 'the one that crashed, with its memory moved back to its original place' },
  { id: 'kdump', title: 'kdump kernel', about: 'the one that was started to take the dump' },
];

const mebibyte = 1n << 20n;
/** oldmem_base and oldmem_size of the kernel's parameter area. */
const oldmemAddress = 0x10418n;

/** What the record of the crashkernel area holds. */
export interface OldmemRecord {
  readonly base: bigint;
  readonly size: bigint;
  /** Why that is not an area; undefined where it is one, and where nothing is recorded. */
  readonly impossible?: string;
}

/** The record at absolute 0x10418; undefined where it is not in the dump. */
export function oldmemRecord(memory: MemoryImage): OldmemRecord | undefined {
  if (memory.end < oldmemAddress + 16n) return undefined;
  const words = new Uint8Array(16);
  if (memory.read(oldmemAddress, words).length > 0) return undefined;
  const data = new DataView(words.buffer);
  const [base, size] = [data.getBigUint64(0), data.getBigUint64(8)];
  if (base === 0n && size === 0n) return { base, size };
  const impossible =
    base === 0n || size === 0n
      ? 'one of the two is zero'
      : base % mebibyte !== 0n || size % mebibyte !== 0n
        ? 'crashkernel memory is a whole number of MiB'
        : base < size
          ? 'it would overlap the memory that it is exchanged with'
          : base + size > memory.end
            ? `the dump ends at ${hex(memory.end)}`
            : undefined;
  return { base, size, ...defined({ impossible }) };
}

/** The crashkernel area that holds the low memory of the first system, or undefined when there is one system only. */
export function findTwoSystems(memory: MemoryImage): AddressRange | undefined {
  const record = oldmemRecord(memory);
  if (record === undefined || record.size === 0n || record.impossible !== undefined) return undefined;
  return { start: record.base, end: record.base + record.size };
}

/** Part of a view: addresses from `start` on show the dump from `from` on; undefined where the view has nothing. */
export interface ViewWindow extends AddressRange {
  readonly from: bigint | undefined;
}

const removed = 'it is shown starting at address 0, where it was before kdump started';
const notOfKdump = 'not part of the kdump system';

/** What a view shows where, for readers that know the dump as stored: its index. */
export function viewWindows(view: Exclude<MemoryView, 'all'>, area: AddressRange, end: bigint): readonly ViewWindow[] {
  const size = area.end - area.start;
  if (view === 'kdump') return [{ start: 0n, end: size, from: 0n }];
  return [
    { start: 0n, end: size, from: area.start },
    { start: size, end: area.start, from: size },
    { start: area.start, end: area.end, from: undefined },
    { start: area.end, end, from: area.end },
  ].filter((window) => window.start < window.end);
}

/** Addresses of the view that show a part of the dump's own address range. */
export function viewRanges(view: MemoryView, area: AddressRange, ranges: AddressRanges, end: bigint): AddressRanges {
  if (view === 'all') return ranges;
  return RangeColumns.merged(rangesInView(view, area, ranges, end));
}

function* rangesInView(view: Exclude<MemoryView, 'all'>, area: AddressRange, ranges: AddressRanges, end: bigint): Generator<AddressRange> {
  for (const window of viewWindows(view, area, end)) {
    const { from } = window;
    if (from === undefined) continue;
    for (const range of ranges) {
      const start = range.start > from ? range.start : from;
      const stop = range.end < from + (window.end - window.start) ? range.end : from + (window.end - window.start);
      if (start < stop) yield { start: start - from + window.start, end: stop - from + window.start };
    }
  }
}

/** The memory of a dump as one of its two systems had it. */
export function viewMemory(image: MemoryImage, view: MemoryView, area: AddressRange): MemoryImage {
  if (view === 'all') return image;
  const windows = viewWindows(view, area, image.end);
  const { end } = windows.at(-1) ?? { end: 0n };
  const absentReason = view === 'kdump' ? notOfKdump : removed;

  function* extentsFrom(address: bigint): Generator<Extent, undefined> {
    for (const window of windows) {
      if (window.end <= address) continue;
      const { from } = window;
      if (from === undefined) {
        yield { start: window.start, end: window.end, state: 'missing', reason: absentReason };
        continue;
      }
      const shift = window.start - from;
      const stop = window.end - shift;
      for (const extent of image.extents.from(address > window.start ? address - shift : from)) {
        const start = extent.start > from ? extent.start : from;
        if (start >= stop) break;
        const last = extent.end < stop ? extent.end : stop;
        const fileOffset = extent.fileOffset === undefined ? {} : { fileOffset: extent.fileOffset + Number(start - extent.start) };
        yield { ...extent, start: start + shift, end: last + shift, ...fileOffset };
      }
    }
    return undefined;
  }

  return {
    end,
    extents: generatedExtents({ from: extentsFrom }),
    read(address, target) {
      const stop = address + BigInt(target.length);
      const absent: Absence[] = [];
      for (const window of windows) {
        const start = window.start > address ? window.start : address;
        const last = window.end < stop ? window.end : stop;
        if (start >= last) continue;
        const part = target.subarray(Number(start - address), Number(last - address));
        if (window.from === undefined) {
          part.fill(0);
          absent.push({ start, end: last, state: 'missing', reason: absentReason });
          continue;
        }
        const shift = window.start - window.from;
        for (const gap of image.read(start - shift, part)) absent.push({ ...gap, start: gap.start + shift, end: gap.end + shift });
      }
      if (stop > end) {
        const start = address > end ? address : end;
        target.fill(0, Number(start - address));
        absent.push({ start, end: stop, state: 'missing', reason: view === 'kdump' ? notOfKdump : 'past the last page of the dump' });
      }
      return absent;
    },
    readPages(firstPfn, target, states) {
      target.fill(0);
      states.fill(pageStateCodes.indexOf('missing'));
      const page = BigInt(pageSize);
      // Windows begin and end at whole MiB, but for the last one's end.
      for (const window of windows) {
        if (window.from === undefined) continue;
        const first = Number(window.start / page);
        const start = Math.max(first, firstPfn);
        const last = Math.min(Number((window.end + page - 1n) / page), firstPfn + states.length);
        if (start >= last) continue;
        const at = start - firstPfn;
        const bytes = target.subarray(at * pageSize, (last - firstPfn) * pageSize);
        image.readPages(start - first + Number(window.from / page), bytes, states.subarray(at, last - firstPfn));
      }
    },
  };
}
