/** Files that are no dump, or only part of one: a clear line with file, place and expectation, exit code 3, nothing left behind. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { cliEntry, runCliProcess, type CliResult } from '../cli-process.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const elf = buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x8000\nload 0x8000 0x8000\nformat elf-vmcore');
const standalone = buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390 producer=zgetdump');

/** The other byte at a place. */
function changed(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = value;
  return copy;
}

let files = 0;
/** A file in a folder of its own, so that whatever is written next to it shows. */
function place(name: string, bytes: Uint8Array | string): string {
  const own = join(folder, `case-${files++}`);
  mkdirSync(own);
  const path = join(own, name);
  writeFileSync(path, bytes);
  return path;
}

const stateOf = (path: string): unknown => ({
  beside: readdirSync(dirname(path)),
  size: statSync(path).size,
  written: statSync(path).mtimeMs,
});

/** What every refusal has in common. */
function expectRefusal({ code, out, err }: CliResult, path: string, place: string, what: RegExp, expected: RegExp): void {
  expect(code).toBe(3);
  expect(out).toBe('');
  expect(err.endsWith('\n')).toBe(true);
  const [line = '', ...more] = err.slice(0, -1).split('\n');
  expect(more, 'one line').toEqual([]);
  expect(line).not.toMatch(/\bat .*:\d+:\d+|node:|Error:/);
  expect(line.startsWith(`dumpbench: ${path}, ${place}`) || (place === '' && line.startsWith(`dumpbench: ${path}: `)), line).toBe(true);
  expect(line).toMatch(what);
  expect(line).toMatch(new RegExp(`\\(expected .*${expected.source}.*\\)$`));
}

async function refused(path: string, where: string, what: RegExp, expected: RegExp): Promise<void> {
  const before = stateOf(path);
  for (const command of [['info'], ['verify', '--quick']]) expectRefusal(await runCliProcess([...command, path]), path, where, what, expected);
  expect(stateOf(path)).toEqual(before);
}

describe('bad input', () => {
  it('empty file', () => refused(place('dump', ''), 'offset 0x0', /the file is empty/, /a dump/));

  it('text file', () => refused(place('notes.txt', 'Dear diary,\ntoday the mainframe crashed.\n'), 'offset 0x0', /it looks like a text file/, /ELF vmcore/));

  it('wrong magic', () => refused(place('dump', changed(standalone, 3, 0x74)), 'offset 0x0', /starts with the bytes a8 19 01 74/, /s390 stand-alone dump/));

  it('directory', async () => {
    const path = join(folder, 'a-directory');
    mkdirSync(path);
    await refused(path, '', /the folder holds no dump/, /a folder with one dump/);
  });

  it('no such file', async () => {
    const path = join(folder, 'not-there');
    expectRefusal(await runCliProcess(['triage', '--quiet', path]), path, '', /no such file/, /a readable dump file/);
  });

  it('no permission', async () => {
    const path = place('dump', elf);
    const isRoot = process.getuid?.() === 0;
    chmodSync(path, isRoot ? 0o600 : 0o000);
    const entry = fileURLToPath(new URL('unprivileged-cli.mts', import.meta.url));
    const before = stateOf(path);
    expectRefusal(await runCliProcess(['info', path], isRoot ? { entry } : {}), path, '', /no permission to read it/, /a readable dump file/);
    expect(stateOf(path)).toEqual(before);
  });

  it('named pipe', async ({ skip }) => {
    const path = join(folder, 'pipe');
    skip(spawnSync('mkfifo', [path]).status !== 0, 'a system without mkfifo has no named pipes');
    expectRefusal(await runCliProcess(['info', path]), path, '', /it is a named pipe/, /a readable dump file/);
  });

  it('truncated ELF header', () =>
    refused(place('vmcore', elf.subarray(0, 40)), 'offset 0x28', /ELF vmcore, but the file ends after 40 bytes/, /an ELF header of 64 bytes/));

  it('truncated stand-alone header', () =>
    refused(
      place('dump', standalone.subarray(0, 1000)),
      'offset 0x3e8',
      /s390 stand-alone dump, but the file ends after 1000 bytes/,
      /a header of 4096 bytes/,
    ));

  it('program headers past the end', () =>
    refused(place('vmcore', elf.subarray(0, 64)), 'offset 0x20', /e_phoff points to 0x40, past the end of the file/, /program headers inside the file/));

  it('32-bit ELF', () => refused(place('vmcore', changed(elf, 4, 1)), 'offset 0x4', /32-bit ELF file/, /ELFCLASS64/));

  it('ELF executable', () => refused(place('vmlinux', changed(elf, 17, 2)), 'offset 0x10', /an ELF executable, not a core dump/, /core file/));

  it('this program', async () => {
    const run = await runCliProcess(['info', process.execPath]);
    expect(run.code).toBe(3);
    expect(run.err).toMatch(/^dumpbench: .*: not a kernel dump that Dumpbench opens: ELF .*, not a core dump\. What helps: .* attach it to that dump\n$/);
  });

  it('machine that is not read', () =>
    refused(place('vmcore', changed(elf, 19, 243)), 'offset 0x12', /the machine of this dump is "riscv", which is not supported/, /s390x/));

  it('unknown machine: opens by what its notes say, and reports this', async () => {
    const path = place('vmcore', changed(elf, 19, 99));
    const before = stateOf(path);
    const info = await runCliProcess(['info', path]);
    expect(info.code).toBe(0);
    expect(info.out).toMatch(/it says "e_machine 99"; taken as s390x by the 336 bytes of each NT_PRSTATUS note and their byte order/);
    expect(stateOf(path)).toEqual(before);
  });

  it('truncated segment: opens and says so; only what is lost cannot be read', async () => {
    const path = place('vmcore', elf.subarray(0, elf.length - 0x1234));
    const before = stateOf(path);
    const triage = await runCliProcess(['triage', path]);
    expect(triage).toMatchObject({ code: 0, err: '' });
    expect(triage.out).toMatch(/INCOMPLETE/);
    expect(triage.out).toMatch(/PT_LOAD 1 needs 32768 bytes from file offset 0xa000; the file ends after 28108 of them/);
    expect((await runCliProcess(['verify', '--quick', path])).code).toBe(1);
    expect((await runCliProcess(['read', path, '0x8000', '16'])).code).toBe(0);
    const lost = await runCliProcess(['read', path, '0xf000', '16']);
    expect(lost).toMatchObject({ code: 3, out: '' });
    expect(lost.err).toMatch(/^dumpbench: .*vmcore, address 0xf000: the dump has no bytes there: missing.*\(expected 16 bytes from 0xf000;.*\)\n$/);
    expect(stateOf(path)).toEqual(before);
  });

  it('file that shrinks while it is open', async () => {
    const path = place('dump', '');
    // Sparse: header, 64 MiB of zeros, and the rest of a small dump is not needed for this.
    const big = buildCase('memory 64 KiB\nformat s390 producer=zgetdump\npatch file:0x18 00 00 00 00 04 00 00 00');
    writeFileSync(path, big.subarray(0, 0x1000));
    truncateSync(path, 0x1000 + (64 << 20) + 16);
    const child = spawn(process.execPath, [cliEntry, 'read', path, '0', String(64 << 20), '--raw'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const err: Buffer[] = [];
    child.stderr.on('data', (data: Buffer) => err.push(data));
    // The pipe is full soon: the reader waits in the middle of the dump while the file is cut.
    await new Promise<void>((resolve) => {
      child.stdout.once('data', () => {
        child.stdout.pause();
        resolve();
      });
    });
    truncateSync(path, 0x1000);
    child.stdout.resume();
    const code = await new Promise((resolve) => child.on('close', resolve));
    const message = Buffer.concat(err).toString();
    expect(code).toBe(3);
    expect(message).toMatch(
      /^dumpbench: .*dump, offset 0x[0-9a-f]+: the file has shrunk while it was open \(expected 67112976 bytes, unchanged since it was opened; it has 4096 now\)\n$/,
    );
  });

  it('several files: one that is not a dump does not hide the others', async () => {
    const good = place('vmcore', elf);
    const bad = place('notes.txt', 'nothing');
    const { code, out, err } = await runCliProcess(['triage', bad, good]);
    expect(code).toBe(3);
    expect(out).toMatch(/^vmcore\n/);
    expect(err).toMatch(/^dumpbench: .*notes\.txt, offset 0x0: /);
  });
});
