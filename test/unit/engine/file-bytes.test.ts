/** `fileBytes`: bytes of a file that is no open dump, bounded and read only. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { fileBytes } from '../../../src/analysis/engine/bytes/file-bytes.ts';
import { fileBytesProtocol } from '../../../src/shared/file-bytes-protocol.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const at = (name: string, bytes: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe('the bytes of a file', () => {
  const letter = 'Dear engineer, this is no dump.\n'.repeat(40);

  it('are those that were asked for, and the rest of the range is missing', () => {
    const path = at('letter.txt', letter);
    const size = letter.length;
    const { data, absent, ...about } = fileBytes({ path, offset: size - 4, length: 8 });
    expect(about).toEqual({ file: path, size });
    expect(Buffer.from(data).toString('latin1')).toBe('mp.\n\0\0\0\0');
    expect(absent).toEqual([{ start: `0x${size.toString(16)}`, end: `0x${(size + 4).toString(16)}`, state: 'missing' }]);
    expect(fileBytes({ path, offset: size + 100, length: 4 }).absent).toMatchObject([{ state: 'missing' }]);
    expect(readFileSync(path, 'utf8')).toBe(letter);
    expect(readdirSync(folder)).toEqual(['letter.txt']);
  });

  it('of what is packed are the packed ones, and it says so', () => {
    const packed = gzipSync(letter);
    const path = at('letter.gz', packed);
    const { data, packedWith } = fileBytes({ path, offset: 0, length: 2 });
    expect([...data]).toEqual([0x1f, 0x8b]);
    expect(packedWith).toBe('gzip');
    // A member is no file: the one that holds it is read.
    expect(fileBytes({ path: `${path}!letter`, offset: 0, length: 2 }).file).toBe(path);
  });

  it('are none where there is no file, and at most 64 KiB at once', () => {
    expect(() => fileBytes({ path: folder, offset: 0, length: 4 })).toThrow();
    expect(() => fileBytes({ path: join(folder, 'none'), offset: 0, length: 4 })).toThrow('no such file');
    const { params } = fileBytesProtocol.fileBytes;
    expect(v.safeParse(params, { path: 'a', offset: 0, length: 65536 }).success).toBe(true);
    expect(v.safeParse(params, { path: 'a', offset: 0, length: 65537 }).success).toBe(false);
  });
});
