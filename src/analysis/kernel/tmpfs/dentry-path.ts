/** Paths from dentries and mounts (struct dentry, include/linux/dcache.h; struct mount, fs/mount.h). */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObject } from '../object/kernel-object.ts';

const mostParts = 64;
const mostMounts = 64;
const nameBytes = 256;

/** Names from a dentry up to the root of its file system: "/dir/file", and "" of the root itself. */
export function dentryPath(dentry: KernelObject): Result<string> {
  const names: string[] = [];
  let at = dentry;
  for (let depth = 0; depth < mostParts; depth += 1) {
    const [own, parent] = [at.address, at.pointer('d_parent')];
    const above = parent.address;
    if (isFailure(own)) return own;
    if (isFailure(above)) return above;
    if (own.value === above.value) return { value: names.toReversed().join('') };
    const name = at.at('d_name.name').string(nameBytes);
    if (isFailure(name)) return name;
    names.push(`/${name.value}`);
    at = parent;
  }
  return failed('path', `it has more than ${mostParts} parts`);
}

/** Where a mount is, from the root of its namespace on. @param mount struct mount */
export function mountPath(mount: KernelObject): Result<string> {
  let path = '';
  let at = mount;
  for (let depth = 0; depth < mostMounts; depth += 1) {
    const [own, parent] = [at.address, at.pointer('mnt_parent')];
    const above = parent.address;
    if (isFailure(own)) return own;
    if (isFailure(above)) return above;
    if (own.value === above.value) return { value: path === '' ? '/' : path };
    const point = dentryPath(at.pointer('mnt_mountpoint'));
    if (isFailure(point)) return point;
    path = `${point.value}${path}`;
    at = parent;
  }
  return failed('path of a mount', `it lies in more than ${mostMounts} mounts`);
}

/** A mount of a super block: where, and from what ("spool", "/dev/vda"). */
export interface Mount {
  /** undefined: the kernel made it for itself, and it has no place. */
  readonly path: Result<string> | undefined;
  readonly device: Result<string>;
  /** struct mnt_namespace. */
  readonly namespace: Result<bigint>;
}

const addressEnd = 1n << 64n;
const mostErrors = 4096n;

/** Mounts of a file system, at most some. */
export function* mountsOf(superBlock: KernelObject, most: number): Generator<Mount, void> {
  let found = 0;
  for (const mount of listEntries(superBlock.at('s_mounts'), 'mount', 'mnt_instance')) {
    if ((found += 1) > most) return;
    const namespace = mount.at('mnt_ns').u64();
    // An internal one is in none, or has an error number in its place (MNT_NS_INTERNAL, fs/mount.h).
    const isInternal = !isFailure(namespace) && (namespace.value === 0n || namespace.value >= addressEnd - mostErrors);
    yield { path: isInternal ? undefined : mountPath(mount), device: mount.at('mnt_devname').string(nameBytes), namespace };
  }
}
