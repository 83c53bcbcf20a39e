/** Files whose names are not UTF-8: named on the command line, found in a folder, and as volumes of a set. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pathText } from '../../src/files/path-bytes.ts';
import { s390MvExt } from '../../src/samples/s390-mv.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { runInProcess } from '../cli-in-process.ts';
import { cliEntry } from '../cli-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from '../unit/cli/command-files.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
const files = commandFiles(folder);
const mib = 0x100000;

/** "größe" as Latin-1 has it, and bytes that are no character anywhere. */
const oddNames = [Buffer.from('gr\xf6\xdfe', 'latin1'), Buffer.from([0x64, 0xff, 0xfe, 0x80, 0x31])];
const within = (parent: string, name: Uint8Array): Buffer => Buffer.concat([Buffer.from(`${parent}/`), name]);

/** Runs the command line through a shell, which can name any bytes. @param words are shell words in Latin-1 */
function shell(entry: readonly string[], words: string): { readonly code: number; readonly out: string; readonly err: string } {
  const script = join(folder, 'script.sh');
  writeFileSync(script, Buffer.from(`exec '${process.execPath}' ${entry.map((word) => `'${word}'`).join(' ')} ${words} 2>'${folder}/err'\n`, 'latin1'));
  let code = 0;
  let out: string;
  try {
    out = execFileSync('sh', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    code = (error as { status: number }).status;
    out = (error as { stdout: string }).stdout;
  }
  return { code, out, err: execFileSync('cat', [join(folder, 'err')], { encoding: 'utf8' }) };
}

describe.skipIf(process.platform !== 'linux')('a file whose name is not UTF-8', () => {
  const dump = execFileSync('cat', [files.healthy], { maxBuffer: 64 * mib });
  const places = mkdtempSync(join(folder, 'names-'));
  for (const name of oddNames) {
    writeFileSync(within(places, name), dump);
    writeFileSync(within(places, Buffer.concat([name, Buffer.from('.gz')])), zlib.gzipSync(dump));
  }
  const words = oddNames.map((name) => `'${places}/${name.toString('latin1')}'`);

  it.each([0, 1])('is opened by its name on the command line (%i)', (index) => {
    const path = `${places}/${pathText(oddNames[index]!)}`;
    for (const packed of ['', '.gz']) {
      const { code, out, err } = shell([cliEntry], `info --json ${words[index]!}${packed}`);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect((JSON.parse(out) as { file: { path: string } }).file.path).toBe(path + packed);
    }
    const { out } = shell([cliEntry], `triage ${words.join(' ')}`);
    // Shown, not swallowed.
    expect(out).toContain('gr\\u{dcf6}\\u{dcdf}e');
  });

  it('is opened by a process that gets its name from another one', () => {
    const runtime = fileURLToPath(new URL('../../scripts/node-runtime.mjs', import.meta.url));
    const starter = join(folder, 'starter.mjs');
    writeFileSync(
      starter,
      `const { runOn } = await import(${JSON.stringify(runtime)});\nprocess.exitCode = await runOn(process.execPath, process.argv.slice(2));\n`,
    );
    const { code, out, err } = shell([starter, cliEntry], `info --json ${words[1]!}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((JSON.parse(out) as { file: { path: string } }).file.path).toBe(`${places}/${pathText(oddNames[1]!)}`);
    const opened = shell(['--no-warnings', cliEntry], `open --json ${words[1]!}`);
    if (opened.code === 0 && opened.out.includes('"dumps"')) expect(opened.out).toContain('\\udcff');
  });

  it('is indexed, searched by SQL and reported on, but no output gets such a name', async () => {
    const path = `${places}/${pathText(oddNames[0]!)}`;
    expect((await runInProcess(['index', path, '--workers', '1'])).code).toBe(0);
    const { code, out } = await runInProcess(['sql', path, 'select name from analysis_modules()', '--json']);
    expect(code).toBe(0);
    expect(out).toContain('"rows"');
    for (const argv of [
      ['manifest', path, '-o', `${path}.sums`],
      ['sample', `${path}.d`],
      ['index', path, '--index', `${path}.sqlite`],
    ]) {
      const refused = await runInProcess(argv);
      expect(refused.code, argv[0]).toBeGreaterThan(1);
      expect(refused.err, argv[0]).toMatch(/the name is not UTF-8|has a name that is not UTF-8/);
    }
  });

  it('is found in a folder, next to what cannot be opened', async () => {
    const single = mkdtempSync(join(folder, 'single-'));
    mkdirSync(within(single, Buffer.from([0xff])));
    writeFileSync(within(single, oddNames[1]!), dump);
    writeFileSync(join(single, 'locked'), dump);
    writeFileSync(within(single, Buffer.from('notes\xfc', 'latin1')), 'text');
    chmodSync(join(single, 'locked'), 0);
    // Root can read everything.
    if (process.getuid?.() === 0) writeFileSync(join(single, 'locked'), '');
    const { code, out } = await runInProcess(['info', single, '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(out) as { file: { path: string } }).file.path).toBe(`${single}/${pathText(oddNames[1]!)}`);
  });

  it('is a volume of a set, found and named', async () => {
    const set = mkdtempSync(join(folder, 'set-'));
    const volumes = s390MvExt(s390xSystem({ cpuCount: 2 }), { partitions: [3 * mib, 6 * mib] });
    for (const [index, bytes] of volumes.entries()) writeFileSync(within(set, oddNames[index]!), bytes);
    const [first = '', second = ''] = oddNames.map((name) => `${set}/${pathText(name)}`);
    for (const argv of [
      ['info', set],
      ['info', first],
      ['info', second, '--volume', first],
    ]) {
      const { code, out } = await runInProcess([...argv, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ container: { complete: true, volumes: [{ path: first }, { path: second }] } });
    }
    const { out } = shell([cliEntry], oddNames.map((name, index) => `${index === 0 ? 'info' : '--volume'} '${set}/${name.toString('latin1')}'`).join(' '));
    expect(out).toMatch(/container.complete +true/);
  });
});
