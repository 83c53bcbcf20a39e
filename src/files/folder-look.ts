/** Looks into a folder and at the beginnings of its files, without waiting on the thread: a server may answer slowly. */
import { open, opendir, stat } from 'node:fs/promises';
import { pathBytes } from './path-bytes.ts';

export interface FolderEntry {
  /** With U+FFFD where it is not UTF-8. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** In the order in which the system gives them; who stops early reads no more. @throws system errors */
export async function* folderEntries(folder: string): AsyncGenerator<FolderEntry, void> {
  for await (const entry of await opendir(pathBytes(folder), { encoding: 'utf8' })) {
    const kind = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other';
    yield { name: entry.name, kind };
  }
}

/** Whether something of this name exists. */
export const isThere = async (path: string): Promise<boolean> =>
  stat(pathBytes(path)).then(
    () => true,
    () => false,
  );

/** The first bytes of a regular file; undefined for anything else, which is not even opened, and for what cannot be read. */
export async function fileHead(path: string, bytes: number): Promise<Buffer | undefined> {
  try {
    if (!(await stat(pathBytes(path))).isFile()) return undefined;
    const file = await open(pathBytes(path), 'r');
    try {
      const head = Buffer.alloc(bytes);
      const { bytesRead } = await file.read(head, 0, bytes, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
