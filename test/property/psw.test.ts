import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { pswSchema, type PswJson } from '../../src/shared/cpu-model.ts';
import { decodePsw, isDisabledWait } from '../../src/analysis/arch/s390x/psw.ts';

const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
/** Masks in which single bits stand out are more telling than noise. */
const masks = fc.oneof(
  word,
  fc.array(fc.nat({ max: 63 }), { maxLength: 4 }).map((bits) => bits.reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n)),
);

/** Put together again with the masks of the table in lowcore.md section 4. */
function maskOf({ decoded }: PswJson): bigint {
  const flag = (on: boolean, mask: bigint): bigint => (on ? mask : 0n);
  const spaces = { primary: 0n, 'access-register': 0x0000_4000_0000_0000n, secondary: 0x0000_8000_0000_0000n, home: 0x0000_c000_0000_0000n };
  const modes = { '24': 0n, '31': 0x8000_0000n, '64': 0x1_8000_0000n, invalid: 0x1_0000_0000n };
  return (
    flag(decoded.per, 0x4000_0000_0000_0000n) |
    flag(decoded.dat, 0x0400_0000_0000_0000n) |
    flag(decoded.io, 0x0200_0000_0000_0000n) |
    flag(decoded.external, 0x0100_0000_0000_0000n) |
    (BigInt(decoded.key) << 52n) |
    flag(decoded.machineCheck, 0x0004_0000_0000_0000n) |
    flag(decoded.wait, 0x0002_0000_0000_0000n) |
    flag(decoded.problemState, 0x0001_0000_0000_0000n) |
    spaces[decoded.addressSpace] |
    (BigInt(decoded.conditionCode) << 44n) |
    (BigInt(decoded.programMask) << 40n) |
    modes[decoded.addressingMode]
  );
}

/** Every bit that the decoded form shows. */
const known = 0x47ff_ff01_8000_0000n & ~0x0008_0000_0000_0000n;

describe('PSW', () => {
  it('every decoded part is where the table has it', () => {
    fc.assert(
      fc.property(masks, word, (mask, address) => {
        const psw = decodePsw({ mask, address });
        expect(v.is(pswSchema, psw)).toBe(true);
        expect(psw.mask).toBe(`0x${mask.toString(16)}`);
        expect(psw.address).toBe(`0x${address.toString(16)}`);
        expect(maskOf(psw)).toBe(mask & known);
      }),
    );
  });

  it('a wait is disabled exactly when I/O, external and machine-check interruptions are off', () => {
    fc.assert(
      fc.property(masks, word, (mask, address) => {
        const { decoded } = decodePsw({ mask, address });
        const disabled = decoded.wait && !decoded.io && !decoded.external && !decoded.machineCheck;
        expect(isDisabledWait({ mask, address })).toBe(disabled);
        expect(decoded.text.startsWith('disabled wait')).toBe(disabled);
      }),
    );
  });

  it.each([
    [0x0706c00180000000n, 0x4178a6n, 'enabled wait (idle)'],
    [0x0002000180000000n, 0x10fdeen, 'disabled wait at 0x10fdee: the system stopped itself'],
    [0x0002000180000000n, 0xfffn, 'disabled wait at 0xfff, SCLP quiesce: an orderly shutdown by the hypervisor'],
    [0x0002000180000000n, 0x4521n, 'disabled wait at 0x4521, code 0x4521: the os_info checksum is wrong'],
    [0x0404c00180000000n, 0x1118e0n, 'running kernel code, interrupts disabled'],
    [0x0705000180000000n, 0x3ffn, 'running user code, interrupts enabled'],
    [0n, 0n, 'not stored'],
  ])('mask 0x%s, address 0x%s', (mask, address, text) => {
    expect(decodePsw({ mask, address }).decoded.text).toBe(text);
  });
});
