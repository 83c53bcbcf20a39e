/** Errors of the operating system in plain words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
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
};

/** "ENOENT", or undefined for errors that are not the operating system's. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Why the operating system refused. */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  return (code === undefined ? undefined : reasons[code]) ?? (error instanceof Error ? error.message : String(error));
}
