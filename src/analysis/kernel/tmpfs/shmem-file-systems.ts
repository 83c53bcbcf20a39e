/**
 * File systems whose files are in memory and swap only: tmpfs, devtmpfs, a rootfs of that kind, and the one that the kernel keeps for shared memory
 * of processes (mm/shmem.c, include/linux/shmem_fs.h). They are identified by their operations, or by the name of their type where no symbol names those.
 */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import { percpuCounter, type PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { mountsOf, type Mount } from './dentry-path.ts';

const mostMounts = 64;
/** A host of many containers has some thousands. */
const mostSystems = 1 << 14;
const bogoInodeBytes = 1024n;

export interface ShmemFileSystem {
  readonly superBlock: KernelObject;
  /** struct shmem_sb_info. */
  readonly info: KernelObject;
  readonly type: string;
  /** Paths of its mounts; none of one that only the kernel uses. */
  readonly paths: readonly Result<string>[];
  readonly device: Result<string> | undefined;
}

/** Mounts in the namespace of the first process; of what is not mounted there, those in others. Each place once. */
function shownMounts(mounts: readonly Mount[], first: Result<bigint>): readonly Mount[] {
  // One that cannot be read may be in it.
  const own = mounts.filter(({ namespace }) => isFailure(namespace) || (!isFailure(first) && namespace.value === first.value));
  const seen = new Set<string>();
  return (own.length > 0 ? own : mounts).filter(({ path }) => {
    if (path === undefined || isFailure(path)) return path !== undefined;
    if (seen.has(path.value)) return false;
    seen.add(path.value);
    return true;
  });
}

/** File systems in memory, in the kernel's order of super blocks. */
export function* shmemFileSystems(objects: KernelObjects): Generator<ShmemFileSystem | Failure, void> {
  const operations = objects.addressOf('shmem_ops');
  const first = objects.variable('init_task', 'task_struct').pointer('nsproxy').at('mnt_ns').u64();
  let found = 0;
  for (const superBlock of listEntries(objects.variable('super_blocks', 'list_head'), 'super_block', 's_list')) {
    if (superBlock.failure !== undefined) {
      yield superBlock.failure;
      continue;
    }
    const type = superBlock.pointer('s_type').at('name').string(64);
    const own = superBlock.at('s_op').u64();
    if (isFailure(type)) yield type;
    else if (isFailure(own)) yield own;
    else if (isFailure(operations) ? type.value === 'tmpfs' : own.value === operations.value) {
      if ((found += 1) > mostSystems) {
        yield failed('file systems in memory', `more than ${mostSystems}`);
        return;
      }
      const mounts = [...mountsOf(superBlock, mostMounts)];
      const info = superBlock.pointer('s_fs_info', 'shmem_sb_info');
      const shown = shownMounts(mounts, first);
      yield { superBlock, info, type: type.value, paths: shown.flatMap(({ path }) => path ?? []), device: (shown[0] ?? mounts[0])?.device };
    }
  }
}

/** Pages that its files take by its own count, which df shows; undefined where it has no limit: then it does not count. */
export function usedPages(info: KernelObject, areas: readonly PerCpuArea[]): Result<bigint> | undefined {
  const most = info.at('max_blocks').u64();
  if (isFailure(most)) return most;
  return most.value === 0n ? undefined : percpuCounter(info.at('used_blocks'), areas);
}

/** Inodes that may still be made: free_inodes up to 6.5, since then the space for them in bytes. */
export const freeInodes = (info: KernelObject): Result<bigint> =>
  info.has('free_ispace') ? mapResult(info.at('free_ispace').u64(), (space) => space / bogoInodeBytes) : info.at('free_inodes').u64();

/** S_IFMT and S_IFREG (include/uapi/linux/stat.h). */
const kindMask = 0xf000;
const regular = 0x8000;

export interface ShmemFile {
  readonly inode: KernelObject;
  readonly isFile: boolean;
  /** Pages in memory. */
  readonly pages: bigint;
  /** Pages in swap. */
  readonly swapped: bigint;
}

/** Inodes of a file system. */
export function* shmemFiles({ superBlock }: ShmemFileSystem): Generator<ShmemFile | Failure, void> {
  for (const inode of listEntries(superBlock.at('s_inodes'), 'inode', 'i_sb_list')) {
    if (inode.failure !== undefined) {
      yield inode.failure;
      continue;
    }
    // What a device node is opened for has pages of its own elsewhere.
    const [mode, pages, owner] = [inode.at('i_mode').u16(), inode.at('i_data.nrpages').u64(), inode.at('i_sb').u64()];
    const isFile = mapResult(mode, (value) => (value & kindMask) === regular);
    const swapped = inode.containerOf('shmem_inode_info', 'vfs_inode').at('swapped').u64();
    const own = superBlock.address;
    if (isFailure(isFile)) yield isFile;
    else if (isFailure(owner)) yield owner;
    else if (isFailure(own)) yield own;
    else if (owner.value !== own.value) yield failed('inode', 'it names another super block as its own');
    else if (isFailure(pages)) yield pages;
    else if (!isFile.value) yield { inode, isFile: false, pages: pages.value, swapped: 0n };
    else if (isFailure(swapped)) yield swapped;
    else yield { inode, isFile: true, pages: pages.value, swapped: swapped.value };
  }
}
