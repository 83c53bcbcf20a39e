/** CPUs are matched by identity: a missing note of one CPU shifts nobody else's registers. */
import { describe, expect, it } from 'vitest';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import type { DumpImage, RawNote } from '../../../src/analysis/formats/dump-format.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { matchQemuStates, qemuStates } from '../../../src/analysis/arch/x86_64/qemu-notes.ts';
import { notesByCpu } from '../../../src/analysis/formats/cpu-notes.ts';
import { readCpus } from '../../../src/analysis/memory/cpu-state.ts';
import { memoryReader } from '../../../src/analysis/memory/reader.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { caseSession } from '../../case-answers.ts';

const system = '# a system\nsystem healthy cpus=3 registers=spelled\nformat elf-vmcore producer=kernel\n';
const image: DumpImage = openDump(memorySource('dump', buildCase(system)));
const memory = memoryReader(image.memory, 'dump');
const without = (drop: (note: RawNote, cpu: number) => boolean): readonly CpuJson[] => {
  const cpuOf = new Map(notesByCpu(image.notes).flatMap((group, cpu) => group.map((note) => [note, cpu] as const)));
  return readCpus({ ...image, notes: image.notes.filter((note) => !drop(note, cpuOf.get(note) ?? -1)) }, memory).cpus;
};
const all = without(() => false);
const byPrefix = (cpus: readonly CpuJson[], prefix: string | undefined): CpuJson | undefined => cpus.find((cpu) => cpu.prefix === prefix);

describe('CPUs in notes', () => {
  it('are three, each with its own registers', () => {
    expect(all.map(({ linuxCpu }) => linuxCpu)).toEqual([0, 1, 2]);
    expect(new Set(all.map(({ prefix }) => prefix)).size).toBe(3);
  });

  const types = [...new Set(image.notes.filter(({ owner }) => owner === 'CORE' || owner === 'LINUX').map(({ type }) => type))].filter(
    (type) => type !== 3 && type !== 0x305,
  );
  it.each([0, 1, 2].flatMap((cpu) => types.map((type) => [cpu, type] as const)))(
    'CPU %i without its note of type %i: the others keep theirs',
    (missing, type) => {
      const cpus = without((note, cpu) => cpu === missing && note.type === type);
      expect(cpus.length).toBe(3);
      for (const [number, cpu] of all.entries()) {
        if (number === missing) continue;
        const { id: _, ...registers } = cpu;
        expect(byPrefix(cpus, cpu.prefix)).toMatchObject(registers);
      }
      // What the CPU itself still has is its own too.
      const left = byPrefix(cpus, all[missing]?.prefix);
      for (const key of ['gprs', 'crs', 'fprs', 'timer', 'clockComparator', 'psw'] as const)
        if (left?.[key] !== undefined) expect(left[key]).toEqual(all[missing]?.[key]);
    },
  );

  it('without its prefix note a CPU keeps its place and has no number', () => {
    const cpus = without((note, cpu) => cpu === 1 && note.type === 0x305);
    expect(cpus.map(({ linuxCpu }) => linuxCpu)).toEqual([0, undefined, 2]);
    expect(cpus[2]?.gprs).toEqual(all[2]?.gprs);
  });

  it('all notes of a CPU gone: the rest is the rest', () => {
    expect(without((_note, cpu) => cpu === 0).map(({ linuxCpu, gprs }) => [linuxCpu, gprs])).toEqual(
      all.slice(1).map(({ linuxCpu, gprs }) => [linuxCpu, gprs]),
    );
  });
});

describe('CPUs that neither notes nor header list', () => {
  it('are found through the lowcore_ptr array', () => {
    const prefixes = all.map(({ prefix }) => Number(prefix));
    const { cpus } = readCpus({ ...image, notes: [] }, memory, () => prefixes);
    expect(cpus.map(({ source, linuxCpu, prefix }) => [source, linuxCpu, prefix])).toEqual(all.map(({ linuxCpu, prefix }) => ['lowcore', linuxCpu, prefix]));
    expect(cpus[1]?.gprs).toEqual(all[1]?.gprs);
  });

  it('the array is not asked when there are notes', () => {
    const asked = (): readonly number[] => {
      throw new Error('asked');
    };
    expect(readCpus(image, memory, asked).cpus.length).toBe(3);
  });
});

describe('cross-registers', () => {
  const verdict = async (text: string): Promise<unknown> =>
    (await checkSession(caseSession('case.dump', text), 'headers', new AbortController().signal)).find(({ id }) => id === 'cross-registers');

  it('passes where notes and save areas agree', async () => {
    expect(await verdict(system)).toMatchObject({ verdict: 'passed' });
  });

  it('fails on a register that differs, and names it', async () => {
    expect(await verdict('# x\nsystem healthy cpus=1\ndamage stored-register\nformat elf-vmcore producer=kernel\n')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('r6') as string,
    });
  });

  it('does not judge what a hypervisor wrote: the save area is from another time', async () => {
    const found = await verdict('# x\nsystem healthy cpus=1\ndamage stored-register\nformat elf-vmcore producer=qemu\n');
    expect(found).toMatchObject({ verdict: 'not-recorded', findings: [{ id: 'cross-registers/other-time', severity: 'info' }] });
  });

  it('has nothing to compare in a stand-alone dump, and does not apply elsewhere', async () => {
    expect(await verdict('# x\nsystem healthy cpus=1\nformat s390\n')).toMatchObject({ verdict: 'not-recorded' });
    expect(await verdict('# x\narch x86_64\nmemory 64 KiB\ncpu\nformat elf-vmcore\n')).toMatchObject({ verdict: 'not-applicable' });
  });
});

describe('QEMU notes of x86 CPUs', () => {
  const x86 = caseSession(
    'x86.dump',
    '# x\narch x86_64\nmemory 64 KiB\ncpu rip=0x1000 rsp=0x2000\ncpu rip=0x3000 rsp=0x4000 rax=7\nformat elf-vmcore producer=qemu\n',
  );
  const states = qemuStates(x86.image);

  it('belong to the CPU with the same registers, wherever they are', () => {
    expect(states.length).toBe(2);
    const { cpus } = x86.cpuSet;
    const straight = matchQemuStates(cpus, states);
    const turned = matchQemuStates(cpus, [...states].reverse());
    for (const { id, registers } of cpus) {
      expect(straight.get(id)?.get('rip')).toBe(BigInt(registers?.rip ?? 0));
      expect(turned.get(id)).toBe(straight.get(id));
    }
  });

  it('add control registers to the answer', () => {
    expect(describeCpus(x86).cpus.map(({ registers }) => registers?.cr3)).toEqual(states.map((state) => `0x${(state.get('cr3') ?? 0n).toString(16)}`));
  });
});
