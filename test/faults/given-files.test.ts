/** What a person names beside a dump may be anything. Every option that names a file refuses what is no file of a size at once. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGivenFile } from '../../src/files/given-file.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from '../unit/cli/command-files.ts';
import { fileOptions } from '../unit/cli/file-options.ts';
import { runCommands } from './run-commands.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
const place = (name: string): string => join(folder, name);

const kinds = ['missing', 'folder', 'pipe', 'socket', 'device', 'endless'] as const;
const paths: Record<(typeof kinds)[number], string> = {
  missing: place('missing'),
  folder: place('folder'),
  pipe: place('pipe'),
  socket: place('socket'),
  device: '/dev/zero',
  endless: place('endless'),
};
const words: Record<(typeof kinds)[number], RegExp> = {
  missing: /no such file/,
  folder: /it is a directory|the folder holds|not a dump/,
  pipe: /it is a named pipe/,
  socket: /it is a socket/,
  device: /it is a device/,
  // A regular file that has a size is read as far as its kind allows, then it is none of that kind.
  endless: /at most|ELF|not a dump|volume|symbol|no dump|expected|key/,
};

const server = createServer();
beforeAll(async () => {
  mkdirSync(paths.folder);
  execFileSync('mkfifo', [paths.pipe]);
  await new Promise<void>((done) => server.listen(paths.socket, done));
  writeFileSync(paths.endless, '');
  truncateSync(paths.endless, 2 ** 42);
});
afterAll(() => {
  server.close();
});

describe('an option that names a file', () => {
  const options = fileOptions();

  it('is one of many', () => {
    expect(new Set(options.map(({ flag }) => flag))).toEqual(
      new Set([
        '--volume',
        '--index',
        '--vmcoreinfo',
        '--system-map',
        '--vmlinux',
        '--manifest',
        '--attestation',
        '--public-key',
        '--kdump-image',
        '--ignore',
        '--with',
        '--session',
        '--key',
      ]),
    );
  });

  it.each(kinds)('refuses this at once, with a sentence and little memory: %s', async (kind) => {
    const answers = await runCommands(
      options.map(({ argv }) => argv(files, folder, paths[kind])),
      { env: { ...process.env, XDG_CACHE_HOME: folder } },
    );
    for (const [index, { argv, code, err, out, peak }] of answers.entries()) {
      const what = argv.join(' ');
      expect(peak, what).toBeLessThan(400 * 1024);
      // A volume of another set and an image that fits nothing are told in the answer.
      if (kind === 'endless' && ['--volume', '--kdump-image'].includes(options[index]!.flag)) continue;
      expect(code, `${what}: ${err}`).toBeGreaterThan(1);
      expect(code, `${what}: ${err}`).toBeLessThan(4);
      expect(err, what).toMatch(/^dumpbench: .*\n$/);
      if (code === 3) expect(err, what).toMatch(words[kind]);
      expect(out, what).toBe('');
    }
    expect(answers.length).toBe(options.length);
  });
});

describe('a file that is given', () => {
  it('is read to its end, whatever its size says', () => {
    if (!existsSync('/proc/self/status')) return;
    expect(readGivenFile('/proc/self/status', { what: 'a text', most: 1 << 20 }).toString()).toContain('Pid:');
    expect(() => readGivenFile('/proc/self/status', { what: 'a text', most: 100 })).toThrow(/it has no end \(expected a text of at most 100 bytes\)/);
  });

  it('may have as many bytes as it may have', () => {
    const path = place('ten');
    writeFileSync(path, '0123456789');
    expect(readGivenFile(path, { what: 'a text', most: 10 }).toString()).toBe('0123456789');
    expect(() => readGivenFile(path, { what: 'a text', most: 9 })).toThrow(/it has 10 bytes \(expected a text of at most 9 bytes\)/);
  });
});
