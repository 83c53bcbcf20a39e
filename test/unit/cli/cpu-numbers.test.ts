/** One meaning of a CPU's number in every command that takes one (docs/contract.md section 2). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
/** A system whose CPUs all have Linux numbers. */
const { healthy } = commandFiles(folder);
/** Two CPUs whose lowcores say nothing of Linux: only their positions name them. */
const positions = join(folder, 'positions.vmcore');
writeFileSync(positions, buildCase('memory 64 KiB\ncpu prefix=0x2000\ncpu prefix=0x4000\nformat elf-vmcore'));

const json = async (argv: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await runInProcess([...argv, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Record<string, unknown>;
};

describe('CPU numbers', () => {
  it.each([
    ['linuxCpu', healthy, 'Linux CPU numbers'],
    ['id', positions, 'positions in the dump'],
  ] as const)('are %s, and every answer says so', async (numbering, file, words) => {
    const all = (await json(['cpus', file])) as { numbering: string; cpus: { id: number; prefix: string; linuxCpu?: number }[] };
    expect(all.numbering).toBe(numbering);
    const second = all.cpus[1]!;
    const number = String(numbering === 'linuxCpu' ? second.linuxCpu! : second.id);
    expect(await json(['cpus', file, '--cpu', number])).toMatchObject({ numbering, cpus: [{ id: 1, prefix: second.prefix }] });
    expect(await json(['lowcore', file, '--cpu', number])).toMatchObject({ numbering, cpus: [{ id: 1, prefix: second.prefix }] });
    // The real address 0 of a CPU is its lowcore.
    const lowcore = await json(['read', file, second.prefix, '512']);
    for (const argv of [
      ['0', '512', '--space', 'real', '--cpu', number],
      [`real(${number}):0`, '512'],
      [`cpu${number}.lowcore`, '512'],
    ]) {
      const read = await json(['read', file, ...argv]);
      expect(read.hex).toBe(lowcore.hex);
      if (read.space === 'real') expect(read).toMatchObject({ cpu: Number(number), numbering });
    }
    for (const command of ['cpus', 'lowcore'] as const) expect((await runInProcess([command, file, '--cpu', number])).out).toContain(words);
    expect((await runInProcess(['read', file, `real(${number}):0`, '16'])).out).toContain(`CPU ${number} (${words})`);
  });

  it('translate walks the space of the CPU that is named in either way, and says which', async () => {
    const option = await json(['translate', healthy, '0x1000', '--cpu', '1']);
    expect(option).toMatchObject({ cpu: 1, numbering: 'linuxCpu' });
    expect(await json(['translate', healthy, 'virtual(1):0x1000'])).toEqual(option);
    expect(await json(['translate', healthy, '0x1000', '--cpu', '0'])).not.toEqual(option);
    // A register holds what its own CPU saw.
    expect(await json(['translate', healthy, 'virtual:cpu1.r15'])).toMatchObject({ cpu: 1 });
    expect((await runInProcess(['translate', healthy, '0x1000', '--cpu', '1'])).out).toContain('CPU 1 (Linux CPU numbers)');
    expect(await json(['translate', healthy, '0x1000'])).not.toHaveProperty('cpu');
  });

  it.each([
    ['cpus', ['--cpu', '99']],
    ['lowcore', ['--cpu', '99']],
    ['translate', ['0x1000', '--cpu', '99']],
    ['read', ['0x1000', '8', '--space', 'real', '--cpu', '99']],
    ['read', ['real(99):0x1000', '8']],
  ])('%s %j: a number that no CPU has is wrong usage, and the right ones are named', async (command, rest) => {
    const { code, out, err } = await runInProcess([command, healthy, ...rest]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/there is no CPU 99; the dump has [\d, ]+ \(Linux CPU numbers\)/);
  });

  it.each([
    [['cpus', healthy, '--cpu', 'one'], /--cpu: "one" is not a whole number/],
    [['read', healthy, 'real(0):0', '8', '--cpu', '1'], /names CPU 0/],
    [['read', healthy, '0x1000', '8', '--cpu', '1'], /the same for every CPU/],
    [['read', healthy, 'cpu0.constructor', '8'], /no register constructor/],
    [['read', healthy, 'cpu0.v20', '8'], /no register v20/],
  ])('refuses %j with a message', async (argv, message) => {
    const { code, err } = await runInProcess(argv);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
