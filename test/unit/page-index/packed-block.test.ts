import { describe, expect, it } from 'vitest';
import { BlockDamaged, packBlock, uniformRun, unpackBlock } from '../../../src/analysis/page-index/packed-block.ts';
import { metaByte, metaClass, metaState, stateCode } from '../../../src/analysis/page-index/page-meta.ts';
import { pageClasses, pageStates } from '../../../src/shared/model.ts';
import { pageStateCodes } from '../../../src/analysis/formats/dump-format.ts';

describe('meta byte', () => {
  it('keeps every state and class', () => {
    pageClasses.forEach((name, code) => {
      expect([metaState(metaByte(stateCode.present, code)), metaClass(metaByte(stateCode.present, code))]).toEqual(['present', name]);
    });
    for (const state of pageStates.filter((one) => one !== 'present')) {
      const meta = metaByte(stateCode[state]);
      expect([metaState(meta), metaClass(meta)]).toEqual([state, state === 'zero' ? 'zero' : undefined]);
    }
  });

  it('shares its state numbers with readPages', () => {
    expect(pageStateCodes.map((word) => (word === 'stored' ? 'present' : word))).toEqual([...pageStates]);
  });
});

const present = (code: number): number => metaByte(stateCode.present, code);

describe('packed block', () => {
  it('gives back what went in', () => {
    const meta = Uint8Array.from({ length: 4096 }, (_, page) =>
      page % 3 === 0 ? metaByte(stateCode.zero) : page % 3 === 1 ? metaByte(stateCode.excluded) : present(1 + (page % 6)),
    );
    const fingerprints = Int32Array.from({ length: 8192 }, (_, index) => ((index >> 1) % 3 === 2 ? Math.imul(index, 0x9e3779b1) : 0));
    const row = packBlock(8192, meta, fingerprints);
    expect([row.startPfn, row.pages, row.uniform]).toEqual([8192, 4096, undefined]);
    expect(row.counters.states).toEqual([1365, 1366, 1365, 0, 0, 0]);
    expect(row.counters.classes.reduce((sum, pages) => sum + pages, 0)).toBe(1365 + 1366);
    const block = unpackBlock(row);
    for (let page = 0; page < 4096; page += 1) {
      expect(block.meta(page)).toBe(meta[page]);
      expect([...block.fingerprint(page)]).toEqual([...fingerprints.subarray(2 * page, 2 * page + 2)]);
    }
  });

  it('keeps no blobs that say nothing', () => {
    const zeros = packBlock(0, new Uint8Array(4096).fill(metaByte(stateCode.zero)), new Int32Array(8192));
    expect([zeros.meta, zeros.fingerprints, zeros.uniform]).toEqual([undefined, undefined, metaByte(stateCode.zero)]);
    const texts = packBlock(0, new Uint8Array(4096).fill(present(2)), new Int32Array(8192).fill(5));
    expect(texts.meta).toBeUndefined();
    expect(texts.fingerprints?.length).toBe(32_768);
    expect([...unpackBlock(texts).fingerprint(4095)]).toEqual([5, 5]);
    const run = uniformRun(4096, 40_960, metaByte(stateCode.missing));
    expect(run.counters.states).toEqual([0, 0, 0, 40_960, 0, 0]);
    expect([unpackBlock(run).meta(40_959), ...unpackBlock(run).fingerprint(40_959)]).toEqual([metaByte(stateCode.missing), 0, 0]);
  });

  it('stores fingerprints little-endian, low half first', () => {
    const row = packBlock(0, Uint8Array.of(present(6)), Int32Array.of(0x01020304, 0x05060708));
    expect([...(row.fingerprints ?? [])]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });

  it('notices a flip of any bit', () => {
    const meta = Uint8Array.from({ length: 200 }, (_, page) => present(1 + (page % 6)));
    const row = packBlock(
      4096,
      meta,
      Int32Array.from({ length: 400 }, (_, index) => index),
    );
    const flipped = (bytes: Uint8Array | undefined, bit: number): Uint8Array => {
      const copy = Uint8Array.from(bytes ?? []);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    for (let bit = 0; bit < 1600; bit += 1) expect(() => unpackBlock({ ...row, meta: flipped(row.meta, bit) })).toThrow(BlockDamaged);
    for (let bit = 0; bit < 12_800; bit += 97) expect(() => unpackBlock({ ...row, fingerprints: flipped(row.fingerprints, bit) })).toThrow(BlockDamaged);
    expect(() => unpackBlock({ ...row, startPfn: 0 })).toThrow(BlockDamaged);
    expect(() => unpackBlock({ ...row, pages: 199 })).toThrow(BlockDamaged);
    expect(() => unpackBlock({ ...row, counters: { ...row.counters, states: [199, 1, 0, 0, 0, 0] } })).toThrow(BlockDamaged);
    expect(() => unpackBlock({ ...row, checksum: row.checksum ^ 1 })).toThrow(BlockDamaged);
  });
});
