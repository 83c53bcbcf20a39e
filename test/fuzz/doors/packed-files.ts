/** Packed files: what comes out, and how it ends, in words. xz and bzip2 are written down as bytes, since Node.js cannot make them. */
import zlib from 'node:zlib';
import { peel } from '../../../src/analysis/source/archive-members.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { seekablePieces } from '../../../src/analysis/source/source-stream.ts';
import type { ByteBase } from '../byte-steps.ts';
import { byteDoor } from '../byte-door.ts';
import { Fault, type Door } from '../door.ts';

const text = Buffer.from(Array.from({ length: 60 }, (_, at) => `line ${at} of a dump that is packed\n`).join(''));
const fromBase64 = (data: string): Buffer => Buffer.from(data, 'base64');
const xz = fromBase64(
  '/Td6WFoAAATm1rRGAgAhAQwAAACPmEGc4AexAJBdADYaSh8IoCYDTQad7+2IowoJt8EldaSuUA6IhcLTk/HdIJW5qSWFSgpqQnWlUXHF932sBqX5SJmXphjWu0QJpoTjIlxiOZl/4BfzKKhBF/z0oZPJE9OfcrDpj6XQGSc53kOhNokTiZ0fNGWkV6kL/sZVAdB2osxw0L33nLgtGEIAozAuz0SVGK+tYCZkU7a9AAAmKzF/XrWJ7QABrAGyDwAA1O3MLLHEZ/sCAAAAAARZWg==',
);
/** With SHA-256 as its check. */
const xzOfOneLine = fromBase64(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4ADHADZdADYaSh8IoCYDTQad7+2IowoJt8EldaSuUA6IhcLTk/HdIJW5qSWFSgpqQnWlUXHF932rGViuAAAAAFeQq/GoKl5TyGWRM7uZnSUukwaBSiR5XptAhxg5kyv9AAFqyAEAAACePOMLtunfHAIAAAAAClla',
);
const bzip2 = fromBase64(
  'QlpoMTFBWSZTWROqzxAAAq1ZgAAQQAB/4C9vzgAwAPogZUnn6qh/6pUwhoYIUaGgAAAE1VFNB+qbRlAYydaGtDahrQ3obfGWWPnnp0667e+MZ4xjCu9XCqoq5VXKqirjGMepLb6ktv3rWtayAGZYG4DEsAwG6WAGTaWAAWwAAAAADbYAzJbd8lt/JLb1ofVDlQ8UO1Deh+UPFD1od6HehxQ3ocqHFDKhnQ0oZ0OKHkXckU4UJATqs8QA',
);

/** So much of what is packed is looked at: no base unpacks to more, and what is changed may. */
const mostUnpacked = 32 << 20;

const base = (name: string, ...parts: readonly Buffer[]): ByteBase => {
  const bytes = Buffer.concat(parts);
  let offset = 0;
  const records = parts.map((part) => {
    const record = { offset, size: part.length };
    offset += part.length;
    return record;
  });
  // Headers and trailers: where the numbers are.
  const fields = records.flatMap(({ offset: at, size }) => [
    { offset: at, size: Math.min(24, size) },
    { offset: at + Math.max(0, size - 32), size: Math.min(32, size) },
  ]);
  return { name, bytes, fields, records };
};

const checked = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } };

export const packedFiles: Door = byteDoor({
  name: 'packed-files',
  about: 'files packed with gzip, zstd, xz, or bzip2: the bytes that come out, and how they end',
  seconds: 4,
  least: 200,
  bases: () => [
    base('gzip', zlib.gzipSync(text), zlib.gzipSync(text.subarray(0, 300))),
    base('zstd', zlib.zstdCompressSync(text, checked), zlib.zstdCompressSync(text.subarray(0, 300))),
    base('zstd in gzip', zlib.gzipSync(zlib.zstdCompressSync(text))),
    base('xz', xz, xzOfOneLine),
    base('bzip2', bzip2, bzip2),
  ],
  async ask(bytes) {
    const { pieces, seek: _ } = seekablePieces(memorySource('file', bytes), undefined);
    const peeled = await peel(pieces, 'file', true);
    let unpacked = 0;
    for await (const piece of peeled.cursor.take(Infinity)) if ((unpacked += piece.length) > mostUnpacked) break;
    const end = peeled.end();
    if (unpacked > mostUnpacked) return { outcome: 'answered', calls: 1 };
    if (!['whole', 'cut', 'damaged', 'followed', 'fault'].includes(end.kind)) throw new Fault(`it ends as ${end.kind}`);
    return { outcome: end.kind === 'whole' ? 'answered' : 'refused', calls: 1 };
  },
});
