import { describe, expect, it } from 'vitest';
import { describeLog } from '../../../src/analysis/engine/kernel/dmesg.ts';
import { logLine } from '../../../src/shared/log-line.ts';
import { dumpEntries, guestText, haveDump, oracleText, withDumps } from '../../dumps.ts';
import { kernelDumps } from './kernel-dumps.ts';

const never = new AbortController().signal;

/** What makedumpfile --dump-dmesg wrote; 1.7.6, which read kernel B's dumps, adds the caller. */
const makedumpfileCases = dumpEntries
  .filter(({ how, name }) => how !== 'derived' && !/flat|split|no-end-marker/.test(name) && oracleText(name, 'dmesg.txt') !== undefined)
  .map(({ name }) => ({ name, text: oracleText(name, 'dmesg.txt') ?? '' }));

/** The output of crash's `log`: from the first line with a time to the last. */
function crashLog(name: string): string {
  const lines = (oracleText(name, 'crash.txt') ?? '').split('\n');
  const stamped = /^\[ *\d+\.\d{6}\] /;
  return `${lines
    .slice(
      lines.findIndex((line) => stamped.test(line)),
      lines.findLastIndex((line) => stamped.test(line)) + 1,
    )
    .join('\n')}\n`;
}

describe('the kernel log', () => {
  const open = kernelDumps();
  const logOf = async (name: string, withCaller: boolean): Promise<string> => {
    const { records } = await describeLog(await open(name), never);
    return records.map((record) => `${logLine(record, withCaller)}\n`).join('');
  };

  it('is compared for every guest', () => {
    const guests = new Set(makedumpfileCases.map(({ name }) => name.replace(/-[a-z]\d-.*/, '')));
    expect(guests).toContain('o-s390');
    if (haveDump('o-s390k612-s3-vmcore.elf', 'o-x86-x1-vmcore.elf')) expect(guests).toEqual(new Set(['o-s390', 'o-s390k612', 'o-x86']));
  });

  it.each(makedumpfileCases)('$name: byte for byte what makedumpfile prints', async ({ name, text }) => {
    const ours = await logOf(name, /^\[[ .\d]+\] \[ +[TC]\d+\]/.test(text));
    expect(ours).toBe(text);
    // The twin: one digit of the time or one letter of the text must be noticed.
    expect(ours).not.toBe(text.replace(/(\d)\]/, (_, digit: string) => `${(Number(digit) + 1) % 10}]`));
    expect(ours).not.toBe(text.replace('Linux', 'Linus'));
  });

  it.each(withDumps(['o-s390-s1-qemu.elf', 'o-s390k612-s1-qemu.elf', 'o-small-s5-qemu.elf', 'o-x86-x1-qemu.elf']))(
    '%s: line for line what crash prints',
    async (name) => {
      const theirs = crashLog(name);
      expect(theirs.length).toBeGreaterThan(1000);
      expect(await logOf(name, false)).toBe(theirs);
    },
  );

  it.skipIf(!haveDump('o-a64-a1-qemu.elf'))('of the aarch64 guest, which has no note, is found by scanning', async () => {
    const { records, vmcoreinfo } = await describeLog(await open('o-a64-a1-qemu.elf'), never);
    expect(vmcoreinfo).toContain('found by its text');
    expect(records.length).toBeGreaterThan(200);
    expect(records[0]?.text).toMatch(/^Booting Linux on physical CPU/);
    const numbers = records.map(({ sequence }) => sequence ?? -1);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  });

  it('has the records that the guest itself printed with their levels', async () => {
    const { records } = await describeLog(await open('o-s390-s3-kdump-zlib-d31'), never);
    expect(records.at(-1)).toMatchObject({ level: 0, facility: 0, mark: 'panic', caller: 'T1' });
    expect(records.find(({ text }) => text.startsWith('sysrq: Trigger'))).toMatchObject({ mark: 'request', level: 6 });
    expect(guestText('o-s390-s1-qemu.elf', 'dmesg.txt')).toContain(records[3]?.text);
  });
});
