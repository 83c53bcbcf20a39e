/** Every place that names CPUs says the same of whose registers they are, whoever asks first: of systems whose notes are whole, swapped, doubled, emptied or lost. */
import { describe, expect, it } from 'vitest';
import { stackEvidence } from '../../../src/analysis/engine/kernel/task-on-cpu.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import type { S390xCpu } from '../../../src/samples/system.ts';
import { cpuPlaces } from '../../cpu-places.ts';

const changes: Readonly<Record<string, (cpus: readonly S390xCpu[]) => readonly S390xCpu[]>> = {
  'as they are': (cpus) => cpus,
  'in another order': ([first, second, ...others]) => [second, first, ...others].flatMap((cpu) => cpu ?? []),
  'of which one has the prefix of another': (cpus) => cpus.map((cpu, at) => ({ ...cpu, prefix: cpus[at === 2 ? 2 : 1 - at]?.prefix ?? 0 })),
  'of which one has a prefix where no lowcore is': (cpus) => cpus.map((cpu, at) => (at === 1 ? { ...cpu, prefix: 0x2000 } : cpu)),
  'of which one is there twice': ([first, , ...others]) => [first, first, ...others].flatMap((cpu) => cpu ?? []),
  'of which one is missing': (cpus) => cpus.slice(1),
};

describe.each(Object.entries(changes))('sets of registers %s', (_, change) => {
  it('are of the same CPUs for all places', async () => {
    const system = s390xSystem({ state: 'running', cpuCount: 3, registers: 'believable' });
    const dump = elfVmcore({ ...system, cpus: change(system.cpus) }, { producer: 'qemu', vmcoreinfoNote: true });
    const { places, running, traced, lowcores } = await cpuPlaces(() => sessionOn(memorySource('dump', dump)));
    expect(Object.keys(places)).toHaveLength(4);
    for (const said of Object.values(places)) expect(said).toEqual(places.cpus);
    expect(traced).toEqual(expect.arrayContaining([...running]));
    expect(lowcores[0]).toEqual(lowcores[1]);
  });
});

describe('a task whose stack holds a stack pointer', () => {
  const registers = (sp: string) => ({ id: 0, source: 'note' as const, registers: { sp } });
  const context = (sp: string) => [{ cpu: registers(sp), number: 0, stacks: [] }];
  const list = {
    tasks: [
      { address: 0x1000n, comm: 'swapper/0', pid: 0, cpu: 0, stack: 0x8000n, isThread: false },
      { address: 0x2000n, comm: 'clerk', pid: 7, cpu: 3, stack: 0x1_0000n, isThread: false },
    ],
    complete: true,
  };
  const found = (sp: string) => [...stackEvidence('aarch64', context(sp), list, 0x4000)];

  it('says on which CPU the registers were', () => {
    expect(found('0x11000')).toEqual([[0, { by: 'stack', linuxCpu: 3, text: 'its stack pointer lies in the stack of clerk (pid 7), which ran on CPU 3' }]]);
  });

  it('says nothing about a stack pointer elsewhere', () => {
    expect(found('0x14000')).toEqual([]);
  });
});
