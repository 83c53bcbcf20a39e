/**
 * The one look at what a name leads to, before anything reads it: whatever is no file of a size may never end, may keep its
 * reader for ever, and may lose what is read of it (/proc/kmsg). Everything that a person names comes by here.
 */
import { realpathSync, statSync, statfsSync, type BigIntStats } from 'node:fs';
import { basename } from 'node:path';
import { pathBytes } from './path-bytes.ts';

const sysfsMagic = 0x62656572;
/** File systems whose files the kernel makes as they are read, whatever size they claim (statfs(2), include/uapi/linux/magic.h). */
const madeAsRead: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [sysfsMagic, 'sysfs'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0x62656570, 'configfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0xf97cff8c, 'selinuxfs'],
  [0x43415d53, 'smackfs'],
  [0xcafe4a11, 'bpf'],
  [0x19800202, 'mqueue'],
  [0x6e736673, 'nsfs'],
  [0x50494446, 'pidfs'],
  [0x42494e4d, 'binfmt_misc'],
]);

/** The kind of a disk, which is read like a file if it may contain a dump. */
export const blockDevice = 'a block device';

/** What a path that names no regular file names instead; undefined for regular files. */
export function whatElse(stats: BigIntStats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe, which may never end';
  if (stats.isSocket()) return 'a socket';
  if (stats.isBlockDevice()) return blockDevice;
  return 'a device, which may never end';
}

/** What a path names that is neither a file nor a folder; undefined for those, and for what cannot be looked at. */
export function endlessKind(path: string): string | undefined {
  try {
    const stats = statSync(pathBytes(path), { bigint: true });
    return stats.isDirectory() ? undefined : whatElse(stats);
  } catch {
    // Opening it reports why.
    return undefined;
  }
}

/** The type of the file system that a path leads into, as statfs(2) has it; undefined where the system does not say. */
function fileSystemOf(path: string): number | undefined {
  try {
    return statfsSync(pathBytes(path)).type;
  } catch {
    // A missing file is reported when it is opened.
    return undefined;
  }
}

/** What a file is that looks regular and holds nothing of its own; undefined for one on a disk, and where the system does not say. */
export function whatMade(path: string): string | undefined {
  const system = madeAsRead.get(fileSystemOf(path) ?? 0);
  return system === undefined ? undefined : `a file of ${system}, which the kernel makes as it is read`;
}

/** True for the kernel's own list of symbols, which people give as a System.map. */
export const isKernelSymbols = (path: string): boolean => whatMade(path) !== undefined && basename(realpathSync(pathBytes(path))) === 'kallsyms';

/** True for sysfs: its files have a size of their own making and are never a dump; /proc/vmcore and debugfs (zcore/mem) hold dumps. */
export const isOfSysfs = (path: string): boolean => fileSystemOf(path) === sysfsMagic;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does something that may wait for ever within the operating system. Handlers of this process cannot run then, so that until it
 * is over a signal ends the process at once: nothing must have been begun that would be left in part.
 */
export function endable<T>(work: () => T): T {
  const kept = signals.map((signal) => [signal, process.listeners(signal)] as const);
  for (const [signal] of kept) process.removeAllListeners(signal);
  try {
    return work();
  } finally {
    for (const [signal, listeners] of kept) for (const listener of listeners) process.on(signal, listener);
  }
}
