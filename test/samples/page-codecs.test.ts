import { inflateSync, zstdDecompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { lzo1xCompress } from '../../src/samples/lzo1x.ts';
import { codeBytes, entropyBytes, pointerBytes, textLines } from '../../src/samples/page-contents.ts';
import { storedPage } from '../../src/samples/page-codec.ts';
import { snappyCompress } from '../../src/samples/snappy.ts';
import { lzo1xDecode, snappyDecode } from './sheet-decoders.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const pages: readonly (readonly [string, Uint8Array])[] = [
  ['zeros', new Uint8Array(4096)],
  ['same byte', new Uint8Array(4096).fill(0x5a)],
  ['text', textLines(4096, 'page')],
  ['code', codeBytes(4096, 3)],
  ['pointers', pointerBytes(4096, 0x100000, 0x1000, 4)],
  ['entropy', entropyBytes(4096, 5)],
  ['far repeats', Uint8Array.from({ length: 4096 }, (_, index) => (index * index * 7919 + (index >> 3)) & 0x0f)],
  ['64 KiB', textLines(65536, 'large').map((byte, index) => (index % 37 === 0 ? index & 0xff : byte))],
  ['64 KiB with repeats beyond 16 KiB', new Uint8Array(Buffer.concat([entropyBytes(20000, 6), entropyBytes(20000, 6), entropyBytes(20000, 6)]))],
  ['one byte', Uint8Array.of(7)],
  ['nothing', new Uint8Array(0)],
];

describe('the decoders that check the builders', () => {
  // Vectors of kdump-compressed.md section 5.1.
  it('agree with the sheet', () => {
    expect(ascii(lzo1xDecode(hex('14 61 62 63 33 09 00 58 11 00 00')))).toBe(`${'abc'.repeat(8)}X`);
    const cats = '1a 74 68 65 20 63 61 74 2c 20 63 01 64 6f 67 a3 01 63 6f 77 a3 01 68 65 6e 11 00 00';
    expect(ascii(lzo1xDecode(hex(cats)))).toBe('the cat, the dog, the cow, the hen');
    const zeros = `02 ${'00'.repeat(5)} 20 ${'00'.repeat(15)} da 10 00 0c ${'00'.repeat(15)} 11 00 00`;
    expect(lzo1xDecode(hex(zeros))).toEqual(new Uint8Array(4096));
    expect(lzo1xDecode(hex('11 00 00'))).toHaveLength(0);
  });
});

describe('page compressors', () => {
  it.each(pages)('LZO1X of %s', (_name, page) => {
    expect(Buffer.compare(lzo1xDecode(lzo1xCompress(page)), page)).toBe(0);
  });

  it.each(pages)('Snappy of %s', (_name, page) => {
    expect(Buffer.compare(snappyDecode(snappyCompress(page)), page)).toBe(0);
  });

  it('store a page raw that does not shrink', () => {
    const page = entropyBytes(4096, 9);
    for (const codec of ['zlib', 'lzo', 'snappy', 'zstd'] as const) expect(storedPage(page, codec)).toEqual({ flag: 0, bytes: page });
    const text = textLines(4096, 'page');
    expect(new Uint8Array(inflateSync(storedPage(text, 'zlib').bytes))).toEqual(text);
    expect(new Uint8Array(zstdDecompressSync(storedPage(text, 'zstd').bytes))).toEqual(text);
  });
});
