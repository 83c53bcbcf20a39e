/** A saved kernel log attached to a dump: compared with the log in memory, read in its place where that is lost, and never taken for another boot's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { places } from '../../../src/samples/s390x-places.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { dmesgSchema } from '../../../src/shared/kernel-model.ts';
import { triageSchema, type TriageDump } from '../../../src/shared/triage-model.ts';
import { verifySchema, type CheckResult } from '../../../src/shared/check-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const system = s390xSystem({ state: 'disabled-wait' });
const dump = write('whole.vmcore', elfVmcore(system, { producer: 'qemu' }));
/** Nothing leads to its log, and to its release its vmcoreinfo does. */
const lost = ((): string => {
  const damaged = s390xSystem({ state: 'disabled-wait' });
  return write('lost.vmcore', elfVmcore({ ...damaged, memory: damaged.memory.fill(places.prb, 8, 0) }, { producer: 'qemu' }));
})();
const { out: saved } = await runInProcess(['dmesg', dump]);
const lines = saved.trimEnd().split('\n');

const checkOf = async (path: string, file: string): Promise<CheckResult | undefined> => {
  const { out } = await runInProcess(['verify', path, '--quick', '--dmesg', file, '--json']);
  return v.parse(verifySchema, JSON.parse(out)).checks.find(({ id }) => id === 'log-file');
};
const triageOf = async (path: string, file: string): Promise<TriageDump> => {
  const { out, err, code } = await runInProcess(['triage', path, '--dmesg', file, '--json']);
  expect(code, err).toBe(0);
  const [one] = v.parse(triageSchema, JSON.parse(out)).dumps;
  if (one === undefined) throw new Error('no dump');
  return one;
};

describe('a log of the dumped boot', () => {
  it('agrees line by line, whoever printed it', async () => {
    expect(lines.length).toBeGreaterThan(5);
    const same = await checkOf(dump, write('vmcore-dmesg.txt', saved));
    expect(same?.verdict).toBe('passed');
    expect(same?.detail).toContain('are in memory at the same microsecond');
    // dmesg --raw, Windows line ends, an indentation of its own, escapes of what is no ASCII.
    const raw = lines.map((line) => `<6>${line}\r`).join('\n');
    expect((await checkOf(dump, write('raw.txt', raw)))?.verdict).toBe('passed');
    const short = lines.map((line) => line.replace(/^(\[ *\d+\.\d{6}\] )/, '$1host kernel: ')).join('\n');
    expect((await checkOf(dump, write('journal.txt', short)))?.verdict).toBe('passed');
  });

  it('says what is before, after, and left out', async () => {
    const before = '[    0.000000] an older line that the ring has overwritten\n';
    // The ring begins with lines of the time 0: of those the file may have more.
    const more = await checkOf(dump, write('more.txt', before + saved));
    expect(more?.verdict).toBe('passed');
    const shorter = await checkOf(dump, write('shorter.txt', lines.slice(0, -2).join('\n')));
    expect(shorter?.verdict).toBe('passed');
    expect(shorter?.detail).toMatch(/2 later lines in memory/);
    const thinned = await checkOf(dump, write('thinned.txt', lines.filter((_, at) => at !== 4).join('\n')));
    expect(thinned?.detail).toMatch(/1 line of memory that the file leaves out/);
  });

  it('that was altered contradicts memory, and nothing of it is used', async () => {
    const altered = lines.map((line) => line.replace('Kernel panic - not syncing', 'Kernel picnic - not syncing')).join('\n');
    const check = await checkOf(dump, write('altered.txt', altered));
    expect(check?.verdict).toBe('failed');
    expect(check?.detail).toContain('Kernel picnic');
    const added = [...lines.slice(0, -1), (lines.at(-2) ?? '').replace(/\d\] .*/, '1] a line that was put in'), ...lines.slice(-1)].join('\n');
    expect((await checkOf(dump, write('added.txt', added)))?.verdict).toBe('failed');
    expect((await runInProcess(['verify', dump, '--quick', '--dmesg', join(folder, 'altered.txt')])).code).toBe(1);
  });
});

describe('a log of another boot', () => {
  const later = (line: string): string =>
    line.replace(/^\[ *(\d+)\.(\d{6})\]/, (_, whole: string, part: string) =>
      Number(whole) === 0 && Number(part) === 0 ? `[    0.000000]` : `[${whole.padStart(5)}.${String((Number(part) + 137) % 1_000_000).padStart(6, '0')}]`,
    );

  it('is noticed by its times, although its words are the same', async () => {
    const check = await checkOf(dump, write('other-boot.txt', lines.map(later).join('\n')));
    expect(check?.verdict).toBe('failed');
    expect(check?.detail).toContain('the file is of another boot');
  });

  it('of another kernel is noticed by the release, and is not read in place of a lost log', async () => {
    const other = saved.replaceAll(/Linux version \S+/g, 'Linux version 4.4.0-other');
    expect(other).not.toBe(saved);
    const path = write('other-kernel.txt', other);
    expect((await checkOf(lost, path))?.verdict).toBe('failed');
    const { verdict, info, logGap } = await triageOf(lost, path);
    expect(JSON.stringify(verdict)).not.toContain('Kernel panic - not syncing');
    expect(logGap).toContain('could not be read');
    expect(info.kernel.attached?.[0]?.contradiction).toContain('4.4.0-other');
    expect((await runInProcess(['dmesg', lost, '--dmesg', path])).code).toBe(3);
  });
});

describe('where the log in memory is lost', () => {
  const path = write('vmcore-dmesg-lost.txt', saved);

  it('the file is read in its place, and every answer says so', async () => {
    expect((await runInProcess(['dmesg', lost])).code).toBe(3);
    const { out, err, code } = await runInProcess(['dmesg', lost, '--dmesg', path]);
    expect(code).toBe(0);
    expect(out).toBe(saved);
    expect(err).toContain('this log is from the file vmcore-dmesg-lost.txt, not from memory');
    const json = v.parse(dmesgSchema, JSON.parse((await runInProcess(['dmesg', lost, '--dmesg', path, '--json'])).out));
    expect(json.file?.name).toBe('vmcore-dmesg-lost.txt');
    expect(json.file?.shown).toBe('it has the release of the dumped kernel, which does not show which boot it is of');
    expect(json.vmcoreinfo).toBeUndefined();
    const triaged = await triageOf(lost, path);
    expect(triaged.reason).toContain('from the file vmcore-dmesg-lost.txt, not from memory');
    expect(triaged.logGap).toContain('In its place the file vmcore-dmesg-lost.txt was read');
    expect(triaged.verdict.evidence.map(({ text }) => text).join('\n')).toContain('the log is from the file vmcore-dmesg-lost.txt, not from memory');
    expect(triaged.info.kernel.attached?.[0]?.inPlaceOf).toBeDefined();
    const report = await runInProcess(['report', lost, '--quick', '--format', 'markdown', '--dmesg', path]);
    expect(report.out).toContain('not from memory');
    const rows = await runInProcess(['analyse', lost, 'log', '--dmesg', path, '--json']);
    expect(rows.out).toContain('what is given by the log is from the file vmcore-dmesg-lost.txt, not from memory');
  });

  it('the release alone does not show which boot it is of', async () => {
    const check = await checkOf(lost, path);
    expect(check?.verdict).toBe('not-recorded');
    expect(check?.detail).toContain('nothing shows which boot it is of');
  });

  it('quotes of a log in memory name no file', async () => {
    const { reason, verdict } = await triageOf(dump, path);
    expect(`${reason ?? ''}${JSON.stringify(verdict)}`).not.toContain('vmcore-dmesg-lost.txt');
  });
});

describe('files that are no kernel log', () => {
  it.each([
    ['empty', ''],
    ['prose', 'Dear colleague,\nhere is the dump.\n'],
    ['UTF-16', Buffer.from(`\ufeff${saved}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(saved, 'utf16le')],
    ['NULs', new Uint8Array(4096)],
  ])('%s is refused with a message', async (name, content) => {
    const { code, err } = await runInProcess(['info', dump, '--dmesg', write(`no-log-${name}`, content)]);
    expect(code).toBe(3);
    expect(err).toContain('a kernel log as dmesg prints it');
  });

  it('hostile ones are read as far as they are text, and shown so that nothing in them acts', async () => {
    const hostile = [
      ...lines,
      '[  999.000001] \u001b[2Jgone \u202egnp.exe\u202c',
      `[  999.000002] ${'x'.repeat(300_000)}`,
      '[  999.000003] a\0b',
      '[99999999999.000001] no time',
      '[  999.000004] Kernel panic - not syncing: \u001b]0;title\u0007',
    ].join('\n');
    const { code, out } = await runInProcess([
      'dmesg',
      lost,
      '--dmesg',
      write('hostile.txt', Buffer.concat([Buffer.from(hostile), Buffer.from([0xff, 0xfe, 0x0a]), new Uint8Array(999)])),
    ]);
    expect(code).toBe(0);
    // eslint-disable-next-line no-control-regex -- none of these may reach a terminal
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
    expect(out.split('\n').every((line) => line.length < 70_000)).toBe(true);
  });
});
