/** Addresses in text that the kernel printed, and symbols with offsets as people and the kernel write them. */
import { describe, expect, it } from 'vitest';
import { addressesInText } from '../../../src/shared/addresses-in-text.ts';
import { parseSymbol, parseTypedAddress } from '../../../src/shared/symbol-expression.ts';

const found = (text: string): readonly string[] => addressesInText(text).flatMap(({ address }) => address ?? []);

describe('addresses in text', () => {
  it.each([
    [' [<000003ffff796c6e>] schedule+0x3e/0xe8', ['virtual:0x3ffff796c6e', 'schedule+0x3e']],
    ['([<000003ff7f148d58>] order_close_ledger+0x28/0x40 [orderflow])', ['virtual:0x3ff7f148d58', 'order_close_ledger+0x28 [orderflow]']],
    ['RIP: 0010:__mutex_lock.constprop.0+0x1b/0x30', ['__mutex_lock.constprop.0+0x1b']],
    ['BUG: unable to handle page fault for address: ffffc90000a1d000', ['virtual:0xffffc90000a1d000']],
    ['BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable', ['absolute:0x100000', 'absolute:0x3ffdffff']],
    ['R2: 0000000000000010 ffffffffffffffea', []],
    ['flags:0x00000000 pid:89 6.12.117 0x4f2', []],
    ['sha 0123456789abcdef0123', []],
    ['its descriptor at 0x5774ee18 points to 0x6774ee18, beyond the file, whose offset 0x123456 is read', []],
    ['', []],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
    expect(
      addressesInText(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it('of a text of nothing but addresses some are left as they are', () => {
    const text = '0x3ffff796c6e '.repeat(10_000);
    const pieces = addressesInText(text);
    expect(pieces.length).toBeLessThan(300);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  });
});

describe('symbols', () => {
  it('have an offset, a size that is not looked at, and a module', () => {
    expect(parseSymbol('do_exit')).toEqual({ name: 'do_exit', offset: 0n });
    expect(parseSymbol('do_exit - 0x10')).toEqual({ name: 'do_exit', offset: -0x10n });
    expect(parseSymbol('f.constprop.0+16/0x40 [ext4]')).toEqual({ name: 'f.constprop.0', offset: 16n, module: 'ext4' });
    for (const none of ['cpu0.r15', 'lowcore+0x10', '0x10', 'do exit', 'f+', '']) expect(parseSymbol(none)).toBeUndefined();
  });

  it('are determined from addresses by one rule', () => {
    expect(parseTypedAddress('0x1f00')).toMatchObject({ kind: 'address' });
    expect(parseTypedAddress('cpu0.psw')).toMatchObject({ kind: 'address' });
    expect(parseTypedAddress('lowcore_ptr')).toMatchObject({ kind: 'symbol' });
    expect(parseTypedAddress('+')).toMatchObject({ kind: 'neither' });
  });
});
