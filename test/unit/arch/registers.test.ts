/** What registers mean: control registers, PSWs, timers, comparators, waits. */
import { describe, expect, it } from 'vitest';
import { asceText, describeAsce } from '../../../src/analysis/arch/s390x/asce.ts';
import { describeControlRegister } from '../../../src/analysis/arch/s390x/control-registers.ts';
import { binary64 } from '../../../src/analysis/arch/s390x/floating-point.ts';
import { facilityNames } from '../../../src/analysis/arch/s390x/lowcore/facilities.ts';
import { describeMcic, describeProgramCode, describeTeid } from '../../../src/analysis/arch/s390x/lowcore/meanings.ts';
import { isPlausiblePsw, pswText } from '../../../src/analysis/arch/s390x/psw.ts';
import { clockComparator, clockComparatorText, cpuTimerText, durationText } from '../../../src/analysis/arch/s390x/tod-clock.ts';
import { explainDisabledWait } from '../../../src/analysis/arch/s390x/wait-codes.ts';

/** A 64-bit register with these bits, numbered from the left. */
const withBits = (...bits: number[]): bigint => bits.reduce((value, bit) => value | (1n << BigInt(63 - bit)), 0n);

describe('control registers', () => {
  it.each([
    [0, withBits(40), 'enhanced DAT'],
    [0, withBits(45, 46, 54), 'AFP registers, vector, service signal'],
    [0, 0n, undefined],
    [1, 0x698007n, 'primary: region third table at 0x698000, length 4 of 4'],
    [2, 0x7ff140n, 'DUCT at 0x7ff140'],
    [2, 0x7ff140n | withBits(59, 61), 'DUCT at 0x7ff140, guarded storage, transaction diagnostic scope'],
    [6, withBits(35), 'I/O subclasses 3'],
    [6, 0n, 'no I/O subclass'],
    [7, 0x19741c7n, 'secondary: region third table at 0x1974000, length 4 of 4, private space, storage alteration event, space switch event'],
    [13, 0x20n, 'home: real space: virtual is real'],
    [14, 0xdb000000n, 'machine checks: channel report, recovery, external damage, warning'],
    [14, 0xc0000000n, undefined],
    [3, 0xffffn, undefined],
  ] as const)('CR%i of %o says %s', (register, value, text) => {
    expect(describeControlRegister(register, value)).toBe(text);
  });

  it('name the table of every designation type', () => {
    expect([0n, 4n, 8n, 12n].map((type) => describeAsce(0x10000n | type | 1n))).toEqual(
      ['segment', 'region third', 'region second', 'region first'].map((name) => `${name} table at 0x10000, length 2 of 4`),
    );
    expect(asceText(0x10200n)).toContain('subspace group');
  });
});

describe('interruption codes', () => {
  it('are named', () => {
    expect([0x11, 0x91, 0x80, 0x204, 0x3b, 0x5, 0x77, 0].map(describeProgramCode)).toEqual([
      'page translation',
      'page translation, PER event',
      'PER event',
      'protection, transaction aborted',
      'region third translation',
      'addressing',
      'unknown code 0x77',
      undefined,
    ]);
  });

  it('of translations name page, access and space', () => {
    expect(describeTeid(0x1d28404n)).toBe('page 0x1d28000, store, primary space, protection bits b61');
    expect(describeTeid(0x3ff10000803n)).toBe('page 0x3ff10000000, fetch, home space');
    expect(describeTeid(0n)).toBeUndefined();
  });

  it('of machine checks say what happened and what is valid', () => {
    expect(describeMcic(withBits(0, 16, 24, 28))).toBe('system damage, storage error uncorrected; valid: failing storage address, general registers');
    expect(describeMcic(withBits(23))).toBe('no event; valid: PSW address');
  });

  it('facilities are counted from the left', () => {
    expect(facilityNames(0x8000_0000n, 32, 0)).toEqual(['N3']);
    expect(facilityNames(withBits(1), 64, 128)).toEqual(['vector']);
    expect(facilityNames(withBits(63), 64, 192)).toEqual(['bit 255']);
  });
});

describe('PSWs that are not running', () => {
  it.each([
    [0n, 0n, 'zero'],
    [0x0704c00180000000n, 0x1000n, '0x704c00180000000 0x1000, kernel code, home space, interrupts enabled'],
    [0x0705200180000000n, 0x1000n, '0x705200180000000 0x1000, user code, primary space, interrupts enabled'],
    [0xc00180000000n, 0x417ab0n, '0xc00180000000 0x417ab0, kernel code, DAT off, interrupts disabled'],
    [0x0706c00180000000n, 0x10n, '0x706c00180000000 0x10, enabled wait (idle), home space'],
    [0x80000000n, 0x10n, '0x80000000 0x10, kernel code, DAT off, interrupts disabled, 31-bit'],
    [0x40f0c00100000000n, 0x10n, '0x40f0c00100000000 0x10, kernel code, DAT off, interrupts disabled, invalid addressing mode, key 15, PER'],
  ] as const)('%o %o', (mask, address, text) => {
    expect(pswText({ mask, address })).toBe(text);
  });
});

describe('times', () => {
  const full = 0xe39fcc8dab2bf4f2n;
  const low = full & ((1n << 56n) - 1n);

  it('tells the three encodings of a clock comparator apart by the software copy', () => {
    expect(clockComparator(full, undefined)).toEqual({ form: 'full', value: full });
    expect(clockComparator(low, full)).toEqual({ form: 'low-56-bits', value: full });
    expect(clockComparator(full >> 8n, full)).toEqual({ form: 'shifted', value: (full >> 8n) << 8n });
    expect(clockComparator(low, undefined)).toEqual({ form: 'ambiguous' });
  });

  it('says when it interrupts', () => {
    expect(clockComparatorText(full, undefined)).toBe('2026-11-23T07:25:38.266815Z');
    expect(clockComparatorText(low, full)).toBe('2026-11-23T07:25:38.266815Z (stored without its first byte)');
    expect(clockComparatorText(full >> 8n, full)).toBe('2026-11-23T07:25:38.266815Z (stored without its last byte)');
    expect([(1n << 64n) - 1n, (1n << 56n) - 1n].map((raw) => clockComparatorText(raw, (1n << 64n) - 1n))).toEqual(['never', 'never']);
    expect(clockComparatorText(low, undefined)).toContain('without its first or its last byte');
  });

  it('counts a timer in quarter nanoseconds, and knows that it goes below zero', () => {
    expect(durationText(4096n * 1_500_000n)).toBe('1.500000 s');
    expect(cpuTimerText((1n << 64n) - 4096n)).toBe('-0.000001 s');
    expect(cpuTimerText(0n)).toBeUndefined();
  });

  it('reads floating-point registers as numbers', () => {
    expect([0x3ff0000000000000n, 0xbfe0000000000000n, 0n, 1n << 63n, 0x7ff0000000000000n].map(binary64)).toEqual(['1', '-0.5', undefined, '-0', 'Infinity']);
    expect(binary64(0x7ff8000000000000n)).toBe('NaN');
  });
});

describe('disabled waits', () => {
  const crashkernel = { start: 0x10000000n, end: 0x18000000n };
  it.each([
    [0x2000180000000n, 0x4521n, 'the os_info checksum is wrong'],
    [0x2000180000000n, 0xfffn, 'quiesce'],
    [0x2000180000000n, 0x10001234n, 'purgatory'],
    [0x2000180000000n, 0x10fdeen, 'stopped itself'],
    [0x2000080000000n, 0x10000n, 'cannot be a dump kernel'],
    [0x2000180000000n, 0x1b0n, 'external interruption that boot code did not expect'],
  ] as const)('%o at %o: %s', (mask, address, words) => {
    expect(explainDisabledWait(mask, address, crashkernel)).toContain(words);
  });
});

describe('16 bytes that may be a PSW', () => {
  it.each([
    [0x0704_c001_8000_0000n, 0x3ff_ff79_20b8n, true],
    [0x0705_2001_8000_0000n, 0x1111_2ean, true],
    [0x0002_0000_8000_0000n, 0x4521n, true],
    [0n, 0n, false],
    [0x0704_c001_8000_0000n, 0x1001n, false],
    [0x0704_c001_0000_0000n, 0x1000n, false],
    [0x0704_c000_8000_0000n, 0x1_0000_0000n, false],
    [0x4b65_726e_656c_2070n, 0x616e_6963_202d_206en, false],
  ])('%#x %#x: %s', (mask, address, isOne) => {
    expect(isPlausiblePsw({ mask, address })).toBe(isOne);
  });
});
