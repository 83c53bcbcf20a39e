/** Dumps that real DASD dumpers wrote, against what a script read from them and the dumps whose memory they copy. */
import { describe, expect, it } from 'vitest';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import { disagreements } from '../facts.ts';
import { containers, standaloneText, withContainer } from './container-dumps.ts';
import { answeredFacts, differences, statedAbsences, statedDifferences, statedFacts } from './standalone-facts.ts';

const cases = containers.flatMap((container) => {
  const text = standaloneText(container.name, 'facts.txt');
  return container.copyOf === undefined || text === undefined ? [] : [{ container, copyOf: container.copyOf, text }];
});
const named = cases.map((one) => [one.container.name, one] as const);

/** Registers that both ways of dumping keep; timer and comparator ran on or are stored in another form. */
const kept = ({ psw, gprs, acrs, crs, fprs, fpc, prefix, todProgrammable }: CpuJson) => ({ psw, gprs, acrs, crs, fprs, fpc, prefix, todProgrammable });

describe.skipIf(cases.length === 0)('dumps of stand-alone dumpers', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);

  it.each(named)('%s: header, segments, end marker and memory are as noted', async (_name, { container, text }) => {
    const stated = statedFacts(text);
    expect(stated.size).toBeGreaterThan(20);
    await withContainer(container, (session) => {
      expect(disagreements(stated, answeredFacts(session))).toEqual([]);
    });
  });

  it.each(named)('%s: the notes notice every altered fact', async (_name, { container, text }) => {
    const stated = statedFacts(text);
    await withContainer(container, (session) => {
      const answered = answeredFacts(session);
      for (const fact of stated.keys()) {
        const altered = new Map(answered).set(fact, `${String(answered.get(fact))}0`);
        expect(disagreements(stated, altered).map((one) => one.fact)).toEqual([fact]);
      }
    });
  });

  it.each(named)('%s: its memory differs from the copied one where the dumper worked', async (_name, { container, copyOf, text }) => {
    await withContainer(container, (copy) =>
      withContainer({ name: copyOf, others: [] }, (source) => {
        const found = differences(copy, source);
        expect(found.pages).toEqual(statedDifferences(text));
        expect(found.absentMebibytes).toEqual(statedAbsences(text));
      }),
    );
  });

  it.each(named.filter(([name]) => /eckd-ext|fba-ext|mv-ext/.test(name)))(
    '%s: the registers are those of the dump whose CPUs were loaded',
    async (_name, { container, copyOf }) => {
      const [ours, theirs] = await withContainer(container, (copy) =>
        withContainer({ name: copyOf, others: [] }, (source) => [copy.cpuSet.cpus, source.cpuSet.cpus] as const),
      );
      expect(ours.length).toBeGreaterThan(0);
      expect(ours.map((cpu) => cpu.linuxCpu).sort()).toEqual(theirs.map((cpu) => cpu.linuxCpu).sort());
      for (const cpu of ours) {
        const other = theirs.find((one) => one.prefix === cpu.prefix);
        if (other === undefined) throw new Error(`no CPU with the prefix ${cpu.prefix ?? '?'} in ${copyOf}`);
        expect(kept(cpu)).toEqual(kept(other));
        // The twin: each register counts.
        const altered = { ...cpu, gprs: cpu.gprs?.map((value, index) => (index === 7 ? `${value}1` : value)) ?? [] };
        expect(kept(altered)).not.toEqual(kept(other));
      }
    },
  );

  it('a size limit below the prefix leaves the prefix and no registers', async () => {
    const limited = cases.find(({ container }) => container.name.includes('eckd-limit'));
    if (limited === undefined) return;
    await withContainer(limited.container, ({ cpuSet }) => {
      expect(cpuSet.cpus).toEqual([{ id: 0, prefix: '0x1d9a000', state: 'registers not in the dump', source: 'header' }]);
    });
  });
});
