/** Bit rot: the same header, other memory. The earlier index tells, names the pages, and stays until it is rebuilt. */
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { verifySchema, type VerifyJson } from '../../../src/shared/check-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from '../cli/command-files.ts';

const folder = scratchFolder();
const { damaged: dump } = commandFiles(folder);
process.env.XDG_CACHE_HOME = join(folder, 'cache');

async function verify(path: string): Promise<{ code: number; answer: VerifyJson }> {
  const { code, out } = await runInProcess(['verify', path, '--json']);
  return { code, answer: v.parse(verifySchema, JSON.parse(out)) };
}
const checkOf = ({ checks }: VerifyJson) => checks.find(({ id }) => id === 'index-digest');

describe('index-digest', () => {
  it('nothing is recorded before the first index, passed after it, failed when pages changed, passed again after --rebuild', async () => {
    const rotten = join(folder, 'rotten.s390');
    copyFileSync(dump, rotten);
    const first = await verify(rotten);
    expect(checkOf(first.answer)?.verdict).toBe('not-recorded');
    const second = await verify(rotten);
    expect(checkOf(second.answer)?.verdict).toBe('passed');
    expect(second.answer.digests).toEqual(first.answer.digests);
    // A report does not depend on what lies in the cache.
    const report = (await runInProcess(['report', rotten, '--format', 'json'])).out;
    expect(report).toContain('indexes on this machine are not part');

    const bytes = readFileSync(rotten);
    // Memory follows the header page: absolute 0x6f0000, 0x6f1000 and 0x680fff of the small system.
    for (const at of [0x6f0000, 0x6f1800, 0x680fff]) bytes[0x1000 + at] = (bytes[0x1000 + at] ?? 0) ^ 0x40;
    writeFileSync(rotten, bytes);
    const third = await verify(rotten);
    expect(third.code).toBe(1);
    expect(checkOf(third.answer)).toMatchObject({
      verdict: 'failed',
      ranges: [
        { space: 'absolute', start: '0x680000', end: '0x681000' },
        { space: 'absolute', start: '0x6f0000', end: '0x6f2000' },
      ],
    });
    // The tree in the old index is not that of the file: it is not reported.
    expect(third.answer.digests.memoryRoot).toBeUndefined();
    expect(third.answer.digests.file).not.toBe(first.answer.digests.file);
    expect(third.answer.damage?.map(({ where }) => where)).toContainEqual({ space: 'absolute', start: '0x6f0000', end: '0x6f2000' });
    expect((await runInProcess(['report', rotten, '--format', 'json'])).out).toContain('index-digest/changed');
    const key = join(folder, 'key.pem');
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(await runInProcess(['attest', rotten, '--key', key])).toMatchObject({ code: 3, out: '' });
    // The old index is still there and still says so.
    expect(checkOf((await verify(rotten)).answer)?.verdict).toBe('failed');

    expect((await runInProcess(['index', rotten, '--rebuild', '--digest', '--quiet'])).code).toBe(0);
    const rebuilt = await verify(rotten);
    expect(checkOf(rebuilt.answer)?.verdict).toBe('passed');
    expect(rebuilt.answer.digests.memoryRoot).not.toBe(first.answer.digests.memoryRoot);
  });

  it('is of the memory as it is stored: another view of two systems is no bit rot', async () => {
    const two = join(folder, 'two.s390');
    writeFileSync(two, buildCase('system two\nformat s390'));
    expect((await runInProcess(['index', two, '--quiet'])).code).toBe(0);
    expect(checkOf((await verify(two)).answer)?.verdict).toBe('passed');
    for (const view of ['prod', 'kdump']) {
      const { out } = await runInProcess(['verify', two, '--json', '--view', view]);
      expect(checkOf(v.parse(verifySchema, JSON.parse(out)))?.verdict, view).toBe('not-recorded');
    }
  });
});
