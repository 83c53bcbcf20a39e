import { describe, expect, it } from 'vitest';
import { createPageClassifier, classThresholds } from '../../../src/analysis/page-index/page-class.ts';
import { littleEndianWords } from '../../../src/analysis/page-index/page-job.ts';
import { pageClasses } from '../../../src/shared/model.ts';
import { randomFor, runs } from '../../run-size.ts';
import { corpus } from './page-corpus.ts';
import { pageBytes } from './page-image.ts';

const classifier = createPageClassifier();
function classOf(bytes: Uint8Array): string | undefined {
  const aligned = Uint8Array.from(bytes);
  return pageClasses[classifier.classify(littleEndianWords(aligned), aligned, 0)];
}

describe('page classes', () => {
  it.each(corpus.map((one) => [one.label, one] as const))('%s', (label, one) => {
    const random = randomFor(label);
    for (let run = 0; run < runs(20, 400); run += 1) {
      const bytes = one.make(random);
      expect(bytes.length).toBe(pageBytes);
      expect(classOf(bytes)).toBe(one.class);
    }
  });

  it('covers every class', () => {
    expect(new Set(corpus.map((one) => one.class))).toEqual(new Set(pageClasses));
  });

  it('takes a page out of the middle of a block', () => {
    const random = randomFor('middle');
    const block = Buffer.concat(corpus.map((one) => one.make(random)));
    const bytes = Uint8Array.from(block);
    const words = littleEndianWords(bytes);
    expect(corpus.map((_, index) => pageClasses[classifier.classify(words, bytes, index)])).toEqual(corpus.map((one) => one.class));
  });

  it('needs every byte of a fill', () => {
    const almost = Buffer.alloc(pageBytes, 'Z');
    almost[pageBytes - 1] = 0;
    expect(classOf(almost)).toBe('data');
  });

  it('decides text at its threshold', () => {
    // The sample takes every column of four 64-byte lines, so a byte per line in each column is sampled evenly.
    const textOf = (printable: number): Buffer => {
      const bytes = Buffer.alloc(pageBytes);
      for (let at = 0; at < pageBytes; at += 1) bytes[at] = (at * 7919) % 1024 < printable ? 0x61 + (at % 26) : 0x80;
      return bytes;
    };
    expect(classOf(textOf(classThresholds.textShare + 60))).toBe('text');
    expect(classOf(textOf(classThresholds.textShare - 60))).not.toBe('text');
  });
});
