/** What kdump and makedumpfile said of a dump, held against it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { verifySchema, type CheckResult } from '../../../src/shared/check-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const system = s390xSystem({ state: 'kdump' });
const compressed = write('vmcore.kdump', kdumpCompressed(system));
const elf = elfVmcore(system);
const cut = write('cut.vmcore', elf.subarray(0, elf.length - 300_000));

const progress =
  '\rChecking for memory holes                         : [  0.0 %] /\rCopying data                                      : [ 41.0 %] -\rCopying data                                      : [100.0 %] /';
const saved = `${progress}\nThe kernel version is not supported.\nThe makedumpfile operation may be incomplete.\n\nThe dumpfile is saved to /var/crash/vmcore.\n\nmakedumpfile Completed.\n`;
const report = (remaining: number): string =>
  `Original pages  : 0x0000000000000700\n  Excluded pages   : 0x0000000000000100\n  Remaining pages  : 0x${remaining.toString(16).padStart(16, '0')}\n`;

const checkOf = async (dump: string, log: string): Promise<CheckResult | undefined> => {
  const { out, err } = await runInProcess(['verify', dump, '--quick', '--dump-log', write('makedumpfile.log', log), '--json']);
  expect(out, err).not.toBe('');
  return v.parse(verifySchema, JSON.parse(out)).checks.find(({ id }) => id === 'dump-log');
};
/** What the bitmap announces. */
const pagesOf = async (): Promise<number> => Number(/the bitmap announces (\d+)/.exec((await checkOf(compressed, saved + report(1)))?.detail ?? '')?.[1]);

describe('dump-log', () => {
  it('passed: saved, whole, and of as many pages', async () => {
    const check = await checkOf(compressed, `makedumpfile -l --message-level 31 -d 31 /proc/vmcore vmcore\n${saved}${report(await pagesOf())}`);
    expect(check?.detail).toContain('makedumpfile Completed.');
    expect(check?.verdict).toBe('passed');
    expect(check?.steps?.map(({ check: name, passed }) => [name, passed])).toEqual([
      ['end of the saving', true],
      ['pages', true],
      ['dump level', true],
    ]);
  });

  it('failed: other pages, another level, or a dump that was cut since', async () => {
    expect((await checkOf(compressed, saved + report(12)))?.verdict).toBe('failed');
    expect((await checkOf(compressed, `makedumpfile -c -d 1 a b\n${saved}`))?.detail).toContain('-d 1 in the log, 31 in the header');
    const shortened = await checkOf(cut, saved);
    expect(shortened?.verdict).toBe('failed');
    expect(shortened?.detail).toContain('it was shortened afterwards, or this is not the dump of this log');
  });

  it('not recorded: nothing in the log is of this dump more than of any other', async () => {
    const check = await checkOf(compressed, 'The dumpfile is saved to /var/crash/vmcore.\nmakedumpfile Completed.\n');
    expect(check?.verdict).toBe('not-recorded');
    expect(check?.detail).toContain('so it may be the log of another one');
    // A level alone is something of this dump that agrees.
    expect((await checkOf(compressed, `makedumpfile -l -d 31 a b\n${saved}`))?.verdict).toBe('passed');
  });

  it('a log of a failure fits a cut dump, and shows of neither that it is its own', async () => {
    const log = `${progress}\nCan't write the dump file(/x). No space left on device\nmakedumpfile Failed.\n`;
    const agreeing = await checkOf(cut, log);
    expect(agreeing?.verdict).toBe('not-recorded');
    expect(agreeing?.steps?.[0]).toMatchObject({ check: 'end of the saving' });
    expect(agreeing?.detail).toContain('No space left on device');
    expect((await checkOf(compressed, log))?.verdict).toBe('not-recorded');
  });

  it('a log that ends early says how far it came; of several runs the last counts', async () => {
    const early = await checkOf(compressed, '\rCopying data                                      : [ 41.0 %] -\r');
    expect(early?.verdict).toBe('not-recorded');
    expect(early?.detail).toContain('at 41 % of the copying');
    const twice = await checkOf(
      compressed,
      `kdump: saving to /sysroot/var/crash\nkdump: saving vmcore failed, exitcode:1\nkdump: saving to /mnt\nkdump: saving vmcore complete\n`,
    );
    expect(twice?.verdict).toBe('not-recorded');
    expect(twice?.steps?.find(({ check }) => check === 'runs in the log')?.detail).toMatch(/^2:/);
  });

  it('what is no such log is refused, and a hostile one does no harm', async () => {
    const { code, err } = await runInProcess(['info', compressed, '--dump-log', write('prose.log', 'nothing was saved\n')]);
    expect(code).toBe(3);
    expect(err).toContain('the log of kdump or the output of makedumpfile');
    const hostile = `${'\r'.repeat(200_000)}\u001b[2J\0makedumpfile Failed.\u202e${'z'.repeat(500_000)}\n${saved}`;
    const { out } = await runInProcess(['verify', compressed, '--quick', '--dump-log', write('hostile.log', hostile)]);
    // eslint-disable-next-line no-control-regex -- none of these may reach a terminal
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });
});
