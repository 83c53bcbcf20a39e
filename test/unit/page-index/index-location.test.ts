import { describe, expect, it } from 'vitest';
import { indexName, isIndexOf } from '../../../src/analysis/page-index/index-location.ts';

const [identity, dumpKey, other] = ['0f', 'a5', '3c'].map((two) => two.repeat(32)) as [string, string, string];

describe('name of an index', () => {
  it('has 32 digits of the identity and 32 of the dump key', () => {
    expect(indexName({ identity, dumpKey })).toBe(`${'0f'.repeat(16)}.${'a5'.repeat(16)}.sqlite`);
  });

  it('has digits of the files where another dump has the same keys, in whichever order they were opened and whatever is in them', () => {
    const file = (inode: bigint, size = 1n) => ({ device: 5n, inode, size, mtimeNs: 0n, ctimeNs: 0n });
    const own = indexName({ identity, dumpKey }, [file(1n), file(2n)]);
    expect(own).toMatch(/^(?:0f){16}\.(?:a5){16}\.[0-9a-f]{16}\.sqlite$/);
    expect(indexName({ identity, dumpKey }, [file(2n, 7n), file(1n)])).toBe(own);
    expect(indexName({ identity, dumpKey }, [file(1n), file(3n)])).not.toBe(own);
    expect(isIndexOf(own, identity)).toBe(true);
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
