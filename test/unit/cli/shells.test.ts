/** Completion in real shells: lines are typed, a tabulator is pressed, and what a command would get is compared. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { placeSamples } from '../../placed-samples.ts';
import { shellScripts } from '../../../src/cli/completion/shells.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(dirname(here)));
const folder = scratchFolder();
const place = join(folder, 'place');
const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8', XDG_CACHE_HOME: join(folder, 'cache'), PS1: '> ' };

/** Names with everything that a shell gives a meaning to. */
const names = {
  blank: 'a dump.elf',
  quote: `it's "q".elf`,
  colon: 'co:lon=x.elf',
  dash: '-dash.elf',
  line: 'new\nline.elf',
  umlaut: 'größe.elf',
  mark: 'b`x` $HOME.elf',
};

/** What is typed before the tabulator, and the words that follow. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ['tria', ['triage']],
  ['triage a', ['triage', names.blank]],
  ['triage it', ['triage', names.quote]],
  ['triage co', ['triage', names.colon]],
  ['triage -- -d', ['triage', '--', names.dash]],
  ['triage new', ['triage', names.line]],
  ['triage gr', ['triage', names.umlaut]],
  ['triage b', ['triage', names.mark]],
  ['triage "a d', ['triage', names.blank]],
  ['report x --form', ['report', 'x', '--format']],
  ['report x --format ht', ['report', 'x', '--format', 'html']],
  ['report x --format=ht', ['report', 'x', '--format=html']],
  ['report x --sections=case,integ', ['report', 'x', '--sections=case,integrity']],
  ['report x --with=sample-h', ['report', 'x', '--with=sample-healthy.vmcore']],
  ['catalogue checks os-info-p', ['catalogue', 'checks', 'os-info-page']],
  ['analyse x hang', ['analyse', 'x', 'hangs']],
  ['sample fold', ['sample', 'folder/']],
  ['symbols sample-healthy.vmcore sysrq', ['symbols', 'sample-healthy.vmcore', 'sysrq_handle_crash']],
];

/** The words of each line behind its tabulator, as a command gets them. */
function typeAt(shell: readonly string[], begin: string): readonly (readonly string[])[] {
  const out = join(folder, 'words');
  rmSync(out, { force: true });
  const show = `show() { shift; printf '%s\\0' "$@" >> '${out}'; printf '\\0' >> '${out}'; printf '%s%s\\n' DO NE; }`;
  // Typed as "DO NE", so that the terminal's own echo is not taken for the answer.
  const first = `${begin}; ${show}; printf '%s%s\\n' DO NE\n`;
  const lines = [first, ...typed.map(([line]) => `dumpbench ${line}\t\u0001show \n`)];
  const done = spawnSync('timeout', ['120', 'python3', join(here, 'type-at-shell.py'), ...shell], {
    input: lines.map((line) => `${line}\0`).join(''),
    env,
    cwd: place,
    encoding: 'utf8',
  });
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const words = readFileSync(out, 'utf8').split('\0\0').slice(0, -1);
  return words.map((line) => line.split('\0'));
}

const wanted = typed.map(([, words]) => words);

describeNeeding('shells', 'completion', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli']);
    mkdirSync(join(place, 'folder'), { recursive: true });
    mkdirSync(join(folder, 'bin'));
    for (const name of Object.values(names)) writeFileSync(join(place, name), '');
    placeSamples(place);
    const launcher = join(folder, 'bin', 'dumpbench');
    writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'out', 'cli', 'main.cjs')}' "$@"\n`);
    chmodSync(launcher, 0o755);
  });

  it('is the same in bash', () => {
    expect(typeAt(['bash', '--norc', '--noprofile', '-i'], 'source <(dumpbench completion bash)')).toEqual(wanted);
  });

  it('is the same in zsh', () => {
    expect(typeAt(['zsh', '-f', '-i'], 'setopt no_auto_remove_slash; autoload -U compinit; compinit -u -D; source <(dumpbench completion zsh)')).toEqual(
      wanted,
    );
  });

  it('is the same in fish, asked what it would offer', () => {
    const script = join(folder, 'dumpbench.fish');
    writeFileSync(script, shellScripts.fish);
    for (const [line, words] of typed) {
      const { stdout, stderr } = spawnSync('fish', ['-c', `source '${script}'; complete -C $argv[1]`, `dumpbench ${line}`], {
        env,
        cwd: place,
        encoding: 'utf8',
      });
      expect(stderr, line).toBe('');
      const offered = stdout.replace(/\t[^\n]*/g, '');
      expect(offered, line).toBe(`${words.at(-1) ?? ''}\n`);
    }
  });

  it('leaves nothing in the cache', () => {
    expect(spawnSync('ls', ['-A', join(folder, 'cache')]).status).not.toBe(0);
  });
});
