/**
 * Tasks that wait for pages and buffers: the hashed wait queues of mm/filemap.c (`folio_wait_table` since 5.18, before it `page_wait_table`), whose entries name the folio, and those of
 * kernel/sched/wait_bit.c (`bit_wait_table`), whose entries name the word of the bit: of a buffer_head its first.
 */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { RequestData } from './request-data.ts';

/** PAGE_WAIT_TABLE_BITS and WAIT_TABLE_BITS of 5.10 to 6.12. */
const queues = 256;
const mostWaiters = 1 << 17;

export interface IoWaiters {
  /** task_structs by the page or the word that they wait for. */
  readonly tasks: ReadonlyMap<VirtualAddress, ReadonlySet<VirtualAddress>>;
  readonly missing: readonly Failure[];
}

const tables = [
  { names: ['folio_wait_table', 'page_wait_table'], type: 'wait_page_queue', entry: 'wait', key: ['folio', 'page'] },
  { names: ['bit_wait_table'], type: 'wait_bit_queue_entry', entry: 'wq_entry', key: ['key.flags'] },
] as const;

/** All of them, in steps: undefined in between. */
export function* ioWaiters(objects: KernelObjects): Generator<undefined, IoWaiters> {
  const tasks = new Map<bigint, Set<bigint>>();
  const missing: Failure[] = [];
  let count = 0;
  for (const { names, type, entry, key } of tables) {
    const name = names.find((one) => !isFailure(objects.addressOf(one))) ?? names[0];
    const table = objects.variable(name, 'wait_queue_head');
    if (table.failure !== undefined) {
      missing.push(failed('tasks that wait for I/O', `${table.failure.missing.what}: ${table.failure.missing.why}`));
      continue;
    }
    for (let at = 0; at < queues; at += 1) {
      yield undefined;
      for (const waiter of listEntries(table.element(at).at('head'), type, `${entry}.entry`, mostWaiters)) {
        count += 1;
        if (count > mostWaiters) {
          missing.push(failed('tasks that wait for I/O', `more than ${mostWaiters} wait`));
          return { tasks, missing };
        }
        const [task, waitsFor] = [waiter.at(`${entry}.private`).u64(), waiter.at(key[0], ...key.slice(1)).u64()];
        if (isFailure(task) || isFailure(waitsFor)) missing.push(isFailure(task) ? task : isFailure(waitsFor) ? waitsFor : failed(name, 'not known'));
        // A mark in the list names no task.
        else if (task.value !== 0n) tasks.set(waitsFor.value, (tasks.get(waitsFor.value) ?? new Set<bigint>()).add(task.value));
      }
    }
  }
  return { tasks, missing };
}

/** task_structs that wait for a page or a buffer of a request. */
export function waitersOf({ tasks }: IoWaiters, { folios, owners }: RequestData): ReadonlySet<VirtualAddress> {
  const found = new Set<bigint>();
  for (const set of [folios, owners]) for (const one of set) for (const task of tasks.get(one) ?? []) found.add(task);
  return found;
}
