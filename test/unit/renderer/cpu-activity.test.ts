/** What the triage page shows for each CPU, from its backtrace. */
import { describe, expect, it } from 'vitest';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { cpuActivity } from '../../../src/renderer/views/cpus/cpu-activity.ts';

const cpu = (id: number, linuxCpu: number): CpuJson => ({ id, linuxCpu, source: 'ELF notes' }) as unknown as CpuJson;
const trace = (parts: Partial<TraceJson>): TraceJson => ({ frames: [], end: 'complete', detail: '', ...parts });
const answer = (numbering: 'linuxCpu' | 'id', traces: TraceJson[]) => cpuActivity({ schema: 1, numbering, traces, missing: [] } as never);

describe('what a CPU was doing', () => {
  it('identifies CPUs by their number, not by their position', () => {
    const of = answer('linuxCpu', [
      trace({ cpu: 2, task: { address: '0x1', comm: 'init', pid: 1 }, frames: [{ kind: 'running', address: '0x10', symbol: 'panic+0x10c' }] }),
      trace({ cpu: 0, task: { address: '0x2', comm: 'swapper/0', pid: 0 } }),
    ]);
    expect(of(cpu(0, 2))).toEqual({ where: 'panic', task: 'init (1)' });
    expect(of(cpu(2, 0))).toEqual({ task: 'swapper/0' });
    expect(of(cpu(1, 1))).toBeUndefined();
  });

  it('keeps the module of a symbol, and does not mistake a caller for the place', () => {
    const of = answer('id', [
      trace({ cpu: 0, frames: [{ kind: 'running', address: '0x10', symbol: 'null_open+0x4 [null_blk]' }] }),
      trace({ cpu: 1, frames: [{ kind: 'link', address: '0x10', symbol: 'caller+0x4' }] }),
    ]);
    expect(of(cpu(0, 5))).toEqual({ where: 'null_open [null_blk]' });
    expect(of(cpu(1, 6))).toEqual({});
  });

  it('of a crash shows the place in its registers and the place of the crash separately', () => {
    const frames = [
      { kind: 'running' as const, address: '0x10', symbol: '__do_machine_kdump+0x0' },
      { kind: 'return' as const, address: '0x20', symbol: 'panic+0x10c' },
      { kind: 'return' as const, address: '0x30', symbol: 'sysrq_handle_crash+0x22' },
    ];
    const where = '__do_machine_kdump';
    expect(answer('id', [trace({ cpu: 0, frames, crashFrames: 2, crashed: true })])(cpu(0, 0))).toEqual({ where, crashedIn: 'sysrq_handle_crash' });
    expect(answer('id', [trace({ cpu: 0, frames, crashFrames: 2 })])(cpu(0, 0))).toEqual({ where, stoppedIn: 'sysrq_handle_crash' });
    expect(answer('id', [trace({ cpu: 0, frames })])(cpu(0, 0))).toEqual({ where });
    // Registers that kdump saved at the place of the crash.
    expect(answer('id', [trace({ cpu: 0, frames: frames.slice(2).map((frame) => ({ ...frame, kind: 'running' })), crashed: true })])(cpu(0, 0))).toEqual({
      where: 'sysrq_handle_crash',
      crashedIn: 'sysrq_handle_crash',
    });
  });
});
