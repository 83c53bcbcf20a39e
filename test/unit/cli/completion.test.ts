/** What completion offers, from the declarations alone, and what it leaves alone. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { candidates } from '../../../src/cli/completion/candidates.ts';
import { dumpNames } from '../../../src/cli/completion/dump-words.ts';
import { unquoted } from '../../../src/cli/completion/request.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { allOptions } from '../../../src/cli/given-files.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
const words = (before: readonly string[], typed = ''): readonly string[] => candidates(before, typed).words.map(({ word }) => word);

describe('completion', () => {
  it('offers every command, and the options that its help lists', async () => {
    expect(words([])).toEqual(commands.map(({ name }) => name));
    for (const { name } of commands) {
      const help = (await runInProcess([name, '--help'])).out;
      const listed = [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
      expect(words([name], '--').toSorted(), name).toEqual(listed.toSorted());
    }
  });

  it('offers values of which the description says that they are some, and no others', () => {
    for (const command of commands)
      for (const { flags, description, values } of allOptions(command)) {
        if (!flags.includes('<')) continue;
        const long = /--[\w-]+/.exec(flags)?.[0] ?? '';
        const offered = words([command.name, long]);
        expect(offered, `${command.name} ${long}`).toEqual(values === undefined ? [] : [...new Set(values.words())]);
        // Ids of analyses are too many for a description.
        if (!flags.startsWith('--analysis')) for (const word of offered) expect(description, `${command.name} ${long}`).toContain(word);
      }
  });

  it('goes by the placeholder for files and folders, after options too', () => {
    expect(candidates(['triage'], '').paths).toBe('files');
    expect(candidates(['triage', 'a', 'b'], '').paths).toBe('files');
    expect(candidates(['verify', 'a'], '').paths).toBe('none');
    expect(candidates(['verify', '--manifest'], '').paths).toBe('files');
    expect(candidates(['verify', 'a', '--quick', '--manifest=m'], '-').paths).toBe('none');
    expect(candidates(['report', 'a', '--template'], '').paths).toBe('folders');
    expect(candidates(['verify', '--manifest'], '-').paths).toBe('files');
    expect(candidates(['verify', '--'], '-').paths).toBe('files');
    expect(candidates(['sample'], '').paths).toBe('folders');
    expect(candidates(['no such command'], '')).toEqual({ words: [], paths: 'none' });
  });

  it('does not offer twice what was given, in a list or as an option', () => {
    expect(words(['search', 'f', 'p', '--class'], 'zero,')).not.toContain('zero,zero');
    expect(words(['verify', 'f', '--quick'], '--q')).toEqual(['--quiet']);
    expect(words(['compare', 'a', 'b', '--analysis', 'tasks'], '--analysis')).toEqual(['--analysis']);
  });

  it('knows symbols of a dump, and reads none of what it would have to unpack', async () => {
    expect(await dumpNames('symbols', files.healthy, 'sysrq')).toEqual(['sysrq_handle_crash']);
    expect(await dumpNames('types', files.types, 'prb_')).toContain('prb_desc_ring');
    const packed = join(folder, 'packed.gz');
    writeFileSync(packed, gzipSync('dump'));
    for (const path of [packed, folder, join(folder, 'absent'), files.notDump]) expect(await dumpNames('symbols', path, 's'), path).toEqual([]);
    for (const prefix of ['', '*', 'a b', '\n']) expect(await dumpNames('symbols', files.healthy, prefix)).toEqual([]);
    expect(existsSync(join(folder, 'unpacked'))).toBe(false);
  });

  it('reads arguments as bash would pass them on', () => {
    const cases: Readonly<Record<string, string>> = {
      'a\\ b': 'a b',
      "'a b'": 'a b',
      '"a b': 'a b',
      '"a\\"b$"': 'a"b$',
      "it\\'s": "it's",
      "'new\nline'": 'new\nline',
      '"a\\b"': 'a\\b',
      plain: 'plain',
      'co\\:lon': 'co:lon',
    };
    for (const [raw, meant] of Object.entries(cases)) expect(unquoted(raw), raw).toBe(meant);
  });

  it('answers in lines: what the shell adds, then the candidates', async () => {
    const { code, out, err } = await runInProcess(['__complete', '--raw', '--', 'symbols', files.healthy.replaceAll('/', '\\/'), 'sysrq']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe('none\nsysrq_handle_crash\n');
    expect((await runInProcess(['__complete', '--', 'triage', ''])).out).toBe('files\n');
  });
});
