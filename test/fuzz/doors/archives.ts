/** Archives: their members with what is in them, and how they end. */
import zlib from 'node:zlib';
import { archiveMembers } from '../../../src/analysis/source/archive-members.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { endMarker, paxHeader, tarEntry } from '../../archives/tar-file.ts';
import { zipFile } from '../../archives/zip-file.ts';
import { boundedSource } from '../bounded-source.ts';
import { byteDoor } from '../byte-door.ts';
import type { ByteBase } from '../byte-steps.ts';
import { Fault, type Door } from '../door.ts';

const text = Buffer.from('a line of a file in an archive\n'.repeat(40));
const files = [
  { name: 'vmcore', data: text },
  { name: 'folder/other', data: text.subarray(0, 700) },
  { name: 'empty', data: Buffer.alloc(0) },
];

/** Each part is a record; its first 512 bytes are where tar has its numbers. */
function tarBase(name: string, ...parts: readonly Buffer[]): ByteBase {
  let offset = 0;
  const records = [...parts, endMarker].map((part) => ({ offset: (offset += part.length) - part.length, size: part.length }));
  const fields = records.flatMap(({ offset: at }) => [124, 148, 156, 257, 386, 483].map((field) => ({ offset: at + field, size: field === 124 ? 12 : 8 })));
  return { name, bytes: Buffer.concat([...parts, endMarker]), fields, records };
}

/** Every place of a signature begins a header. */
function zipBase(name: string, bytes: Buffer): ByteBase {
  const heads: number[] = [];
  for (let at = bytes.indexOf('PK'); at !== -1; at = bytes.indexOf('PK', at + 1)) heads.push(at);
  const records = heads.map((at, index) => ({ offset: at, size: (heads[index + 1] ?? bytes.length) - at }));
  return { name, bytes, fields: heads.map((at) => ({ offset: at, size: Math.min(56, bytes.length - at) })), records };
}

const gzipped = (bytes: Uint8Array): ByteBase => {
  const packed = zlib.gzipSync(bytes, { level: 0 });
  return { name: 'tar in gzip', bytes: packed, fields: [{ offset: 15, size: 512 }], records: [{ offset: 15, size: 512 }] };
};
const sparse = [paxHeader([['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'], ['GNU.sparse.name', 'holes'], ['GNU.sparse.realsize', '9000']]),
  tarEntry({ name: 'x', data: Buffer.concat([Buffer.from('2\n0\n512\n4096\n512\n'.padEnd(512, '\0')), text.subarray(0, 1024)]) })]; // prettier-ignore
const mapped = [paxHeader([['GNU.sparse.size', '9000'], ['GNU.sparse.map', '0,350,4096,350']]), tarEntry({ name: 'x', data: text.subarray(0, 700) })]; // prettier-ignore
const long = [tarEntry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${'d'.repeat(200)}/n\0`), magic: 'gnu' }), tarEntry({ name: 'short', data: text, magic: 'gnu' })]; // prettier-ignore

const mostUnpacked = 32 << 20;
const mostMembers = 20_000;

export const archives: Door = byteDoor({
  name: 'archives',
  about: 'tar and zip: the members with their contents, and how each ends',
  seconds: 5,
  least: 200,
  bases() {
    const plain = tarBase('tar', ...files.map((one) => tarEntry(one)));
    return [
      plain,
      gzipped(plain.bytes),
      tarBase('tar with holes', ...sparse, ...mapped),
      tarBase('tar with long names', ...long, tarEntry({ name: 'link', type: '2' })),
      zipBase('zip', zipFile(files.map((one) => ({ ...one, method: 'deflate' })))),
      zipBase('zip of 8-byte sizes', zipFile(files.map((one) => ({ ...one, wide: true, descriptor: true })))),
      zipBase('zip without a directory', zipFile(files.map((one) => ({ ...one, method: 'stored' })), false)),
      zipBase('zip of packed members', zipFile([{ name: 'vmcore.zst', data: zlib.zstdCompressSync(text), method: 'zstd' }])),
    ]; // prettier-ignore
  },
  async ask(bytes) {
    const source = boundedSource(memorySource('file', bytes), { reads: 100_000, bytes: 64 * 2 ** 20 + 16 * bytes.length });
    const reading = await archiveMembers(source);
    if (reading === undefined) return { outcome: 'refused', calls: 1 };
    let [calls, unpacked] = [1, 0];
    for (;;) {
      const next = await reading.members.next();
      if (next.done === true) return { outcome: next.value.kind === 'whole' ? 'answered' : 'refused', calls };
      if ((calls += 1) > mostMembers) throw new Fault(`more than ${mostMembers} members in ${bytes.length} bytes`);
      const { kind, closed } = next.value;
      if (kind !== 'file' || closed !== undefined) continue;
      for await (const piece of next.value.contents()) if ((unpacked += piece.length) > mostUnpacked) break;
      if (unpacked > mostUnpacked) return { outcome: 'answered', calls };
    }
  },
});
