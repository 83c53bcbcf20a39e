/** What an archive holds, one member after the other. */
import type { UnpackEnd, Unpacked } from './unpack-end.ts';

export type MemberKind = 'file' | 'folder' | 'link' | 'device';

export interface ArchiveMember {
  /** From 1 on, in the order of the archive; folders and links count. A name may be there twice. */
  readonly number: number;
  /**
   * As the archive has it: "dir/vmcore", "../../etc/passwd", "/dev/sda". It is hostile: to show through `visibleLine`, and to choose by, never a
   * place to write to. Bytes that are not UTF-8 are as `pathText` (src/files/path-bytes.ts) gives them.
   */
  readonly name: string;
  readonly kind: MemberKind;
  /** Of its contents, holes of a sparse one included; undefined where they are recorded after the contents alone. */
  readonly bytes: number | undefined;
  /** Position of its header in the archive, which is that in the file unless the archive is packed as a whole. */
  readonly at: number;
  /** Why its contents cannot be had: "it is encrypted". */
  readonly closed?: string;
  /**
   * Its contents as a stream, to be read at most once and before the next member is asked for; what is not read is passed over. Returns how they ended;
   * `at` of that counts as the member's own does.
   * @throws DumpError unsupported where `closed` is set; io
   */
  contents(): Unpacked;
}

/** Members as they come; returns how the archive ended. */
export type ArchiveMembers = AsyncGenerator<ArchiveMember, UnpackEnd, undefined>;

/** More members than this are in no archive that people send; each takes some memory where it is listed. */
export const mostMembers = 1 << 18;
/** Of a name in bytes: PATH_MAX is 4096. */
export const mostNameBytes = 1 << 15;

export const tooManyMembers = (at: number): UnpackEnd => ({ kind: 'damaged', at, what: `there are more than ${mostMembers} members`, contents: false });
