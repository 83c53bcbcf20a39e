/** The prefix of a CPU is held against the lowcore that names the stack of its registers. */
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { machineCpus } from '../../../src/analysis/engine/machine/machine-cpus.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import type { S390xCpu } from '../../../src/samples/system.ts';

const build = () => s390xSystem({ state: 'running', cpuCount: 3, registers: 'believable' });
const withCpus = (change: (cpus: readonly S390xCpu[]) => readonly S390xCpu[]): Session => {
  const system = build();
  return sessionOn(memorySource('dump', elfVmcore({ ...system, cpus: change(system.cpus) }, { producer: 'qemu', vmcoreinfoNote: true })));
};
const count = async (session: Session) => (await checkSession(session, 'headers', new AbortController().signal)).find(({ id }) => id === 'cross-cpu-count');

describe('the prefix of a CPU', () => {
  it('that fits its stack is not contradicted', async () => {
    const session = withCpus((cpus) => cpus);
    expect(machineCpus(session).cpus.map(({ linuxCpu, identity }) => [linuxCpu, identity?.contradicted])).toEqual([
      [0, undefined],
      [1, undefined],
      [2, undefined],
    ]);
    const { detail, findings } = (await count(session)) ?? {};
    expect(detail).toContain('3 lowcores with 3 distinct CPU numbers');
    expect(findings).toBeUndefined();
  });

  it('that another CPU has by its stack is a finding', async () => {
    const session = withCpus((cpus) => cpus.map((cpu, at) => ({ ...cpu, prefix: cpus[at === 2 ? 2 : 1 - at]?.prefix ?? 0 })));
    const { findings } = (await count(session)) ?? {};
    expect(describeDump(session).findings.filter(({ id }) => id === 'cross-cpu-count/identity')).toEqual(findings);
    // The other of the two runs user code, whose stack pointer is no address of the kernel.
    expect(findings).toHaveLength(1);
    expect(findings?.[0]).toMatchObject({
      id: 'cross-cpu-count/identity',
      severity: 'warning',
      detail: expect.stringMatching(/^CPU ([01]), .*against it: CPU (?!\1)([01]): its stack pointer 0x[0-9a-f]+ lies in the kernel stack of CPU \2/) as string,
    });
  });

  it('that two sets of registers have is one CPU, and the machine has no more for it', async () => {
    const session = withCpus((cpus) => cpus.map((cpu, at) => (at === 1 ? (cpus[0] ?? cpu) : cpu)));
    expect(describeDump(session).machine).toMatchObject({ cpuCount: 3, recordedCpuCount: 2 });
    expect(await count(session)).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('3 lowcores with 2 distinct CPU numbers') as string });
  });

  it('where no lowcore lies does not count as one; the stack says which CPU it is', async () => {
    const session = withCpus((cpus) => cpus.map((cpu, at) => (at === 1 ? { ...cpu, prefix: 0x2000 } : cpu)));
    expect(machineCpus(session).cpus[1]).toMatchObject({ linuxCpu: 1, identity: { by: 'stack' } });
    expect(await count(session)).toMatchObject({
      detail: expect.stringContaining('2 lowcores and 1 set of registers with 3 distinct CPU numbers') as string,
    });
  });
});

describe('panic_cpu', () => {
  it('that names another CPU than the stack of the end is said with the task that died', async () => {
    const reason = async (panicCpu: number): Promise<string> => {
      const session = sessionOn(memorySource('dump', elfVmcore(s390xSystem({ state: 'kdump', firstCpu: 1, panicCpu }))));
      return (await triage(session, new AbortController().signal)).reason ?? '';
    };
    expect(await reason(0)).toMatch(/CPU 1 was running .*; panic_cpu names another CPU\.$/);
    expect(await reason(1)).toMatch(/CPU 1 was running (?!.*panic_cpu)/);
  });
});
