import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, resolveAddress, type AddressExpression, type RegisterLookup } from '../../src/shared/address-expression.ts';

const limit = 1n << 64n;
const numbers = fc.bigInt({ min: 0n, max: limit - 1n });
const cpuNumbers = fc.nat({ max: 999_999 });
const names = fc.constantFrom('r0', 'r15', 'cr13', 'psw', 'prefix', 'rip', 'a7');

const written = (value: bigint): fc.Arbitrary<string> => fc.constantFrom(`0x${value.toString(16)}`, `0x${value.toString(16).toUpperCase()}`, value.toString());

/** An expression as a person may type it, with what it has to mean. */
const expressions: fc.Arbitrary<{ text: string; expected: AddressExpression }> = fc
  .record({
    space: fc.oneof(
      fc.constant({ text: '', space: undefined, cpu: undefined, pages: false }),
      fc.constantFrom('absolute', 'real', 'virtual', 'file').map((space) => ({ text: `${space}:`, space, cpu: undefined, pages: false })),
      fc.tuple(fc.constantFrom('real', 'virtual'), cpuNumbers).map(([space, cpu]) => ({ text: `${space}(${cpu}):`, space, cpu, pages: false })),
      fc.constant({ text: 'pfn:', space: 'absolute', cpu: undefined, pages: true }),
    ),
    base: fc.oneof(
      numbers.chain((value) => written(value).map((text) => ({ text, base: { kind: 'number' as const, value } }))),
      fc.constant({ text: 'lowcore', base: { kind: 'lowcore' as const } }),
      cpuNumbers.map((cpu) => ({ text: `cpu${cpu}.lowcore`, base: { kind: 'lowcore' as const, cpu } })),
      fc.tuple(cpuNumbers, names).map(([cpu, name]) => ({ text: `cpu${cpu}.${name}`, base: { kind: 'register' as const, cpu, name } })),
    ),
    offset: fc.option(
      numbers.chain((value) =>
        fc
          .tuple(fc.constantFrom('+', '-'), written(value), fc.constantFrom('', ' '))
          .map(([sign, text, gap]) => ({ text: `${gap}${sign}${gap}${text}`, value: sign === '-' ? -value : value })),
      ),
      {
        nil: { text: '', value: 0n },
      },
    ),
    upper: fc.boolean(),
  })
  .filter(({ space, base }) => !space.pages || (base.base.kind === 'number' && base.base.value < 1n << 52n))
  .map(({ space, base, offset, upper }) => {
    const text = `${space.text}${base.text}${offset.text}`;
    const meant = space.pages && base.base.kind === 'number' ? { kind: 'number' as const, value: base.base.value << 12n } : base.base;
    return {
      text: upper ? text.toUpperCase().replaceAll('0X', '0x') : text,
      expected: { space: space.space, cpu: space.cpu, base: meant, offset: offset.value },
    };
  });

const lookup: RegisterLookup = {
  prefix: (cpu) => (cpu < 4 ? BigInt(cpu) * 0x2000n : undefined),
  register: (cpu, name) => (cpu < 4 && name === 'r15' ? { value: 0x1000n + BigInt(cpu), space: 'virtual' } : undefined),
};

describe('address expressions', () => {
  it('mean what was typed, in either case, with blanks around', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom('', ' ', '\t'), ({ text, expected }, blank) => {
        expect(parseAddress(`${blank}${text}${blank}`)).toEqual({ ok: true, expression: expected });
      }),
    );
  });

  it('that are invalid are refused with a position in the text, never with an exception', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[a-z0-9x:().+ -]{0,24}$/),
      fc.tuple(expressions, fc.string()).map(([{ text }, more]) => text + more),
    );
    fc.assert(
      fc.property(junk, (text) => {
        const parsed = parseAddress(text);
        if (parsed.ok) {
          const resolved = resolveAddress(parsed.expression, 'absolute', lookup);
          if ('address' in resolved) expect(resolved.address >= 0n && resolved.address < limit).toBe(true);
          return;
        }
        expect(parsed.error.at).toBeGreaterThanOrEqual(0);
        expect(parsed.error.at).toBeLessThanOrEqual(text.trim().length);
        expect(parsed.error.expected).not.toBe('');
      }),
    );
  });

  it.each([
    ['', 0, 'a number'],
    ['r15', 0, 'a number'],
    ['0x', 2, 'hexadecimal digits after 0x'],
    ['0x1ffffffffffffffff', 0, 'a number below 2^64'],
    ['18446744073709551616', 0, 'below 2^64'],
    ['pfn:lowcore', 4, 'page frame number'],
    ['pfn:0x10000000000000', 4, 'below 2^52'],
    ['absolute(1):0', 0, 'real(N)'],
    ['0x10+', 4, 'the end'],
    ['lowcores', 0, 'a number'],
  ])('%j is refused at character %i', (text, at, expected) => {
    expect(parseAddress(text)).toMatchObject({ ok: false, error: { at, expected: expect.stringContaining(expected) as string } });
  });

  it.each([
    ['0x1f00', { space: 'file', address: 0x1f00n }],
    ['lowcore+0xe18', { space: 'absolute', address: 0xe18n }],
    ['cpu2.lowcore+0x1300', { space: 'absolute', address: 0x5300n }],
    ['cpu1.r15-1', { space: 'virtual', address: 0x1000n, cpu: 1 }],
    ['real(3):0x10', { space: 'real', address: 0x10n, cpu: 3 }],
    ['real(0):cpu1.r15', { space: 'real', address: 0x1001n, cpu: 0 }],
    ['pfn:3+1', { space: 'absolute', address: 0x3001n }],
  ])('%s is resolved', (text, expected) => {
    const parsed = parseAddress(text);
    expect(parsed.ok && resolveAddress(parsed.expression, 'file', lookup)).toEqual(expected);
  });

  it.each([
    ['cpu9.lowcore', /prefix of CPU 9/],
    ['cpu0.r14', /no register r14/],
    ['0-1', /leaves the 64-bit/],
    ['0xffffffffffffffff+1', /leaves the 64-bit/],
  ])('%s has no meaning in this dump', (text, why) => {
    const parsed = parseAddress(text);
    expect(parsed.ok && resolveAddress(parsed.expression, 'absolute', lookup)).toEqual({ why: expect.stringMatching(why) as string });
  });
});
