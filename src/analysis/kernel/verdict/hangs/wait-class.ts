/** What a task waits for, by the functions that it sleeps in. */
import type { FrameJson } from '../../../../shared/task-model.ts';
import { functionName } from '../../stacks/crash-path.ts';
import { isHelper } from '../skip-list.ts';
import type { LockKind } from './hangs.ts';

export type WaitClass =
  { readonly for: 'lock'; readonly kind: LockKind } | { readonly for: 'unknown lock'; readonly kind: string } | { readonly for: 'io' | 'event' | 'unknown' };

/** kernel/locking: the innermost that fits decides, for a lock may be taken on the way to another wait. */
const rules: readonly (readonly [RegExp, WaitClass])[] = [
  [/^(?:rt_mutex_|__rt_mutex_|rtlock_|rt_spin_lock)/, { for: 'lock', kind: 'rt_mutex' }],
  [/^(?:__)?(?:ww_)?mutex_lock/, { for: 'lock', kind: 'mutex' }],
  [/^(?:rwsem_down_|down_read|down_write|__down_read|__down_write)/, { for: 'lock', kind: 'rwsem' }],
  [/^(?:percpu_rwsem_wait|percpu_down_write|__percpu_down_read)/, { for: 'unknown lock', kind: 'percpu_rwsem' }],
  [/^(?:__down|__down_common|down|down_killable|down_interruptible|down_timeout)$/, { for: 'lock', kind: 'semaphore' }],
  [
    /^(?:io_schedule|blk_mq_get_tag|blk_io_schedule|submit_bio_wait|blk_wait_io|wait_on_buffer|__wait_on_buffer|bit_wait_io|rq_qos_wait|blk_mq_freeze_queue_wait)/,
    { for: 'io' },
  ],
];

/** @param isIoWait what the task itself says (in_iowait) */
export function waitClass(frames: readonly FrameJson[], isIoWait: boolean): WaitClass {
  for (const { symbol, kind } of frames) {
    const name = functionName(symbol);
    if (kind === 'guess' || name === '') continue;
    const found = rules.find(([pattern]) => pattern.test(name))?.[1];
    if (found !== undefined) return found;
    if (!isHelper(name)) return isIoWait ? { for: 'io' } : { for: 'event' };
  }
  // A stack that is lost, or has no names, does not show that it is not a lock.
  return isIoWait ? { for: 'io' } : { for: 'unknown' };
}
