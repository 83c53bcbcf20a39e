/** Runs a guest into its trouble and takes its dump and what it said of itself. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { consoleArguments } from './guest-image.ts';
import type { CorpusKernel } from './kernels.ts';
import { startGuest, type Guest } from './qemu.ts';
import { output, run } from './run.ts';
import type { Trouble } from './troubles.ts';

export interface CrashSettings {
  readonly kernel: CorpusKernel;
  readonly trouble: Trouble;
  readonly image: string;
  readonly initrd: string;
  readonly folder: string;
  readonly cpus: number;
  readonly mebibytes: number;
}

export interface MadeDump {
  readonly dump: string;
  /** Saved by the kdump kernel, else by QEMU. */
  readonly isKdump: boolean;
  /** Folder of texts about it. */
  readonly texts: string;
  readonly cpus: number;
  readonly bytes: number;
}

/** Emulation of a guest on a busy machine is slow; what takes longer hangs. */
const patience = 900;

/** Room for the largest dump that a kdump kernel leaves. */
const diskBytes = 256 << 20;

/** The steps that a guest cannot go on without. */
async function expect(guest: Guest, step: RegExp): Promise<void> {
  if (!(await guest.waitFor(step, patience)))
    throw new Error(`the guest did not come to ${String(step)}; its console ends with\n${guest.console().slice(-2000)}`);
  const failure = /CORPUS failed .*/.exec(guest.console());
  if (failure !== null) throw new Error(`in the guest: ${failure[0]}`);
}

async function dumpFromOutside(guest: Guest, trouble: Trouble, dump: string, texts: string): Promise<void> {
  if (trouble.runsOnFor === undefined) await expect(guest, /Kernel panic - not syncing/);
  else {
    await expect(guest, /CORPUS provoked/);
    if (trouble.logs !== undefined) await expect(guest, trouble.logs);
    await delay(trouble.runsOnFor * 1000);
  }
  // The rest of the message, and the stop of all CPUs.
  await delay(5000);
  await guest.command('stop');
  const registers = await guest.command('human-monitor-command', { 'command-line': 'info registers -a' });
  writeFileSync(join(texts, 'qemu-registers.txt'), String(registers).replaceAll('\r', ''));
  await guest.command('dump-guest-memory', { paging: false, protocol: `file:${dump}` });
}

function writeTruth(settings: CrashSettings, texts: string, writtenBy: string, log: string): void {
  const { kernel, trouble, cpus, mebibytes } = settings;
  const lines = [
    `case: ${trouble.name}`,
    `class: ${trouble.kind}`,
    `what: ${trouble.what}`,
    '',
    `guest: ${mebibytes} MiB, ${cpus} CPUs, kernel ${kernel.name} (${kernel.what})`,
    `kernel arguments: ${trouble.kernelArguments ?? ''}`,
    `dump made by: ${writtenBy}`,
    '',
    'commands in the guest:',
    ...(trouble.before === undefined ? [] : [`before: ${trouble.before}`]),
    `provoke: ${trouble.provoke}`,
    '',
    'lines of the log that name the trouble:',
    ...log.split('\n').filter((line) => /Kernel panic|Oops|Unable to handle|BUG|blocked for more|Redzone|Krnl PSW|panic_on_oom/.test(line)),
  ];
  writeFileSync(join(texts, 'truth.txt'), `${lines.slice(0, 60).join('\n')}\n`);
}

/** @throws Error when the guest does not get where it should */
export async function crash(settings: CrashSettings): Promise<MadeDump> {
  const { kernel, trouble, image, initrd, folder, cpus, mebibytes } = settings;
  const isKdump = kernel.hasKdump && trouble.runsOnFor === undefined;
  const texts = join(folder, 'texts');
  mkdirSync(texts, { recursive: true });
  // A guest knows them by their serial numbers.
  const disks = ['texts', 'dump'].map((serial) => ({ serial, path: join(folder, `${serial}.tar`) }));
  for (const { path } of disks) {
    writeFileSync(path, '');
    truncateSync(path, diskBytes);
  }
  const append = [consoleArguments, ...(isKdump ? ['crashkernel=100M'] : []), 'init_on_free=1', trouble.kernelArguments ?? ''].join(' ').trim();
  const guest = await startGuest(
    [
      ...['-M', 's390-ccw-virtio', '-accel', 'tcg', '-cpu', 'max', '-smp', String(cpus), '-m', String(mebibytes)],
      ...['-kernel', image, '-initrd', initrd, '-append', append],
      ...disks.flatMap(({ serial, path }, at) => [
        ...['-drive', `file=${path},if=none,id=disk${at},format=raw,cache=unsafe`],
        ...['-device', `virtio-blk-ccw,drive=disk${at},serial=${serial},devno=fe.0.010${at}`],
      ]),
      ...(trouble.devices ?? []),
    ],
    { console: join(folder, 'console.log'), monitor: join(folder, 'qmp') },
  );
  const dump = join(folder, 'dump');
  try {
    if (trouble.detached !== undefined) {
      await expect(guest, /CORPUS detach/);
      await guest.command('device_del', { id: trouble.detached });
    }
    await expect(guest, /CORPUS ready/);
    if (isKdump) await expect(guest, /CORPUS saved/);
    else await dumpFromOutside(guest, trouble, dump, texts);
  } finally {
    await guest.end();
  }
  await run('tar', ['-xf', join(folder, 'texts.tar'), '-C', texts]);
  copyFileSync(join(folder, 'console.log'), join(texts, 'console.log'));
  if (isKdump) {
    await run('tar', ['-xf', join(folder, 'dump.tar'), '-C', folder, './dump', './dmesg.txt']);
    renameSync(join(folder, 'dmesg.txt'), join(texts, 'dmesg.txt'));
  }
  const version = (await output('qemu-system-s390x', ['--version'])).split('\n')[0] ?? '';
  const log = readFileSync(join(texts, isKdump ? 'dmesg.txt' : 'console.log'), 'utf8');
  writeTruth(settings, texts, `${isKdump ? 'the kdump kernel, makedumpfile -c -d 31' : 'dump-guest-memory'} (${version})`, log);
  return { dump, isKdump, texts, cpus, bytes: mebibytes << 20 };
}
