/** A CPU whose registers are those of an idle one, with a task that is not its idle task: said, and not called busy. */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { busySentence, idleContradictions } from '../../../src/analysis/engine/triage/busy-cpus.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';

/** @param psw of which CPU CPU 0 has, which runs a task; the others idle */
function withPswOf(psw: number): Session {
  const system = s390xSystem({ state: 'running', cpuCount: 3, registers: 'believable' });
  const [first, ...others] = system.cpus;
  const other = system.cpus[psw];
  if (first === undefined || other === undefined) throw new Error('no CPU');
  const cpus = [{ ...first, psw: other.psw }, ...others];
  return sessionOn(memorySource('dump', elfVmcore({ ...system, cpus }, { producer: 'qemu', vmcoreinfoNote: true })));
}
const told = async (session: Session) => {
  const { reason, info } = await triage(session, new AbortController().signal);
  return { reason, findings: info.findings.filter(({ id }) => id === 'cross-cpu-count/idle') };
};
const running = (symbols: readonly string[], comm: string): TraceJson =>
  ({
    cpu: 1,
    task: { address: '0x1000', comm, pid: 7 },
    frames: symbols.map((symbol, at) => ({ kind: at === 0 ? 'running' : 'return', address: '0x2000', symbol: `${symbol}+0x10` })),
    end: 'complete',
  }) as unknown as TraceJson;
const name = (cpu: number): string => `CPU ${cpu}`;

describe('the PSW of an idle CPU', () => {
  it('in place of that of a CPU with another task contradicts it, and the CPU is not called busy', async () => {
    const { reason, findings } = await told(withPswOf(1));
    expect(reason).not.toContain('Busy in kernel code');
    expect(findings).toMatchObject([
      {
        detail: expect.stringContaining(
          "the registers of CPU 0 are those of an idle CPU, in psw_idle_exit, but by the kernel's data it ran loop (pid 97)",
        ) as string,
      },
    ]);
  });

  it('is no contradiction where the idle tasks run', async () => {
    expect((await told(withPswOf(0))).findings).toEqual([]);
  });
});

describe('a chain of calls that idles', () => {
  const busy = (trace: TraceJson) => [busySentence([trace], name, 2), idleContradictions([trace], name).length];

  it('is contradicted by a task that is not idle', () => {
    expect(busy(running(['arch_cpu_idle', 'order_rebuild_index'], 'order-rebuild'))).toEqual([undefined, 1]);
  });

  it('is that of idle injection where a thread does it on purpose', () => {
    expect(busy(running(['default_idle_call', 'do_idle', 'play_idle_precise'], 'idle_inject/1'))[1]).toBe(0);
  });

  it('is not one of a task that waits elsewhere in the kernel', () => {
    expect(busy(running(['enabled_wait', '__udelay'], 'modprobe'))).toEqual([expect.stringContaining('modprobe (pid 7) in enabled_wait'), 0]);
  });
});
