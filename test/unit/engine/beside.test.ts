/** Files next to a dump are offered by name and content, within bounds, and none of them is used. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, sampleBuildId } from '../../../src/samples/s390x-system.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { tarFile } from '../../archives/tar-file.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { describedVmlinux } from '../kernel/described-vmlinux.ts';

const scratch = scratchFolder();
const system = s390xSystem();
const bytes = elfVmcore(system);

/** A folder with the dump and these files. */
function folderWith(name: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'vmcore'), bytes);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}
const offeredIn = async (folder: string, ...more: readonly string[]): Promise<Record<string, string>> => {
  const { out, err } = await runInProcess(['info', join(folder, 'vmcore'), '--json', ...more]);
  expect(out, err).not.toBe('');
  const { beside = [] } = v.parse(infoSchema, JSON.parse(out));
  return Object.fromEntries(beside.map(({ file, attach }) => [file, attach]));
};

const log = '[    0.000000] Linux version 6.1.130 (a) #1 SMP\n[    1.000000] up\n';
const archive = gzipSync(tarFile({ name: 'x/proc/version', data: Buffer.from('Linux version 6.1.130\n') }));

it('known files are offered with the option that attaches them; nothing is written and nothing is used', async () => {
  const folder = folderWith('known', {
    'vmcore-dmesg.txt': log,
    'kexec-dmesg.log': log,
    'kdump.log': 'kdump: saving vmcore complete\n',
    'System.map-6.1.130': '0000000000100000 T _stext\n',
    'vmcoreinfo.txt': 'OSRELEASE=6.1.130\n',
    'vmlinux-6.1.130': describedVmlinux({ symbols: kernelSymbols(system.mapping), buildId: sampleBuildId }),
    'DBGINFO-2026-03-14-09-20-00-lnx-0B4A88.tgz': archive,
    'sosreport-lnx-2026-03-14-abc.tar.gz': archive,
  });
  mkdirSync(join(folder, 'sosreport-unpacked/sos_commands'), { recursive: true });
  const before = readdirSync(folder);
  expect(await offeredIn(folder)).toEqual({
    'DBGINFO-2026-03-14-09-20-00-lnx-0B4A88.tgz': 'hostFacts',
    'System.map-6.1.130': 'systemMap',
    'kdump.log': 'dumpLog',
    'kexec-dmesg.log': 'dumpLog',
    'sosreport-lnx-2026-03-14-abc.tar.gz': 'hostFacts',
    'sosreport-unpacked': 'hostFacts',
    'vmcore-dmesg.txt': 'dmesg',
    'vmcoreinfo.txt': 'vmcoreinfo',
    'vmlinux-6.1.130': 'vmlinux',
  });
  expect(readdirSync(folder)).toEqual(before);
  const { out } = await runInProcess(['info', join(folder, 'vmcore')]);
  expect(out).toMatch(/vmcore-dmesg\.txt +saved kernel log of 6\.1\.130 +--dmesg FILE/);
  expect(out).not.toContain('kernel.attached');
  // A report of a dump is the same wherever the dump lies.
  const { out: report } = await runInProcess(['report', join(folder, 'vmcore'), '--quick', '--format', 'json']);
  expect(report).not.toContain('vmcore-dmesg.txt');
});

it('what is attached is not offered any more', async () => {
  const folder = folderWith('attached', { 'vmcore-dmesg.txt': log, 'kdump.log': 'kdump: saving vmcore complete\n' });
  expect(await offeredIn(folder, '--dump-log', join(folder, 'kdump.log'))).toEqual({ 'vmcore-dmesg.txt': 'dmesg' });
});

it('a name alone is not enough, and neither is the content', async () => {
  const folder = folderWith('others', {
    'vmcore-dmesg.txt': 'Dear colleague\n',
    'dmesg.bin.txt': new Uint8Array(70_000),
    'System.map': 'a map of the city\n',
    vmlinux: bytes.subarray(0, 4096),
    'DBGINFO-2026-03-14-09-20-00-lnx.tgz': 'no archive',
    'notes.txt': log,
    'README.md': 'OSRELEASE=1\n',
  });
  mkdirSync(join(folder, 'DBGINFO-2026-03-14-09-20-00-empty'));
  expect(await offeredIn(folder)).toEqual({});
});

it('hostile names are shown so that they do nothing, and a large folder is looked at in part, which is said', async () => {
  const folder = folderWith('large', { 'dmesg-\u202egnp.txt': log, 'dmesg-\u001b[2J.txt': log, 'dmesg-plain.txt': log });
  for (let at = 0; at < 4200; at += 1) writeFileSync(join(folder, `f${at}`), '');
  const { out } = await runInProcess(['info', join(folder, 'vmcore')]);
  // eslint-disable-next-line no-control-regex -- none of these may reach a terminal
  expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  expect(out).toContain('the folder has more than 4096 entries');
});
