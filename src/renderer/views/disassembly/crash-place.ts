/** The starting place before the user has set the cursor: where the system crashed, otherwise where a CPU was. */
import { cpuName, registerAddress, type CpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import { kernelPosition, type Position } from '../../state/position.ts';
import { cpuNumber } from '../../state/register-lookup.ts';
import { defined } from '../../../shared/defined.ts';

export interface FirstCode {
  readonly position: Position;
  /** Says which place it is, and why it was chosen. */
  readonly why: string;
}

/** The innermost frame that is not common to all crashes: the instruction that failed, or the call that triggered the panic. */
export function crashPlace(traces: readonly TraceJson[], numbering: CpuNumbering): FirstCode | undefined {
  const trace = traces.find(({ crashed }) => crashed === true);
  const frame = trace?.frames[trace.crashFrames ?? 0];
  if (trace === undefined || frame === undefined) return undefined;
  const { cpu: id = 0, linuxCpu, task } = trace;
  const who = cpuName({ id, ...defined({ linuxCpu }) }, numbering);
  return { position: kernelPosition(frame.address, 2), why: `Where ${who}${task === undefined ? '' : ` (${task.comm})`} crashed.` };
}

/** The code that the first CPU would have executed next. */
function cpuPlace(cpus: readonly CpuJson[], numbering: CpuNumbering): FirstCode | undefined {
  for (const cpu of cpus) {
    const at = registerAddress(cpu, 'pc');
    if (at !== undefined)
      return {
        position: { space: at.space, address: at.value, length: 2, cpu: cpuNumber(cpu, numbering) },
        why: `Where ${cpuName(cpu, numbering)} was: no stack in this dump shows a crash.`,
      };
  }
  return undefined;
}

export const firstCode = (traces: readonly TraceJson[], cpus: readonly CpuJson[], numbering: CpuNumbering): FirstCode | undefined =>
  crashPlace(traces, numbering) ?? cpuPlace(cpus, numbering);
