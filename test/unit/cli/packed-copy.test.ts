/** Unpacked copies in the cache are no evidence: they never answer for another file, and what was not compared says so. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDumpAt } from '../../../src/analysis/engine/session/open-dump.ts';
import { copyKey } from '../../../src/analysis/engine/session/unpacked-file.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { copyState, readCopyRecord, writeCopyRecord } from '../../../src/files/copy-record.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
process.env.TMPDIR = folder;
const copies = join(folder, 'cache', 'dumpbench', 'unpacked');
const pathOf = (name: string): string => join(folder, name);
const keyFile = pathOf('key.pem');
writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

const text = (seed: number): string => `arch x86_64\nmemory 1 MiB\nlines 0x1000 65536\nrandom 0xc0000 0x40000 seed=${seed}\nformat elf-vmcore producer=qemu`;
const dump = buildCase(text(1));
/** Stored, not compressed: equal sizes, equal beginnings. */
const stored = (bytes: Uint8Array): Buffer => zlib.gzipSync(bytes, { level: 0 });

/** As if so much time had gone by since the files were written. */
function later(seconds = 60): void {
  const real = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => real() + seconds * 1000);
}

interface Opened {
  readonly how: string | undefined;
  readonly discarded: string | undefined;
  /** A page near the end of memory. */
  readonly bytes: Uint8Array | undefined;
  readonly copy: string;
}
async function open(path: string): Promise<Opened> {
  const session = await openDumpAt({ path, signal: new AbortController().signal, progress: () => undefined });
  try {
    const { how, discarded, path: copy = '' } = session.unpacked ?? {};
    return { how, discarded, bytes: session.memory.readPresent(0xff000n, 4096), copy };
  } finally {
    session.close();
  }
}
/** A copy that is reused without a comparison. */
async function settled(path: string): Promise<Opened> {
  await open(path);
  later();
  await open(path);
  const opened = await open(path);
  expect(opened.how).toBe('reused');
  return opened;
}
async function verify(path: string) {
  const { code, out } = await runInProcess(['verify', path, '--json']);
  const answer = v.parse(verifySchema, JSON.parse(out));
  return { code, answer, check: answer.checks.find(({ id }) => id === 'packed-file') };
}

beforeEach(() => {
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a copy is used only for its own file', () => {
  it('two files of equal size, time and first 64 KiB', async () => {
    const [one, other] = [1, 2].map((seed) => stored(buildCase(text(seed)))) as [Buffer, Buffer];
    expect(one.length).toBe(other.length);
    expect(one.subarray(0, 65536).equals(other.subarray(0, 65536))).toBe(true);
    for (const [name, bytes] of [
      ['one.gz', one],
      ['other.gz', other],
    ] as const) {
      writeFileSync(pathOf(name), bytes);
      utimesSync(pathOf(name), 1_000_000, 1_000_000);
    }
    const first = await open(pathOf('one.gz'));
    const second = await open(pathOf('other.gz'));
    expect([first.how, second.how]).toEqual(['made', 'made']);
    expect(second.bytes).not.toEqual(first.bytes);
    expect(readdirSync(copies).filter((name) => name.endsWith('.dump')).length).toBe(2);
    // The same in one place, and back in time.
    writeFileSync(pathOf('one.gz'), other);
    utimesSync(pathOf('one.gz'), 1_000_000, 1_000_000);
    expect((await open(pathOf('one.gz'))).bytes).toEqual(second.bytes);
  });

  it('is compared by digest until times can show a change, and under another name', async () => {
    const path = pathOf('settles.gz');
    writeFileSync(path, stored(dump));
    expect((await open(path)).how).toBe('made');
    expect((await open(path)).how).toBe('compared');
    later();
    expect((await open(path)).how).toBe('compared');
    expect((await open(path)).how).toBe('reused');
    const link = pathOf('link.gz');
    rmSync(link, { force: true });
    symlinkSync(path, link);
    expect((await open(link)).how).toBe('compared');
  });

  it('is left as it is when it is used: others may have it open', async () => {
    const path = pathOf('left.gz');
    writeFileSync(path, stored(dump));
    const { copy } = await settled(path);
    const before = statSync(copy, { bigint: true });
    await open(path);
    expect(statSync(copy, { bigint: true })).toMatchObject({ mtimeNs: before.mtimeNs, ctimeNs: before.ctimeNs });
  });
});

describe('a copy that changed in the cache', () => {
  it.each([
    ['cut off', (copy: string) => truncateSync(copy, 8192)],
    [
      'of the same size and time',
      (copy: string) => {
        const { atime, mtime } = statSync(copy);
        const bytes = readFileSync(copy);
        bytes.fill(0, bytes.length - 4096);
        writeFileSync(copy, bytes);
        utimesSync(copy, atime, mtime);
      },
    ],
    ['without a record', (copy: string) => rmSync(copy.replace(/\.dump$/, '.json'))],
    ['with a record that is none', (copy: string) => writeFileSync(copy.replace(/\.dump$/, '.json'), '{"version": 1}')],
  ])('is made again: %s', async (_, change) => {
    const path = pathOf('changed.gz');
    writeFileSync(path, stored(dump));
    const { bytes, copy } = await settled(path);
    change(copy);
    const again = await open(path);
    expect([again.how, again.discarded]).toEqual(['made', expect.any(String)]);
    expect(again.bytes).toEqual(bytes);
  });

  it('without a trace is found by verify, which fails, and is made again afterwards', async () => {
    const path = pathOf('rotten-copy.gz');
    writeFileSync(path, stored(dump));
    const { bytes, copy } = await settled(path);
    const record = readCopyRecord(copy);
    const rotten = readFileSync(copy);
    rotten[rotten.length - 100] = (rotten[rotten.length - 100] ?? 0) ^ 1;
    writeFileSync(copy, rotten);
    const state = copyState(copy);
    if (record === undefined || state === undefined) throw new Error('no copy');
    writeCopyRecord(copy, { ...record, copy: state });
    expect((await open(path)).how).toBe('reused');
    expect(await runInProcess(['attest', path, '--key', keyFile])).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('differs from what the file unpacks to') as unknown,
    });
    // The first verification has made it known: what comes next is made anew.
    const again = await open(path);
    expect([again.how, again.bytes]).toEqual(['made', bytes]);
    expect((await verify(path)).check?.verdict).toBe('passed');
  });
});

describe.each([
  ['gzip', 'gz', (bytes: Uint8Array) => zlib.gzipSync(bytes), /gzip's own checksum/],
  [
    'zstd with a checksum',
    'zst',
    (bytes: Uint8Array) => zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
    /zstd's own checksum/,
  ],
  ['zstd without', 'zst', (bytes: Uint8Array) => zlib.zstdCompressSync(bytes), /records no checksum/],
] as const)('a dump packed with %s that was opened before', (_, ending, pack, checksum) => {
  it('says that nothing was compared, and verify, report and attest unpack it again', async () => {
    const path = pathOf(`sound.${ending}`);
    writeFileSync(path, pack(dump));
    await settled(path);
    const { out } = await runInProcess(['info', path, '--json']);
    expect(v.parse(infoSchema, JSON.parse(out)).container.copy).toBe('reused');
    expect((await runInProcess(['triage', path])).out).toMatch(/packed: .*was not compared with the file in this run/);
    const { code, check } = await verify(path);
    expect([code, check]).toMatchObject([
      0,
      { verdict: checksum.source.includes('no checksum') ? 'not-recorded' : 'passed', detail: expect.stringMatching(checksum) as unknown },
    ]);
    const report = await runInProcess(['report', path, '--format', 'json']);
    expect(report.out).toContain('packed-file');
    // Whether a copy lay there makes no difference to what is handed on.
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    expect((await runInProcess(['report', path, '--format', 'json'])).out).toBe(report.out);
    expect((await runInProcess(['attest', path, '--key', keyFile])).code).toBe(0);
  });

  it('with a flipped bit fails to verify, also where its times do not show it', async () => {
    const path = pathOf(`flipped.${ending}`);
    writeFileSync(path, pack(dump));
    const { copy } = await settled(path);
    const record = readCopyRecord(copy);
    const bytes = readFileSync(path);
    bytes[bytes.length - 20_000] = (bytes[bytes.length - 20_000] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
    // zstd without a checksum tells nothing of it.
    const opened = await runInProcess(['verify', path, '--json']);
    if (ending === 'gz') expect([opened.code, opened.out]).toEqual([1, expect.stringContaining('container-complete/packed-file-damaged')]);
    // As a disk would: the copy of the sound file stays the copy of this one.
    const source = openFile(path, { evidence: false });
    const forged = join(copies, `${copyKey(source)}.dump`);
    source.close();
    rmSync(forged, { force: true });
    renameSync(copy, forged);
    const state = copyState(forged);
    if (record === undefined || state === undefined) throw new Error('no copy');
    writeCopyRecord(forged, { ...record, copy: state });
    expect((await open(path)).how).toBe('reused');
    const { code, check } = await verify(path);
    expect([code, check?.verdict]).toEqual([1, 'failed']);
  });
});
