/** Whether a file's times show that it is unchanged. If they cannot, its bytes have to be compared. */
import { statfsSync } from 'node:fs';
import { pathBytes } from './path-bytes.ts';

/** Nanoseconds since 1970, of the last change of the inode. */
interface ChangeTime {
  readonly ctimeNs: bigint;
}

/** Clocks of file systems tick in steps of up to two seconds (FAT): a change within one of them does not show. */
const tickNs = 2_000_000_000n;

/**
 * Types of file systems in memory (include/uapi/linux/magic.h): the first write to a page through a mapping changes no times there, because nothing
 * is ever written back and the page is never protected (mm/shmem.c has no page_mkwrite).
 */
const inMemory: ReadonlyMap<bigint, string> = new Map([
  [0x01021994n, 'tmpfs'],
  [0x858458f6n, 'ramfs'],
  [0x958458f6n, 'hugetlbfs'],
]);

/** Types of file systems whose times are kept elsewhere, or are not kept (statfs(2), include/uapi/linux/magic.h). */
const elsewhere: ReadonlyMap<bigint, string> = new Map([
  [0x6969n, 'NFS'],
  [0x517bn, 'SMB'],
  [0xfe534d42n, 'SMB'],
  [0xff534d42n, 'CIFS'],
  [0x73757245n, 'Coda'],
  [0x5346414fn, 'AFS'],
  [0x6b414653n, 'AFS'],
  [0xc36400n, 'Ceph'],
  [0x01021997n, '9P'],
  [0x65735546n, 'FUSE'],
  [0x786f4256n, 'VirtualBox shared folders'],
  [0x0bd00bd0n, 'Lustre'],
  [0x47504653n, 'GPFS'],
  [0x4d44n, 'FAT'],
  [0x2011bab0n, 'exFAT'],
]);

/** True where a change right after the file was read could leave its times as they are. */
export const isFresh = ({ ctimeNs }: ChangeTime, nowNs: bigint): boolean => ctimeNs > nowNs - tickNs;

/** Type of the file system that a file lies in, as statfs(2) gives it; undefined where the system does not say. */
export function fileSystemType(path: string): bigint | undefined {
  try {
    return statfsSync(pathBytes(path), { bigint: true }).type;
  } catch {
    return undefined;
  }
}

/** False for a file system whose times are kept by another system, or too coarse: they may change although the file does not. */
export const keepsOwnTimes = (type: bigint | undefined): boolean => type === undefined || !elsewhere.has(BigInt.asUintN(32, type));

/**
 * Why the times of a file do not show a change that was made long ago; undefined when they do.
 * @param type of its file system; where it is not known, the times have to do
 * @param nowNs nanoseconds since 1970
 */
export function whyTimesHide({ ctimeNs }: ChangeTime, type: bigint | undefined, nowNs: bigint): string | undefined {
  if (ctimeNs <= 0n) return 'its file system keeps no time of change';
  if (ctimeNs > nowNs) return 'its time of change lies in the future';
  if (type === undefined) return undefined;
  const number = BigInt.asUintN(32, type);
  const memory = inMemory.get(number);
  if (memory !== undefined) return `a write through a mapping of it changes no times (${memory})`;
  const kept = elsewhere.get(number);
  return kept === undefined ? undefined : `its times are those of another system, or too coarse (${kept})`;
}

/** Why the times of a file do not show that it is unchanged, one that was made just now included; undefined when they do. */
export const whyNoChangeTime = (file: ChangeTime, type: bigint | undefined, nowNs: bigint): string | undefined =>
  file.ctimeNs <= nowNs && isFresh(file, nowNs) ? 'it was changed within the last two seconds' : whyTimesHide(file, type, nowNs);
