import { describe, expect, it } from 'vitest';
import { indexName } from '../../../src/analysis/page-index/index-location.ts';

describe('name of an index', () => {
  it('is one for each identity', () => {
    expect(indexName('s390-402657296-00ff')).toBe('s390-402657296-00ff.sqlite');
  });

  it('never leads out of its folder', () => {
    for (const identity of ['../../etc/passwd', 'a/b', 'a:b', '', '.', '-x', 'x'.repeat(400), 'a\0b']) {
      expect(indexName(identity)).toMatch(/^[0-9a-f]{64}\.sqlite$/);
    }
    expect(indexName('a:b')).not.toBe(indexName('a/b'));
  });
});
