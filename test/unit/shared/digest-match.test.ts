import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestPieces, markedDigest, matchDigests, overwrittenDigest } from '../../../src/shared/digest-match.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const flip = (digest: string, from: number, to: number): string => {
  const bytes = Buffer.from(digest, 'hex');
  for (let at = from; at < to; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes.toString('hex');
};
const digest = sha256('dump');

describe('a digest against another one', () => {
  it.each([
    [0, 1],
    [31, 32],
    [0, 24],
    [8, 32],
    [10, 14],
  ])('of which bytes %i to %i differ was overwritten there', (from, to) => {
    const recorded = flip(digest, from, to);
    const match = overwrittenDigest(recorded, digest);
    expect(match).toEqual({ bytes: 32, equal: 32 - (to - from), differing: [{ from, to }] });
    if (match === undefined) return;
    expect(markedDigest(recorded, match).replaceAll(/[[\]]/g, '')).toBe(recorded);
    expect(markedDigest(recorded, match)).toContain(`[${recorded.slice(from * 2, to * 2)}]`);
    expect(
      digestPieces(digest, match)
        .filter(({ differs }) => differs)
        .map(({ text }) => text),
    ).toEqual([digest.slice(from * 2, to * 2)]);
  });

  it('of which too little is right, or all, shows nothing', () => {
    expect(overwrittenDigest(flip(digest, 0, 25), digest)).toBeUndefined();
    expect(overwrittenDigest(digest, digest)).toBeUndefined();
    expect(overwrittenDigest(undefined, digest)).toBeUndefined();
    for (let index = 0; index < 2000; index += 1) expect(overwrittenDigest(sha256(`changed ${index}`), digest)).toBeUndefined();
  });

  it('is compared only where both are digests of one length', () => {
    expect(matchDigests('0x1c001', '0x1c002')).toBeUndefined();
    expect(matchDigests(digest, digest.slice(2))).toBeUndefined();
    // A checksum of 32 bits keeps bytes where memory changed.
    expect(overwrittenDigest('40e4ce90', '41e4ce8f')).toBeUndefined();
  });
});
