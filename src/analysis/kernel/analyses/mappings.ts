/** Mappings of one process, as /proc/PID/maps shows them. */
import { failed, isFailure } from '../../../shared/result.ts';
import { mappingPermissions, mappingsOf } from '../tasks/mappings.ts';
import { address, bytes, defineAnalysis, pausing, required, text } from './analysis.ts';

export const mappings = defineAnalysis({
  id: 'mappings',
  title: 'Mappings of a process',
  about:
    'Address ranges of a process with their permissions and files. They are shown only when there are as many as the kernel counts, in order and without overlap.',
  needs: ['types', 'tasks'],
  parameters: { pid: required('pid', 'pid of the process') },
  columns: {
    start: address('first address', 'process'),
    end: address('one past the last address', 'process'),
    bytes: bytes('length'),
    permissions: text('r, w, x, and p for private or s for shared'),
    file: text('path of the file within its file system'),
  },
  key: ['start'],
  grouping: ['file', 'permissions'],
  comparing: {
    elsewhere: [
      ['file', 'permissions', 'bytes'],
      ['file', 'permissions'],
    ],
    sums: ['bytes'],
  },
  *run({ tasks, types, memory }, { pid }) {
    const what = `mappings of ${pid}`;
    const task = tasks?.list.tasks.find((one) => one.pid === pid);
    const offset = tasks?.layout?.offsets.mm;
    if (task === undefined) {
      yield failed(what, `no task has pid ${pid}: ${tasks?.missing[0]?.why ?? 'it is not on the list of tasks'}`);
      return;
    }
    if (types === undefined || offset === undefined) {
      yield failed(what, 'the offset of task_struct.mm is not known');
      return;
    }
    const mm = memory.pointer(task.address + BigInt(offset));
    if (mm === undefined || mm === 0n) {
      yield failed(what, mm === undefined ? 'its mm cannot be read' : 'the task has no address space of its own: a kernel thread, or it has ended');
      return;
    }
    const found = yield* pausing(mappingsOf(types.types, memory, mm));
    if (isFailure(found)) {
      yield failed(what, found.missing.why);
      return;
    }
    for (const { start, end, flags, file } of found.value) yield { row: { start, end, bytes: end - start, permissions: mappingPermissions(flags), file } };
  },
});
