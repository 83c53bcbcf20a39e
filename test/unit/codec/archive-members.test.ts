/** What archives hold: tar of all kinds, zip by its directory and from its beginning on, and those that are damaged, cut, or hostile. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveMembers } from '../../../src/analysis/source/archive-members.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import type { UnpackEnd } from '../../../src/analysis/source/unpack-end.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { paxHeader, tarEntry, tarFile } from '../../archives/tar-file.ts';
import { zipFile, type ZipEntry } from '../../archives/zip-file.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
const random = seededRandom(29);
const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => random.below(256)));

interface Listed {
  readonly name: string;
  readonly kind: string;
  readonly bytes: number | undefined;
  readonly closed?: string | undefined;
  readonly contents?: Buffer;
  readonly end?: UnpackEnd;
}

/** All members; contents of files unless `heads`, which reads a few bytes of each. */
async function listed(
  file: Buffer,
  heads = false,
): Promise<{ readonly members: readonly Listed[]; readonly end: UnpackEnd; readonly wrappers: readonly string[] }> {
  const reading = await archiveMembers(memorySource('file', file));
  if (reading === undefined) throw new Error('no archive');
  const members: Listed[] = [];
  for (;;) {
    const next = await reading.members.next();
    if (next.done === true) return { members, end: next.value, wrappers: reading.wrappers };
    const { name, kind, bytes, closed } = next.value;
    const listing = { name, kind, bytes, ...(closed === undefined ? {} : { closed }) };
    if (kind !== 'file' || closed !== undefined) {
      members.push(listing);
      continue;
    }
    const stream = next.value.contents();
    const pieces: Buffer[] = [];
    let end: UnpackEnd | undefined;
    while (end === undefined && !(heads && pieces.length > 0)) {
      const piece = await stream.next();
      if (piece.done === true) end = piece.value;
      else pieces.push(Buffer.from(piece.value));
    }
    if (heads) await stream.return({ kind: 'whole' });
    members.push({ ...listing, contents: Buffer.concat(pieces), ...(end === undefined ? {} : { end }) });
  }
}

const whole: UnpackEnd = { kind: 'whole' };
const [small, large, empty] = [noise(700), noise(100_000), Buffer.alloc(0)];
const files = [
  { name: 'a', data: small },
  { name: 'dir/large', data: large },
  { name: 'empty', data: empty },
  { name: 'last', data: Buffer.from('text') },
] as const;
const asListed = files.map(({ name, data }) => ({ name, kind: 'file', bytes: data.length, contents: data, end: whole }));

describe('tar', () => {
  it.each(['posix', 'gnu', 'none'] as const)('of %s headers gives its members', async (magic) => {
    expect(await listed(tarFile(...files.map((one) => ({ ...one, magic }))))).toEqual({ members: asListed, end: whole, wrappers: [] });
  });

  it.each([
    ['gzip', zlib.gzipSync],
    ['zstd', (data: Buffer) => zlib.zstdCompressSync(data)],
  ] as const)('packed with %s as a whole is distinguished from a packed dump by what it unpacks to', async (name, pack) => {
    expect(await listed(pack(tarFile(...files)))).toEqual({ members: asListed, end: whole, wrappers: [name] });
    expect(await archiveMembers(memorySource('file', pack(large)))).toBeUndefined();
  });

  it('gives names, sizes and kinds by whatever header says them', async () => {
    const long = `${'d'.repeat(200)}/${'n'.repeat(300)}`;
    const { members, end } = await listed(
      tarFile(
        { name: 'name', prefix: 'pre/fix', data: small },
        tarEntry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${long}\0`), magic: 'gnu' }),
        { name: 'short', data: small, magic: 'gnu' },
        paxHeader([
          ['path', 'ä/пакс'],
          ['size', String(small.length)],
        ]),
        tarEntry({ name: 'x', data: small, size: 0 }).subarray(0, 512),
        tarEntry({ name: '', data: small }).subarray(512),
        paxHeader([['comment', 'for all']], 'g'),
        { name: 'folder/', type: '5' },
        { name: 'hard', type: '1', size: 99 },
        { name: 'soft', type: '2' },
        { name: 'null', type: '3' },
        { name: 'pipe', type: '6' },
        { name: Buffer.from([0x61, 0xff, 0x1b]), data: small },
        { name: '../../etc/passwd', data: small },
        { name: '/dev/sda', data: small },
        { name: 'name', data: small },
        { name: 'name', data: empty },
      ),
    );
    expect(end).toEqual(whole);
    expect(members.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
      ['pre/fix/name', 'file', 700], [long, 'file', 700], ['ä/пакс', 'file', 700], ['folder/', 'folder', 0], ['hard', 'link', 0], ['soft', 'link', 0],
      ['null', 'device', 0], ['pipe', 'device', 0], ['a\udcff\x1b', 'file', 700], ['../../etc/passwd', 'file', 700], ['/dev/sda', 'file', 700],
      ['name', 'file', 700], ['name', 'file', 0],
    ]); // prettier-ignore
    for (const { contents, bytes } of members) if (bytes === 700) expect(contents).toEqual(small);
  });

  it('passes over what is not read', async () => {
    const { members, end } = await listed(tarFile(...files), true);
    expect(end).toEqual(whole);
    expect(members.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  });

  it.each([
    ['before its end marker', 0, 'cut'],
    ['within its last member', 900, 'cut'],
  ])('that is cut %s says where', async (_, less, kind) => {
    const file = tarFile(...files).subarray(0, -1024 - less);
    const { end } = await listed(file);
    expect(end.kind).toBe(kind);
    const { end: packedEnd } = await listed(zlib.gzipSync(file).subarray(0, -2000));
    expect(packedEnd).toEqual({ kind: 'cut', at: 0, layer: { name: 'gzip', isFile: true } });
  });

  it('ends at an invalid header, and says where it is', async () => {
    const file = tarFile(...files);
    const at = 512 + 1024;
    file[at + 5] = 0xee;
    const { members, end } = await listed(file);
    expect(members).toEqual(asListed.slice(0, 1));
    expect(end).toMatchObject({ kind: 'damaged', at });
  });

  it('says that more follows after its end marker', async () => {
    const file = tarFile(...files);
    expect((await listed(Buffer.concat([file, Buffer.alloc(10_240 - 1024)]))).end).toEqual(whole);
    expect((await listed(Buffer.concat([file, tarFile(files[0])]))).end).toMatchObject({ kind: 'followed', at: file.length });
  });

  it('with a size of petabytes is cut, not waited for', async () => {
    const huge = tarFile({ name: 'huge', size: 2n ** 51n });
    const { members, end } = await listed(huge);
    expect(members).toMatchObject([{ name: 'huge', bytes: 2 ** 51, end: { kind: 'cut', at: 0 } }]);
    expect(end).toEqual({ kind: 'cut', at: 0, layer: { name: 'tar', isFile: true } });
  });

  it.each([
    ['records that are none', tarEntry({ name: 'x', type: 'x', data: Buffer.from('99 path=short\n') })],
    ['a long name of gigabytes', tarEntry({ name: 'x', type: 'L', size: 2n ** 32n })],
    [
      'a map of holes that goes back',
      Buffer.concat([
        paxHeader([
          ['GNU.sparse.size', '9000'],
          ['GNU.sparse.map', '4096,350,0,350'],
        ]),
        tarEntry({ name: 'x', data: small }),
      ]),
    ],
    [
      'a map of holes of other data',
      Buffer.concat([
        paxHeader([
          ['GNU.sparse.size', '9000'],
          ['GNU.sparse.map', '0,1'],
        ]),
        tarEntry({ name: 'x', data: small }),
      ]),
    ],
    [
      'a map of holes beyond its size',
      Buffer.concat([
        paxHeader([
          ['GNU.sparse.size', '9'],
          ['GNU.sparse.map', '0,700'],
        ]),
        tarEntry({ name: 'x', data: small }),
      ]),
    ],
    [
      'a leading map of too many',
      Buffer.concat([
        paxHeader([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.realsize', '9'],
        ]),
        tarEntry({ name: 'x', data: Buffer.from('99999999999\n1\n') }),
      ]),
    ],
  ])('with %s is damaged there', async (_, bytes) => {
    const { members, end } = await listed(tarFile(files[0], bytes, files[3]));
    expect(members).toEqual(asListed.slice(0, 1));
    expect(end).toMatchObject({ kind: 'damaged', contents: false });
  });

  it.each([
    '--format=gnu --sparse',
    '--format=posix --sparse --sparse-version=0.0',
    '--format=posix --sparse --sparse-version=0.1',
    '--format=posix --sparse --sparse-version=1.0',
    '--format=v7',
    '--format=ustar',
    '--format=oldgnu',
  ])('made by tar %s', async (options) => {
    const folder = join(scratch, `made${options.replaceAll(/\W/g, '')}`);
    mkdirSync(folder);
    // More pieces than a header of GNU holds, and than a block after it.
    for (let at = 0; at < 60; at += 1) {
      writeFileSync(join(folder, 'holes'), noise(4096), { flag: 'a' });
      truncateSync(join(folder, 'holes'), (at + 1) * 65_536);
    }
    writeFileSync(join(folder, 'plain'), large);
    truncateSync(join(folder, 'holes'), 5_000_000);
    execFileSync('tar', ['-cf', 'all.tar', ...options.split(' '), 'holes', 'plain'], { cwd: folder });
    const { members, end } = await listed(readFileSync(join(folder, 'all.tar')));
    expect(end).toEqual(whole);
    expect(members.map(({ name, bytes, end: ends }) => [name, bytes, ends])).toEqual([
      ['holes', 5_000_000, whole],
      ['plain', 100_000, whole],
    ]);
    expect(members[0]?.contents?.equals(readFileSync(join(folder, 'holes')))).toBe(true);
    expect(members[1]?.contents).toEqual(large);
  });
});

describe('zip', () => {
  const variants: readonly Partial<ZipEntry>[] = [
    {}, { method: 'stored' }, { method: 'zstd' }, { descriptor: true }, { wide: true }, { wide: true, method: 'stored' }, { wide: true, descriptor: true },
  ]; // prettier-ignore
  it.each(variants)('%o gives its members by its directory, and without it by their headers', async (variant) => {
    const entries = files.map((one) => ({ ...one, ...variant }));
    expect(await listed(zipFile(entries))).toEqual({ members: asListed, end: whole, wrappers: [] });
    const { members, end } = await listed(zipFile(entries, false));
    expect(end).toMatchObject({ kind: 'cut' });
    const sizes = variant.descriptor === true ? asListed.map((one) => ({ ...one, bytes: undefined })) : asListed;
    expect(members).toEqual(sizes);
    // What is not read is passed over.
    expect((await listed(zipFile(entries, false), true)).members.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  });

  it('says which contents are not what was packed', async () => {
    const { members } = await listed(zipFile([{ ...files[1], crc: 1 }, files[0]]));
    expect(members).toMatchObject([{ end: { kind: 'damaged', at: 0, what: 'its CRC-32 does not match', contents: true } }, { end: whole }]);
    const file = zipFile([files[1], files[0]]);
    file.fill(0xff, 60, 90);
    expect((await listed(file)).members).toMatchObject([{ end: { kind: 'damaged', at: 0 } }, { end: whole, contents: small }]);
  });

  it('names what is closed, and what is no file', async () => {
    const { members, end } = await listed(
      zipFile([
        { ...files[0], flags: 1 },
        { ...files[0], methodNumber: 14 },
        { name: 'folder/', data: empty, method: 'stored' },
        { name: 'link', data: Buffer.from('/etc/passwd'), attributes: 0o120777 << 16 },
        { name: '../x', data: small },
        { name: '/abs', data: small },
      ]),
    );
    expect(end).toEqual(whole);
    expect(members.map(({ name, kind, closed }) => [name, kind, closed])).toEqual([
      ['a', 'file', 'it is encrypted'], ['a', 'file', 'it is packed by method 14 (LZMA)'], ['folder/', 'folder', undefined], ['link', 'link', undefined],
      ['../x', 'file', undefined], ['/abs', 'file', undefined],
    ]); // prettier-ignore
  });

  it('made by zip', async () => {
    const folder = join(scratch, 'zipped');
    mkdirSync(folder);
    writeFileSync(join(folder, 'plain'), large);
    writeFileSync(join(folder, 'text'), 'line\n'.repeat(9999));
    try {
      execFileSync('zip', ['-q', 'all.zip', 'plain', 'text'], { cwd: folder });
      execFileSync('sh', ['-c', 'zip -q - plain text | cat > piped.zip'], { cwd: folder });
    } catch {
      // Not every machine has it.
      return;
    }
    for (const name of ['all.zip', 'piped.zip'])
      expect((await listed(readFileSync(join(folder, name)))).members.map((one) => [one.name, one.contents?.length, one.end])).toEqual([
        ['plain', large.length, whole],
        ['text', 5 * 9999, whole],
      ]);
  });
});
