/** Registers from several sources: the emulators' own, header and save areas, and the check that compares them. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import type { CheckResult } from '../../../src/shared/check-model.ts';
import { cpusSchema } from '../../../src/shared/cpu-model.ts';
import { dumpEntries, guestOracle, guestText, haveDump, withDumps, type DumpEntry } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const entryOf = (name: string): DumpEntry => {
  const found = dumpEntries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no dump ${name}`);
  return found;
};
const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;
const never = new AbortController().signal;

async function crossRegisters(session: Session): Promise<CheckResult | undefined> {
  return (await checkSession(session, 'headers', never)).find(({ id }) => id === 'cross-registers');
}

/** Undamaged dumps that are one file, without those that only repeat another's memory in another form. */
const whole = dumpEntries.filter(({ name, how }) => how !== 'derived' && !/split|-mv-|-flat-|lzo|zstd|raw-d0/.test(name));

describe('cross-registers', () => {
  it.each(whole.map((entry) => [entry.name, entry] as const))('%s: nothing is wrong with an undamaged dump', async (_name, entry) => {
    const found = await withSession(entry, crossRegisters);
    expect(found?.verdict).not.toBe('failed');
    expect(found?.findings ?? []).toEqual([]);
    if (entry.name.includes('-s3-') && !entry.name.endsWith('.s390')) expect(found?.verdict).toBe('passed');
  });

  it.skipIf(!haveDump('o-herc-s7-lc-vec-duplicate.s390'))('finds the header that names one CPU three times', async () => {
    const entry = entryOf('o-herc-s7-lc-vec-duplicate.s390');
    const found = await withSession(entry, crossRegisters);
    expect(found?.verdict).toBe('failed');
    expect(found?.findings?.map(({ id }) => id)).toEqual(['cross-registers/duplicate-cpu', 'cross-registers/duplicate-cpu']);
  });
});

describe('cpus', () => {
  it.each(whole.map((entry) => [entry.name, entry] as const))('%s: the answer has the shape of the contract', async (_name, entry) => {
    const answer = await withSession(entry, describeCpus);
    expect(v.safeParse(cpusSchema, answer).issues).toBeUndefined();
  });

  it.skipIf(!haveDump('o-x86-x1-qemu.elf'))("has the control registers that QEMU's monitor printed (x86_64)", async () => {
    const text = guestText('o-x86-x1-qemu.elf', 'monitor.json');
    const recorded = v.parse(v.object({ registers: v.string() }), JSON.parse(text ?? '{}')).registers;
    const stated = [...recorded.matchAll(/^CR0=([0-9a-f]+) CR2=([0-9a-f]+) CR3=([0-9a-f]+) CR4=([0-9a-f]+)/gm)].map(([, ...values]) => values.map(hexOf));
    const answer = await withSession(entryOf('o-x86-x1-qemu.elf'), describeCpus);
    const ours = answer.cpus.map(({ registers }) => ['cr0', 'cr2', 'cr3', 'cr4'].map((name) => registers?.[name]));
    expect(stated.length).toBe(2);
    expect(ours).toEqual(stated);
    expect([...ours].reverse()).not.toEqual(stated);
  });
});

/** Emulated stand-alone dumps: the registers are those of the dump whose state was loaded, except what the texts name. */
const emulated = withDumps(
  [
    ['o-herc-eckd-ext.s390', 'o-s390-s1-qemu.elf', 'eckd-ext.registers.txt'],
    ['o-herc-fba-ext.s390', 'o-small-s5-qemu.elf', 'fba-ext.registers.txt'],
  ] as const,
  2,
);

/** A text of the folder of all emulated dumps. */
const emulatedText = (file: string): string | undefined => guestOracle('o-herc-s7-x', file);

describe('registers of the emulated stand-alone dumps', () => {
  it.each(emulated)('%s: are those of %s but for timer and comparator', async (name, source, file) => {
    const text = emulatedText(file);
    const dumped = await withSession(entryOf(name), describeCpus);
    const loaded = await withSession(entryOf(source), describeCpus);
    expect(dumped.cpus.length).toBe(loaded.cpus.length);
    for (const cpu of dumped.cpus) {
      // By identity: the order in the header need not be that of the notes.
      const other = loaded.cpus.find(({ prefix }) => prefix === cpu.prefix);
      expect(other).toMatchObject({ psw: cpu.psw, gprs: cpu.gprs, acrs: cpu.acrs, crs: cpu.crs, fprs: cpu.fprs, fpc: cpu.fpc, linuxCpu: cpu.linuxCpu });
      expect({ gprs: cpu.gprs?.with(7, '0x1') }).not.toEqual({ gprs: other?.gprs });
      // Store status keeps all but the last byte of the comparator.
      expect(cpu.meaning?.clockComparator).toMatchObject({ form: 'shifted' });
      const full = BigInt(other?.clockComparator ?? '0x0');
      expect(BigInt(cpu.meaning?.clockComparator?.value ?? '0x0')).toBe((full >> 8n) << 8n);
      expect(other?.meaning?.clockComparator).toMatchObject({ form: 'full' });
      if (text !== undefined) {
        const stated = new RegExp(`^cpu ${cpu.id} todcmp [0-9a-f]+ -> ([0-9a-f]+)$`, 'm').exec(text)?.[1];
        const timer = new RegExp(`^cpu ${cpu.id} timer [0-9a-f]+ -> ([0-9a-f]+)$`, 'm').exec(text)?.[1];
        expect([cpu.clockComparator, cpu.timer]).toEqual([hexOf(stated ?? ''), hexOf(timer ?? '')]);
      }
    }
  });

  it('has texts about them', () => {
    expect(emulated.map(([, , file]) => emulatedText(file)?.startsWith('registers:'))).toEqual(emulated.map(() => true));
    expect(emulated.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!haveDump('o-s390-s3-vmcore.elf'))('the three encodings of a clock comparator', () => {
  it('are distinguished: the CPU that started kdump lost the first byte, the others the last', async () => {
    const { cpus } = await withSession(entryOf('o-s390-s3-vmcore.elf'), describeCpus);
    expect(cpus.map(({ linuxCpu, meaning }) => [linuxCpu, meaning?.clockComparator?.form])).toEqual([
      [0, 'low-56-bits'],
      [1, 'shifted'],
      [2, 'shifted'],
    ]);
    for (const { meaning } of cpus) expect(meaning?.clockComparator?.text).toMatch(/^2026-11-23T/);
  });
});
