/** A text of vmcoreinfo that the user gives serves every command that speaks of the kernel: each is tried on a dump in which nothing else tells of it. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const path = (name: string, content: Uint8Array | string): string => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};

/** No note, no pointer, no text in memory, no registers: the kernel is known by the given text alone. */
function lostDump(): Uint8Array {
  const system = s390xSystem();
  const begin = Buffer.from((system.vmcoreinfo ?? '').slice(0, 64));
  for (let at = 0; at < system.memory.size; at += 4096) {
    if (Buffer.from(system.memory.read(at, 4096)).includes(begin)) system.memory.fill(at, 4096, 0);
  }
  return elfVmcore({ ...system, vmcoreinfo: undefined, cpus: [], memory: system.memory.fill(0xe0c, 8, 0) }, { producer: 'qemu' });
}
const dump = path('lost.vmcore', lostDump());
const text = path('vmcoreinfo.txt', s390xSystem().vmcoreinfo ?? '');
const report = join(folder, 'report.json');
const exported = join(folder, 'exported.vmcore');
const key = path('key.pem', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());

/** What each command is asked; the file is first where nothing else is said. */
const asked: Readonly<Record<string, readonly string[]>> = {
  read: ['virtual:0x101000', '16'],
  translate: ['0x101000'],
  inspect: ['virtual:0x101000'],
  symbols: ['panic'],
  struct: ['task_struct'],
  disassemble: ['0x101000', '--count', '2'],
  address: ['0x101000'],
  maps: ['1'],
  analyse: ['log'],
  sql: ['select count(*) from analysis_log()'],
  compare: [dump],
  report: ['--format', 'json', '-o', report, '--force'],
  export: ['--format', 'elf', '-o', exported],
  capsule: ['--key', key, '-o', exported],
};
/** What comes before the file. */
const before: Readonly<Record<string, readonly string[]>> = { capsule: ['make'] };

describe('a given text of vmcoreinfo', () => {
  const ofKernel = commands.filter((command) => command.ofKernel === true);

  it('is taken by many commands', () => {
    expect(ofKernel.length).toBeGreaterThan(15);
  });

  it.each(ofKernel.map(({ name }) => name))('serves %s', async (name) => {
    const run = async (more: readonly string[]): Promise<string> => {
      rmSync(exported, { force: true });
      const { code, out, err } = await runInProcess([name, ...(before[name] ?? []), dump, ...(asked[name] ?? []), ...more]);
      return `${code}\n${out}\n${err}${name === 'report' ? readFileSync(report, 'utf8') : ''}`;
    };
    const [bare, given] = [await run([]), await run(['--vmcoreinfo', text])];
    expect(given).not.toBe(bare);
    // The described kernel has no types in memory: what needs them says that, and no longer that nothing tells of the kernel.
    if (name === 'struct' || name === 'maps') expect(given).not.toContain('no vmcoreinfo');
    else expect(given.split('\n', 1)).toEqual(['0']);
  });
});
