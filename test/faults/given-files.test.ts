/** What a person names next to a dump may be anything. Every option that names a file refuses what is no file of a size at once. */
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

const kinds = ['missing', 'folder', 'pipe', 'socket', 'device', 'endless', 'stream', 'status', 'memory', 'mappings', 'attribute'] as const;
/** Files of the kernel's that look regular: the first one keeps its reader until the kernel has something to say. */
const made = ['stream', 'status', 'memory', 'mappings', 'attribute'] as const;
const paths: Record<(typeof kinds)[number], string> = {
  missing: place('missing'),
  folder: place('folder'),
  pipe: place('pipe'),
  socket: place('socket'),
  device: '/dev/zero',
  endless: place('endless'),
  stream: '/proc/kmsg',
  status: '/proc/self/status',
  memory: '/proc/self/mem',
  mappings: '/proc/self/pagemap',
  attribute: '/sys/kernel/notes',
};
const madeWords = /of (?:proc|sysfs), which the kernel makes as it is read|no permission/;
const words: Record<(typeof kinds)[number], RegExp> = {
  missing: /no such file/,
  folder: /\bis a directory|the folder holds|not a dump/,
  pipe: /\bis a named pipe/,
  socket: /\bis a socket/,
  device: /\bis a device/,
  // A regular file that has a size is read as far as its kind allows, then it is none of that kind.
  endless: /at most|is evidence|ELF|not a dump|volume|symbol|no dump|expected|key/,
  stream: madeWords,
  status: madeWords,
  memory: madeWords,
  mappings: madeWords,
  attribute: /of sysfs, which the kernel makes as it is read/,
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
        '--dmesg',
        '--dump-log',
        '--host-facts',
        '--known-issues',
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
        '--redact',
        '--allowed-signers',
      ]),
    );
  });

  it.each(kinds.filter((kind) => !made.some((one) => one === kind) || existsSync(paths[kind])))(
    'refuses this at once, with a message and little memory: %s',
    async (kind) => {
      // An index that is missing is made.
      const asked = kind === 'missing' ? options.filter(({ flag }) => flag !== '--index') : options;
      const answers = await runCommands(
        asked.map(({ argv }) => argv(files, folder, paths[kind])),
        { env: { ...process.env, XDG_CACHE_HOME: folder, TMPDIR: folder } },
      );
      for (const [index, { argv, code, err, out, peak }] of answers.entries()) {
        const what = argv.join(' ');
        expect(peak, what).toBeLessThan(400 * 1024);
        // A volume of another set and an image that fits nothing are reported in the answer.
        if (kind === 'endless' && ['--volume', '--kdump-image'].includes(asked[index]!.flag)) continue;
        expect(code, `${what}: ${err}`).toBeGreaterThan(1);
        expect(code, `${what}: ${err}`).toBeLessThan(4);
        expect(err, what).toMatch(/^dumpbench: .*\n$/);
        if (code === 3) expect(err, what).toMatch(words[kind]);
        expect(out, what).toBe('');
      }
      expect(answers.length).toBe(asked.length);
    },
  );
});

it('is looked at before the dump is opened, which may have to be unpacked first', async () => {
  const asked = fileOptions().filter(({ flag }) => flag !== '--index');
  // No dump is there: whoever opens it first says so.
  const answers = await runCommands(
    asked.map(({ argv }) => argv(files, folder, paths.device).map((word) => (Object.values(files).includes(word) ? place('missing') : word))),
  );
  for (const { argv, code, err } of answers) {
    expect(err, argv.join(' ')).toBe('dumpbench: /dev/zero: it is a device, which may never end (expected a file)\n');
    expect(code).toBe(3);
  }
});

describe('a large file next to a dump', () => {
  /** What a process without one takes, and 256 MiB. */
  const mostKiB = (128 + 256) * 1024;
  const lines = (bytes: number, line: (at: number) => string): string => {
    const written: string[] = [];
    for (let at = 0, length = 0; length < bytes; at += 1) {
      const one = line(at);
      written.push(one);
      length += one.length;
    }
    return written.join('');
  };
  const symbol = (at: number): string => `${(0x100000 + at * 16).toString(16).padStart(16, '0')} T f${at}\n`;
  const texts: readonly (readonly [name: string, text: () => string, argv: (path: string) => readonly string[], words: RegExp])[] = [
    ['map', () => lines((32 << 20) - 64, symbol), (path) => ['symbols', files.types, '--system-map', path, 'x'], /no _stext/],
    ['larger map', () => lines((32 << 20) + 64, symbol), (path) => ['symbols', files.types, '--system-map', path, 'x'], /at most 32 MiB/],
    ['manifest', () => lines(60 << 20, (at) => `${'0a'.repeat(32)}  file${at}\n`), (path) => ['verify', '--quick', files.healthy, '--manifest', path], /^$/],
    ['vmcoreinfo', () => lines(2 << 20, (at) => `K${at}=1\n`), (path) => ['info', files.types, '--vmcoreinfo', path], /at most 1 MiB/],
    [
      'attestation',
      () => '['.repeat(4 << 20),
      (path) => ['verify', '--quick', files.healthy, '--attestation', path, '--public-key', files.notDump],
      /key|JSON/,
    ],
    [
      'larger attestation',
      () => '['.repeat(5 << 20),
      (path) => ['verify', '--quick', files.healthy, '--attestation', path, '--public-key', files.notDump],
      /at most 4 MiB/,
    ],
    ['known issues', () => '\n'.repeat((16 << 20) - 64), (path) => ['triage', files.healthy, '--known-issues', path], /^$/],
    ['known issues in one line', () => '['.repeat((16 << 20) - 64), (path) => ['triage', files.healthy, '--known-issues', path], /line 1: it has more than/],
    ['larger known issues', () => '\n'.repeat((16 << 20) + 64), (path) => ['triage', files.healthy, '--known-issues', path], /at most 16 MiB/],
    [
      'key',
      () => `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(1 << 20)}\n-----END PRIVATE KEY-----\n`,
      (path) => ['attest', files.healthy, '--key', path],
      /at most 64 KiB/,
    ],
  ];

  it.each(texts)('takes 256 MiB at most: %s', async (name, text, argv, words) => {
    const path = place(name);
    writeFileSync(path, text());
    const [answer] = await runCommands([argv(path)], { env: { ...process.env, XDG_CACHE_HOME: folder, TMPDIR: folder } });
    expect(answer!.err).toMatch(words);
    expect(answer!.peak).toBeLessThan(mostKiB);
  });
});

describe('a file that is given', () => {
  it('is read to its end, whatever its size says', () => {
    if (!existsSync('/proc/kallsyms')) return;
    expect(readGivenFile('/proc/kallsyms', { what: 'a text', most: 1 << 26, symbols: true }).toString()).toContain(' _stext\n');
    expect(() => readGivenFile('/proc/kallsyms', { what: 'a text', most: 100, symbols: true })).toThrow(
      /it has no end \(expected a text of at most 100 bytes\)/,
    );
    expect(() => readGivenFile('/proc/kallsyms', { what: 'a text', most: 100 })).toThrow(/it is a file of proc/);
  });

  it('may have exactly as many bytes as are allowed', () => {
    const path = place('ten');
    writeFileSync(path, '0123456789');
    expect(readGivenFile(path, { what: 'a text', most: 10 }).toString()).toBe('0123456789');
    expect(() => readGivenFile(path, { what: 'a text', most: 9 })).toThrow(/it has 10 bytes \(expected a text of at most 9 bytes\)/);
  });
});
