/** What the CPUs were doing, of the backtraces: the function that each was in, and whose task it ran. */
import { cpuNumber } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { BacktraceJson } from '../../../shared/task-model.ts';

export interface CpuActivity {
  /** "psw_idle_exit", without the offset into the function. */
  readonly where?: string;
  /** "init (1)"; an idle task, whose pid is 0, by its name alone. */
  readonly task?: string;
}

export type ActivityOf = (cpu: CpuJson) => CpuActivity | undefined;

/**
 * CPUs are told by their number, in the numbering of the traces. The first frame is where the CPU was; a link to a caller is not. Of a CPU
 * that crashed, or was stopped for a crash, the frame below what every crash runs through.
 */
export function cpuActivity({ traces, numbering }: BacktraceJson): ActivityOf {
  const known = new Map<number, CpuActivity>();
  for (const { cpu, task, frames, crashFrames = 0 } of traces) {
    if (cpu === undefined) continue;
    const frame = frames[crashFrames];
    const where = frame?.kind === 'running' || crashFrames > 0 ? frame?.symbol?.replace(/\+0x[0-9a-f]+/, '') : undefined;
    const pid = task?.pid === undefined || task.pid === 0 ? '' : ` (${task.pid})`;
    known.set(cpu, { ...defined({ where }), ...(task === undefined ? {} : { task: `${task.comm}${pid}` }) });
  }
  return (cpu) => known.get(cpuNumber(cpu, numbering));
}
