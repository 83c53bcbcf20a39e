import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { healthy, damaged, hole, notDump } = commandFiles(folder);
process.env.XDG_CACHE_HOME = folder;

describe('exit code', () => {
  it.each([
    [['info', healthy]],
    [['triage', damaged]],
    [['verify', '--quick', healthy]],
    [['read', healthy, '0', '0']],
    [['read', hole, '0x7ff0', '0x100', '--fill', '0']],
    [['--help']],
    [['--version']],
    [['read', '--help']],
  ])('0 for %j', async (argv) => {
    expect(await runInProcess(argv)).toMatchObject({ code: 0, err: '' });
  });

  it('1 when a check failed', async () => {
    const { code, out } = await runInProcess(['verify', '--quick', damaged]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED +os-info-page/);
    expect((await runInProcess(['verify', '--quick', damaged, '--json'])).code).toBe(1);
  });

  it('0 for a triage that says which decision it did not look into', async () => {
    const { code, out } = await runInProcess(['triage', damaged]);
    expect(code).toBe(0);
    expect(out).toContain('Whether a panic would have started kdump depends on purgatory-sha256, which was not run: run verify.');
    expect((await runInProcess(['triage', healthy])).out).not.toContain('Whether a panic');
  });

  it('1 when the only segment of a dump could not be used, and nowhere is it called complete', async () => {
    const path = join(folder, 'only-load.dump');
    const lines = ['memory 64 KiB', 'load 0x0 0x1000', 'format elf-vmcore producer=kernel vmcoreinfo=no', 'patch file:0xa0 80 00 00 00 00 00 10 00'];
    writeFileSync(path, buildCase(lines.join('\n')));
    const verify = await runInProcess(['verify', path]);
    expect(verify.code).toBe(1);
    expect(verify.out).toMatch(/FAILED +container-complete/);
    expect(verify.out).toMatch(/FAILED +segments/);
    expect((await runInProcess(['info', path])).out).toMatch(/container\.complete +false .*container-complete failed/);
    expect((await runInProcess(['triage', path])).out).toMatch(/INCOMPLETE/);
  });

  it.each([
    [[], /Usage: dumpbench/],
    [['nonsense'], /unknown command 'nonsense'/],
    [['info'], /missing required argument 'file'/],
    [['info', healthy, damaged], /too many arguments/],
    [['info', '--bogus', healthy], /unknown option '--bogus'/],
    [['triage'], /missing required argument 'files'/],
    [['read', healthy, 'no where', '8'], /"no where" is not an address: at character 1/],
    [['read', healthy, '0', 'many'], /length: "many" is not a whole number/],
    [['read', healthy, '0', '-1'], /./],
    [['read', healthy, '0', '8', '--space', 'outer'], /"outer" is not one of absolute, real, virtual, file/],
    [['read', healthy, '0', '8', '--fill', '256'], /256 is not a byte/],
    [['read', healthy, 'cpu99.r15', '8'], /cpu99/],
    [['cpus', healthy, '--cpu', '99'], /there is no CPU 99/],
    [['info', healthy, '--view', 'mine'], /view/],
    [['sql', healthy, 'select 1', '--rows', '0'], /--rows/],
    [['index', healthy, '--memory', '10'], /--memory must be at least 192 MiB/],
    [['index', healthy, '--memory', '191MiB'], /--memory must be at least 192 MiB/],
    [['index', healthy, '--memory', 'much'], /--memory expects a size/],
    [['report', healthy, '--quick', '--format', 'papyrus'], /no report format "papyrus": expected one of html, json/],
    [['lowcore', healthy, '--layout', '5.0'], /no lowcore layout "5.0": expected one of 3.12, /],
    [['sample', ''], /<dir>: the name is empty/],
    [['report', healthy, '--quick', '--output', ''], /--output: the name is empty/],
    [['index', healthy, '--index', ''], /--index: the name is empty/],
    [['analyse', healthy, 'debug-feature', '--from', 'yesterday'], /from: "yesterday" is not a time such as 2026-11-29/],
    [['analyse', healthy, 'merged-log', '--to', '2026-02-30'], /to: "2026-02-30" is not a time such as/],
    [['sql', healthy, 'select 1', '--rows', '2000000'], /--rows: at most 1000000/],
    [['sql', healthy, 'select 1', '--rows', '0.5'], /--rows: "0.5" is not a whole number/],
    [['sql', healthy, 'select 1', '--seconds', '5000'], /--seconds: at most 3600/],
    [['analyse', healthy, 'modules', '--rows', '3000000'], /--rows: at most 1000000/],
    [['analyse', healthy, 'modules', '--rows', '0'], /--rows: 0 rows are no answer/],
    [['analyse', healthy, '--rows', '3'], /--rows: name the analysis/],
    [['analyse', healthy, '--pid', '1', '--csv'], /--pid, --csv: name the analysis/],
    [['analyse', healthy, '--with', damaged], /--with: name the analysis/],
    [['ftrace', healthy, '--from', 'x'], /from: "x" is not a number of seconds such as 51.25/],
    [['ftrace', healthy, '--to', 'x', '--json'], /to: "x" is not a number of seconds/],
    [['read', healthy, '0', '8', '--raw', '--json'], /--raw and --json/],
    [['read', healthy, '0', '0x10000000000', '--fill', '0', '--json'], /at most 16777216 bytes with --json/],
  ])('2 for wrong usage: %j', async (argv, message) => {
    const { code, out, err } = await runInProcess(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n +at /);
  });

  it.each([
    [['info', notDump], /not a dump that Dumpbench knows/],
    [['read', healthy, 'nowhere', '8'], /no symbol is named nowhere/],
    [['read', hole, '0x8000', '1'], /the dump has no bytes there: missing/],
    [['read', hole, '0xffffffffffffffff', '2'], /64-bit address space/],
    [['osinfo', hole], /no os_info/],
    [['vmcoreinfo', hole], /no vmcoreinfo/],
  ])('3 when it is not there: %j', async (argv, message) => {
    const { code, out, err } = await runInProcess(argv);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('130 when interrupted', async () => {
    expect((await runInProcess(['info', healthy], { signal: AbortSignal.abort() })).code).toBe(130);
  });
});

describe('--help', () => {
  it.each(commands.map((command) => [command.name, command] as const))('%s explains itself, with an example', async (name, command) => {
    const { code, out } = await runInProcess([name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: dumpbench ${name}`);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(command.summary);
    expect(out).toMatch(new RegExp(`Examples?:\\n  dumpbench ${name} `));
    for (const option of [
      '--json',
      '--quiet',
      '--no-color',
      ...(command.options ?? []).map(({ flags }) => flags.split(/[ ,]+/).find((flag) => flag.startsWith('--')) ?? ''),
    ])
      expect(out).toContain(option);
  });

  it('without a command lists all of them', async () => {
    const { out } = await runInProcess(['--help']);
    for (const { name, summary } of commands)
      expect(out.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`${name}.* ${summary.slice(0, 20).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  });
});
