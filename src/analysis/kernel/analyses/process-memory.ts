/** Memory of processes, as /proc/PID/status and the OOM killer count it. */
import { isFailure, mapResult, type Result } from '../../../shared/result.ts';
import { perCpuAreas } from '../cpus/per-cpu-areas.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { lastOomTable } from '../process-memory/oom-table.ts';
import { addressedPages, lockedPages, pageTableBytes, peakPages, residentPages, sumOf } from '../process-memory/resident-memory.ts';
import type { KernelTask } from '../tasks/kernel-task.ts';
import { countedTwice } from '../usage/counted-twice.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { address, bytes, count, defineAnalysis, ownText, pause, pid, text } from './analysis.ts';

interface Process {
  readonly task: KernelTask;
  readonly threads: KernelObject[];
  readonly mm: KernelObject;
}

function addTo<K>(lists: Map<K, KernelObject[]>, key: K, one: KernelObject): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [one]);
  else list.push(one);
}

/** OOM_SCORE_ADJ_MIN and OOM_SCORE_ADJ_MAX (include/uapi/linux/oom.h). */
const mostAdjusted = 1000n;

/** The mark is raised only now and then: get_mm_hiwater_rss() (include/linux/mm.h). */
const greater = (now: Result<bigint>, mark: Result<bigint>): Result<bigint> =>
  isFailure(now) || isFailure(mark) ? (isFailure(now) ? now : mark) : now.value > mark.value ? now : mark;

export const processMemory = defineAnalysis({
  id: 'process-memory',
  title: 'Memory of processes',
  about:
    'What each process has in memory, by the counters of its mm_struct, including what CPUs and threads have not yet added to them; and, with the source "log", the table of the last report of the OOM killer. Pages that several processes share count for each of them.',
  needs: ['tasks'],
  uses: ['symbols', 'types', 'log'],
  columns: {
    pid: pid('its pid'),
    name: text('its comm'),
    rss: bytes('in memory: anon, file and shmem together'),
    anon: bytes('its own: heap, stack, data that it wrote'),
    file: bytes('pages of files that it has mapped'),
    shmem: bytes('shared memory and pages of files in tmpfs'),
    swap: bytes('in swap space'),
    pageTables: bytes('its page tables'),
    size: bytes('its address space (VmSize), most of which may not be in memory'),
    peak: bytes('most that it ever had in memory, as far as the kernel recorded it'),
    locked: bytes('locked into memory'),
    uid: count('real user id'),
    oomScoreAdj: count('-1000 to 1000: added to the score by which the OOM killer chooses'),
    threads: count('tasks of the process'),
    mm: address('its struct mm_struct; processes that share one share its memory'),
    source: ownText('memory; log: of the last report of the OOM killer, older than the dump'),
  },
  key: ['source', 'pid', 'name'],
  grouping: ['name', 'source', 'uid'],
  *run({ tasks, objects, memory, symbols, types, cpus, kernel, why }) {
    const pageBytes = BigInt(kernelPageBytes(kernel.vmcoreinfo));
    const inBytes = (pages: Result<bigint>): Result<bigint> => mapResult(pages, (value) => value * pageBytes);
    const areas = perCpuAreas({ memory, symbols, cpus });
    const { managed: memoryPages } = countedTwice(memory, kernel.vmcoreinfo, types?.types);
    const processes = new Map<number, Process>();
    const users = new Map<bigint, KernelObject[]>();
    /** Of a process, those whose mm could not be read: what they hold back is not known. */
    const unread = new Map<number, KernelObject[]>();
    const isKnown = objects.hasType('mm_struct');
    if (!isKnown) yield { missing: { what: 'memory of processes', why: `types are needed: ${why('types') ?? ''}` } };
    for (const task of isKnown ? (tasks?.list.tasks ?? []) : []) {
      yield pause;
      // A kernel thread has none of its own, and borrows one for a while.
      if (task.kind === 'kernel' || task.kind === 'idle') continue;
      const struct = objects.at(task.address, 'task_struct');
      const mm = struct.pointer('mm');
      // Of one that has ended nothing is left.
      if (mm.isNull) continue;
      const at = mm.address;
      const id = task.tgid ?? task.pid;
      if (isFailure(at)) {
        yield at;
        if (id !== undefined) addTo(unread, id, struct);
        continue;
      }
      addTo(users, at.value, struct);
      const process = id === undefined ? undefined : processes.get(id);
      if (process !== undefined) process.threads.push(struct);
      else if (id !== undefined) processes.set(id, { task, threads: [struct], mm });
    }
    for (const [id, { task, threads, mm }] of processes) {
      const at = mm.address;
      const pages = residentPages(mm, [...(isFailure(at) ? [] : (users.get(at.value) ?? [])), ...(unread.get(id) ?? [])], areas, memoryPages);
      const [struct] = threads;
      const resident = sumOf([pages.anon, pages.file, pages.shmem]);
      const rss = inBytes(resident);
      const adjust = struct?.pointer('signal').at('oom_score_adj');
      yield {
        row: {
          pid: id,
          name: task.comm,
          rss,
          anon: inBytes(pages.anon),
          file: inBytes(pages.file),
          shmem: inBytes(pages.shmem),
          swap: inBytes(pages.swap),
          pageTables: pageTableBytes(mm, resident, memoryPages === undefined ? undefined : memoryPages * pageBytes),
          size: inBytes(addressedPages(mm, pages)),
          peak: greater(rss, inBytes(peakPages(mm))),
          locked: inBytes(lockedPages(mm)),
          uid: struct?.pointer('real_cred').at('uid').integer(),
          oomScoreAdj: adjust?.plausible(adjust.integer(), (value) =>
            value < -mostAdjusted || value > mostAdjusted ? `${value} is not in the range -1000 to 1000` : undefined,
          ),
          threads: threads.length,
          mm: at,
          source: 'memory',
        },
      };
    }
    const { log } = kernel;
    for (const { pid: id, name, values } of (!isFailure(log) ? lastOomTable(log.value.records) : undefined) ?? []) {
      const stated = (column: string, each = 1n): bigint | undefined => {
        const value = values.get(column);
        return value === undefined ? undefined : BigInt(value) * each;
      };
      yield {
        row: {
          pid: id,
          name,
          rss: stated('rss', pageBytes),
          anon: stated('rss_anon', pageBytes),
          file: stated('rss_file', pageBytes),
          shmem: stated('rss_shmem', pageBytes),
          swap: stated('swapents', pageBytes),
          pageTables: stated('pgtables_bytes'),
          size: stated('total_vm', pageBytes),
          uid: stated('uid'),
          oomScoreAdj: stated('oom_score_adj'),
          source: 'log',
        },
      };
    }
    for (const one of tasks?.missing ?? []) yield { missing: one };
    if (tasks?.list.broken !== undefined) yield { missing: { what: 'tasks', why: tasks.list.broken } };
  },
});
