/**
 * The files that this process has opened as evidence: dumps, volumes, keys, manifests, indexes. A name proves nothing (links,
 * bind mounts, another spelling), so they are known by device and inode. They stay known when they are closed: a command
 * writes its output when the dump is closed again.
 */
import { statSync } from 'node:fs';
import { pathBytes } from './path-bytes.ts';

/** How the operating system identifies a file, whatever its names are. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** When it was made, in nanoseconds since 1970; 0 where its file system does not say. Numbers of deleted files are given to new ones at once (ext4). */
  readonly bornNs?: bigint;
}

/** A file of this process, as it is passed to a process that writes for it. */
export interface EvidenceFile extends FileIdentity {
  /** As it was opened; for messages. */
  readonly path: string;
  /** A page index: the only evidence that is written to, and by the program alone. */
  readonly isIndex?: boolean;
}

/** By device and inode. The one state that all dumps of a process share: no dump may be harmed by the work on another. */
const known = new Map<string, EvidenceFile>();

/** True where the number belongs to a file that was made later: the one that was opened is gone. */
const isAnother = (one: FileIdentity, other: FileIdentity): boolean =>
  one.bornNs !== undefined && other.bornNs !== undefined && one.bornNs !== 0n && other.bornNs !== 0n && one.bornNs !== other.bornNs;

const keyOf = ({ device, inode }: FileIdentity): string => `${device} ${inode}`;

/** From now on the file is never overwritten. */
export function noteEvidence(file: EvidenceFile): void {
  const key = keyOf(file);
  const before = known.get(key);
  // What was opened as a dump once stays one, whatever else it is opened as.
  if (before === undefined || isAnother(before, file) || (before.isIndex === true && file.isIndex !== true)) known.set(key, file);
}

/** The same for the file that a path names now; nothing if there is none. */
export function noteEvidencePath(path: string, isIndex = false): void {
  try {
    const { dev: device, ino: inode, birthtimeNs: bornNs } = statSync(pathBytes(path), { bigint: true });
    noteEvidence({ path, device, inode, bornNs, ...(isIndex ? { isIndex } : {}) });
  } catch {
    // A missing file cannot be overwritten.
  }
}

/** The evidence that a file is, or undefined. */
export function evidenceOf(file: FileIdentity): EvidenceFile | undefined {
  const found = known.get(keyOf(file));
  return found === undefined || isAnother(found, file) ? undefined : found;
}

/** All of it, in the order in which it was opened. */
export function allEvidence(): readonly EvidenceFile[] {
  return [...known.values()];
}
