/** The command line as it is installed: a tree that may lie anywhere, and needs nothing of the checkout and no Node of the system. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { layCliPayload } from '../../../scripts/cli-payload.mjs';
import { toolVersion } from '../../../src/analysis/engine/tool.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const folder = scratchFolder();
const tree = join(folder, "a user's folder", 'dump bench');
const launcher = join(tree, 'bin', 'dumpbench');
const dump = join(folder, 'dump.s390');
const { platform, arch } = process;

/** As in a shell that knows no Node. */
const env = { PATH: '/usr/bin:/bin', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
function run(program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, words, { env: { ...env, ...more }, cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe.skipIf(!['linux-x64', 'linux-arm64', 'darwin-x64'].includes(`${platform}-${arch}`))('the installed command line', () => {
  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli']);
    const laid = join(folder, 'laid');
    mkdirSync(laid);
    await layCliPayload(laid, { platform, arch });
    mkdirSync(dirname(tree));
    renameSync(laid, tree);
    writeFileSync(dump, buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  });

  it('starts from where it was moved to, and through links of every kind', () => {
    const version = { code: 0, out: `${toolVersion}\n`, err: '' };
    expect(run(launcher, ['--version'])).toEqual(version);
    mkdirSync(join(folder, 'bin'));
    symlinkSync(launcher, join(folder, 'absolute'));
    symlinkSync('../absolute', join(folder, 'bin', 'dumpbench'));
    symlinkSync(dirname(launcher), join(folder, 'linked folder'));
    for (const path of ['absolute', 'bin/dumpbench', 'linked folder/dumpbench']) expect(run(join(folder, path), ['--version'])).toEqual(version);
    expect(run('dumpbench', ['--version'], { PATH: `${join(folder, 'bin')}:/bin` })).toEqual(version);
  });

  it('brings its threads, SQLite, the disassembler and the samples', () => {
    expect(run(launcher, ['index', dump, '--workers', '2', '--json'])).toMatchObject({ code: 0, err: '' });
    expect(run(launcher, ['sql', dump, 'SELECT count(*) AS pages FROM page', '--json'])).toMatchObject({ code: 0, err: '' });
    expect(run(launcher, ['search', dump, 'Linux', '--type', 'regex', '--quiet'])).toMatchObject({ code: 0, err: '' });
    expect(run(launcher, ['disassemble', dump, 'absolute:0x2000', '--count', '2'])).toMatchObject({ code: 0, err: '' });
    expect(run(launcher, ['sample', join(folder, 'samples')])).toMatchObject({ code: 0, err: '' });
  });

  it('names the packages that it is made of, with their licences', () => {
    const text = readFileSync(join(tree, 'share', 'doc', 'dumpbench', 'LICENSES-packages'), 'utf8');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    for (const [name, version] of Object.entries(dependencies)) expect(text).toContain(`${name} ${version} (`);
    expect(text).toContain('Permission is hereby granted');
  });

  it('comes with a README that leads to nothing that is not there', () => {
    const text = readFileSync(join(tree, 'share', 'doc', 'dumpbench', 'README.md'), 'utf8');
    expect(text).toContain('dumpbench triage');
    expect(text).not.toMatch(/\]\(|<img|https?:/);
  });

  it('runs the code that V8 made when it was bundled', () => {
    const program = join(tree, 'lib', 'dumpbench');
    const { out } = run(join(program, 'node'), ['--require', join(root, 'test', 'taken-code.cjs'), join(program, 'out', 'cli', 'main.cjs'), 'triage', dump]);
    expect(out).toMatch(/^taken .+ true$/m);
    expect(out).not.toMatch(/^taken .+ false$/m);
  });

  it('does not contain the folder that it was built in', () => {
    const cli = join(tree, 'lib', 'dumpbench', 'out', 'cli');
    const telling = readdirSync(cli, { recursive: true, encoding: 'utf8' }).filter(
      (name) => statSync(join(cli, name)).isFile() && readFileSync(join(cli, name)).includes(`${root}/`),
    );
    expect(telling).toEqual([]);
  });

  it("takes nothing from the settings of the user's own Node", () => {
    const script = join(folder, 'preloaded.cjs');
    writeFileSync(script, "console.log('preloaded')");
    expect(run(launcher, ['--version'], { NODE_OPTIONS: `--require="${script}"` })).toEqual({ code: 0, out: `${toolVersion}\n`, err: '' });
    expect(run(launcher, ['--version'], { NODE_OPTIONS: '--no-such-option' })).toEqual({ code: 0, out: `${toolVersion}\n`, err: '' });
  });

  it('says that it is damaged, and ends as one that cannot go on', () => {
    const part = join(tree, 'lib', 'dumpbench', 'out', 'cli', 'part-1.js');
    const whole = readFileSync(part);
    try {
      writeFileSync(part, whole.subarray(0, whole.length / 2));
      const { code, out, err } = run(launcher, ['--help']);
      expect({ code, out }).toEqual({ code: 4, out: '' });
      expect(err).toMatch(/^dumpbench: .*part-1\.js is not of the program that is running: .*install it again\n$/);
    } finally {
      writeFileSync(part, whole);
    }
  });

  it('prints the triage if no desktop program is installed with it, and says so', () => {
    const { code, out } = run(launcher, ['open', dump]);
    expect(code).toBe(0);
    expect(out).toContain('The desktop program is not installed with this command line. The triage is printed here instead.');
    expect(out.endsWith(run(launcher, ['triage', dump]).out)).toBe(true);
    // Without the browsers that this machine may have.
    const printed = run(launcher, ['report', dump, '--format', 'pdf', '-o', join(folder, 'report.pdf')], { PATH: folder });
    expect(printed.code).toBe(2);
    expect(printed.err).toContain('The desktop program: The desktop program is not installed with this command line.');
  });

  it('passes on the exit code and the arguments of a command unchanged', () => {
    expect(run(launcher, ['triage', join(folder, 'no such file')]).code).toBe(3);
    expect(run(launcher, ['search', dump, 'two  blanks "and quotes" $HOME *', '--type', 'text', '--json']).out).toContain(
      'two  blanks \\"and quotes\\" $HOME *',
    );
  });
});
