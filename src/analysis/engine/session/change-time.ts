/** Whether a file's times say that it is unchanged. Where they cannot, a digest has to. */
import type { OpenedFile } from '../../source/byte-source.ts';

/** Clocks of file systems tick in steps of up to two seconds (FAT): a change within one of them does not show. */
const tickNs = 2_000_000_000n;

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
export const isFresh = ({ ctimeNs }: Pick<OpenedFile, 'ctimeNs'>, nowNs: bigint): boolean => ctimeNs > nowNs - tickNs;

/**
 * Why the times of a file do not show that it is unchanged; undefined when they do.
 * @param type of its file system, as statfs(2) gives it, where it is known
 * @param nowNs nanoseconds since 1970
 */
export function whyNoChangeTime(file: Pick<OpenedFile, 'ctimeNs'>, type: bigint | undefined, nowNs: bigint): string | undefined {
  if (file.ctimeNs <= 0n) return 'its file system keeps no time of change';
  if (file.ctimeNs > nowNs) return 'its time of change lies in the future';
  if (isFresh(file, nowNs)) return 'it was changed within the last two seconds';
  const kept = type === undefined ? undefined : elsewhere.get(BigInt.asUintN(32, type));
  return kept === undefined ? undefined : `its times are those of another system (${kept})`;
}
