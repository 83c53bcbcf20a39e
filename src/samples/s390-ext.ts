import { concatBytes } from './byte-writer.ts';
import { defaultEndTod, encodeS390Header, s390EndMarker, s390Header, s390Magic, type S390Header } from './s390-standalone.ts';
import { encodeSegment, encodeSegmentHeader, usedMebibytes, type SegmentCompression } from './s390-segments.ts';
import type { MemoryRange, System } from './system.ts';

export interface S390ExtOptions {
  /** 1 or 2; 2 unless given. */
  readonly version?: number;
  /** Compresses all segments but the first MiB; version 2 only. */
  readonly compression?: Partial<SegmentCompression>;
  /** Ascending ranges to store; the MiBs that are not zero unless given. */
  readonly segments?: readonly MemoryRange[];
  /** Ends with an empty segment (start 0, length 0) that carries the stop marker. */
  readonly emptyStop?: boolean;
  /** False leaves the stop marker out. */
  readonly stop?: boolean;
  readonly header?: Partial<S390Header>;
  readonly endTod?: bigint | 'none';
  /** Bytes after the 16 of the end marker; fills a 4096-byte block unless given. */
  readonly trailing?: Uint8Array;
  readonly finish?: (file: Uint8Array) => Uint8Array;
}

const mib = 0x100000;

/** An extended single-volume stand-alone dump, s390_ext (s390-dump.md section 4). */
export function s390Ext(system: System, options: S390ExtOptions = {}): Uint8Array {
  const version = options.version ?? 2;
  const compression = options.compression === undefined ? undefined : { blockSize: 4096, entrySize: mib, ...options.compression };
  if (compression !== undefined && version !== 2) throw new RangeError('only version 2 is compressed');
  const header = s390Header(system, 'zipl', {
    magic: s390Magic.extended,
    version,
    zlibVersion: compression === undefined ? 0 : 1,
    zlibEntrySize: compression?.entrySize ?? 0,
    ...options.header,
  });
  const limit = Math.min(Number(header.memSize), system.memory.size);
  const ranges = options.segments ?? usedMebibytes(system.memory, limit);
  const stored = compression === undefined ? ranges : splitFirstMebibyte(ranges);
  const stop = options.stop ?? true;
  const segments = stored.map((range, index) => {
    const last = index === stored.length - 1 && options.emptyStop !== true;
    return encodeSegment(system.memory, range, stop && last, range.start < mib ? undefined : compression);
  });
  if (options.emptyStop === true || stored.length === 0) segments.push(encodeSegmentHeader({ start: 0, length: 0, stop }));
  const parts = [encodeS390Header(header), ...segments];
  if (options.endTod !== 'none') parts.push(s390EndMarker(options.endTod ?? defaultEndTod(header)), options.trailing ?? new Uint8Array(4096 - 16));
  const file = concatBytes(parts);
  return options.finish === undefined ? file : options.finish(file);
}

/** The dumper works in the first MiB, so compressed dumps store it as a segment of its own, raw. */
function splitFirstMebibyte(ranges: readonly MemoryRange[]): readonly MemoryRange[] {
  return ranges.flatMap((range) =>
    range.start < mib && range.start + range.size > mib
      ? [
          { start: range.start, size: mib - range.start },
          { start: mib, size: range.start + range.size - mib },
        ]
      : [range],
  );
}
