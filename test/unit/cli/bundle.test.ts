/** The command line from its bundle: the same answers as from its sources, with the threads that lie next to it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runCliProcess } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const entry = join(root, 'out', 'cli', 'main.cjs');
const folder = scratchFolder();
const dump = join(folder, 'dump.s390');
const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli']);
  writeFileSync(dump, buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
});

describe('the bundled command line', () => {
  it('answers as the sources do', async () => {
    const [bundled, plain] = await Promise.all([runCliProcess(['triage', dump, '--json'], { env, entry }), runCliProcess(['triage', dump, '--json'], { env })]);
    expect(bundled).toEqual(plain);
    expect(bundled.code).toBe(0);
  });

  it('has every command, and explains each', async () => {
    const names = commands.map(({ name }) => name);
    const helps = await Promise.all(names.map(async (name) => (await runCliProcess([name, '--help'], { env, entry })).out));
    for (const [index, help] of helps.entries()) expect(help).toContain(`Usage: dumpbench ${names[index]}`);
  });

  it('brings the code along that V8 made of it, and V8 takes it', () => {
    const parts = readdirSync(dirname(entry)).filter((name) => name.endsWith('.code'));
    expect(parts.length).toBeGreaterThan(3);
    const seen = execFileSync(process.execPath, ['--require', join(root, 'test', 'taken-code.cjs'), entry, 'triage', dump], { env, encoding: 'utf8' });
    const taken = [...seen.matchAll(/^taken (?<name>\S+) (?<is>\S+)$/gm)].map(({ groups }) => groups?.is);
    expect(taken.length).toBeGreaterThan(1);
    expect(new Set(taken)).toEqual(new Set(['true']));
  });

  it('runs without that code', async () => {
    const copy = join(folder, 'copy');
    cpSync(dirname(entry), copy, { recursive: true, filter: (path) => !path.endsWith('.code') });
    const { code, out } = await runCliProcess(['info', dump], { env, entry: join(copy, 'main.cjs') });
    expect(code).toBe(0);
    expect(out).toBe((await runCliProcess(['info', dump], { env, entry })).out);
  });

  it('gives V8 no code that was damaged', async () => {
    const copy = join(folder, 'damaged');
    cpSync(dirname(entry), copy, { recursive: true });
    for (const name of readdirSync(copy).filter((one) => one.endsWith('.code'))) {
      const code = readFileSync(join(copy, name));
      code[code.length >> 1] = (code[code.length >> 1] ?? 0) ^ 0x10;
      writeFileSync(join(copy, name), code);
    }
    const seen = execFileSync(process.execPath, ['--require', join(root, 'test', 'taken-code.cjs'), join(copy, 'main.cjs'), 'info', dump], {
      env,
      encoding: 'utf8',
    });
    expect(seen).toMatch(/^taken \S+ false$/m);
    expect(seen).not.toMatch(/^taken \S+ true$/m);
    expect(seen).toContain((await runCliProcess(['info', dump], { env, entry })).out);
  });

  it('brings what fleets load, the writer of Parquet among it', async () => {
    const away = join(folder, 'away');
    cpSync(dirname(entry), away, { recursive: true });
    // Beside it lies what cannot be bundled, and no package else.
    mkdirSync(join(away, 'node_modules'));
    symlinkSync(join(root, 'node_modules', 'better-sqlite3'), join(away, 'node_modules', 'better-sqlite3'));
    const fleet = (...words: readonly string[]) =>
      runCliProcess(['fleet', ...words, '--catalogue', join(folder, 'catalogue')], { env, entry: join(away, 'main.cjs'), cwd: folder });
    expect(await fleet('init')).toMatchObject({ code: 0, err: '' });
    expect(await fleet('export', '--parquet', 'exported')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(folder, 'exported', 'issues', 'part-0.parquet'), 'latin1')).toMatch(/^PAR1[^]*PAR1$/);
  });

  it('ends with a message if a script is from another build', async () => {
    const copy = join(folder, 'replaced');
    cpSync(dirname(entry), copy, { recursive: true });
    const script = join(copy, 'part-0.js');
    writeFileSync(script, `${readFileSync(script, 'latin1')}\n`);
    const { code, err } = await runCliProcess(['info', dump], { env, entry: join(copy, 'main.cjs') });
    expect(code).not.toBe(0);
    expect(err).toContain(`${script} is not of the program that is running: it was replaced or damaged; start the command again`);
  });

  it('finds its page workers and the SQL console', async () => {
    const built = await runCliProcess(['index', dump, '--workers', '2', '--json'], { env, entry });
    expect(built.err).toBe('');
    expect(JSON.parse(built.out)).toMatchObject({ workers: 2 });
    const asked = await runCliProcess(['sql', dump, 'SELECT count(*) AS pages FROM page', '--json'], { env, entry });
    expect(asked.err).toBe('');
    expect(asked.code).toBe(0);
  });

  it('finds the disassembler', async () => {
    const asked = await runCliProcess(['disassemble', dump, 'absolute:0x2000', '--count', '2', '--json'], { env, entry });
    expect(asked.err).toBe('');
    const plain = await runCliProcess(['disassemble', dump, 'absolute:0x2000', '--count', '2', '--json'], { env });
    expect(asked.out).toBe(plain.out);
    expect(JSON.parse(asked.out)).toMatchObject({ arch: 's390x', space: 'absolute', complete: true });
  });
});
