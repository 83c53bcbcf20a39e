/** What a person may name: a packed dump, a folder, a file that must be unpacked first. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { unpackedFile } from '../../../src/analysis/engine/session/unpacked-file.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { wholePacking } from '../../../src/analysis/source/packing.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { describeNeeding } from '../../requirements.ts';
import { dumpsInFolder } from './dumps-in-folder.ts';

const system = s390xSystem({ cpuCount: 2 });
const dump = s390Standalone(system);
const never = new AbortController().signal;
const { folder, cacheFolder, write, open } = dumpsInFolder();

describe.each([
  ['gzip', 'dump.s390.gz', (bytes: Uint8Array) => zlib.gzipSync(bytes)],
  ['zstd', 'dump.s390.zst', (bytes: Uint8Array) => zlib.zstdCompressSync(bytes)],
] as const)('a dump packed with %s', (wrapper, name, pack) => {
  it('opens through a copy in the cache, with progress, and says how it was packed', async () => {
    const path = write(name, pack(dump));
    const seen: ScanProgress[] = [];
    const session = await open(path, { progress: (value) => seen.push(value) });
    expect(describeDump(session)).toMatchObject({ file: { path, bytes: session.file.size }, container: { format: 's390', wrapper, complete: true } });
    expect(session.memory.readPresent(0x1c8000n, 8)).toEqual(Uint8Array.from(Buffer.from('OSINFOSZ')));
    expect(session.file.size).toBe(readFileSync(path).length);
    expect(seen.at(-1)).toEqual({ phase: 'unpack', about: wrapper, done: session.file.size, total: session.file.size, unit: 'bytes' });
    const { identity } = session;
    session.close();

    const again: ScanProgress[] = [];
    const cached = await open(path, { progress: (value) => again.push(value) });
    // It was written just now: its times show nothing yet, so digests were compared.
    expect(new Set(again.map(({ phase }) => phase))).toEqual(new Set(['hash-file']));
    expect(cached.unpacked?.how).toBe('compared');
    expect(cached.identity).toBe(identity);
    cached.close();
    // Nothing is written next to the dump.
    expect(readdirSync(folder).filter((one) => one.startsWith('dump.s390'))).not.toContain('dump.s390');
  });

  it('is unpacked anew when the file changed', async () => {
    const path = write(name, pack(s390Standalone(s390xSystem({ cpuCount: 1 }))));
    utimesSync(path, 1_000_000, 1_000_000);
    const session = await open(path);
    expect(session.cpuSet.cpus).toHaveLength(1);
    session.close();
  });

  it.each(['made', 'compared'])('that is damaged opens as far as it goes and is never called complete: %s', async (how) => {
    const bytes = Buffer.from(wrapper === 'zstd' ? zlib.zstdCompressSync(dump, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }) : pack(dump));
    bytes.fill(0xff, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.7) + 64);
    const path = join(folder, `broken-${name}`);
    if (how === 'made') writeFileSync(path, bytes);
    const session = await open(path);
    expect(session.unpacked).toMatchObject({ how, end: { kind: 'damaged', at: 0 } });
    const { container, findings, provenance } = describeDump(session);
    expect(container).toMatchObject({ format: 's390', complete: false });
    expect(provenance?.['/container/complete']?.source).toContain('data of the packed file');
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/packed-file-damaged', severity: 'error', where: { fileOffset: 0, bytes: bytes.length } }),
    );
    expect(session.memory.readPresent(0n, 4096)).toBeDefined();
    const checks = await checkSession(session, 'scan', never);
    expect(checks.find(({ id }) => id === 'packed-file')).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('damaged') as string });
    expect(checks.find(({ id }) => id === 'container-complete')?.verdict).toBe('failed');
    session.close();
    expect(readdirSync(cacheFolder).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  it('whose checksum is another is unpacked to its end, and not believed', async () => {
    const bytes = wrapper === 'zstd' ? zlib.zstdCompressSync(dump, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }) : pack(dump);
    const changed = Buffer.from(bytes);
    const at = changed.length - (wrapper === 'zstd' ? 1 : 8);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const session = await open(write(`checksum-${name}`, changed));
    expect(session.unpacked?.source.size).toBe(dump.length);
    expect(session.image.container.complete.value).toBe(false);
    expect(session.image.findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/packed-file-damaged', detail: expect.stringContaining('some of its contents are wrong') as string }),
    );
    session.close();
  });

  it('that is damaged before its contents can be determined is refused, with the place', async () => {
    const bytes = Buffer.from(pack(dump));
    bytes.fill(0xff, wrapper === 'zstd' ? 6 : 10, 400);
    await expect(open(write(`unknown-${name}`, bytes))).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringMatching(/offset 0x0.*damaged/) as string,
    });
    expect(readdirSync(cacheFolder).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  it.each(['made', 'compared'])('that is cut opens as far as it goes and is never called complete: %s', async (how) => {
    const bytes = pack(dump);
    const path = join(folder, `cut-${name}`);
    if (how === 'made') writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const session = await open(path);
    expect(session.unpacked?.how).toBe(how);
    const { container, findings, provenance } = describeDump(session);
    expect(container).toMatchObject({ format: 's390', complete: false });
    expect(provenance?.['/container/complete']?.source).toContain('end of the packed file');
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/packed-file-cut', severity: 'error', detail: expect.stringContaining(wrapper) as string }),
    );
    expect(session.memory.readPresent(0n, 4096)).toBeDefined();
    const checks = await checkSession(session, 'scan', never);
    expect(checks.find(({ id }) => id === 'container-complete')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/ends? within the/) as string,
    });
    expect(checks.find(({ id }) => id === 'packed-file')).toMatchObject({
      verdict: 'not-recorded',
      detail: expect.stringContaining('before the cut') as string,
    });
    session.close();
  });

  it('that lacks nothing but the end of what it is packed in is not complete either', async () => {
    // zstd gives the last block without its checksum.
    const bytes = wrapper === 'zstd' ? zlib.zstdCompressSync(dump, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }) : pack(dump);
    const session = await open(write(`barely-${name}`, bytes.subarray(0, bytes.length - 3)));
    expect(session.unpacked?.source.size).toBe(dump.length);
    expect(session.image.container.complete.value).toBe(false);
    session.close();
  });

  it('that is cut before its contents can be determined says so', async () => {
    await expect(open(write(`early-${name}`, pack(dump).subarray(0, 60)))).rejects.toMatchObject({
      kind: 'truncated',
      message: expect.stringMatching(/data end/) as string,
    });
  });

  it('that has several members or frames opens whole', async () => {
    const session = await open(
      write(`several-${name}`, Buffer.concat([0, 1, 2].map((at) => pack(dump.subarray((at * dump.length) / 3, ((at + 1) * dump.length) / 3))))),
    );
    expect(session.unpacked?.source.size).toBe(dump.length);
    expect(session.image.container.complete.value).toBe(true);
    session.close();
  });

  it('that is followed by other bytes opens, and says so', async () => {
    const session = await open(write(`rest-${name}`, Buffer.concat([pack(dump), Buffer.from('-- \nsignature\n')])));
    expect(session.image.container.complete.value).toBe(true);
    expect(session.image.findings).toContainEqual(expect.objectContaining({ id: 'container-complete/packed-file-rest', severity: 'warning' }));
    const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
    const verdict = wrapper === 'zstd' ? 'not-recorded' : 'passed';
    expect(check).toMatchObject({ verdict, detail: expect.stringMatching(/14 bytes starting at byte 0x[0-9a-f]+ are not/) as string });
    session.close();
  });

  it('stops at the space that there is', async () => {
    const path = write(`large-${name}`, pack(new Uint8Array(64 << 20)));
    const limited = unpackedFile(path, openFile(path), wholePacking({ name: wrapper, opens: true, unpack: '' }, path), {
      signal: never,
      progress: () => undefined,
      folder: cacheFolder,
      free: 8n << 20n,
    });
    await expect(limited).rejects.toThrow(/its unpacked form has more than 7 MiB: the disk of .*cache has 8 MiB free, of which 1 MiB stay free/);
    expect(readdirSync(cacheFolder).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  it('opens on a small disk, of which a part stays free', async () => {
    const withPart = (bytes: number): bigint => (BigInt(bytes) * 8n) / 7n + 8n;
    const unpack = (seed: number, bytes: number, free: bigint) => {
      const path = write(`small-disk-${seed}-${name}`, pack(new Uint8Array(bytes).fill(seed)));
      return unpackedFile(path, openFile(path), wholePacking({ name: wrapper, opens: true, unpack: '' }, path), {
        signal: never,
        progress: () => undefined,
        folder: cacheFolder,
        free,
      });
    };
    expect(readFileSync((await unpack(1, 4 << 20, withPart(4 << 20))).path).length).toBe(4 << 20);
    await expect(unpack(2, 4 << 20, 4n << 20n)).rejects.toThrow(/has more than 3\.50 MiB: .* 4 MiB free, of which 512 KiB stay free/);
  });

  it('can be cancelled', async () => {
    const path = write(`cancelled-${name}`, pack(dump));
    const abort = new AbortController();
    await expect(
      open(path, {
        signal: abort.signal,
        progress: () => {
          abort.abort();
        },
      }),
    ).rejects.toThrow('cancelled');
    expect(readdirSync(cacheFolder).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  it('keeps few copies', async () => {
    for (let index = 0; index < 6; index += 1)
      (await open(write(`copy-${index}-${name}`, pack(s390Standalone(s390xSystem({ cpuCount: 1, seed: index })))))).close();
    expect(readdirSync(cacheFolder).filter((one) => one.endsWith('.dump')).length).toBeLessThanOrEqual(4);
  });
});

const tar = (() => {
  const header = Buffer.alloc(512);
  header.write('dump');
  header.write('ustar\0', 257);
  return header;
})();

describe('other wrappers', () => {
  it.each([
    ['bzip2', Buffer.from('BZh91AY&SY....'), 'truncated', /the bzip2 data end before any of them can be unpacked/],
    [
      'zip',
      Buffer.from('504b0304140000000800', 'hex'),
      'corrupt',
      /a zip archive with 0 members and no dump; the zip data are cut within what begins at byte 0x0/,
    ],
    ['tar', tar, 'corrupt', /a tar archive with 0 members and no dump; the tar data are damaged starting at byte 0x0/],
    [
      'tar.gz',
      zlib.gzipSync(tar),
      'corrupt',
      /a tar archive packed with gzip with 0 members and no dump; the tar data are damaged starting at byte 0x0 of what is in it/,
    ],
  ])('%s: says what is wrong with it', async (name, bytes, kind, message) => {
    await expect(open(write(`packed.${name}`, bytes))).rejects.toThrow(message);
    await expect(open(write(`packed.${name}`, bytes))).rejects.toMatchObject({ kind });
  });
});

describe('a folder', () => {
  const inFolder = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
    const path = join(folder, name);
    mkdirSync(path);
    for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
    return path;
  };
  const volumes = s390MvExt(system, { partitions: [0x300000, 0x600000, 0x100000] });
  const named = Object.fromEntries(volumes.map((bytes, index) => [`part${9 - index}`, bytes]));

  it('opens the set in it, whatever else lies there', async () => {
    const session = await open(inFolder('set', { ...named, 'notes.txt': Buffer.from('text') }));
    expect(session.image.container).toMatchObject({ complete: { value: true }, volumes: [{ number: 0 }, { number: 1 }] });
    session.close();
  });

  it('opens the set next to a volume of another run and a second copy', async () => {
    const [, other = new Uint8Array()] = s390MvExt(s390xSystem({ cpuCount: 2, time: system.dumpTime + 500 }), { partitions: [0x300000, 0x600000, 0x100000] });
    const [first = new Uint8Array()] = volumes;
    const session = await open(inFolder('strays', { ...named, xother: other, ytwice: first }));
    expect(session.image.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['volume-set/other-run', 'volume-set/duplicate']));
    expect(session.image.container.volumes).toHaveLength(2);
    session.close();
  });

  it('does not choose between a set and another dump', async () => {
    await expect(open(inFolder('both', { ...named, vmcore: elfVmcore(system) }))).rejects.toThrow(/holds 2 dumps that do not belong together/);
  });

  it('opens the one dump in it', async () => {
    const session = await open(inFolder('one', { vmcore: elfVmcore(system), 'vmcore-dmesg.txt': Buffer.from('text') }));
    expect(session.image.format).toBe('elf-vmcore');
    session.close();
  });

  it('does not choose between two dumps', async () => {
    await expect(open(inFolder('two', { first: elfVmcore(system), second: dump }))).rejects.toThrow(/holds 2 dumps that do not belong together/);
  });

  it('says that it holds none', async () => {
    await expect(open(inFolder('none', { 'notes.txt': Buffer.from('text') }))).rejects.toThrow(/the folder holds no dump/);
  });
});

describeNeeding('xz', 'a file that xz made', () => {
  const packed = (name: string): string => {
    const path = write(name, dump);
    execFileSync('xz', ['-k', '-1', '--check=crc64', path]);
    return `${path}.xz`;
  };

  it('opens through a copy in the cache, and is compared by its own check', async () => {
    const session = await open(packed('real'));
    expect(session.packing?.name).toBe('xz');
    expect(session.image.container.complete.value).toBe(true);
    const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
    expect(check).toMatchObject({ verdict: 'passed', detail: expect.stringContaining("as xz's own checksum says") as string });
    session.close();
  });

  it('that is cut opens as far as it goes', async () => {
    const path = packed('real-cut');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const session = await open(path);
    expect(session.image.container.complete.value).toBe(false);
    expect(session.image.findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/packed-file-cut', detail: expect.stringContaining('xz block') as string }),
    );
    session.close();
  });
});
