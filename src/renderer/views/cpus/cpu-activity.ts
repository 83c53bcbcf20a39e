/** What the CPUs were doing, from the backtraces: the function that each was in, and the task that it ran. */
import { cpuNumber } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { BacktraceJson, FrameJson } from '../../../shared/task-model.ts';

export interface CpuActivity {
  /** "psw_idle_exit", without the offset into the function: the function of the address in the registers. */
  readonly where?: string;
  /** The function that crashed, below the frames common to all crashes. */
  readonly crashedIn?: string;
  /** For a CPU that was stopped by another one's crash: the function that it was in before. */
  readonly stoppedIn?: string;
  /** "init (1)"; an idle task, whose pid is 0, by name only. */
  readonly task?: string;
}

export type ActivityOf = (cpu: CpuJson) => CpuActivity | undefined;

const functionOf = (frame: FrameJson | undefined): string | undefined => frame?.symbol?.replace(/\+0x[0-9a-f]+/, '');

/** CPUs are identified by their number, in the numbering of the traces. The first frame is where the CPU was; a link-register frame is not. */
export function cpuActivity({ traces, numbering }: BacktraceJson): ActivityOf {
  const known = new Map<number, CpuActivity>();
  for (const { cpu, task, frames, crashFrames, crashed } of traces) {
    if (cpu === undefined) continue;
    const [first] = frames;
    const where = first?.kind === 'running' ? functionOf(first) : undefined;
    const before = crashFrames === undefined && crashed === undefined ? undefined : functionOf(frames[crashFrames ?? 0]);
    const pid = task?.pid === undefined || task.pid === 0 ? '' : ` (${task.pid})`;
    known.set(cpu, {
      ...defined({ where, ...(crashed === true ? { crashedIn: before } : { stoppedIn: before }) }),
      ...(task === undefined ? {} : { task: `${task.comm}${pid}` }),
    });
  }
  return (cpu) => known.get(cpuNumber(cpu, numbering));
}
