/** Standard output may be a full disk, and standard error as well: that is no fault of the program, and no reason to call it one. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliEntry } from '../cli-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles, jsonCommands } from '../unit/cli/command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
const full = '/dev/full';

/** Runs a command with a stream on a device that has no room. @returns its exit code and what it wrote to the other one */
function runOnFull(argv: readonly string[], stream: 'out' | 'err'): Promise<{ readonly code: number | null; readonly text: string }> {
  const device = openSync(full, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliEntry, ...argv], {
      stdio: ['ignore', stream === 'out' ? device : 'pipe', stream === 'err' ? device : 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    let text = '';
    (stream === 'out' ? child.stderr : child.stdout)?.on('data', (data: Buffer) => {
      text += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      closeSync(device);
      resolve({ code, text });
    });
  });
}

const textless: ReadonlySet<string> = new Set(['cache', 'ftrace']);
const answers: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['info', '--help'],
  // An empty cache and a trace without events have nothing to say in text.
  ...Object.entries(jsonCommands).map(([name, { args }]) => [name, ...args(files, folder), ...(textless.has(name) ? ['--json'] : [])]),
  ['search', files.healthy, 'Linux', '--json'],
  ['report', '--quick', files.healthy],
  ['read', files.healthy, '0', '65536', '--raw'],
  ['triage', files.healthy, files.notDump],
];

/** Programs that discard an answer open /dev/null for both, as Node.js itself does for a stream that is closed: the two cannot be told apart. */
describe.skipIf(process.platform === 'win32')('a standard output that nobody reads', () => {
  it.each([
    ['>&-', 'closed'],
    ['1<>/dev/null', 'discarded, opened for both'],
    ['>/dev/null', 'discarded'],
  ])('%s (%s) is no failure', (redirection) => {
    const { status, stderr } = spawnSync('sh', ['-c', `"$@" ${redirection}`, 'sh', process.execPath, cliEntry, 'info', files.healthy], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe.skipIf(!existsSync(full))('a stream on a full disk', () => {
  // The commands run at the same time: one that needs the whole page index would meet one that another has not finished.
  beforeAll(() => {
    const { status, stderr } = spawnSync(process.execPath, [cliEntry, 'index', files.damaged], {
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    expect(status, stderr).toBe(0);
  });

  it.concurrent.each(answers.map((argv) => [argv.map((word) => word.replace(`${folder}/`, '')).join(' '), argv] as const))(
    '%s: a message and exit code 3',
    async (_title, argv) => {
      const { code, text } = await runOnFull(argv, 'out');
      expect(text).toContain('dumpbench: standard output: the disk is full (expected room for the whole answer)\n');
      expect(text).not.toContain('internal error');
      expect(code).toBe(3);
    },
  );

  it('messages that cannot be written do not affect the answer', async () => {
    const { code, text } = await runOnFull(['search', files.healthy, 'Linux', '--limit', '1'], 'err');
    expect(code).toBe(0);
    expect(text).toMatch(/^0x[0-9a-f]+ /);
    expect(await runOnFull(['info', files.notDump], 'err')).toEqual({ code: 3, text: '' });
  });
});
