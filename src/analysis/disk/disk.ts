/** What is known of a disk: how it is divided, and where each partition lies. Nothing here knows what a dump is. */
import type { DiskLayout } from '../../shared/disk-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { defined } from '../../shared/defined.ts';

/** A partition as the disk's own table or labels have it. */
export interface Partition {
  /** As the kernel counts: the 2 of /dev/dasda2, of /dev/sda2. */
  readonly number: number;
  /** Name in the table, or of the data set. */
  readonly name?: string;
  /** What the table says that it is for. */
  readonly type?: string;
  /** First byte on the disk. */
  readonly start: number;
  readonly bytes: number;
}

/** Places on a DASD are counted in cylinders and heads. */
export interface Geometry {
  readonly heads: number;
  readonly blocksPerTrack: number;
}

export interface Disk {
  readonly layout: DiskLayout;
  /** "a disk with a GPT", for sentences. */
  readonly title: string;
  /** The blocks as Linux shows them: the file itself, or what the tracks of a CKD image hold. */
  readonly source: ByteSource;
  /** Bytes of a block or sector. */
  readonly blockBytes: number;
  readonly partitions: readonly Partition[];
  /** Volume serial of a DASD. */
  readonly volume?: string;
  readonly geometry?: Geometry;
  /** What is wrong with the table, and what was used in its place. */
  readonly findings: readonly Finding[];
}

/** A thing wrong with a disk's own tables; ids follow the check that hears of damaged containers. */
export const diskFinding = (
  severity: Finding['severity'],
  title: string,
  detail: string,
  where?: { readonly fileOffset: number; readonly bytes: number },
): Finding => ({
  id: 'container-complete/disk',
  severity,
  title,
  detail,
  ...defined({ where }),
});
