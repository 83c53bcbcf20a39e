/** Words about a packed dump and the unpacked copy that is read in its place. */
import type { Info } from './model.ts';
import { byteText } from './units.ts';

const copyWords: Readonly<Record<NonNullable<Info['container']['copy']>, string>> = {
  made: 'unpacked in this run',
  compared: 'read from an unpacked copy in the cache; digests show that it is what the file unpacked to',
  reused: 'read from an unpacked copy in the cache that was not compared with the file in this run (a full verification does)',
};

/** "dir/vmcore of case.tgz (tar in gzip, 1.04 MiB)"; undefined for a dump that is not a member of an archive. */
export const archivedText = ({ wrapper = '', archive }: Pick<Info['container'], 'wrapper' | 'archive'>): string | undefined =>
  archive === undefined ? undefined : `${archive.member} of ${archive.name} (${wrapper}, ${byteText(archive.bytes)})`;

/** "gzip, unpacked in this run", "dir/vmcore of case.tgz (tar in gzip, 1.04 MiB), unpacked in this run"; undefined for a dump that is not packed. */
export function packedText({ wrapper, copy, archive }: Info['container']): string | undefined {
  if (wrapper === undefined) return undefined;
  const what = archivedText({ wrapper, archive }) ?? wrapper;
  return copy === undefined ? what : `${what}, ${copyWords[copy]}`;
}
