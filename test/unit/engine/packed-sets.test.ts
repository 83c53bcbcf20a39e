/** Sets of dumps whose files are packed each on its own. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { openDumpFiles } from '../../../src/analysis/formats/dump-files.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { kdumpSplitSet } from '../../../src/samples/kdump-compressed.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { dumpsInFolder } from './dumps-in-folder.ts';

const system = s390xSystem({ cpuCount: 2 });
const dump = s390Standalone(system);
const never = new AbortController().signal;
const { folder, write, open } = dumpsInFolder();

describe('a set whose files are packed each on its own', () => {
  const volumes = s390MvExt(system, { partitions: [0x300000, 0x600000, 0x100000] });
  const split = kdumpSplitSet(system, {}, [0x200, 0x400]);
  const packers = { gz: zlib.gzipSync, zst: zlib.zstdCompressSync } as const;
  const place = (name: string, files: readonly Uint8Array[], extension: (index: number) => 'gz' | 'zst' | ''): string[] => {
    const path = join(folder, name);
    mkdirSync(path);
    return files.map((bytes, index) => {
      const kind = extension(index);
      const file = join(path, `part${index}${kind === '' ? '' : `.${kind}`}`);
      writeFileSync(file, kind === '' ? bytes : packers[kind](bytes));
      return file;
    });
  };
  const textOf = (session: Session): string => Buffer.from(session.memory.readPresent(0x30_0000n, 64) ?? new Uint8Array()).toString('hex');
  const whole = () => open(write('whole-for-sets', dump));

  it.each([
    ['mv_ext', volumes, () => 'gz' as const, 0],
    ['mv_ext, one of them plain', volumes, (index: number) => (index === 1 ? '' : 'zst'), 0],
    ['mv_ext, from a plain one', volumes, (index: number) => (index === 0 ? '' : 'gz'), 0],
    ['mv_ext, from the second', volumes, () => 'zst' as const, 1],
    ['makedumpfile --split', split, (index: number) => (index % 2 === 0 ? 'gz' : 'zst'), 0],
    ['makedumpfile --split, from the last', split, () => 'gz' as const, split.length - 1],
  ] as const)('opens as one dump: %s', async (name, files, extension, from) => {
    const paths = place(`set ${name.replaceAll(/\W/g, '-')}`, files, extension);
    const session = await open(paths[from] ?? '');
    const { container } = session.image;
    expect(container.complete.value).toBe(true);
    expect(container.volumes?.map(({ path }) => path).every((path) => paths.includes(path))).toBe(true);
    expect(container.volumes?.length).toBe(name.startsWith('mv') ? 2 : split.length);
    const single = await whole();
    expect(textOf(session)).toBe(textOf(single));
    expect(session.states()).toHaveLength(container.volumes?.length ?? 0);
    const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
    // zstd as it is packed here records no checksum.
    expect(check?.verdict).toBe(paths.some((path) => path.endsWith('.zst')) ? 'not-recorded' : 'passed');
    const packed = (container.volumes ?? []).filter(({ path }) => /\.(gz|zst)$/.test(path));
    for (const { path } of packed.length > 1 ? packed : []) expect(check?.detail).toContain(basename(path));
    // Workers open the copies under the names of the files.
    const { location } = session;
    if (location === undefined) throw new Error('no location');
    const again = openDumpFiles(location);
    expect(again.context.companions().map((one) => one.name)).toEqual(expect.arrayContaining(paths.filter((path) => path !== session.path)));
    again.close();
    session.close();
    single.close();
  });

  it('opens by the names of its files, from other folders', async () => {
    const paths = place('named', volumes, () => 'gz');
    const session = await open(paths[0] ?? '', { volumes: paths.slice(1) });
    expect(session.image.container.complete.value).toBe(true);
    session.close();
    await expect(open(paths[0] ?? '', { volumes: [write('no-part.gz', zlib.gzipSync(dump))] })).rejects.toThrow(/not a volume of such a dump/);
  });

  it.each(['', 'gz'] as const)('is opened by another spelling of a name without a volume twice (%s)', async (extension) => {
    const [first = ''] = place(`spelt ${extension}`, volumes, () => extension);
    const sound = await open(first);
    // What a file system without case gives for other letters is the same file, as it is through a link.
    const other = join(dirname(first), basename(first).toUpperCase());
    symlinkSync(basename(first), other);
    const session = await open(other);
    const { container, findings } = describeDump(session);
    expect(container.complete).toBe(true);
    expect(container.volumes?.map(({ bytes }) => bytes)).toEqual(describeDump(sound).container.volumes?.map(({ bytes }) => bytes));
    expect(findings.map(({ id }) => id)).not.toContain('volume-set/duplicate');
    for (const one of [sound, session]) one.close();
  });

  it('opens as a folder, which may hold other files', async () => {
    place('folder of parts', volumes, () => 'gz');
    writeFileSync(join(folder, 'folder of parts', 'log.gz'), zlib.gzipSync('[    0.000000] Linux version\n'));
    const session = await open(join(folder, 'folder of parts'));
    expect(session.image.container.complete.value).toBe(true);
    session.close();
    writeFileSync(join(folder, 'folder of parts', 'other.gz'), zlib.gzipSync(dump));
    await expect(open(join(folder, 'folder of parts'))).rejects.toThrow(/do not belong together/);
  });

  it('of which one is cut or damaged is not complete, and the file is named', async () => {
    const paths = place('one cut', volumes, () => 'gz');
    const second = zlib.gzipSync(volumes[1] ?? new Uint8Array());
    writeFileSync(paths[1] ?? '', second.subarray(0, Math.floor(second.length * 0.6)));
    const session = await open(paths[0] ?? '');
    expect(session.image.container.complete.value).toBe(false);
    expect(session.image.findings).toContainEqual(
      expect.objectContaining({ id: 'container-complete/packed-file-cut', detail: expect.stringContaining('part1.gz') as string }),
    );
    session.close();
  });

  it('that lacks one says so', async () => {
    const paths = place('one missing', volumes, () => 'gz');
    rmSync(paths[1] ?? '');
    const session = await open(paths[0] ?? '');
    expect(session.image.container.complete.value).toBe(false);
    expect(session.image.findings.some(({ id }) => id.startsWith('volume-set/'))).toBe(true);
    session.close();
  });

  it('stays in the cache while it is open, however many files it has', async () => {
    const many = kdumpSplitSet(system, {}, [0x100, 0x200, 0x300, 0x400, 0x500, 0x600]);
    const paths = place('many', many, () => 'zst');
    const session = await open(paths[0] ?? '');
    expect(session.image.container.volumes).toHaveLength(many.length);
    for (const one of [session.location?.path ?? '', ...(session.location?.volumes ?? [])]) expect(existsSync(one)).toBe(true);
    session.close();
  });
});
