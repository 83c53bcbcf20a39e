/** `mappings`: the memory mappings of one process. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { isFailure } from '../../../shared/result.ts';
import type { MappingsJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { paced } from '../../jobs/steps.ts';
import { mappingPermissions, mappingsOf } from '../../kernel/tasks/mappings.ts';
import { kernelTasks } from './kernel-tasks.ts';
import type { Session } from '../session/session.ts';

/** @throws DumpError absent when there is no such task; Cancelled */
export async function describeMappings(session: Session, pid: number, signal: AbortSignal): Promise<MappingsJson> {
  const { types, noTypes, layout, list, memory, missing } = await kernelTasks(session, signal);
  const task = list.tasks.find((one) => one.pid === pid);
  if (task === undefined)
    throw new DumpError(
      'absent',
      { file: session.path },
      `no task has pid ${pid}: ${missing[0]?.why ?? 'it is not on the list of tasks'}`,
      'a pid that "tasks" lists',
    );
  const named = { schema: schemaVersion, task: { address: hex(task.address), comm: task.comm, pid } } as const;
  const none = (why: string): MappingsJson => ({ ...named, mappings: [], missing: [{ what: 'mappings', why }] });
  const offset = layout?.offsets.mm;
  if (types === undefined || offset === undefined) return none(`types are needed: ${noTypes}`);
  const mm = memory.pointer(task.address + BigInt(offset));
  if (mm === undefined) return none('its mm cannot be read');
  if (mm === 0n)
    return { ...named, mappings: [], missing: [{ what: 'mappings', why: 'the task has no address space of its own: a kernel thread, or it has ended' }] };
  const found = await paced(mappingsOf(types.types, memory, mm), signal);
  if (isFailure(found)) return none(found.missing.why);
  const mappings = found.value.map(({ start, end, flags, file }) => ({
    start: hex(start),
    end: hex(end),
    permissions: mappingPermissions(flags),
    ...defined({ file }),
  }));
  return { ...named, mappings, missing: [] };
}
