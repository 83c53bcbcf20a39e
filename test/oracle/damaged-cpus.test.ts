/** CPUs and lowcores of real dumps with recorded damages: what is not there is not judged, and every CPU can be named. */
import { describe, expect, it } from 'vitest';
import { addressSpace } from '../../src/analysis/engine/bytes/address-space.ts';
import { describeLowcores } from '../../src/analysis/engine/machine/lowcore.ts';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { cpuNumber, cpuNumbering } from '../../src/shared/cpu-registers.ts';
import { dumpEntries, haveDump, openDumpSource } from '../dumps.ts';

async function withSession<T>(name: string, use: (session: ReturnType<typeof sessionOn>) => T): Promise<T> {
  const entry = dumpEntries.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`there is no dump ${name}`);
  const { source, close } = await openDumpSource(entry);
  try {
    return use(sessionOn(source));
  } finally {
    close();
  }
}

describe('damaged dumps', () => {
  it('lowcores whose pages were cut off are reported as absent, not as foreign', async () => {
    await withSession('o-small-s7-truncated.kdump', (session) => {
      expect(session.cpuSet.cpus.map(({ prefix }) => prefix)).toEqual(['0xc5a000', '0xc5c000', '0xc5e000']);
      expect(() => describeLowcores(session, {})).toThrow(/the lowcore at absolute 0xc5a000 is (missing|unreadable) in this dump/);
    });
    // The same dump in one piece has them.
    await withSession('o-small-s7-page-flip.kdump', (session) => {
      expect(describeLowcores(session, {}).cpus.map(({ layout }) => layout.word)).toEqual(['certain', 'certain', 'certain']);
    });
  });

  it.skipIf(!haveDump('o-herc-s7-lc-vec-duplicate.s390'))('CPUs that claim the same Linux number are distinguished by their position', async () => {
    await withSession('o-herc-s7-lc-vec-duplicate.s390', (session) => {
      const { cpus } = session.cpuSet;
      expect(cpus.map(({ linuxCpu }) => linuxCpu)).toEqual([0, 0, 0]);
      expect(cpuNumbering(cpus)).toBe('id');
      expect(cpus.map((cpu) => cpuNumber(cpu, cpuNumbering(cpus)))).toEqual([0, 1, 2]);
      expect(addressSpace(session, { cpu: 2 }).walk(0x100000n).absolute).toBe(0x100000n);
    });
    await withSession('o-herc-eckd-ext.s390', (session) => {
      expect(cpuNumbering(session.cpuSet.cpus)).toBe('linuxCpu');
    });
  });
});
