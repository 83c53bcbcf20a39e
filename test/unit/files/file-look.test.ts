import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endable, isKernelSymbols, isOfSysfs, whatMade } from '../../../src/files/file-look.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const onLinux = existsSync('/proc/self/status');

describe('work that may wait for ever', () => {
  it('is ended by a signal that the process would otherwise handle', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const look = new URL('../../../src/files/file-look.ts', import.meta.url).href;
    const program = `import { openSync, writeSync } from 'node:fs';
      import { endable } from ${JSON.stringify(look)};
      process.on('SIGTERM', () => undefined);
      endable(() => { writeSync(1, 'waits'); openSync(${JSON.stringify(pipe)}); });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => child.kill('SIGTERM'));
    expect(await new Promise((done) => child.once('close', (code, signal) => done(signal ?? code)))).toBe('SIGTERM');
  });

  it('leaves the handlers as they were, whatever it throws', () => {
    const handler = (): void => undefined;
    process.on('SIGHUP', handler);
    try {
      const before = process.listeners('SIGHUP');
      expect(endable(() => process.listenerCount('SIGHUP'))).toBe(0);
      expect(() =>
        endable(() => {
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(process.listeners('SIGHUP')).toEqual(before);
    } finally {
      process.off('SIGHUP', handler);
    }
  });
});

describe('a file that the kernel makes as it is read', () => {
  it.runIf(onLinux)('is known by its file system, under every name', () => {
    expect(whatMade('/proc/self/status')).toMatch(/^a file of proc/);
    expect(whatMade('/proc/self/root/proc/self/maps')).toMatch(/^a file of proc/);
    expect(isKernelSymbols('/proc/kallsyms')).toBe(true);
    expect(isKernelSymbols('/proc/kmsg')).toBe(false);
  });

  it.runIf(existsSync('/sys/kernel'))('is of sysfs by the type of its file system, not by a name', () => {
    expect(isOfSysfs('/sys/kernel')).toBe(true);
    if (onLinux) {
      expect(isOfSysfs('/proc/self/root/sys/kernel')).toBe(true);
      expect(isOfSysfs('/proc/self/status')).toBe(false);
    }
  });

  it('is none on a disk, and none that is missing', () => {
    const path = join(folder, 'kallsyms');
    writeFileSync(path, '');
    expect(whatMade(path)).toBeUndefined();
    expect(isKernelSymbols(path)).toBe(false);
    expect(whatMade(join(folder, 'missing'))).toBeUndefined();
    for (const name of [path, join(folder, 'missing')]) expect(isOfSysfs(name)).toBe(false);
  });
});
