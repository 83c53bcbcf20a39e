/** What a disk has done, as /proc/diskstats counts it: the sum of its struct disk_stats over all CPUs that may exist (include/linux/part_stat.h). */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { perCpuCopies, type PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObject } from '../object/kernel-object.ts';

export interface DiskCounters {
  /** STAT_READ, STAT_WRITE, STAT_DISCARD, STAT_FLUSH (enum stat_group). */
  readonly ios: readonly bigint[];
  /** Of 512 bytes. */
  readonly sectors: readonly bigint[];
  /** Requests, or bios of a driver without requests, that were begun and not ended. */
  readonly inFlight: bigint;
}

const groups = [0, 1, 2, 3] as const;
const directions = [0, 1] as const;

export function diskCounters(gendisk: KernelObject, cpus: readonly PerCpuArea[]): Result<DiskCounters> {
  const part = gendisk.at('part0');
  // Until 5.10 part0 is a struct hd_struct in the disk.
  const counters = part.has('dkstats') ? part.pointer('dkstats') : part.pointer().pointer('bd_stats');
  if (cpus.length === 0) return failed('counters of a disk', 'the addresses of the per-CPU data are not known');
  const ios = groups.map(() => 0n);
  const sectors = groups.map(() => 0n);
  let inFlight = 0n;
  let unread: Failure | undefined;
  for (const { object } of perCpuCopies(counters, cpus)) {
    for (const group of groups) {
      const [done, size] = [object.at(`ios[${group}]`).integer(), object.at(`sectors[${group}]`).integer()];
      if (isFailure(done)) unread ??= done;
      else if (isFailure(size)) unread ??= size;
      else {
        ios[group] = (ios[group] ?? 0n) + done.value;
        sectors[group] = (sectors[group] ?? 0n) + size.value;
      }
    }
    for (const direction of directions) {
      // local_t: a request can be begun on one CPU and ended on another.
      const own = object.at(`in_flight[${direction}].a.counter`).integer();
      if (isFailure(own)) unread ??= own;
      else inFlight += own.value;
    }
  }
  return unread ?? { value: { ios, sectors, inFlight } };
}
