/** What ends up on a person's terminal: nothing that a file name or a dump could use to steer it. */
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleText } from '../../../src/shared/visible-text.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { cliEntry } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles, jsonCommands } from './command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
process.env.XDG_CACHE_HOME = folder;

/** C0 and C1 controls, DEL, bidi and other invisible marks; line feeds and tabs are layout. */
// eslint-disable-next-line no-control-regex -- these are what must not come through
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
/** Letters, digits, marks, signs and spaces of any script, and layout: nothing here needs to be made visible. */
const plain = /^[\n\t\p{L}\p{N}\p{M}\p{P}\p{S}\p{Zs}]*$/u;

const hostile = buildCase(`
  memory 64 KiB
  cpu prefix=0x2000
  note "\\x1b]0;owned\\x07" 1 "\\x1b[2J"
  vmcoreinfo "OSRELEASE=6.1\\x1b[31m\\x9b2J" "PAGESIZE=4096" "\\x1b[A=\\x08\\x08"
  format elf-vmcore
`);
const names = ['\u001b[31mred\u001b[0m.dump', 'bell\u0007.dump', 'right\u202eto\u202cleft.dump', 'two\nlines.dump', 'c1\u009b2J.dump', 'zero\u200bwidth.dump'];

describe('terminal', () => {
  it('text is made visible, and plain text stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(unsafe);
        if (plain.test(text)) expect(shown).toBe(text);
      }),
    );
  });

  it.each(names)('file name %j', async (name) => {
    const path = join(folder, name);
    writeFileSync(path, hostile);
    for (const argv of [
      ['triage', path],
      ['info', path],
      ['verify', '--quick', path],
      ['read', path, '0xffff0', '8'],
      ['info', `${path}.not-there`],
    ]) {
      const { out, err } = await runInProcess(argv);
      expect(out + err, argv[0]).not.toMatch(unsafe);
    }
  });

  it.each(Object.keys(jsonCommands).filter((name) => name !== 'sample'))('%s of a dump with escape sequences', async (name) => {
    const path = join(folder, 'hostile.dump');
    writeFileSync(path, hostile);
    const args = jsonCommands[name]?.args({ ...files, healthy: path, damaged: path, hole: path }, folder) ?? [];
    for (const extra of [[], ['--json']]) {
      const { out, err } = await runInProcess([name, ...args, ...extra]);
      expect(out + err).not.toMatch(unsafe);
    }
  });

  it('colour only on a terminal that wants it', async () => {
    const plain = await runInProcess(['triage', files.damaged]);
    // eslint-disable-next-line no-control-regex -- colour codes
    const colour = /\u001b\[\d+m/;
    expect(plain.out).not.toMatch(colour);
    const terminal = await runInProcess(['triage', files.damaged], { isTerminal: true });
    expect(terminal.out).toMatch(colour);
    expect((await runInProcess(['triage', files.damaged, '--no-color'], { isTerminal: true })).out).toBe(plain.out);
    // eslint-disable-next-line no-control-regex -- colour codes
    expect(terminal.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });

  it('the list of analyses fits a terminal, and other programs get its sentences in one line', async () => {
    const argv = ['analyse', files.healthy, '--no-color'];
    const [plain, shown] = [(await runInProcess(argv)).out, (await runInProcess(argv, { isTerminal: true })).out];
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(shown.split(/\s+/)).toEqual(plain.split(/\s+/));
    expect(plain).toMatch(/^modules\n {2}Loaded modules[^\n]*\.\n/m);
    expect(plain).not.toMatch(/\S {3,}/);
  });

  it('progress only on a terminal, and nothing of it is left', async () => {
    expect((await runInProcess(['verify', '--quick', files.healthy])).err).toBe('');
    const { err } = await runInProcess(['verify', '--quick', files.healthy], { errIsTerminal: true });
    expect(err).toMatch(/check container-complete/);
    expect(err.endsWith('\r\u001b[K')).toBe(true);
    expect((await runInProcess(['verify', '--quick', files.healthy, '--quiet'], { errIsTerminal: true })).err).toBe('');
  });

  it('raw bytes are just the bytes', async () => {
    const { bytes, code } = await runInProcess(['read', files.healthy, 'file:0', '4096', '--raw']);
    expect(code).toBe(0);
    expect(Buffer.compare(bytes, readFileSync(files.healthy).subarray(0, 4096))).toBe(0);
  });

  it('a reader that goes away ends the command quietly', async () => {
    const path = join(folder, 'large.vmcore');
    copyFileSync(files.healthy, path);
    // More hex than a pipe holds.
    const child = spawn(process.execPath, [cliEntry, 'read', path, '0', '0x300000'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = await new Promise((resolve) =>
      child.on('close', (code, signal) => {
        resolve({ code, signal });
      }),
    );
    expect({ ended, err }).toEqual({ ended: { code: 0, signal: null }, err: '' });
  });
});
