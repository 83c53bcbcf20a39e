/** Register notes in another order, or without the NT_PRSTATUS before them: no CPU is counted for them, and those that are missing are named. */
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { describeRegions } from '../../../src/analysis/engine/machine/regions.ts';
import { machineCpus } from '../../../src/analysis/engine/machine/machine-cpus.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { noteTypes, systemNotes, type ElfNote } from '../../../src/samples/elf-notes.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';

const never = new AbortController().signal;
const build = () => s390xSystem({ state: 'running', cpuCount: 3, offlineCpu: 3, registers: 'believable' });
/** @param change of the notes of each CPU, and of those that are of none */
function withNotes(change: (cpus: readonly (readonly ElfNote[])[]) => readonly ElfNote[]): Session {
  const system = build();
  const cpus: ElfNote[][] = [];
  const others: ElfNote[] = [];
  for (const note of systemNotes(system, 'kernel')) {
    if (note.type === noteTypes.prstatus) cpus.push([note]);
    else if (note.owner === 'VMCOREINFO' || cpus.length === 0) others.push(note);
    else cpus.at(-1)?.push(note);
  }
  return sessionOn(memorySource('dump', elfVmcore(system, { notes: [...change(cpus), ...others] })));
}
const count = async (session: Session) => (await checkSession(session, 'headers', never)).find(({ id }) => id === 'cross-cpu-count');
const isFloating = ({ type }: ElfNote): boolean => type === noteTypes.prfpreg;
/** The floating-point registers after all other notes, as notes sorted by their owner have them. */
const floatingLast = (cpus: readonly (readonly ElfNote[])[], kept = [0, 1, 2]): readonly ElfNote[] => [
  ...kept.flatMap((at) => cpus[at]?.filter((note) => !isFloating(note)) ?? []),
  ...cpus.flatMap((notes) => notes.filter(isFloating)),
];

describe('register notes in another order', () => {
  it('are no CPUs, are of none of those that there are, and are a finding', async () => {
    const session = withNotes((cpus) => floatingLast(cpus));
    expect(machineCpus(session).cpus.map(({ linuxCpu, fprs, withoutRegisters }) => [linuxCpu, fprs, withoutRegisters?.reason])).toEqual([
      [0, undefined, undefined],
      [1, undefined, undefined],
      [2, undefined, undefined],
      [3, undefined, 'offline'],
    ]);
    expect(await count(session)).toMatchObject({ verdict: 'passed', detail: expect.stringContaining('the dump records 3 sets of registers') as string });
    expect(describeDump(session).findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/cpu-notes', detail: expect.stringContaining('3 (type 0x2), the first at file offset') as string }),
    );
    expect(describeDump(withNotes((cpus) => cpus.flat())).findings.map(({ id }) => id)).not.toContain('container-complete/cpu-notes');
  });

  it('do not fill the place of CPUs that are gone: those are named', async () => {
    const session = withNotes((cpus) => floatingLast(cpus, [1]));
    expect(await count(session)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('records 1 set of registers; none of CPU 0, 2') as string,
    });
    expect(describeDump(session).machine).toMatchObject({ cpuCount: 4, onlineCpuCount: 3, recordedCpuCount: 1 });
  });

  it('whose prefixes follow one another are of no CPU either', () => {
    const session = withNotes((cpus) =>
      [noteTypes.prstatus, noteTypes.prefix].flatMap((type) => cpus.flatMap((notes) => notes.filter((note) => note.type === type))),
    );
    expect(session.cpuSet.cpus.map(({ prefix, linuxCpu }) => [prefix, linuxCpu])).toEqual([0, 1, 2].map(() => [undefined, undefined]));
  });
});

describe('a CPU whose NT_PRSTATUS is gone', () => {
  const without = (types: readonly number[]) =>
    withNotes((cpus) => cpus.flatMap((notes, cpu) => notes.filter(({ type }) => cpu !== 1 || !types.includes(type))));

  it('is named, for all that its other notes are there', async () => {
    const check = await count(without([noteTypes.prstatus]));
    expect(check).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('records 2 sets of registers; none of CPU 1') as string });
    expect(check?.findings).toContainEqual(expect.objectContaining({ title: 'The dump records no PSW and no general registers of CPU 1' }));
  });

  it('and its prefix too is no CPU of the dump: it is known by the kernel', async () => {
    const session = without([noteTypes.prstatus, noteTypes.prefix]);
    expect(machineCpus(session).recorded).toBe(2);
    expect(await count(session)).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('none of CPU 1') as string });
  });
});

describe('sets of registers', () => {
  it('of more CPUs than there are contradict the mask', async () => {
    const session = withNotes((cpus) => [...cpus.flat(), ...cpus.slice(0, 2).flat()]);
    const { detail, verdict } = (await count(session)) ?? {};
    expect(verdict).toBe('failed');
    expect(detail).toBeDefined();
    const steps = (await count(session))?.steps?.find(({ check }) => check === 'online CPUs');
    expect(steps).toMatchObject({
      passed: false,
      detail: expect.stringContaining('records 5 sets of registers; that is more than the 4 CPUs that there are') as string,
    });
  });

  it('of CPUs that nr_cpus= kept the kernel from starting contradict nothing', async () => {
    const system = build();
    const [first] = system.cpus;
    if (first === undefined) throw new Error('no CPU');
    const cpus = [...system.cpus, ...[1, 2].map(() => ({ ...first, prefix: 0, psw: { mask: 0n, address: 0n }, gprs: first.gprs.map(() => 0n) }))];
    const session = sessionOn(memorySource('dump', elfVmcore({ ...system, cpus }, { producer: 'qemu', vmcoreinfoNote: true })));
    const steps = (await count(session))?.steps?.find(({ check }) => check === 'online CPUs');
    expect(steps).toMatchObject({ passed: true, detail: expect.stringContaining('records 5 sets of registers') as string });
  });

  it('refute a count of the header, which no title repeats', () => {
    const system = s390xSystem({ state: 'kdump', cpuCount: 3, panicCpu: 0, unrecordedCpu: 7 });
    const counted = (nrCpus: number) => describeDump(sessionOn(memorySource('dump', kdumpCompressed(system, { header: { nrCpus } }))));
    for (const wrong of [1, 9]) {
      const { machine, provenance } = counted(wrong);
      expect(machine.cpuCount).toBe(3);
      expect(provenance?.['/machine/cpuCount']).toEqual({
        source: `distinct CPU numbers in the lowcores, but the header counts ${wrong}`,
        trust: 'contradicted',
      });
    }
    expect(counted(3).machine.cpuCount).toBe(3);
  });

  it('that are alone agree with nothing', async () => {
    const session = sessionOn(memorySource('dump', elfVmcore(s390xSystem({ state: 'running', cpuCount: 1, registers: 'believable' }))));
    expect(await count(session)).toMatchObject({ verdict: 'not-recorded', detail: expect.stringContaining('1 lowcore with 1 distinct CPU number') as string });
  });
});

describe('a prefix note of zeros', () => {
  const zeroed = () =>
    withNotes((cpus) =>
      cpus.flatMap((notes, cpu) => notes.map((note) => (cpu === 1 && note.type === noteTypes.prefix ? { ...note, descriptor: new Uint8Array(4) } : note))),
    );

  it('leads to nobody’s lowcore: the task and the stacks are those of the CPU that the stack pointer names', async () => {
    const session = zeroed();
    const whole = withNotes((cpus) => cpus.flat());
    expect(describeCpus(session).cpus[1]).toMatchObject({ linuxCpu: 1, prefix: '0x0', identity: { by: 'stack' } });
    const tasks = async (of: Session) => (await describeTasks(of, never)).tasks.flatMap(({ runsOn, comm }) => (runsOn === undefined ? [] : [[runsOn, comm]]));
    expect(await tasks(session)).toEqual(await tasks(whole));
    const traces = async (of: Session) => (await describeBacktrace(of, {}, never)).traces.map(({ task, end, frames }) => [task?.comm, end, frames]);
    expect(await traces(session)).toEqual(await traces(whole));
    expect(describeLowcores(session, { cpu: 1 }).cpus.map(({ prefix }) => prefix)).toEqual(
      describeLowcores(whole, { cpu: 1 }).cpus.map(({ prefix }) => prefix),
    );
    const lowcores = (of: Session) => describeRegions(of).regions.filter(({ kind }) => kind === 'lowcore');
    expect(lowcores(session)).toEqual(lowcores(whole));
    const checks = await checkSession(session, 'headers', never);
    expect(checks.find(({ id }) => id === 'cross-prefix')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/^CPU 1: its record has the prefix 0x0, and lowcore_ptr\[1\] is its lowcore 0x/) as string,
    });
    expect(checks.find(({ id }) => id === 'cross-registers')?.verdict).not.toBe('failed');
  });
});
