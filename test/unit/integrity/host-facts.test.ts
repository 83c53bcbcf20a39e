/** Archives of the running system (dbginfo.sh, sos report) held against a dump: of the same system, of another one, and hostile ones. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem, sampleTime } from '../../../src/samples/s390x-system.ts';
import { verifySchema, type CheckResult } from '../../../src/shared/check-model.ts';
import { endMarker, tarEntry, tarFile } from '../../archives/tar-file.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const system = s390xSystem({ state: 'kdump' });
const dump = write('vmcore', elfVmcore(system));
const standalone = write('dump.s390', s390Standalone(s390xSystem({ state: 'disabled-wait' })));

const uname = { host: 'lnxsample', release: '6.1.130', version: '#1 SMP Tue Mar 10 12:00:00 UTC 2026' };
/** What the last line of the log is from the start on. */
const uptime = 27;

type Files = Readonly<Record<string, string>>;
const command = (host: string, words: string, output: string): string =>
  `#######################################################\n${host}> ${words}\n${output}\n`;
const dbginfo = (change: Partial<typeof uname> = {}, more: Files = {}): Files => {
  const { host, release, version } = { ...uname, ...change };
  return {
    'proc/version': `Linux version ${release} (build@host) (gcc 12.2.0) ${version}\n`,
    'proc/cpuinfo': [0, 1].map((cpu) => `processor ${cpu}: version = FF,  identification = 0B4A88,  machine = 8561\n`).join(''),
    'proc/sysinfo': 'Manufacturer:         IBM\nLPAR Name:            LPAR12\nVM00 Name:            LINUX01\n',
    'proc/stat': `cpu 1 2 3\nbtime ${sampleTime - uptime}\n`,
    'runtime.out': command(host, 'uname -a', `Linux ${host} ${release} ${version} s390x s390x s390x GNU/Linux`) + command(host, 'uptime', ' 10:00:00 up 1 min'),
    ...more,
  };
};
const packed = (name: string, files: Files): string => {
  const root = name.replace(/\.tgz$/, '');
  const entries = Object.entries(files).map(([path, text]) => tarEntry({ name: `${root}/${path}`, data: Buffer.from(text) }));
  return write(name, gzipSync(Buffer.concat([...entries, endMarker])));
};
const named = 'DBGINFO-2026-03-14-09-20-00-lnxsample-0B4A88.tgz';

const checkOf = async (archive: string, of = dump): Promise<CheckResult | undefined> => {
  const { out, err } = await runInProcess(['verify', of, '--quick', '--host-facts', archive, '--json']);
  expect(out, err).not.toBe('');
  return v.parse(verifySchema, JSON.parse(out)).checks.find(({ id }) => id === 'host-facts');
};
const stepOf = (check: CheckResult | undefined, name: string): NonNullable<CheckResult['steps']>[number] | undefined =>
  check?.steps?.find((step) => step.check === name);

describe('an archive of the dumped system', () => {
  it('of the same run is a witness, each fact with both sources', async () => {
    const check = await checkOf(packed(named, dbginfo()));
    expect(check?.detail).toContain('host name');
    expect(check?.verdict).toBe('passed');
    expect(stepOf(check, 'host name')).toMatchObject({
      passed: true,
      detail: expect.stringContaining('"lnxsample" in runtime.out (uname -a) of the archive') as unknown,
    });
    expect(stepOf(check, 'start of the system')).toMatchObject({ passed: true });
    expect(stepOf(check, 'kernel build')).toMatchObject({ passed: true });
    expect(stepOf(check, 'partition')?.detail).toContain('LPAR LPAR12, guest LINUX01');
    expect(stepOf(check, 'time of the archive')?.detail).toContain('2026-03-14 09:20:00');
  });

  it('unpacked, and of sos report, says the same', async () => {
    for (const [path, text] of Object.entries(dbginfo())) write(join('DBGINFO-unpacked', path), text);
    expect((await checkOf(join(folder, 'DBGINFO-unpacked')))?.verdict).toBe('passed');
    const { 'runtime.out': _, 'proc/stat': __, ...files } = dbginfo();
    const sos = packed('sosreport-lnxsample-2026-03-14-abcdefg.tgz', {
      ...files,
      'sos_commands/kernel/uname_-a': `Linux ${uname.host} ${uname.release} ${uname.version} s390x GNU/Linux\n`,
      'sos_commands/date/date_--utc': 'Sat Mar 14 09:26:30 UTC 2026\n',
      'sos_commands/host/uptime': ' 09:26:30 up 0:00,  1 user,  load average: 0.00\n',
    });
    const check = await checkOf(sos);
    expect(check?.verdict).toBe('passed');
    expect(stepOf(check, 'time of the archive')?.detail).toContain('before the crash');
  });

  it('within one run, another kernel is a contradiction; of a later run it is none', async () => {
    const other = await checkOf(packed('DBGINFO-2026-03-14-09-20-01-x.tgz', dbginfo({ release: '6.1.999' })));
    expect(other?.verdict).toBe('failed');
    expect(other?.detail).toContain('6.1.999');
    const later = await checkOf(packed('DBGINFO-2026-03-15-09-20-01-x.tgz', dbginfo({ release: '6.1.999' }, { 'proc/stat': `btime ${sampleTime + 4000}\n` })));
    expect(later?.verdict).toBe('passed');
    expect(stepOf(later, 'kernel release')).toMatchObject({ detail: expect.stringContaining('it may have been changed') as unknown });
    expect(stepOf(later, 'kernel release')?.passed).toBeUndefined();
    expect(later?.detail).toContain('it is from a later run');
  });
});

describe('an archive of another system', () => {
  it('is recognised by its name, and nothing of it counts', async () => {
    const check = await checkOf(packed('DBGINFO-other.tgz', dbginfo({ host: 'elsewhere' }, { 'proc/stat': '' })));
    expect(check?.verdict).toBe('failed');
    expect(check?.detail).toContain('is not an archive of the dumped system');
    expect(stepOf(check, 'kernel release')).toBeUndefined();
    expect(stepOf(check, 'everything else')?.detail).toContain('is ignored');
  });

  it('is recognised by type and serial of the machine', async () => {
    const check = await checkOf(
      packed('DBGINFO-machine.tgz', dbginfo({}, { 'proc/cpuinfo': 'processor 0: version = 00,  identification = 099999,  machine = 3931\n' })),
      standalone,
    );
    expect(check?.verdict).toBe('failed');
    expect(check?.detail).toContain('another machine');
  });
});

describe('hostile archives', () => {
  it.each([
    ['no archive', Buffer.from('nothing of the kind')],
    ['an empty tar', endMarker],
    ['a tar without the files', Buffer.concat([tarEntry({ name: 'a/b', data: Buffer.from('c') }), endMarker])],
    ['a cut gzip', gzipSync(tarFile({ name: 'x/proc/version', data: Buffer.alloc(100_000, 'a') })).subarray(0, 40)],
  ])('%s is refused with a message', async (name, bytes) => {
    const { code, err } = await runInProcess(['info', dump, '--host-facts', write(`${name}.tgz`, bytes)]);
    expect(code).toBe(3);
    expect(err).toMatch(/dbginfo\.sh|gzip/);
  });

  it('an xz file that is cut before anything unpacks is a cut file, not something else', async () => {
    // Stream header with CRC64 and block header as xz writes them, and the first chunk of LZMA2 without its end (xz-file-format.txt sections 2 and 3).
    const head = Buffer.from('fd377a585a000004e6d6b4460200210116000000742fe5a3e0ffff7fff', 'hex');
    const path = write('cut.tar.xz', Buffer.concat([head, Buffer.alloc(271, 0x5d)]));
    const { code, err } = await runInProcess(['info', dump, '--host-facts', path]);
    expect(code).toBe(3);
    expect(err).toContain('offset 0x12c: the xz file is cut off before any of it can be unpacked');
    expect(err).not.toContain('no archive');
  });

  it('names that lead elsewhere, long lines and escapes are harmless', async () => {
    const evil = `Linux version 6.1.130\u001b[2J\u202e ${'x'.repeat(3_000_000)}`;
    const path = packed('DBGINFO-evil.tgz', {
      '../../proc/version': 'Linux version 9.9.9 (a) #1 x\n',
      'proc/version': evil,
      'proc/modules': 'a 1 2 \n'.repeat(200_000),
      'proc/cmdline': `${'y'.repeat(100_000)}\n`,
    });
    const { out, code } = await runInProcess(['verify', dump, '--quick', '--host-facts', path]);
    expect([0, 1]).toContain(code);
    // eslint-disable-next-line no-control-regex -- none of these may reach a terminal
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
    expect(out).not.toContain('9.9.9');
  });

  it.skipIf(process.platform === 'win32')('a link out of an unpacked folder is not followed', async () => {
    const outside = write('outside-version', 'Linux version 7.7.7-outside (a) #1 SMP\n');
    mkdirSync(join(folder, 'DBGINFO-links/proc'), { recursive: true });
    symlinkSync(outside, join(folder, 'DBGINFO-links/proc/version'));
    write('DBGINFO-links/runtime.out', command('lnxsample', 'uname -a', 'Linux lnxsample 6.1.130 #1 SMP x s390x GNU/Linux'));
    expect(JSON.stringify(await checkOf(join(folder, 'DBGINFO-links')))).not.toContain('7.7.7-outside');
  });
});
