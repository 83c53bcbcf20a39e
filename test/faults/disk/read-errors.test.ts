/** Every command on a dump whose disk fails: pages that do not come are unreadable, with the place, and everything else is answered. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { describeNeeding } from '../../requirements.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { buildCase, buildCaseFiles } from '../../../src/samples/case-text.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { indexSchema, sqlSchema } from '../../../src/shared/memory-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { failingDisk, type FailingDisk, type Faults, type FaultyRun } from './failing-disk.ts';

const folder = scratchFolder();
const sample = join(folder, 'healthy.vmcore');
const bytes = bundledSamples()[0]?.bytes ?? new Uint8Array();
writeFileSync(sample, bytes);
const keyFile = join(folder, 'key.pem');
writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
const caches = (): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: mkdtempSync(join(folder, 'cache-')) });

/** A page of memory that the sample stores as it is, in the middle of the file. */
const bad = 0x30_0000;
const badBytes = `${bad}-${bad + 4096}`;

/** Pages with descriptors, the last of them one after another at the end of the file. */
const kdump = join(folder, 'kdump');
const kdumpBytes = buildCase('memory 1 MiB\ncpu prefix=0x8000\nlines 0x0 0x100000\nformat kdump-compressed codec=zlib');
writeFileSync(kdump, kdumpBytes);
const kdumpBad = Math.floor((kdumpBytes.length - 8192) / 4096) * 4096;

describeNeeding('failing-disk', 'reading from a failing disk', () => {
  let disk: FailingDisk | undefined;
  beforeAll(() => {
    disk = failingDisk();
  });
  afterAll(() => {
    disk?.remove();
  });
  const run = (args: readonly string[], faults: Faults, env: NodeJS.ProcessEnv = caches()): Promise<FaultyRun> => {
    if (disk === undefined) throw new Error('no failing disk');
    return disk.run(args, { FILE: [sample, kdump], ...faults }, env);
  };
  const json = <S extends v.GenericSchema>(schema: S, { out }: FaultyRun): v.InferOutput<S> => v.parse(schema, JSON.parse(out));

  it.each([
    ['up to the bad sector', { BAD: badBytes }],
    ['as a whole', { BAD: badBytes, WHOLE: 1 }],
    ['with another error', { BAD: badBytes, ERRNO: 121 }],
    ['in short pieces', { BAD: badBytes, SHORT: 1000 }],
    ['between interruptions', { BAD: badBytes, EINTR: 3 }],
  ] satisfies [string, Faults][])('index: one page is unreadable where reads fail %s', async (_how, faults) => {
    const found = await run(['index', '--digest', '--json', sample], faults);
    expect(found.faults.some((line) => line.startsWith('BAD'))).toBe(true);
    expect(found.code).toBe(0);
    const answer = json(indexSchema, found);
    expect(answer.pages.unreadable).toBe(1);
    expect(answer.readErrors).toEqual([{ file: sample, offset: bad, bytes: 4096, why: expect.stringMatching(/EIO|EREMOTEIO/) as string }]);
    // A root over less than the dump would be taken for the dump's.
    expect(answer.memoryRoot).toBeUndefined();
    expect(found.err).toContain(`offset 0x${bad.toString(16)}: 4096 bytes`);
  });

  it('index: page workers report what they could not read', async () => {
    const answer = json(indexSchema, await run(['index', '--workers', '2', '--json', sample], { BAD: badBytes }));
    expect(answer).toMatchObject({ workers: 2, pages: { unreadable: 1 }, readErrors: [{ offset: bad, bytes: 4096 }] });
    const compressed = json(indexSchema, await run(['index', '--workers', '1', '--json', kdump], { BAD: `${kdumpBad}-${kdumpBad + 4096}` }));
    expect(compressed.pages.unreadable).toBeGreaterThan(0);
    expect(compressed.readErrors?.[0]?.offset).toBe(kdumpBad);
  });

  it('sql says that the index does not have all pages', async () => {
    const env = caches();
    await run(['index', sample], { BAD: badBytes }, env);
    const query = ['sql', sample, "select count(*) from page where state = 'unreadable'"];
    const answer = json(sqlSchema, await run([...query, '--json'], {}, env));
    expect(answer.rows).toEqual([[1]]);
    expect(answer.incomplete?.totalPages).toBeGreaterThan(0);
    const { code, out, err } = await run(query, {}, env);
    expect({ code, out }).toEqual({ code: 0, out: 'count(*)\n1\n' });
    expect(err).toBe(
      'dumpbench: the page index is not complete: some pages could not be read when it was built; run "dumpbench index" on the dump to complete it\n',
    );
  });

  it('index: once the disk returns the page again, the next run has it', async () => {
    const env = caches();
    await run(['index', '--digest', sample], { BAD: badBytes }, env);
    const again = json(indexSchema, await run(['index', '--digest', '--json', sample], {}, env));
    const fresh = json(indexSchema, await run(['index', '--digest', '--json', sample], {}));
    expect(again.pages).toEqual(fresh.pages);
    expect(again.pages.unreadable).toBe(0);
    expect(again.memoryRoot).toBe(fresh.memoryRoot);
    expect(again.readErrors).toBeUndefined();
  });

  it('triage answers, and reports the read errors', async () => {
    for (let at = 0; at < bytes.length; at += 0x20_0000) {
      const found = await run(['triage', '--json', sample], { BAD: `${at}-${at + 4096}` });
      // Without the ELF header nothing is known of the file.
      expect(found.code, found.err).toBe(at === 0 ? 3 : 0);
      if (at === 0) expect(found.err).toMatch(/healthy\.vmcore, offset 0x0: the device reports a read error \(EIO\)/);
      else expect(json(triageSchema, found).dumps[0]?.info.file.bytes).toBe(bytes.length);
    }
  });

  it('verify keeps its checks, gives no digest of part of the file, and ends with 3', async () => {
    const found = await run(['verify', '--json', sample], { BAD: badBytes });
    const answer = json(verifySchema, found);
    expect(found.code).toBe(3);
    expect(answer.digests).toEqual({});
    expect(answer.digestsMissing?.file).toMatch(/4096 bytes cannot be read.*0x300000 of healthy\.vmcore/);
    expect(answer.summary.failed).toBe(0);
    expect(answer.summary.passed).toBeGreaterThan(5);
    const complete = answer.checks.find(({ id }) => id === 'container-complete');
    expect(complete).toMatchObject({ verdict: 'unreadable', ranges: [{ fileOffset: bad, bytes: 4096 }] });
    expect(answer.damage).toContainEqual(expect.objectContaining({ where: { fileOffset: bad, bytes: 4096 } }));
  });

  it('manifest and attest end without a line', async () => {
    const manifest = await run(['manifest', sample], { BAD: badBytes });
    expect(manifest).toMatchObject({ code: 3, out: '' });
    expect(manifest.err).toBe(`dumpbench: ${sample}, offset 0x300000: the device reports a read error (EIO) (expected a readable dump file)\n`);
    const early = await run(['manifest', sample], { END: bytes.length - 100 });
    expect(early).toMatchObject({ code: 3, out: '' });
    expect(early.err).toMatch(/offset 0x[0-9a-f]+: reading ends early/);
  });

  it('manifest is right through short and interrupted reads', async () => {
    const { code, out, faults } = await run(['manifest', sample], { SHORT: 100_000, EINTR: 2 });
    expect(code).toBe(0);
    expect(faults.some((line) => line.startsWith('EINTR'))).toBe(true);
    expect(out.split(' ')[0]).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('verify --manifest: a piece that cannot be read is neither right nor wrong', async () => {
    const path = join(folder, 'manifest');
    writeFileSync(path, (await run(['manifest', sample], {})).out);
    const found = await run(['verify', '--quick', '--manifest', path, '--json', sample], { BAD: badBytes });
    const check = json(verifySchema, found).checks.find(({ id }) => id === 'manifest');
    expect(check).toMatchObject({ verdict: 'unreadable' });
    const changed = join(folder, 'changed');
    writeFileSync(
      changed,
      readFileSync(path, 'utf8').replace(/^(# piece )(?:0|[^0])/m, (line, head: string) => `${head}${line.endsWith('0') ? '1' : '0'}`),
    );
    const wrong = json(verifySchema, await run(['verify', '--quick', '--manifest', changed, '--json', sample], { BAD: badBytes }));
    expect(wrong.checks.find(({ id }) => id === 'manifest')).toMatchObject({ verdict: 'failed', ranges: [{ fileOffset: 0 }] });
  });

  it('report is written, without digests', async () => {
    const { code, out } = await run(['report', '--format', 'markdown', sample], { BAD: badBytes });
    expect(code).toBe(0);
    expect(out).toMatch(/SHA-256 of the file.*none: 4096 bytes cannot be read/);
    expect(out).not.toContain(folder);
  });

  it('read returns what it can, and names the place of the rest', async () => {
    const refused = await run(['read', sample, `file:0x${(bad - 16).toString(16)}`, '32'], { BAD: badBytes });
    expect(refused.code).toBe(3);
    const filled = await run(['read', sample, `file:0x${(bad - 16).toString(16)}`, '32', '--fill', '0xee', '--json'], { BAD: badBytes });
    const answer = JSON.parse(filled.out) as { hex: string; absent: unknown[] };
    expect(answer.hex.slice(0, 32)).toBe(Buffer.from(bytes.subarray(bad - 16, bad)).toString('hex'));
    expect(answer.hex.slice(32)).toBe('ee'.repeat(16));
    expect(answer.absent).toEqual([
      {
        start: `0x${bad.toString(16)}`,
        end: `0x${(bad + 16).toString(16)}`,
        state: 'unreadable',
        reason: `the device reports a read error (EIO) at offset 0x${bad.toString(16)} of healthy.vmcore`,
      },
    ]);
  });

  it('an index whose own disk fails answers in no command, ends none in an internal error, and is built again', async () => {
    const env = caches();
    const { indexPath } = json(indexSchema, await run(['index', '--json', sample], {}, env));
    const whole = readFileSync(indexPath);
    const answer = (await run(['sql', sample, 'SELECT state, count(*) FROM page GROUP BY 1'], {}, env)).out;
    let damaged = 0;
    for (let at = 0; at < whole.length; at += 65_536) {
      const faults = { FILE: [indexPath], BAD: `${at}-${at + 65_536}` };
      for (const argv of [
        ['sql', sample, 'SELECT state, count(*) FROM page GROUP BY 1'],
        ['search', sample, '00', '--type', 'bytes', '--class', 'text', '--limit', '1'],
      ]) {
        const { code, out, err } = await run(argv, faults, env);
        const what = `${argv.join(' ')} with bytes ${at} on: ${err}`;
        expect(err, what).not.toContain('internal error');
        expect(code, what).toBeOneOf([0, 2, 3]);
        if (argv[0] === 'sql' && code === 0) expect(out, what).toBe(answer);
        if (code !== 0) damaged += 1;
      }
      expect(readFileSync(indexPath).equals(whole), `bytes ${at} on`).toBe(true);
    }
    expect(damaged).toBeGreaterThan(1);
    expect((await run(['cache'], { FILE: [indexPath], BAD: '0-1000000' }, env)).code).toBe(0);
    // Held open, so that the next index is another file for the disk.
    const held = [openSync(indexPath, 'r')];
    const verified = await run(['verify', sample], { FILE: [indexPath], BAD: '0-1000000' }, env);
    expect([verified.code, verified.err]).toEqual([0, expect.not.stringContaining('internal error')]);
    held.push(openSync(indexPath, 'r'));
    const rebuilt = await run(['index', '--json', sample], { FILE: [indexPath], BAD: '32768-65536' }, env);
    for (const descriptor of held) closeSync(descriptor);
    expect(json(indexSchema, rebuilt).pages.present).toBeGreaterThan(0);
  });

  it('a file next to the dump is read through interruptions and in short pieces', async () => {
    const map = join(folder, 'System.map');
    writeFileSync(map, '0000000000100000 T _stext\n0000000000100010 T one\n');
    const plain = await run(['attest', sample, '--key', keyFile], {});
    for (const faults of [{ EINTR: 3 }, { SHORT: 1 }] as const) {
      expect((await run(['symbols', sample, '--system-map', map, '--json'], { FILE: [map], ...faults })).code).toBe(0);
      expect((await run(['attest', sample, '--key', keyFile], { FILE: [keyFile], ...faults })).out).toBe(plain.out);
    }
  });

  it('a file that its server no longer has is named in a message, even if Node.js has no name for the error', async () => {
    const found = await run(['info', sample], { BAD: '0-4096', ERRNO: constants.errno.ESTALE });
    expect([found.code, found.out]).toEqual([3, '']);
    expect(found.err).toMatch(/healthy\.vmcore, offset 0x0: the file server no longer has this file: it was replaced or removed there \(ESTALE\)/);
  });

  it('a volume whose header cannot be read is missing, and a manifest says that it covers only the others', async () => {
    const paths = [...buildCaseFiles('memory 64 KiB\ncpu prefix=0x8000\nformat s390-mv partitions=0xa000,0xa000')].map(([name, content]) => {
      const path = join(mkdirSync(join(folder, 'set'), { recursive: true }) ?? join(folder, 'set'), name);
      writeFileSync(path, content);
      return path;
    });
    const [first = '', second = ''] = paths;
    const found = await run(['manifest', first], { FILE: [second], BAD: '0-4096' });
    expect([found.code, found.out]).toEqual([0, expect.not.stringContaining(basename(second))]);
    expect(found.err).toMatch(
      /^dumpbench: the manifest covers only the files that were found\. A file that may belong to the set cannot be read: .*EIO[^]*found\. Volumes are missing: /,
    );
    expect(await run(['manifest', first], {})).toMatchObject({ code: 0, err: '', out: expect.stringContaining(basename(second)) as unknown });
    // Within its pages nothing of the set is missing but these.
    const { pages } = json(indexSchema, await run(['index', first, '--json'], { FILE: [second], BAD: '8192-12288' }));
    expect([pages.unreadable, pages.missing]).toEqual([1, 0]);
  });

  describe('of a packed dump', () => {
    const packed = join(folder, 'packed.gz');
    writeFileSync(packed, gzipSync(bytes, { level: 0 }));
    const far = 0x20_0000;
    const runPacked = (args: readonly string[], faults: Faults, env?: NodeJS.ProcessEnv): Promise<FaultyRun> => run(args, { FILE: [packed], ...faults }, env);

    it('opens as far as it can be read, is not complete, and has no digest', async () => {
      const env = caches();
      const faults = { BAD: `${far}-${far + 4096}` };
      const { code, out } = await runPacked(['info', packed, '--json'], faults, env);
      expect(code).toBe(0);
      const { container, findings } = v.parse(infoSchema, JSON.parse(out));
      expect(container.complete).toBe(false);
      expect(findings).toContainEqual(
        expect.objectContaining({ id: 'container-complete/packed-file-unread', where: { fileOffset: far, bytes: statSync(packed).size - far } }),
      );
      const verified = await runPacked(['verify', packed, '--json'], faults, env);
      const { checks, digests } = json(verifySchema, verified);
      expect(digests).toEqual({});
      expect(checks.find(({ id }) => id === 'packed-file')).toMatchObject({ verdict: 'unreadable', detail: expect.stringContaining('0x200000') as unknown });
      expect(json(indexSchema, await runPacked(['index', '--digest', packed, '--json'], faults, env)).memoryRoot).toBeUndefined();
      for (const argv of [
        ['manifest', packed],
        ['attest', packed, '--key', keyFile],
      ])
        expect(await runPacked(argv, faults, env)).toMatchObject({ code: 3, out: '' });
      // And is whole again when the disk is.
      const sound = await runPacked(['info', packed, '--json'], {}, env);
      expect(v.parse(infoSchema, JSON.parse(sound.out)).container).toMatchObject({ complete: true, copy: 'made' });
    });

    it('whose beginning cannot be unpacked says so', async () => {
      expect(await runPacked(['info', packed], { BAD: '0-4096' })).toMatchObject({ code: 3, out: '', err: expect.stringContaining('EIO') as unknown });
      expect(await runPacked(['info', packed], { BAD: '40-4096' })).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringMatching(/EIO.*not enough to open the dump/) as unknown,
      });
    });

    it('gets another copy if the disk does not return the one in the cache', async () => {
      const env = caches();
      await runPacked(['info', packed], {}, env);
      const copies = join(env.XDG_CACHE_HOME ?? '', 'dumpbench', 'unpacked');
      const copy = join(copies, readdirSync(copies).find((name) => name.endsWith('.dump')) ?? '');
      const verified = await run(['verify', packed, '--json'], { FILE: [copy], BAD: badBytes }, env);
      expect(json(verifySchema, verified).checks.find(({ id }) => id === 'packed-file')).toMatchObject({ verdict: 'unreadable' });
      expect(v.parse(infoSchema, JSON.parse((await runPacked(['info', packed, '--json'], {}, env)).out)).container.copy).toBe('made');
      // Held open, so that the next copy is another file for the disk.
      const held = openSync(copy, 'r');
      const opened = await run(['info', packed, '--json'], { FILE: [copy], BAD: '0-4096' }, env);
      closeSync(held);
      expect(opened.faults.length).toBeGreaterThan(0);
      expect(v.parse(infoSchema, JSON.parse(opened.out)).container).toMatchObject({ complete: true, copy: 'made' });
    });
  });

  describe('of a set whose files are packed separately', () => {
    const sets = {
      's390-mv-ext': { text: 'system healthy\nformat s390-mv-ext partitions=4MiB,8MiB\n', bad: 0x10_0000, lost: '0x3fe000' },
      's390-mv': { text: 'system healthy\nformat s390-mv partitions=4MiB,8MiB\n', bad: 0x10_0000, lost: '0x4fe000' },
      'kdump-compressed': { text: 'system healthy\nformat kdump-compressed codec=none split=0x200,0x400\n', bad: 0x8_0000, lost: undefined },
    } as const;
    const build = (name: keyof typeof sets): readonly string[] => {
      const at = mkdtempSync(join(folder, 'packed-set-'));
      return [...buildCaseFiles(sets[name].text)].map(([file, content]) => {
        const path = join(at, `${file}.gz`);
        writeFileSync(path, gzipSync(content, { level: 0 }));
        return path;
      });
    };
    const names = Object.keys(sets) as (keyof typeof sets)[];

    it.each(names)(
      '%s: the pages of the part after the fault are unreadable, with its place, and all others are read',
      async (name) => {
        const [first = '', second = ''] = build(name);
        const faults = { FILE: [second], BAD: `${sets[name].bad}-${sets[name].bad + 4096}` };
        const sound = json(indexSchema, await run(['index', first, '--json'], {}));
        const answers = [];
        for (const workers of ['0', '2']) {
          const env = caches();
          const found = json(indexSchema, await run(['index', first, '--workers', workers, '--json'], faults, env));
          answers.push(found.pages);
          const { pages } = found;
          expect(pages.unreadable).toBeGreaterThan(20);
          expect(pages.missing).toBe(sound.pages.missing);
          // What the other parts hold is all there.
          expect(pages.present + pages.zero + pages.unreadable).toBe(sound.pages.present + sound.pages.zero);
          const query = await run(['sql', first, "select min(pfn) from page where state = 'unreadable'", '--json'], faults, env);
          const at = Number(json(sqlSchema, query).rows[0]?.[0]) * 4096;
          const read = await run(['read', first, `0x${at.toString(16)}`, '4096', '--fill', '0', '--json'], faults);
          expect(read.out + read.err).toContain(`offset 0x${sets[name].bad.toString(16)} of ${basename(second)}`);
        }
        expect(answers[1]).toEqual(answers[0]);
        const { container, findings } = v.parse(infoSchema, JSON.parse((await run(['info', first, '--json'], faults)).out));
        expect(container.complete).toBe(false);
        expect(findings).toContainEqual(expect.objectContaining({ id: 'container-complete/packed-file-unread' }));
        expect(findings.map(({ title }) => title)).not.toContain('The file is cut off');
        expect(findings.map(({ title }) => title)).not.toContain('Volumes are missing');
      },
      240_000,
    );

    it.each(names)(
      '%s: a part whose beginning cannot be read is named, and the others are read',
      async (name) => {
        const [first = '', second = ''] = build(name);
        for (const BAD of ['0-4096', '40-4096']) {
          const { code, out } = await run(['info', first, '--json'], { FILE: [second], BAD });
          expect(code).toBe(0);
          const { container, findings } = v.parse(infoSchema, JSON.parse(out));
          expect(container.complete).toBe(false);
          expect(findings).toContainEqual(
            expect.objectContaining({ id: 'volume-set/unreadable', detail: expect.stringMatching(new RegExp(`EIO.*${basename(second)}`)) as unknown }),
          );
        }
      },
      120_000,
    );
  });

  it('later volumes have no address if an earlier one was not unpacked to its end', async () => {
    const at = mkdtempSync(join(folder, 'short-set-'));
    const [first = '', second = ''] = [...buildCaseFiles('system healthy\nformat s390-mv partitions=4MiB,8MiB\n')].map(([file, content]) => {
      const path = join(at, `${file}.gz`);
      writeFileSync(path, gzipSync(content, { level: 0 }));
      return path;
    });
    const whole = json(indexSchema, await run(['index', first, '--json'], {}));
    // What was read of the first volume ends at 1 MiB: the second begins no earlier for that.
    const { pages } = json(indexSchema, await run(['index', first, '--json'], { FILE: [first], BAD: '1048576-1052672' }));
    expect(pages.present + pages.zero).toBeLessThan(0x10_0000 / 4096);
    expect(pages.unreadable).toBe(whole.pages.total - pages.present - pages.zero);
    // The same where the packed file was cut.
    writeFileSync(first, readFileSync(first).subarray(0, 0x10_0000));
    const { code, out } = await run(['info', second, '--json'], {});
    expect(code).toBe(0);
    expect(v.parse(infoSchema, JSON.parse(out)).findings).toContainEqual(expect.objectContaining({ title: 'A volume was not unpacked to its end' }));
    const cut = json(indexSchema, await run(['index', first, '--json'], {}));
    expect(cut.pages.present + cut.pages.zero).toBeLessThan(0x10_0000 / 4096);
  });

  it('a disk that interrupts every read is a fault, not a hang', async () => {
    const { code, err } = await run(['info', sample], { EINTR: 1_000_000_000 });
    expect(code).toBe(3);
    expect(err).toMatch(/the file cannot be read \(EINTR\)/);
  });
});
