import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirm, fact, splitFacts, trusts } from '../../../src/shared/fact.ts';

describe('fact', () => {
  it('is unverifiable unless said otherwise', () => {
    expect(fact(3, 'header')).toEqual({ value: 3, source: 'header', trust: 'unverifiable' });
    expect(fact('x', 'page', 'verified').trust).toBe('verified');
  });

  it('of one source stays what it is', () => {
    const one = fact('6.1', 'vmcoreinfo');
    expect(confirm(one, undefined)).toBe(one);
  });

  it('of two sources that agree is consistent, or verified when one of them is', () => {
    expect(confirm(fact('6.1', 'a'), fact('6.1', 'b'))).toEqual({ value: '6.1', source: 'a; b', trust: 'consistent' });
    expect(confirm(fact('6.1', 'a', 'verified'), fact('6.1', 'b')).trust).toBe('verified');
    expect(confirm(fact('6.1', 'a'), fact('6.1', 'b', 'verified')).trust).toBe('verified');
  });

  it('of two sources that differ is contradicted, keeps the first value and names both', () => {
    const both = confirm(fact('6.1', 'vmcoreinfo'), fact('9.9', 'utsname', 'verified'));
    expect(both).toEqual({ value: '6.1', source: 'vmcoreinfo, but utsname says 9.9', trust: 'contradicted' });
  });
});

describe('splitFacts', () => {
  it('gives plain values, and provenance by JSON pointer', () => {
    const tree = { a: fact(1, 's'), list: [fact('x', 't', 'verified'), 2], 'odd/key~': { deep: fact(true, 'u') }, gone: undefined, zero: 0 };
    expect(splitFacts(tree)).toEqual({
      json: { a: 1, list: ['x', 2], 'odd/key~': { deep: true }, zero: 0 },
      provenance: {
        '/a': { source: 's', trust: 'unverifiable' },
        '/list/0': { source: 't', trust: 'verified' },
        '/odd~1key~0/deep': { source: 'u', trust: 'unverifiable' },
      },
    });
  });

  it('leaves absent members out and never prints null for them', () => {
    expect(JSON.stringify(splitFacts({ a: undefined, b: { c: undefined } }).json)).toBe('{"b":{}}');
  });

  it('puts every fact of any tree where its pointer says', () => {
    const values = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        values,
        fc.tuple(values, fc.string(), fc.constantFrom(...trusts)).map(([value, source, trust]) => fact(value, source, trust)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(
          fc.string({ maxLength: 5 }).filter((key) => !['source', 'trust', 'value', '__proto__'].includes(key)),
          tie('tree'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(tree, (whole) => {
        const { json, provenance } = splitFacts(whole);
        for (const pointer of Object.keys(provenance)) {
          const path = pointer
            .split('/')
            .slice(1)
            .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
          const at = (node: unknown): unknown => path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], node);
          const found = at(whole) as { value: unknown; source: string; trust: string };
          expect(at(json)).toEqual(found.value);
          expect(provenance[pointer]).toEqual({ source: found.source, trust: found.trust });
        }
      }),
    );
  });
});
