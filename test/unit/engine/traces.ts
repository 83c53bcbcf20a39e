/** Stacks as a triage reads them, by the names of their functions. */
import type { FrameJson, TraceJson } from '../../../src/shared/task-model.ts';

export const frame = (symbol: string, kind: FrameJson['kind'] = 'return'): FrameJson => ({ kind, address: '0x1000', symbol: `${symbol}+0x10` });
export const trace = (cpu: number, comm: string, pid: number, ...frames: readonly FrameJson[]): TraceJson => ({
  cpu,
  task: { address: '0x1', comm, pid },
  frames: [...frames],
  end: 'complete',
  detail: '',
});
