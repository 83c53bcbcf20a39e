/** The bytes that came out of a packed file that is not whole. That they end where they do says nothing of the dump: more followed, nobody knows how much. */
import type { ByteSource, FileFault, UnknownRest } from './byte-source.ts';
import type { UnpackEnd } from './unpack-end.ts';

/** What a fault is said to cover at least: nothing in a dump that is read at once is larger. */
const leastFaultBytes = 1 << 30;

/**
 * What follows the last byte of an unpacked copy, by how unpacking ended; undefined where nothing does.
 * @param packed the packed file
 */
export function restAfter(end: UnpackEnd, packed: Pick<ByteSource, 'name' | 'size'>): UnknownRest | undefined {
  if (end.kind === 'unread') return { fault: { file: packed.name, offset: end.at, bytes: packed.size - end.at, why: end.why } };
  return end.kind === 'cut' || (end.kind === 'damaged' && !end.contents) ? {} : undefined;
}

/** A source whose end is not that of what it is of. With a fault every read beyond it fails with that. */
export function shortenedSource<S extends ByteSource>(source: S, rest: UnknownRest | undefined): S {
  if (rest === undefined) return source;
  const { fault } = rest;
  if (fault === undefined) return { ...source, rest };
  const faultAt = (offset: number): FileFault | undefined =>
    offset >= source.size ? { ...fault, bytes: Math.max(leastFaultBytes, fault.bytes) } : source.faultAt?.(offset);
  return { ...source, rest, faultAt };
}
