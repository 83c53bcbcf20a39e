/** `FILE!MEMBER`: one dump of several in an archive or on a disk. A file that has such a name itself is that file. */
import { statSync } from 'node:fs';
import { pathBytes } from './path-bytes.ts';

export interface MemberPath {
  /** The existing file. */
  readonly file: string;
  /** The part in it; never empty. */
  readonly member?: string;
}

/** True for what can contain a dump, an archive, or a disk. */
function holds(path: string): boolean {
  try {
    const stats = statSync(pathBytes(path));
    return stats.isFile() || stats.isBlockDevice();
  } catch {
    return false;
  }
}

/** The file that a path names, and the part in it. With several `!`, the last one that leads to a file counts; without one, the path is the file. */
export function memberPath(path: string): MemberPath {
  if (!path.includes('!') || holds(path)) return { file: path };
  for (let at = path.lastIndexOf('!'); at > 0; at = path.lastIndexOf('!', at - 1)) {
    const file = path.slice(0, at);
    if (at + 1 < path.length && holds(file)) return { file, member: path.slice(at + 1) };
  }
  return { file: path };
}
