/** Errors of the operating system in plain words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'no permission',
  EPERM: 'it is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be too large for the file system',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'it is a symbolic link, and links are not followed',
  EISDIR: 'it is a folder',
  EBUSY: 'it is in use, perhaps as a mount point',
  EIO: 'the device reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EXDEV: 'it is a mount point',
  ESTALE: 'the file server no longer has this file: it was replaced or removed there (ESTALE)',
  EUCLEAN: 'the file system is damaged (EUCLEAN)',
};

/** Linux errors for which libuv has no names (include/uapi/asm-generic/errno.h). */
const unnamed: ReadonlyMap<unknown, string> = new Map([
  [-116, 'ESTALE'],
  [-117, 'EUCLEAN'],
]);

/** "ENOENT", or undefined for errors that are not the operating system's. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  const name = 'errno' in error ? unnamed.get(error.errno) : undefined;
  return name ?? String(error.code);
}

/** Why the operating system refused. */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  return (code === undefined ? undefined : reasons[code]) ?? (error instanceof Error ? error.message : String(error));
}
