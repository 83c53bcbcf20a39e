/** The largest files of file systems in memory. */
import { isFailure, mapResult } from '../../../shared/result.ts';
import { hlistEntries } from '../object/containers/lists.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { dentryPath } from '../tmpfs/dentry-path.ts';
import { shmemFiles, shmemFileSystems, type ShmemFile, type ShmemFileSystem } from '../tmpfs/shmem-file-systems.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { address, bytes, count, defineAnalysis, flag, pause, text } from './analysis.ts';

/** Files that are listed; all are counted in `tmpfs`. */
const mostFiles = 1000;
/** Files that are kept in mind before the smaller ones of them are dropped. */
const mostKept = 16 * mostFiles;

interface Found extends ShmemFile {
  readonly system: ShmemFileSystem;
}
const taken = ({ pages, swapped }: ShmemFile): bigint => pages + swapped;
const larger = (a: Found, b: Found): number => (taken(a) === taken(b) ? 0 : taken(a) < taken(b) ? 1 : -1);

/** The first name that a file has; undefined where it has none. */
function nameOf(inode: KernelObject): KernelObject | undefined {
  for (const dentry of hlistEntries(inode.at('i_dentry'), 'dentry', 'd_u.d_alias')) return dentry;
  return undefined;
}

export const tmpfsFiles = defineAnalysis({
  id: 'tmpfs-files',
  title: 'Largest files on tmpfs',
  about: `The ${mostFiles} files of tmpfs and the like that take most memory, the largest first. Those without a name were deleted and are still open or mapped.`,
  needs: ['symbols', 'types'],
  columns: {
    path: text('the first mount point of its file system, then its path within it'),
    bytes: bytes('its pages in memory'),
    swapped: bytes('its pages in swap space'),
    size: bytes('its length, of which parts may never have been written'),
    deleted: flag('it has no name left'),
    uid: count('its owner'),
    number: count('its inode number'),
    inode: address('its struct inode'),
    superBlock: address('struct super_block of its file system'),
  },
  key: ['path', 'number', 'superBlock'],
  grouping: ['superBlock', 'deleted', 'uid'],
  *run({ objects }) {
    const pageBytes = BigInt(kernelPageBytes(objects.space.vmcoreinfo));
    let files: Found[] = [];
    for (const system of shmemFileSystems(objects)) {
      if ('missing' in system) {
        yield system;
        continue;
      }
      for (const file of shmemFiles(system)) {
        yield pause;
        if ('missing' in file) yield file;
        else if (file.isFile && taken(file) > 0n) files.push({ ...file, system });
        if (files.length >= mostKept) files = files.sort(larger).slice(0, mostFiles);
      }
    }
    for (const { inode, pages, swapped, system } of files.sort(larger).slice(0, mostFiles)) {
      const links = inode.at('i_nlink').u32();
      const name = nameOf(inode);
      const [mount] = system.paths;
      const within = name === undefined ? undefined : dentryPath(name);
      const place = mount ?? { value: '' };
      yield {
        row: {
          path:
            within === undefined || isFailure(place)
              ? within === undefined
                ? undefined
                : place
              : mapResult(within, (path) => `${place.value === '/' ? '' : place.value}${path}`),
          bytes: pages * pageBytes,
          swapped: swapped * pageBytes,
          size: inode.at('i_size').integer(),
          deleted: mapResult(links, (value) => value === 0),
          uid: inode.at('i_uid').integer(),
          number: inode.at('i_ino').u64(),
          inode: inode.address,
          superBlock: system.superBlock.address,
        },
      };
    }
  },
});
