/** Where a file is really stored: on a share of another machine, which others can reach too, or on a disk of this one. */
import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { pathBytes } from './path-bytes.ts';

/** Types of file systems that several machines mount, as mountinfo names them (proc(5)); those of FUSE that are such. */
const shared =
  /^(nfs4?|cifs|smb3|ceph|glusterfs|lustre|gpfs|beegfs|9p|virtiofs|afs|coda|ocfs2|gfs2|orangefs|pvfs2|fuse\.(sshfs|glusterfs|ceph.*|s3fs|rclone|mfs|seaweedfs))$/;

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

/** mountinfo writes space, tab, line feed and backslash as octal numbers. */
const unescaped = (text: string): string => text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function mounts(): readonly Mount[] {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const [type, source] = after.split(' ');
    return point === undefined || type === undefined || source === undefined ? [] : [{ point: unescaped(point), type, source: unescaped(source) }];
  });
}

/** The machine in "server:/export", "//server/share", "10.0.0.1:6789,10.0.0.2:6789:/"; the whole where no machine is named. */
const serverOf = (source: string): string => /^\/\/([^/]+)/.exec(source)?.[1] ?? /^(\[[^\]]+\]|[^:/,]+)[:,]/.exec(source)?.[1] ?? source;

/** Storage of this machine alone. */
export const ownStorage = (): string => `local:${hostname()}`;

/** Looks the mounts up once, for many files. @returns "share:SERVER" or "local:THIS MACHINE" */
export function storageFinder(): (path: string) => string {
  const known = [...mounts()].sort((left, right) => right.point.length - left.point.length);
  return (path) => {
    let real = path;
    try {
      real = realpathSync(pathBytes(path), 'utf8');
    } catch {
      // Opening it reports why.
    }
    const mount = known.find(({ point }) => point === '/' || real === point || real.startsWith(`${point}/`));
    return mount !== undefined && shared.test(mount.type) ? `share:${serverOf(mount.source)}` : ownStorage();
  };
}
