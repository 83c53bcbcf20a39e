/** File systems in memory, as df shows them, with what their files take. */
import { isFailure, mapResult, type Result } from '../../../shared/result.ts';
import { perCpuAreas } from '../cpus/per-cpu-areas.ts';
import { freeInodes, shmemFiles, shmemFileSystems, usedPages } from '../tmpfs/shmem-file-systems.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { address, bytes, count, defineAnalysis, pause, text } from './analysis.ts';

/** A limit that is not set. */
const unlimited = (limit: Result<bigint>): Result<bigint> | undefined => (isFailure(limit) || limit.value !== 0n ? limit : undefined);

export const tmpfs = defineAnalysis({
  id: 'tmpfs',
  title: 'Files on tmpfs',
  about:
    'File systems whose files are in memory and swap only (tmpfs, devtmpfs, a rootfs of that kind, shared memory of processes): where they are mounted, their limits, and what their files take. Empty ones are included.',
  needs: ['symbols', 'types'],
  columns: {
    mount: text('where it is mounted, several places separated by a comma; empty for the one that the kernel keeps for shared memory of processes'),
    device: text('what was named at mount'),
    type: text('type of the file system'),
    bytes: bytes('pages of its files in memory, counted file by file'),
    swapped: bytes('pages of its files in swap space'),
    used: bytes('in memory and swap by its own count, which df shows; only where it has a limit'),
    limit: bytes('how much it may take; empty for no limit'),
    percent: count('used of the limit'),
    files: count('regular files'),
    inodes: count('inodes: files, directories, devices, and links'),
    freeInodes: count('inodes that may still be made; only where there is a limit'),
    inodeLimit: count('most inodes; empty for no limit'),
    superBlock: address('its struct super_block'),
  },
  key: ['mount', 'device', 'superBlock'],
  grouping: ['type'],
  *run({ objects, memory, symbols, cpus }) {
    const pageBytes = BigInt(kernelPageBytes(objects.space.vmcoreinfo));
    const inBytes = (pages: Result<bigint> | undefined): Result<bigint> | undefined =>
      pages === undefined ? undefined : mapResult(pages, (value) => value * pageBytes);
    const areas = perCpuAreas({ memory, symbols, cpus });
    for (const one of shmemFileSystems(objects)) {
      if ('missing' in one) {
        yield one;
        continue;
      }
      const { superBlock, info, type, paths, device } = one;
      let sum = { pages: 0n, swapped: 0n, files: 0, inodes: 0 };
      let isWhole = true;
      for (const file of shmemFiles(one)) {
        yield pause;
        if ('missing' in file) {
          isWhole = false;
          yield file;
        } else
          sum = {
            pages: sum.pages + file.pages,
            swapped: sum.swapped + file.swapped,
            files: sum.files + Number(file.isFile),
            inodes: sum.inodes + 1,
          };
      }
      const used = usedPages(info, areas);
      const [most, inodes] = [info.at('max_blocks').u64(), info.at('max_inodes').u64()];
      const [limit, inodeLimit] = [unlimited(most), unlimited(inodes)];
      for (const path of paths) if (isFailure(path)) yield path;
      yield {
        row: {
          mount: paths.some(isFailure) ? undefined : paths.flatMap((path) => (isFailure(path) ? [] : path.value)).join(', '),
          device,
          type,
          bytes: isWhole ? sum.pages * pageBytes : undefined,
          swapped: isWhole ? sum.swapped * pageBytes : undefined,
          used: inBytes(used),
          limit: inBytes(limit),
          percent:
            used === undefined || limit === undefined || isFailure(used) || isFailure(limit)
              ? undefined
              : Math.round((Number(used.value) / Number(limit.value)) * 100),
          files: isWhole ? sum.files : undefined,
          inodes: isWhole ? sum.inodes : undefined,
          freeInodes: inodeLimit === undefined ? undefined : freeInodes(info),
          inodeLimit,
          superBlock: superBlock.address,
        },
      };
    }
  },
});
