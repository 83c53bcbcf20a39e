/** CPUs of which the dump records no registers: listed with the reason, with what memory has of them, and said the same by every door. */
import { describe, expect, it } from 'vitest';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { machineCpus } from '../../../src/analysis/engine/machine/machine-cpus.ts';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { notesByCpu } from '../../../src/analysis/formats/cpu-notes.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { caseSession } from '../../case-answers.ts';

const never = new AbortController().signal;
const system = (words: string, format = 'elf-vmcore producer=kernel'): Session => caseSession('case.dump', `# x\nsystem healthy ${words}\nformat ${format}\n`);
const countCheck = async (session: Session) => (await checkSession(session, 'headers', never)).find(({ id }) => id === 'cross-cpu-count');

describe('a CPU that was offline and one that never started', () => {
  const session = system('cpus=3 offline=3 never-started=4');

  it('are listed after those that ran, with the reason', () => {
    expect(machineCpus(session).cpus.map(({ id, linuxCpu, withoutRegisters }) => [id, linuxCpu, withoutRegisters?.reason])).toEqual([
      [0, 0, undefined],
      [1, 1, undefined],
      [2, 2, undefined],
      [3, 3, 'offline'],
      [4, 4, 'never-started'],
    ]);
    expect(describeCpus(session).numbering).toBe('linuxCpu');
    expect(describeDump(session).machine).toMatchObject({ cpuCount: 5, onlineCpuCount: 3, recordedCpuCount: 3 });
  });

  it('are not missing from the dump', async () => {
    expect(await countCheck(session)).toMatchObject({ verdict: 'passed' });
  });

  it('have no stack and run no task', async () => {
    const { traces } = await describeBacktrace(session, {}, never);
    expect(traces.map(({ cpu, end }) => [cpu, end === 'no-registers'])).toEqual([0, 1, 2, 3, 4].map((cpu) => [cpu, cpu > 2]));
    const { tasks } = await describeTasks(session, never);
    expect(tasks.flatMap(({ runsOn }) => runsOn ?? []).sort()).toEqual([0, 1, 2]);
  });
});

describe('a CPU that ran, and that the dump has no note of', () => {
  const session = system('cpus=3 unrecorded=0');

  it('is listed with its lowcore and what is stored there', () => {
    const { cpus, recorded } = machineCpus(session);
    expect(cpus.map(({ linuxCpu, source, identity }) => [linuxCpu, source, identity?.by])).toEqual([
      [1, 'note', 'prefix'],
      [2, 'note', 'prefix'],
      [0, 'lowcore', 'kernel'],
    ]);
    expect(recorded).toBe(2);
    expect(cpus[2]?.prefix).toBe('0x220000');
    expect(cpus[2]?.gprs).toHaveLength(16);
    expect(describeLowcores(session, { cpu: 0 }).cpus[0]?.prefix).toBe('0x220000');
  });

  it('fails the count, with a finding', async () => {
    const check = await countCheck(session);
    expect(check).toMatchObject({ verdict: 'failed', findings: [{ id: 'cross-cpu-count/no-registers', title: expect.stringContaining('CPU 0') as string }] });
    expect(check?.detail).toContain('none of CPU 0');
  });

  it('is where the triage says that the system died', async () => {
    expect((await triage(session, never)).reason).toContain('CPU 0 was running sh (pid 97) in sysrq_handle_crash');
    const { traces } = await describeBacktrace(session, { cpu: 0 }, never);
    expect(traces[0]?.task?.comm).toBe('sh');
  });

  it('without a stored status has its task, but no stack', async () => {
    const running = system('cpus=2 state=running unrecorded=0', 'elf-vmcore producer=qemu');
    expect(machineCpus(running).cpus[1]).toMatchObject({ linuxCpu: 0, prefix: '0x220000', withoutRegisters: { reason: 'no-note' } });
    const { traces } = await describeBacktrace(running, { cpu: 0 }, never);
    expect(traces).toMatchObject([{ cpu: 0, end: 'no-registers', frames: [], task: { comm: 'loop' } }]);
  });
});

/** @param blank how many CPUs have zeros in their notes, the first ones of the dump */
function withBlankNotes(words: string, blank: number): Session {
  const bytes = buildCase(`system healthy ${words}\nformat elf-vmcore producer=kernel\n`);
  for (const { desc, descOffset } of notesByCpu(sessionOn(memorySource('whole', bytes)).image.notes)
    .slice(0, blank)
    .flat())
    bytes.fill(0, descOffset, descOffset + desc.length);
  return sessionOn(memorySource('blank', bytes));
}

describe('a CPU whose note has zeros in place of registers', () => {
  const session = withBlankNotes('cpus=3 state=kdump offline=4', 1);

  it('has what its lowcore contains, and the zeros are not taken as registers', async () => {
    const { cpus, recorded, blank } = machineCpus(session);
    expect([recorded, blank]).toEqual([2, 1]);
    expect(cpus.map(({ id, linuxCpu, source }) => [id, linuxCpu, source])).toEqual([
      [1, 1, 'note'],
      [2, 2, 'note'],
      [3, 0, 'lowcore'],
      [4, 4, 'memory'],
    ]);
    expect((await triage(session, never)).reason).toContain('CPU 0 was running sh (pid 97) in sysrq_handle_crash');
  });

  it('is a finding, and fails the count', async () => {
    const check = await countCheck(session);
    expect(check).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('none of CPU 0') as string });
    expect(check?.findings).toContainEqual(expect.objectContaining({ id: 'cross-cpu-count/blank-registers', title: 'A set of registers is all zero' }));
  });
});

describe('CPUs whose notes have zeros', () => {
  /** How often the notes are gone through until the CPUs are known. */
  const looks = (blank: number): number => {
    const session = withBlankNotes('cpus=6 state=kdump', blank);
    let count = 0;
    const notes = new Proxy(session.image.notes, {
      get(target, key, receiver): unknown {
        if (key === Symbol.iterator) count += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    const counted = Object.create(session, { image: { value: { ...session.image, notes } } }) as Session;
    const { blank: found, findings } = machineCpus(counted);
    expect([found, findings.filter(({ id }) => id === 'cross-cpu-count/blank-registers').length]).toEqual([blank, blank]);
    expect(count).toBeGreaterThan(0);
    return count;
  };

  it('are identified by one pass over the notes, however many they are', () => {
    expect(looks(5)).toBe(looks(1));
  });
});

describe('a CPU without prefix', () => {
  it('is identified by the lowcore whose stack it is on', () => {
    const session = system('cpus=3');
    const { image } = session;
    const stripped: Session = Object.create(session, {
      cpuSet: { value: { cpus: session.cpuSet.cpus.map(({ prefix: _, linuxCpu: __, ...rest }) => rest) } },
    }) as Session;
    expect(image.notes.length).toBeGreaterThan(0);
    expect(machineCpus(stripped).cpus.map(({ linuxCpu, identity }) => [linuxCpu, identity?.by])).toEqual([0, 1, 2].map((cpu) => [cpu, 'stack']));
  });
});
