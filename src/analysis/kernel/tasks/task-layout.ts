/** Where the members of task_struct lie in one kernel, and how that is known. */

/** STACK_END_MAGIC (include/uapi/linux/magic.h): is at the bottom of every kernel stack. */
export const stackEndMagic = 0x57ac_6e9dn;

export const taskMembers = [
  'tasks',
  'comm',
  'pid',
  'tgid',
  'stack',
  'state',
  'exitState',
  'flags',
  'cpu',
  'onCpu',
  'realParent',
  'groupLeader',
  'savedStack',
  'savedFrame',
  'savedPc',
  'signal',
  'threadNode',
  'mm',
] as const;
export type TaskMember = (typeof taskMembers)[number];

export interface TaskLayout {
  /** "BTF", or "structure": found by what is in the tasks (vmcoreinfo-kallsyms-btf.md section 5.2). */
  readonly method: 'BTF' | 'structure';
  /** Byte offsets in task_struct; a member that is not known is not in it. */
  readonly offsets: Readonly<Partial<Record<TaskMember, number>>> & { readonly tasks: number; readonly comm: number };
  /** Bytes of the state word: 4 since 5.14 (`__state`), 8 before. */
  readonly stateBytes: 4 | 8;
  /** signal_struct.thread_head, where types are known. */
  readonly threadHead?: number;
  /** Bytes of a kernel stack (THREAD_SIZE). */
  readonly stackBytes: number;
  /** Members that are not known, each with the reason. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/**
 * Bits of the state word since 4.14 (include/linux/sched.h), as /proc shows them: the highest of the reported ones decides
 * (task_index_to_char, TASK_REPORT 0x7f); TASK_IDLE is "uninterruptible, not counted as load".
 */
const reported = ['R', 'S', 'D', 'T', 't', 'X', 'Z', 'P'] as const;
const words: Readonly<Record<string, string>> = {
  R: 'running or ready',
  S: 'sleeping, interruptible',
  D: 'sleeping, uninterruptible',
  T: 'stopped',
  t: 'traced',
  X: 'dead',
  Z: 'zombie',
  P: 'parked',
  I: 'idle kernel thread',
};
const idleState = 0x402;
const reportMask = 0x7f;
const deadState = 0x80;

/** States of which a task has one at most, TASK_RUNNING being none: interruptible to traced, parked, dead, waking, new, RT lock, frozen. */
const soleStates = 0x9acf;
/** What goes with them: TASK_WAKEKILL, TASK_NOLOAD, TASK_FREEZABLE, __TASK_FREEZABLE_UNSAFE. */
const withStates = 0x6500;
/** EXIT_DEAD and EXIT_ZOMBIE; both are EXIT_TRACE. */
const exitStates = 0x30;

/** Whether a kernel can have this state word, and this exit_state where its place is known (include/linux/sched.h, to 6.12). */
export function isTaskState(state: number, exitState: number | undefined): boolean {
  const sole = state & soleStates;
  return state >= 0 && state <= 0xffff && (state & ~(soleStates | withStates)) === 0 && (sole & (sole - 1)) === 0 && ((exitState ?? 0) & ~exitStates) === 0;
}

export interface TaskState {
  readonly letter: string;
  readonly word: string;
  readonly value: number;
}

/** Hundreds of thousands of tasks share a dozen states; damaged ones may have any. */
const known = new Map<string, TaskState>();
const maxKnown = 1024;

/** @param exitState undefined where its place is not known: then a dead task is not distinguished from a zombie */
export function taskState(state: number, exitState: number | undefined): TaskState {
  const key = `${state}/${exitState ?? ''}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = decodedState(state, exitState);
  if (known.size < maxKnown) known.set(key, made);
  return made;
}

function decodedState(state: number, exitState: number | undefined): TaskState {
  const value = state | (exitState ?? 0);
  if ((state & idleState) === idleState) return { letter: 'I', word: words.I ?? '', value };
  if ((state & deadState) !== 0 && exitState === undefined) return { letter: 'X', word: 'dead, perhaps a zombie', value };
  const letter = reported[32 - Math.clz32(value & reportMask)] ?? 'R';
  return { letter, word: words[letter] ?? '', value };
}
