/** Dumps in archives: opened through a copy in the cache, chosen from where there are several, and never more sure of them than of any other file. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { SeveralDumps } from '../../../src/shared/dump-error.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kdumpSplitSet } from '../../../src/samples/kdump-compressed.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { paxHeader, tarEntry, tarFile, type TarEntry } from '../../archives/tar-file.ts';
import { zipFile } from '../../archives/zip-file.ts';
import { dumpsInFolder } from './dumps-in-folder.ts';

const system = s390xSystem({ cpuCount: 2 });
const dump = Buffer.from(s390Standalone(system));
const other = Buffer.from(elfVmcore(system));
const never = new AbortController().signal;
const { cacheFolder, writeAlone: write, open } = dumpsInFolder();
const contentsOf = (session: Session): Buffer => readFileSync(session.unpacked?.path ?? '');

async function several(path: string): Promise<SeveralDumps['several']> {
  try {
    (await open(path)).close();
  } catch (error) {
    if (error instanceof SeveralDumps) return error.several;
    throw error;
  }
  throw new Error('it opened');
}

const text = { name: 'readme.txt', data: Buffer.from('a dump\n') };
const member = { name: 'dir/vmcore', data: dump };
const tar = tarFile(text, { name: 'dir/', type: '5' }, member);

describe.each([
  ['a tar archive', 'x.tar', tar, 'tar'],
  ['a tar archive packed with gzip', 'x.tgz', zlib.gzipSync(tar), 'tar in gzip'],
  ['a tar archive packed with zstd', 'no-ending', zlib.zstdCompressSync(tar), 'tar in zstd'],
  ['a zip archive', 'x.zip', zipFile([text, member]), 'zip'],
  [
    'a zip archive of stored members',
    'x.zip',
    zipFile([
      { ...text, method: 'stored' },
      { ...member, method: 'stored' },
    ]),
    'zip',
  ],
  ['a packed dump in a tar archive', 'x.tar', tarFile(text, { name: 'dir/vmcore', data: zlib.gzipSync(dump) }), 'gzip in tar'],
  [
    'a packed dump in a packed tar archive',
    'x.tar',
    zlib.gzipSync(tarFile(text, { name: 'dir/vmcore', data: zlib.zstdCompressSync(dump) })),
    'zstd in tar in gzip',
  ],
] as const)('the dump in %s', (_, name, bytes, wrapper) => {
  it('opens, and says where it came from', async () => {
    const path = write(name, bytes);
    const seen: ScanProgress[] = [];
    const session = await open(path, { progress: (value) => seen.push(value) });
    expect(contentsOf(session).equals(dump)).toBe(true);
    const { file, container, findings } = describeDump(session);
    expect(file).toEqual({ path: `${path}!dir/vmcore`, bytes: bytes.length });
    expect(container).toMatchObject({ format: 's390', wrapper, copy: 'made', complete: true });
    expect(container.archive).toEqual({
      name,
      bytes: bytes.length,
      kind: wrapper.includes('zip') && !wrapper.includes('gzip') ? 'zip' : 'tar',
      member: 'dir/vmcore',
    });
    expect(findings.filter(({ id }) => id.startsWith('container-complete'))).toEqual([]);
    expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['list', 'unpack']));
    const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
    // Neither tar nor zstd as it is packed here records a checksum of its contents.
    const outermost = wrapper.split(' in ').at(-1) ?? '';
    expect(check?.verdict).toBe(['tar', 'zstd'].includes(outermost) ? 'not-recorded' : 'passed');
    expect(check?.detail).toContain(check?.verdict === 'passed' ? `${outermost}'s own checksum` : `${outermost} records no checksum`);
    session.close();

    const named = await open(`${path}!dir/vmcore`);
    expect(named.identity).toBe(session.identity);
    expect(named.unpacked?.how).toBe('compared');
    named.close();
    expect(readdirSync(join(path, '..'))).toEqual([name]);
  });
});

it('is found again without going through the archive, once times show that it did not change', async () => {
  const path = write('again.tar', tar);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  (await open(path)).close();
  const seen: ScanProgress[] = [];
  const session = await open(path, { progress: (value) => seen.push(value) });
  expect(session.unpacked?.how).toBe('reused');
  expect(seen).toEqual([]);
  session.close();
  utimesSync(path, 1, 1);
  const changed = await open(path, { progress: (value) => seen.push(value) });
  expect(changed.unpacked?.how).toBe('made');
  expect(seen.map(({ phase }) => phase)).toContain('list');
  changed.close();
});

it('is unpacked once by two who open it at the same time', async () => {
  const path = write('twice.tgz', zlib.gzipSync(tar));
  const before = readdirSync(cacheFolder);
  const both = await Promise.all([open(path), open(path)]);
  for (const session of both) {
    expect(contentsOf(session).equals(dump)).toBe(true);
    expect(describeDump(session).container.complete).toBe(true);
    session.close();
  }
  expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.dump') && !before.includes(name))).toHaveLength(1);
  expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('is the dump of its folder, where that has no other', async () => {
  const path = write('only.tgz', zlib.gzipSync(tar));
  const folderOfIt = join(path, '..');
  writeFileSync(join(folderOfIt, 'notes.txt'), 'notes');
  const session = await open(folderOfIt);
  expect(describeDump(session).file.path).toBe(`${path}!dir/vmcore`);
  session.close();
  writeFileSync(join(folderOfIt, 'second.tar'), tar);
  await expect(open(folderOfIt)).rejects.toThrow(/holds no dump other than in its 2 archives, among them .*only\.tgz and .*second\.tar/);
});

describe('an archive with several dumps', () => {
  const choices = [
    { name: 'a/vmcore', data: dump },
    { name: 'b/vmcore.elf', data: zlib.gzipSync(other) },
  ];
  it.each([
    ['tar', tarFile(text, ...choices), 'a tar archive'],
    ['gzip', zlib.gzipSync(tarFile(text, ...choices)), 'a tar archive packed with gzip'],
    ['zip', zipFile([text, ...choices]), 'a zip archive'],
  ] as const)('lists them (%s), and opens the one that is named', async (_, bytes, holder) => {
    const path = write('several', bytes);
    expect(await several(path)).toEqual({
      holder,
      choices: [
        { member: 'a/vmcore', title: expect.any(String) as string, bytes: dump.length },
        { member: 'b/vmcore.elf', title: expect.any(String) as string, bytes: choices[1]?.data.length },
      ],
    });
    for (const [name, contents] of [
      ['a/vmcore', dump],
      ['vmcore.elf', other],
      ['#3', other],
      ['./a/vmcore', dump],
    ] as const) {
      const session = await open(`${path}!${name}`);
      expect(contentsOf(session).equals(contents)).toBe(true);
      session.close();
    }
    await expect(open(`${path}!c`)).rejects.toThrow(/without a dump called c \(expected one of its dumps: a\/vmcore, b\/vmcore\.elf\)/);
    await expect(open(`${path}!readme.txt`)).rejects.toThrow(/without a dump called readme\.txt/);
  });

  it('has a number for each of the same name, and for names that cannot be typed', async () => {
    const path = write('same.tar', tarFile({ name: 'vmcore', data: dump }, { name: 'vmcore', data: other }, { name: 'esc\x1b[31m', data: dump }));
    expect((await several(path)).choices.map((one) => [one.member, one.name])).toEqual([
      ['#1', 'vmcore'],
      ['#2', 'vmcore'],
      ['#3', 'esc\x1b[31m'],
    ]);
    expect((await several(`${path}!vmcore`)).choices.map((one) => one.member)).toEqual(['#1', '#2']);
    const session = await open(`${path}!#2`);
    expect(contentsOf(session).equals(other)).toBe(true);
    expect(describeDump(session).file.path).toBe(`${path}!#2`);
    session.close();
  });
});

describe('an archive in an archive', () => {
  it.each([
    ['a packed tar in a zip', zipFile([text, { name: 'in.tar.gz', data: zlib.gzipSync(tar) }]), 'in.tar.gz!dir/vmcore'],
    ['a zip in a tar', tarFile(text, { name: 'in.zip', data: zipFile([text, { ...member, descriptor: true }]) }), 'in.zip!dir/vmcore'],
    ['a tar in a packed tar', zlib.gzipSync(tarFile({ name: 'in.tar', data: tar })), 'in.tar!dir/vmcore'],
  ])('is searched: %s', async (_, bytes, name) => {
    const path = write('nested', bytes);
    const session = await open(path);
    expect(describeDump(session).file.path).toBe(`${path}!${name}`);
    expect(contentsOf(session).equals(dump)).toBe(true);
    session.close();
    (await open(`${path}!${name}`)).close();
  });

  it('is not searched at deeper levels', async () => {
    const path = write('deep', tarFile({ name: 'a.tar', data: tarFile({ name: 'b.tar', data: tar }) }));
    await expect(open(path)).rejects.toThrow(/a tar archive with 1 members and no dump: a\.tar!b\.tar/);
  });
});

describe('a set in an archive', () => {
  const volumes = s390MvExt(system, { partitions: [0x300000, 0x600000, 0x100000] }).map((bytes) => Buffer.from(bytes));
  const parts = kdumpSplitSet(system, {}, [0x200]).map((bytes) => Buffer.from(bytes));
  const files = (contents: readonly Buffer[], pack: (bytes: Buffer) => Buffer = (bytes) => bytes): TarEntry[] =>
    contents.map((bytes, at) => ({ name: `set/part${at}`, data: pack(bytes) }));

  it.each([
    ['volumes', volumes, undefined],
    ['packed volumes', volumes, zlib.gzipSync],
    ['parts', parts, undefined],
  ] as const)('of %s opens as one dump', async (_, contents, pack) => {
    const path = write('set.tar', tarFile(text, ...files(contents, pack)));
    const session = await open(path);
    const { container } = describeDump(session);
    expect(container.complete).toBe(true);
    expect(container.volumes?.map((volume) => volume.path)).toEqual([0, 1].map((at) => `${path}!set/part${at}`));
    const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
    expect(check).toMatchObject({ verdict: 'not-recorded', detail: expect.stringContaining('tar records no checksum') as string });
    session.close();
    const second = await open(`${path}!set/part1`);
    expect(describeDump(second).container.complete).toBe(true);
    second.close();
  });

  it('with another dump next to it is chosen from', async () => {
    const path = write('more.tar', tarFile(...files(volumes), { name: 'vmcore', data: other }));
    expect((await several(path)).choices.map((one) => one.member)).toEqual(['set/part0', 'set/part1', 'set/part2', 'vmcore']);
    const session = await open(`${path}!set/part1`);
    expect(describeDump(session).container.volumes).toHaveLength(2);
    session.close();
  });

  it('of another run is not taken for the same', async () => {
    const foreign = s390MvExt(s390xSystem({ cpuCount: 2, time: system.dumpTime + 500 }), { partitions: [0x300000, 0x600000] }).map((bytes) =>
      Buffer.from(bytes),
    );
    const path = write('runs.tar', tarFile(...files(volumes), ...foreign.map((data, at) => ({ name: `set/foreign${at}`, data }))));
    expect((await several(path)).choices).toHaveLength(5);
  });

  it('lacks what the archive lacks', async () => {
    const path = write('lacks.tar', tarFile(...files(volumes.slice(0, 1))));
    const session = await open(path);
    expect(describeDump(session).container.complete).toBe(false);
    session.close();
  });
});

describe('an archive that is not as it should be', () => {
  it('without a dump says what it holds', async () => {
    await expect(open(write('sos.tar', tarFile(text, { name: 'sos/uname', data: Buffer.from('Linux') })))).rejects.toThrow(
      /a tar archive with 2 members and no dump: readme\.txt, sos\/uname/,
    );
    await expect(open(write('closed.zip', zipFile([{ ...member, flags: 1 }])))).rejects.toThrow(/its member dir\/vmcore cannot be unpacked: it is encrypted/);
    await expect(
      open(
        `${write(
          'closed.zip',
          zipFile([
            { ...member, flags: 1 },
            { name: 'vmcore', data: other },
          ]),
        )}!dir/vmcore`,
      ),
    ).rejects.toThrow(/it is encrypted/);
    await expect(open(write('empty.tar', Buffer.alloc(10_240)))).rejects.toThrow(/not a dump/);
  });

  it('that is cut gives the members before the cut, and of the one in it what there is', async () => {
    const two = tarFile({ name: 'first', data: dump }, { name: 'second', data: other });
    const path = write('cut.tar', two.subarray(0, 512 + dump.length + 512 + Math.floor(other.length / 2)));
    const first = await open(`${path}!first`);
    expect(describeDump(first).container.complete).toBe(true);
    expect(contentsOf(first).equals(dump)).toBe(true);
    first.close();
    const second = await open(`${path}!second`);
    expect(describeDump(second).container.complete).toBe(false);
    expect(describeDump(second).findings).toContainEqual(
      expect.objectContaining({
        id: 'container-complete/packed-file-cut',
        detail: expect.stringMatching(/its tar data end within what begins at byte 0x[0-9a-f]+ of the archive/) as string,
      }),
    );
    second.close();
    const packed = zlib.gzipSync(two, { level: 0 });
    const cut = await open(`${write('cut.tgz', packed.subarray(0, packed.length - 4096))}!second`);
    expect(describeDump(cut).findings).toContainEqual(
      expect.objectContaining({ detail: expect.stringMatching(/its gzip data end within what begins at byte 0x0 of the archive/) as string }),
    );
    cut.close();
  });

  it('with a wrong CRC-32 opens and says that some of the contents are wrong', async () => {
    for (const bytes of [zipFile([{ ...member, crc: 7 }]), corrupted(zlib.gzipSync(tar))]) {
      const session = await open(write('crc', bytes));
      expect(describeDump(session).container.complete).toBe(false);
      expect(describeDump(session).findings).toContainEqual(
        expect.objectContaining({ id: 'container-complete/packed-file-damaged', detail: expect.stringContaining('some of the contents are wrong') as string }),
      );
      const [check] = (await checkSession(session, 'scan', never)).filter(({ id }) => id === 'packed-file');
      expect(check?.verdict).toBe('failed');
      session.close();
    }
  });

  it('that promises more than the disk has is refused before anything is written', async () => {
    const before = readdirSync(cacheFolder);
    const huge = Buffer.concat([tarEntry({ name: 'vmcore', data: dump, size: 2n ** 52n })]);
    await expect(open(write('huge.tar', huge))).rejects.toThrow(/its unpacked form has more than .*stay free/);
    const holes = Buffer.concat([
      paxHeader([
        ['GNU.sparse.size', String(2n ** 52n)],
        ['GNU.sparse.map', `0,${dump.length}`],
      ]),
      tarEntry({ name: 'vmcore', data: dump }),
    ]);
    await expect(open(write('holes.tar', Buffer.concat([holes, Buffer.alloc(1024)])))).rejects.toThrow(/its unpacked form has more than .*stay free/);
    expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.dump') && !before.includes(name))).toEqual([]);
    expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes nothing where its names point to', async () => {
    const names = ['../../escaped', '/tmp/dumpbench-escaped', 'a/../../escaped'];
    const path = write('names.tar', tarFile({ name: 'link', type: '2' }, ...names.map((name) => ({ name, data: dump }))));
    expect((await several(path)).choices.map((one) => one.member)).toEqual(names);
    for (const name of names) {
      const session = await open(`${path}!${name}`);
      expect(session.unpacked?.path.startsWith(cacheFolder)).toBe(true);
      session.close();
    }
  });

  it('is no file of a set, and a dump is no archive', async () => {
    await expect(open(`${write('plain', dump)}!1`)).rejects.toThrow(/it is one dump \(s390\), and has no part named 1/);
    await expect(open(`${write('plain.gz', zlib.gzipSync(dump))}!1`)).rejects.toThrow(/it is not an archive, so it has no member 1/);
    const session = await open(write('odd!name', dump));
    session.close();
  });
});

function corrupted(gzip: Buffer): Buffer {
  const bytes = Buffer.from(gzip);
  bytes[bytes.length - 6] = (bytes.at(-6) ?? 0) ^ 0xff;
  return bytes;
}
