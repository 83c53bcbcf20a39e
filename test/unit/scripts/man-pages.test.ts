/** The man pages: as complete as --help, and right in the eyes of those who format them. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { manPages } from '../../../scripts/man-pages.ts';
import { candidates } from '../../../src/cli/completion/candidates.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { opensDump } from '../../../src/cli/given-files.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const pages = manPages();

describe('man pages', () => {
  it('there is one for the program and one for each command, with all options', () => {
    expect([...pages.keys()]).toEqual(['dumpbench.1', ...commands.map(({ name }) => `dumpbench-${name}.1`)]);
    for (const { name } of commands) {
      const page = (pages.get(`dumpbench-${name}.1`) ?? '').replaceAll('\\-', '-');
      for (const { word } of candidates([name], '--').words) expect(page, name).toContain(word);
      expect((pages.get('dumpbench.1') ?? '').replaceAll('\\-', '-')).toContain(`dumpbench-${name}(1)`);
    }
  });

  it('exit code 1 is listed for the commands that end with it, and for no other', () => {
    const folder = fileURLToPath(new URL('../../../src/cli/commands/', import.meta.url));
    const ending = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .filter((text) => text.includes('exitCodes.difference'))
      .flatMap((text) => [...text.matchAll(/^ {2}name: '([\w-]+)'/gm)].map(([, name]) => name));
    expect(ending).toContain('verify');
    const listing = commands.filter(({ name }) => pages.get(`dumpbench-${name}.1`)?.includes('\\fB1\\fR') === true);
    expect(listing.map(({ name }) => name).sort()).toEqual(ending.sort());
  });

  it('only commands that open dumps are said to end with exit code 3 for what is not a dump', () => {
    const three = (name: string): string => /\\fB3\\fR\n(.*)/.exec((pages.get(`dumpbench-${name}.1`) ?? '').replaceAll('\\-', '-'))?.[1] ?? '';
    for (const { name } of commands) expect(three(name), name).toContain('an output cannot be written');
    for (const name of ['catalogue', 'completion', 'doctor', 'sample']) expect(three(name), name).toBe('an output cannot be written');
    for (const command of commands.filter(opensDump)) expect(three(command.name), command.name).toContain('not a dump');
  });

  it('no line of text is taken for a request', () => {
    const requests = new Set(['.TH', '.SH', '.TP', '.nf', '.fi']);
    for (const [name, page] of pages)
      for (const line of page.split('\n')) if (/^[.']/.test(line)) expect(requests.has(line.split(' ')[0] ?? ''), `${name}: ${line}`).toBe(true);
  });
});

describeNeeding('mandoc', 'man pages, as mandoc reads them', () => {
  const folder = scratchFolder();
  it('are without a warning', () => {
    const paths = [...pages].map(([name, page]) => {
      writeFileSync(join(folder, name), page);
      return join(folder, name);
    });
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...paths], { encoding: 'utf8' });
    // They are made from declarations, which have no date.
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
    const shown = spawnSync('mandoc', ['-T', 'utf8', join(folder, 'dumpbench-triage.1')], { encoding: 'utf8' }).stdout.replaceAll(/.\p{Cc}(?=.)/gu, '');
    expect(shown).toContain('dumpbench triage');
  });
});
