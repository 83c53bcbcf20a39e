/** Manifests: what we write the standard tools check, what they write we read, and bad ranges are named. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { manifestSchema } from '../../../src/shared/integrity-protocol.ts';
import { verifySchema, type CheckResult } from '../../../src/shared/check-model.ts';
import { manifestFormats, parseManifest, pieceSize, type FileDigests } from '../../../src/analysis/integrity/manifest.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from '../cli/command-files.ts';

const folder = scratchFolder();
const { healthy } = commandFiles(folder);

const verify = async (path: string, ...options: string[]): Promise<{ code: number; check: CheckResult }> => {
  const { code, out } = await runInProcess(['verify', path, '--quick', '--json', ...options]);
  const check = v.parse(verifySchema, JSON.parse(out)).checks.find(({ id }) => id === 'manifest');
  if (check === undefined) throw new Error('no check manifest');
  return { code, check };
};
const manifestOf = async (path: string, format: string): Promise<string> => {
  const target = join(folder, `${basename(path)}.${format}`);
  writeFileSync(target, (await runInProcess(['manifest', path, '--format', format])).out);
  return target;
};

describe.each(manifestFormats.map((one) => [one.id, one] as const))('%s', (format, made) => {
  it('of an intact file passes', async () => {
    const { code, check } = await verify(healthy, '--manifest', await manifestOf(healthy, format));
    expect({ code, verdict: check.verdict }).toEqual({ code: 0, verdict: 'passed' });
    expect(check.recorded).toBe(check.computed);
  });

  it('names every bad range, and no good one', async () => {
    const manifest = await manifestOf(healthy, format);
    const bytes = readFileSync(healthy);
    const mib = 1 << 20;
    for (const at of [0x5000, mib - 1, mib, 3 * mib + 5]) bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    const path = join(folder, `bad-${format}.vmcore`);
    writeFileSync(path, bytes);
    const { code, check } = await verify(path, '--manifest', manifest);
    expect({ code, verdict: check.verdict }).toEqual({ code: 1, verdict: 'failed' });
    // Pieces 0 and 1 are neighbours: one range.
    expect(check.ranges).toEqual([
      { fileOffset: 0, bytes: 2 * mib },
      { fileOffset: 3 * mib, bytes: mib },
    ]);
    expect(check.findings?.map(({ id }) => id)).toEqual(['manifest/range', 'manifest/range']);
    expect(check.findings?.[1]?.detail).toMatch(/absolute 0x[0-9a-f]+-0x[0-9a-f]+/);
  });

  it('of which one digest was changed is damaged itself, and the dump is not accused', async () => {
    const manifest = await manifestOf(healthy, format);
    const lines = readFileSync(manifest, 'utf8');
    const sha256 = createHash('sha256').update(readFileSync(healthy)).digest('hex');
    const digits = sha256.slice(8, 16) === '00000000' ? '11111111' : '00000000';
    const path = join(folder, `changed-${format}.${format}`);
    writeFileSync(path, lines.replaceAll(sha256, sha256.slice(0, 8) + digits + sha256.slice(16)));
    const { code, check } = await verify(healthy, '--manifest', path);
    expect({ code, verdict: check.verdict }).toEqual({ code: 1, verdict: 'failed' });
    expect(check.failure).toBe('The manifest is damaged: the dump is what it recorded.');
    expect(check.detail).toMatch(/\[[01]+\].* prove that the file was not/);
    expect([check.ranges, check.remedy]).toEqual([undefined, undefined]);
    // All of it, where pieces clear the file.
    const other = createHash('sha256').update('another file').digest('hex');
    writeFileSync(path, lines.replaceAll(sha256, other));
    const whole = await verify(healthy, '--manifest', path);
    if (lines.split('\n').filter((line) => /[0-9a-f]{64}/.test(line)).length > 1)
      expect(whole.check).toMatchObject({
        failure: 'The manifest is damaged: the dump is what it recorded.',
        detail: expect.stringContaining('all pieces') as string,
      });
    else expect(whole.check.failure).toBe('The dump differs from its manifest.');
  });

  it('of a cut and of a grown file fails', async () => {
    const manifest = await manifestOf(healthy, format);
    const bytes = readFileSync(healthy);
    const path = join(folder, `cut-${format}.vmcore`);
    for (const changed of [bytes.subarray(0, bytes.length - 100), Buffer.concat([bytes, Buffer.from([0])])]) {
      writeFileSync(path, changed);
      const { check } = await verify(path, '--manifest', manifest);
      expect(check.verdict).toBe('failed');
      expect(check.detail).toContain(`it has ${changed.length} bytes, but ${bytes.length} are recorded`);
    }
  });

  it('comes back as it was written', () => {
    const files: FileDigests[] = ['plain', 'with space, comma', 'back\\slash\nline'].map((name) => ({
      name,
      bytes: 10,
      sha256: 'ab'.repeat(32),
      pieces: [
        { start: 0, end: 7, sha256: '01'.repeat(32) },
        { start: 7, end: 10, sha256: '02'.repeat(32) },
      ],
    }));
    const expected = files.map((file) => ({ ...file, name: file.name.slice(file.name.lastIndexOf('\\') + 1) }));
    expect(parseManifest([Buffer.from(made.render(files))], 'm').slice(0, 2)).toEqual(expected.slice(0, 2));
  });
});

describe('manifests of other tools', () => {
  const digest = 'C0'.repeat(32);
  it.each([
    ['text mode', `${digest}  /evidence/dump.s390\n`],
    ['binary mode', `${digest} *dump.s390\r\n`],
    ['--tag', `SHA256 (dir/dump.s390) = ${digest}\n`],
    ['with comments', `# made on a day\n\n${digest}  dump.s390\n`],
    ['hashdeep', `%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /\n##\n4096,00112233,${digest},/evidence/dump.s390\n`],
  ])('%s', (_, text) => {
    expect(parseManifest([Buffer.from(text)], 'm')).toMatchObject([{ name: 'dump.s390', sha256: digest.toLowerCase() }]);
  });

  it('hashdeep -p: pieces, ends inclusive', () => {
    const text = `%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n4096,${digest},/e/d offset 0-4095\n10,${digest},/e/d offset 4096-4105\n`;
    expect(parseManifest([Buffer.from(text)], 'm')).toEqual([
      { name: 'd', pieces: [{ start: 0, end: 4096, sha256: digest.toLowerCase() }, { start: 4096, end: 4106, sha256: digest.toLowerCase() }] },
    ]); // prettier-ignore
  });

  it.each([
    '',
    '# nothing\n',
    'no manifest\n',
    `${digest.slice(1)}  short\n`,
    '%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n1,2,x\n',
    `# piece ${digest} 9-3  x\n`,
  ])('refuses %j', (text) => {
    expect(() => parseManifest([Buffer.from(text)], 'm')).toThrow(DumpError);
  });

  it('keeps of the files of an archive those that are asked for, and two that show that there are others', () => {
    const text = ['a', 'b', 'c', 'dump', 'e'].map((name) => `${digest}  ${name}\n`).join('');
    expect(parseManifest([Buffer.from(text)], 'm', (name) => name === 'dump').map(({ name }) => name)).toEqual(['a', 'b', 'dump']);
  });

  it('is read in pieces that end anywhere', () => {
    const bytes = Buffer.from(`# a\n${digest}  dump\r\n${digest}  other`);
    const pieces = Array.from(bytes, (_, at) => Buffer.from(bytes.subarray(at, at + 1)));
    expect(parseManifest(pieces, 'm')).toEqual(parseManifest([bytes], 'm'));
    expect(() => parseManifest([Buffer.from('# a\n'), Buffer.from('# b\nno'), Buffer.from(' line\n')], 'm')).toThrow(
      expect.objectContaining({ where: { file: 'm', offset: 8 } }),
    );
  });

  it('a manifest of other files says nothing of the dump', async () => {
    const path = join(folder, 'others.sha256');
    writeFileSync(path, `${digest}  a\n${digest}  b\n`);
    const { code, check } = await verify(healthy, '--manifest', path);
    expect({ code, verdict: check.verdict }).toEqual({ code: 0, verdict: 'not-recorded' });
  });
});

describeNeeding('sha256sum', 'the tool sha256sum', () => {
  it('checks what we write, and we check what it writes', async () => {
    const own = await manifestOf(healthy, 'sha256sum');
    const check = spawnSync('sha256sum', ['--check', '--strict', own], { cwd: folder, encoding: 'utf8' });
    expect({ status: check.status, out: check.stdout, err: check.stderr }).toEqual({ status: 0, out: 'healthy.vmcore: OK\n', err: '' });
    const theirs = join(folder, 'theirs');
    writeFileSync(theirs, execFileSync('sha256sum', [healthy]));
    expect((await verify(healthy, '--manifest', theirs)).check.verdict).toBe('passed');
    const damaged = join(folder, 'copy', '..', 'healthy-copy.vmcore');
    copyFileSync(healthy, join(folder, 'healthy-copy.vmcore'));
    expect((await verify(damaged.replace('copy/../', ''), '--manifest', theirs)).check.detail).toContain('1 of 1 file as recorded');
  });
});

describe('manifest', () => {
  it('--json is of its schema, and pieces cover the file without gap', async () => {
    const { files } = v.parse(manifestSchema, JSON.parse((await runInProcess(['manifest', healthy, '--json'])).out));
    const [file] = files;
    expect(files).toHaveLength(1);
    expect(file?.pieces[0]?.start).toBe(0);
    expect(file?.pieces.at(-1)?.end).toBe(file?.bytes);
    expect(file?.pieces.slice(1).map(({ start }) => start)).toEqual(file?.pieces.slice(0, -1).map(({ end }) => end));
  });

  it('pieces stay few', () => {
    expect([0, 1, 1 << 30, 2 ** 40].map((bytes) => pieceSize(bytes))).toEqual([1 << 20, 1 << 20, 1 << 20, 1 << 28]);
  });

  it('never writes over a file', async () => {
    const before = readFileSync(healthy);
    const { code, err } = await runInProcess(['manifest', healthy, '-o', healthy]);
    expect(code).toBe(2);
    expect(err).toMatch(/which is an input of this command and is never overwritten/);
    expect(readFileSync(healthy).equals(before)).toBe(true);
    expect((await runInProcess(['manifest', healthy, '--format', 'md5'])).code).toBe(2);
  });
});
