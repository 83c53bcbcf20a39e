/** Words about a packed dump and the unpacked copy that is read in its place. */
import type { Info } from './model.ts';

const copyWords: Readonly<Record<NonNullable<Info['container']['copy']>, string>> = {
  made: 'unpacked in this run',
  compared: 'read from an unpacked copy in the cache; digests show that it is what the file unpacked to',
  reused: 'read from an unpacked copy in the cache that was not compared with the file in this run (a full verification does)',
};

/** "gzip, unpacked in this run"; undefined for a dump that is not packed. */
export const packedText = ({ wrapper, copy }: Info['container']): string | undefined =>
  wrapper === undefined ? undefined : copy === undefined ? wrapper : `${wrapper}, ${copyWords[copy]}`;
