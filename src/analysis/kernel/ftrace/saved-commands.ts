/**
 * Names of tasks as ftrace remembers them (savedcmd, kernel/trace/trace_sched_switch.c and before 6.10 trace.c): a slot for each pid's low bits, which leads to a
 * name and the pid that it was of. It is what the trace shows; the task itself may be gone.
 */
import { isFailure, type Failure } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** TASK_COMM_LEN (include/linux/sched.h). */
const commBytes = 16;
const noSlot = 0xffff_ffff;

export interface SavedCommands {
  /** Undefined for a pid whose name was not kept. */
  readonly of: (pid: number) => string | undefined;
  readonly missing: Failure | undefined;
}

export function savedCommands(objects: KernelObjects): SavedCommands {
  const saved = objects.variable('savedcmd', 'saved_cmdlines_buffer *').pointer();
  const [slots, pids, count] = [saved.at('map_pid_to_cmdline'), saved.pointer('map_cmdline_to_pid'), saved.at('cmdline_num').u32()];
  const names = saved.at('saved_cmdlines');
  // Since 6.9 the names follow the structure; before that a pointer leads to them.
  const text = isFailure(names.length) ? names.pointer() : names;
  const [place, length] = [text.address, slots.length];
  const missing = [place, length, count].find((one) => isFailure(one));
  const known = new Map<number, string | undefined>();
  function find(pid: number): string | undefined {
    if (pid === 0) return '<idle>';
    if (isFailure(place) || isFailure(length) || isFailure(count) || pid < 0) return undefined;
    // The table has one slot more than there are pids.
    const slot = slots.element(pid & (length.value - 2)).u32();
    if (isFailure(slot) || slot.value === noSlot || slot.value >= count.value) return undefined;
    const owner = pids.element(slot.value).u32();
    if (isFailure(owner) || owner.value !== pid) return undefined;
    const bytes = objects.space.memory.bytes(place.value + BigInt(slot.value * commBytes), commBytes);
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf(0);
    return Buffer.from(end === -1 ? bytes.subarray(0, commBytes - 1) : bytes.subarray(0, end)).toString('latin1');
  }
  return {
    missing: missing !== undefined && isFailure(missing) ? missing : undefined,
    of(pid) {
      if (known.size > 1 << 16) known.clear();
      if (!known.has(pid)) known.set(pid, find(pid));
      return known.get(pid);
    },
  };
}
