/** `capsule`: made from a dump on disk, verified without it, opened as the part of the dump that it is. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { madeCaseSchema, verifiedCaseSchema } from '../../../src/shared/case-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { afterTitle } from '../../../src/shared/verdict-text.ts';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { healthy, damaged, hole } = commandFiles(folder);
process.env.XDG_CACHE_HOME = join(folder, 'cache');

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const at = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const key = write('key.pem', pem(privateKey));
const pub = write('key.pub', pem(publicKey));

async function make(dump: string, name: string, ...options: readonly string[]) {
  const path = at(name);
  rmSync(path, { force: true });
  const run = await runInProcess(['capsule', 'make', dump, '--key', key, '-o', path, '--json', ...options]);
  return { ...run, path, made: run.code === 0 ? v.parse(madeCaseSchema, JSON.parse(run.out)) : undefined };
}

async function verify(path: string, ...options: readonly string[]) {
  const { code, out, err } = await runInProcess(['capsule', 'verify', path, '--json', ...options]);
  return { code, err, found: out === '' ? undefined : v.parse(verifiedCaseSchema, JSON.parse(out)) };
}

describe('capsule make', () => {
  it('cites pages of a dump that it attests, and the same call gives the same bytes', async () => {
    const { path, made } = await make(damaged, 'a.dumpcase', '--digest', '--cite', 'lowcores', '--cite', '0x0-0x1000');
    expect(made?.members).toEqual([
      'mimetype',
      'case.json',
      'signer.pem',
      'attestation.json',
      'attestation.pem',
      'dump.json',
      'report.html',
      'report.json',
      'verify.json',
      'proofs.json',
      'pages.bin',
    ]);
    const { code, found } = await verify(path, '--public-key', pub);
    expect({ code, outcome: found?.outcome, proven: found?.pages.proven }).toEqual({ code: 0, outcome: 'verified', proven: made?.pages.cited });
    const attested = v.parse(v.object({ digests: v.object({ memoryRoot: v.string() }) }), JSON.parse((await runInProcess(['verify', damaged, '--json'])).out));
    expect(found?.dump?.memoryRoot).toBe(attested.digests.memoryRoot);
    const again = await make(damaged, 'b.dumpcase', '--digest', '--cite', 'lowcores', '--cite', '0x0-0x1000');
    expect(readFileSync(again.path).equals(readFileSync(path))).toBe(true);
    expect(readFileSync(path).includes(folder)).toBe(false);
  });

  it('without cited pages contains no attestation, and says so', async () => {
    const { code, err } = await runInProcess(['capsule', 'make', healthy, '--key', key, '--digest', '-o', at('bare.dumpcase')]);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('no page is cited, so the capsule contains no attestation') as string });
    expect((await make(healthy, 'bare-json.dumpcase', '--digest')).made?.members).not.toContain('attestation.json');
  });

  it('uses a given attestation, and refuses one of another dump', async () => {
    const attestation = at('attestation.json');
    rmSync(attestation, { force: true });
    expect((await runInProcess(['attest', healthy, '--key', key, '-o', attestation])).code).toBe(0);
    const own = ['--attestation', attestation, '--public-key', pub, '--cite', '0x10-0x11'];
    const { made, path } = await make(healthy, 'own.dumpcase', ...own);
    expect(made?.pages).toEqual({ cited: 1, stored: 1 });
    const page = Buffer.from((await runInProcess(['read', healthy, '0x0', '4096', '--raw'])).bytes);
    expect(readFileSync(path).includes(page)).toBe(true);
    const { code, err } = await make(damaged, 'wrong.dumpcase', ...own);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('which the attestation does not name') as string });
  });

  it('holds no page that is not cited', async () => {
    const { path } = await make(healthy, 'few.dumpcase', '--digest', '--cite', '0x0-0x1000');
    const bytes = readFileSync(path);
    const memory = Buffer.from((await runInProcess(['read', healthy, '0x0', '0x500000', '--raw', '--fill', '0'])).bytes);
    let others = 0;
    for (let start = 0x1000; start < memory.length; start += 4096) {
      const page = memory.subarray(start, start + 4096);
      if (page.every((byte) => byte === page[0])) continue;
      others += 1;
      expect({ start, held: bytes.includes(page) }).toEqual({ start, held: false });
    }
    expect(others).toBeGreaterThan(10);
    expect(bytes.includes(memory.subarray(0, 4096))).toBe(true);
  });

  it.each([
    [['--cite', '0x0-0x1000'], 2, 'pages are proven against an attested memory root'],
    [['--digest', '--cite', 'everything'], 2, '--cite: "everything" is not a range such as 0x1000-0x2000'],
    [['--digest', '--cite', '0x0-0x10000000'], 3, 'more than 16384 pages would be cited'],
    [['--digest', '--cite', '0xfff000000-0xfff001000'], 3, 'lies beyond the last page of the dump'],
    [['--digest', '--cite', 'annotations'], 2, 'name the session that has them by --session'],
    [['--attestation', 'nothing', '--digest'], 2, 'choose one of them'],
    [['--digest', '--cite', '0x0-0x1000', '--redact', 'all'], 2, 'a redacted capsule holds no pages'],
    [['--allowed-signers', 'x'], 2, '--allowed-signers cannot be used with "capsule make"'],
  ])('%j ends with a message and without a file', async (options, code, sentence) => {
    const run = await make(healthy, 'refused.dumpcase', ...options);
    expect({ code: run.code, err: run.err }).toEqual({ code, err: expect.stringContaining(sentence) as string });
    expect(() => readFileSync(run.path)).toThrow('ENOENT');
  });

  it('replaces no file', async () => {
    const path = write('there.dumpcase', 'mine');
    const { code, err } = await runInProcess(['capsule', 'make', healthy, '--key', key, '-o', path]);
    expect({ code, left: readFileSync(path, 'utf8') }).toEqual({ code: 3, left: 'mine' });
    expect(err).toContain('there.dumpcase');
  });

  it('takes annotations of a session along, and leaves the folders of dumps out', async () => {
    const { identity } = v.parse(v.object({ identity: v.string() }), JSON.parse((await runInProcess(['report', healthy, '--quick', '--format', 'json'])).out));
    const session = write(
      'mine.dumpbench.json',
      JSON.stringify({
        schema: 1,
        dumps: [
          { identity, pathHint: healthy, attachments: { systemMap: join(folder, 'System.map') } },
          { identity: 'f'.repeat(64), pathHint: damaged },
        ],
        cursors: [],
        bookmarks: [],
        annotations: [
          { dump: 0, space: 'absolute', start: '0x10', end: '0x20', text: 'look here', colour: 'red' },
          { dump: 1, space: 'absolute', start: '0x10', end: '0x20', text: 'of another dump', colour: 'red' },
        ],
        ignoreRules: [],
      }),
    );
    const { made, path, err } = await make(healthy, 'noted.dumpcase', '--digest', '--cite', 'annotations', '--session', session);
    expect(err).not.toContain('is not a session');
    expect(made?.pages).toEqual({ cited: 1, stored: 1 });
    const bytes = readFileSync(path);
    expect(bytes.includes('look here')).toBe(true);
    expect(bytes.includes('of another dump')).toBe(false);
    expect(bytes.includes(folder)).toBe(false);
  });
});

describe('a redacted capsule', () => {
  it('says in no member what the rules take out, and verifies', async () => {
    const { nodename = '' } = v.parse(infoSchema, JSON.parse((await runInProcess(['info', damaged, '--json'])).out)).kernel;
    expect(nodename).not.toBe('');
    const named = write(`dump-of-${nodename}.s390`, readFileSync(damaged));
    const plain = await make(named, 'plain.dumpcase');
    const { path } = await make(named, 'redacted.dumpcase', '--redact', 'all');
    expect(readFileSync(plain.path).includes(nodename)).toBe(true);
    expect(readFileSync(path).toString('latin1').toLowerCase()).not.toContain(nodename.toLowerCase());
    // The statement is in base64.
    const statement = v.parse(v.object({ payload: v.string() }), JSON.parse(/\{\n {2}"payloadType"[^]*?\n\}\n/.exec(readFileSync(path, 'latin1'))?.[0] ?? ''));
    expect(Buffer.from(statement.payload, 'base64').toString().toLowerCase()).not.toContain(nodename.toLowerCase());
    expect((await verify(path, '--public-key', pub)).found?.outcome).toBe('verified');
    expect((await runInProcess(['triage', path])).code).toBe(0);
  });
});

describe('a capsule as a dump', () => {
  it('has the cited pages, and says of the others that they are not cited', async () => {
    const { path } = await make(damaged, 'open.dumpcase', '--digest', '--cite', '0x0-0x2000');
    const info = v.parse(infoSchema, JSON.parse((await runInProcess(['info', path, '--json'])).out));
    expect(info).toMatchObject({ container: { format: 'capsule' }, machine: { arch: 's390x' } });
    expect(info.findings.map(({ id }) => id)).toEqual(['container-complete/capsule']);
    const [part, whole] = [await runInProcess(['read', path, '0x0', '4096', '--raw']), await runInProcess(['read', damaged, '0x0', '4096', '--raw'])];
    expect(Buffer.from(part.bytes).equals(Buffer.from(whole.bytes))).toBe(true);
    const { code, err } = await runInProcess(['read', path, '0x2000', '16']);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('excluded') as string });
    expect((await runInProcess(['triage', path])).code).toBe(0);
  });

  it('says in triage what its report says of the dump, and what a capsule cannot answer', async () => {
    const { path } = await make(damaged, 'told.dumpcase');
    const triageOf = async (file: string) => v.parse(triageSchema, JSON.parse((await runInProcess(['triage', file, '--json'])).out)).dumps[0];
    const verdict = (await triageOf(damaged))?.verdict;
    expect((await triageOf(path))?.recorded).toMatchObject({ fileName: basename(damaged), verdict: { title: verdict?.title, class: verdict?.class } });
    const { out } = await runInProcess(['triage', path]);
    expect(out).toContain(
      `The report in the capsule says of ${basename(damaged)}:\n  ${verdict?.title ?? 'a title'}${verdict === undefined ? '' : afterTitle(verdict)}\n`,
    );
    expect(out).toMatch(/Neither its signature nor the proofs[^]*need the dump that it was made from/);
    expect(out).not.toMatch(/Cause not known|unknown number of CPUs/);
    const bytes = readFileSync(path);
    bytes.write('report.json[', bytes.indexOf('report.json{'), 'latin1');
    expect((await runInProcess(['triage', write('altered.dumpcase', bytes)])).out).toContain('What happened is not known: report.json is not JSON');
  });

  it('tells a hole of the dump from a page that is not cited', async () => {
    const { made, path } = await make(hole, 'hole.dumpcase', '--digest', '--cite', '0x7000-0x9000');
    expect(made?.pages.cited).toBe(2);
    expect((await runInProcess(['read', path, '0x8000', '16'])).err).toContain('missing');
    expect((await runInProcess(['read', path, '0xa000', '16'])).err).toContain('excluded');
    expect((await verify(path)).found?.pages).toEqual({ proven: 2, ranges: [{ start: '0x7000', end: '0x9000' }] });
  });
});

describe('capsule verify', () => {
  it('of another file, or a changed one, is no success', async () => {
    expect(await verify(healthy)).toMatchObject({ code: 3, err: expect.stringContaining('it is not an evidence capsule') as string });
    const { path } = await make(healthy, 'whole.dumpcase');
    const bytes = readFileSync(path);
    bytes[bytes.length - 30] = (bytes[bytes.length - 30] ?? 0) ^ 1;
    const { code, found } = await verify(write('changed.dumpcase', bytes));
    expect({ code, outcome: found?.outcome }).toEqual({ code: 1, outcome: 'failed' });
  });

  it('prints what was checked, and what is not proven', async () => {
    const { path } = await make(healthy, 'text.dumpcase');
    const { code, out } = await runInProcess(['capsule', 'verify', path]);
    expect(code).toBe(0);
    expect(out).toMatch(/^CONSISTENT: .*\n(.*\n)*Not proven:\n {2}Who signed/);
  });
});
