import { describe, expect, it } from 'vitest';
import { ebcdicBytes, ebcdicText } from '../../../src/shared/ebcdic.ts';
import { RequestError } from '../../../src/shared/rpc.ts';
import { searchPattern, type PatternRequest } from '../../../src/analysis/search/pattern.ts';

const parse = (pattern: string, type: PatternRequest['type'], more: Partial<PatternRequest> = {}) =>
  searchPattern({ pattern, type, endian: 'big', codePage: '1047', ignoreCase: false, ...more });

/** "41/ff 40/f0": values and masks. */
function shown(pattern: string, type: PatternRequest['type'], more: Partial<PatternRequest> = {}): readonly string[] {
  const found = parse(pattern, type, more);
  const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0');
  if (found.kind === 'regex') return [found.source, found.flags];
  return found.alternatives.map(({ values, masks }) =>
    [...values].map((value, index) => (masks[index] === 0xff ? hex(value) : `${hex(value)}/${hex(masks[index])}`)).join(' '),
  );
}

describe('patterns', () => {
  it('are bytes with wildcards for bytes and digits', () => {
    expect(shown('4F53 ?? 4? ?5', 'bytes')).toEqual(['4f 53 00/00 40/f0 05/0f']);
    expect(shown('0xdead_beef', 'bytes')).toEqual(['de ad be ef']);
  });
  it('are integers of either byte order', () => {
    expect(shown('0x12345678', 'u32')).toEqual(['12 34 56 78']);
    expect(shown('0x12345678', 'u32', { endian: 'little' })).toEqual(['78 56 34 12']);
    expect(shown('1', 'u64', { endian: 'both' })).toEqual(['00 00 00 00 00 00 00 01', '01 00 00 00 00 00 00 00']);
    expect(shown('-1', 'u32', { endian: 'both' })).toEqual(['ff ff ff ff']);
    expect(shown('-2', 'u64')).toEqual(['ff ff ff ff ff ff ff fe']);
    expect(shown('4294967295', 'u32')).toEqual(['ff ff ff ff']);
  });
  it('are text in UTF-8 and EBCDIC, with small and capital letters the same when asked for', () => {
    expect(shown('aZ9ü', 'text')).toEqual(['61 5a 39 c3 bc']);
    expect(shown('aZ9', 'text', { ignoreCase: true })).toEqual(['41/df 5a/df 39']);
    expect(shown('aZ9[', 'ebcdic')).toEqual(['81 e9 f9 ad']);
    expect(shown('aZ9[', 'ebcdic', { codePage: '037' })).toEqual(['81 e9 f9 ba']);
    expect(shown('aZ9[', 'ebcdic', { ignoreCase: true })).toEqual(['81/bf a9/bf f9 ad']);
  });
  it('are regular expressions over bytes', () => {
    expect(shown('panic: .*', 'regex', { ignoreCase: true })).toEqual(['panic: .*', 'gmi']);
  });
  it.each([
    ['', 'text'],
    ['4', 'bytes'],
    ['zz', 'bytes'],
    ['????', 'bytes'],
    ['0x', 'bytes'],
    ['0x100000000', 'u32'],
    ['-2147483649', 'u32'],
    ['1.5', 'u64'],
    ['snow ☃', 'ebcdic'],
    ['(', 'regex'],
    ['a'.repeat(1025), 'text'],
  ] as const)('refuses %j as %s with a message', (pattern, type) => {
    expect(() => parse(pattern, type)).toThrow(RequestError);
  });
});

describe('EBCDIC', () => {
  it('goes both ways for every byte', () => {
    for (const page of ['1047', '037'] as const) {
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      expect(ebcdicBytes(ebcdicText(all, page), page)).toEqual(all);
    }
  });
});
