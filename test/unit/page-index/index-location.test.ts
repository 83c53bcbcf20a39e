import { describe, expect, it } from 'vitest';
import { indexName, isIndexOf } from '../../../src/analysis/page-index/index-location.ts';

const [identity, dumpKey, other] = ['0f', 'a5', '3c'].map((two) => two.repeat(32)) as [string, string, string];

describe('name of an index', () => {
  it('has 32 digits of the identity and 32 of the dump key', () => {
    expect(indexName({ identity, dumpKey })).toBe(`${'0f'.repeat(16)}.${'a5'.repeat(16)}.sqlite`);
  });

  it('is recognised by the identity, whatever the key', () => {
    expect(isIndexOf(indexName({ identity, dumpKey: other }), identity)).toBe(true);
    expect(isIndexOf(indexName({ identity: other, dumpKey: identity }), identity)).toBe(false);
  });

  it('never leads out of its folder', () => {
    const strange = ['../../etc/passwd', 'a/b', 'a:b', '', '.', '-x', 'x'.repeat(400), 'a\0b'];
    const names = strange.flatMap((one) => [indexName({ identity: one, dumpKey }), indexName({ identity, dumpKey: one })]);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}\.[0-9a-f]{32}\.sqlite$/);
    expect(new Set(names).size).toBe(names.length);
  });
});
