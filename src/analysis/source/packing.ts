/** How the bytes of a dump are got out of a file that holds them packed. */
import { unpacking, type Unpacking } from './decompressor.ts';
import type { ArchiveKind } from './archive-members.ts';
import type { Wrapper } from './wrapper.ts';

/** The member of an archive that a dump is. */
export interface PackedMember {
  /** As a person names it after `FILE!`. */
  readonly name: string;
  /** "tar", "zip". */
  readonly archive: ArchiveKind;
  /** What the archive as a whole is packed in, from the outside in; and what the member is packed in besides. */
  readonly archiveWrappers: readonly string[];
  readonly wrappers: readonly string[];
}

export interface Packing {
  /** As it is called: "gzip", "tar in xz". */
  readonly name: string;
  /** What one part of the data is called in sentences about where it begins. */
  readonly unit: 'member' | 'frame' | 'block';
  /** What tells two copies from the same file apart. */
  readonly key: string;
  /** Bytes that will come out, where they are recorded before them. */
  readonly bytes?: number | undefined;
  readonly member?: PackedMember;
  /** @throws DumpError unsupported */
  readonly start: () => Unpacking;
}

/** A file that is packed as a whole. @param file as messages name it */
export const wholePacking = ({ name }: Wrapper, file: string): Packing => ({
  name,
  unit: name === 'zstd' ? 'frame' : name === 'xz' || name === 'bzip2' ? 'block' : 'member',
  key: '',
  start: () => unpacking(name, file),
});
