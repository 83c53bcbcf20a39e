/** Offsets in task_struct by the kernel's own types; a member that a kernel does not have is named as missing. */
import { defined } from '../../../shared/defined.ts';
import { failed, type Result } from '../../../shared/result.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import type { KernelTypes } from '../btf/find-types.ts';
import { aggregateNamed, offsetOf, sizeOf } from '../btf/type-layout.ts';
import type { TaskLayout, TaskMember } from './task-layout.ts';

const task = 'task_struct';

/** Paths in task_struct, the newest name first (include/linux/sched.h). */
const paths: Readonly<Partial<Record<TaskMember, readonly string[]>>> = {
  tasks: ['tasks'],
  comm: ['comm'],
  pid: ['pid'],
  tgid: ['tgid'],
  stack: ['stack'],
  state: ['__state', 'state'],
  exitState: ['exit_state'],
  flags: ['flags'],
  cpu: ['thread_info.cpu', 'cpu'],
  onCpu: ['on_cpu'],
  realParent: ['real_parent'],
  groupLeader: ['group_leader'],
  signal: ['signal'],
  threadNode: ['thread_node'],
  mm: ['mm'],
};

const defaultStack = 0x4000;

export function layoutByTypes({ types }: KernelTypes, arch: Architecture): Result<TaskLayout> {
  const offsets: Partial<Record<TaskMember, number>> = {};
  const missing: { what: string; why: string }[] = [];
  const members: (readonly [string, readonly string[]])[] = [
    ...Object.entries(paths),
    ...Object.entries(architectures[arch].tasks.saved as Readonly<Record<string, string>>).map(([name, path]) => [name, [path]] as const),
  ];
  for (const [name, names] of members) {
    const found = names.map((path) => offsetOf(types, task, path)).find((offset) => offset !== undefined);
    if (found === undefined) missing.push({ what: name, why: `task_struct has no ${names.join(' or ')} in this kernel's types` });
    else offsets[name as TaskMember] = found;
  }
  const { tasks, comm } = offsets;
  if (tasks === undefined || comm === undefined) return failed('tasks', 'the types of this kernel have no task_struct with tasks and comm');
  const union = aggregateNamed(types, 'thread_union');
  const threadHead = offsetOf(types, 'signal_struct', 'thread_head');
  return {
    value: {
      method: 'BTF',
      offsets: { ...offsets, tasks, comm },
      stateBytes: offsetOf(types, task, '__state') === undefined ? 8 : 4,
      stackBytes: (union === undefined ? undefined : sizeOf(types, union.id, 8)) ?? defaultStack,
      ...defined({ threadHead }),
      missing,
    },
  };
}
