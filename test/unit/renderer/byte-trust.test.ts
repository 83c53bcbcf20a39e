import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/shared/check-model.ts';
import { byteTrust } from '../../../src/renderer/words/byte-trust.ts';

const check = (verdict: CheckResult['verdict'], more: Partial<CheckResult>): CheckResult => ({ id: verdict, title: verdict, verdict, detail: 'so', ...more });
const absolute = (start: string, end: string) => ({ space: 'absolute' as const, start, end });
const checks = [
  check('passed', { recorded: '0x1', ranges: [absolute('0x1000', '0x3000'), { fileOffset: 16, bytes: 4 }] }),
  check('failed', { ranges: [absolute('0x2000', '0x2010')] }),
  check('passed', { ranges: [absolute('0x8000', '0x9000')] }),
];
const damage = [
  { where: absolute('0x5000', '0x6000'), severity: 'error' as const, title: 'gone', findings: [], structures: [], cpus: [] },
  { where: absolute('0x6000', '0x7000'), severity: 'info' as const, title: 'odd', findings: [], structures: [], cpus: [] },
];
const trust = (address: bigint, space: 'absolute' | 'file' = 'absolute') => byteTrust({ checks, damage }, { space, address }).trust;

describe('trust of a byte', () => {
  it('is what the checks that cover it found, the worst first', () => {
    expect([trust(0xfffn), trust(0x1000n), trust(0x2fffn), trust(0x3000n)]).toEqual(['unverifiable', 'verified', 'verified', 'unverifiable']);
    expect([trust(0x2000n), trust(0x200fn), trust(0x2010n)]).toEqual(['contradicted', 'contradicted', 'verified']);
    expect([trust(0x5000n), trust(0x6000n)]).toEqual(['contradicted', 'unverifiable']);
  });

  it('is not verified by a check without a recorded value, nor in another space', () => {
    expect(trust(0x8000n)).toBe('unverifiable');
    expect([trust(15n, 'file'), trust(16n, 'file'), trust(19n, 'file'), trust(20n, 'file'), trust(0x1000n, 'file')]).toEqual([
      'unverifiable',
      'verified',
      'verified',
      'unverifiable',
      'unverifiable',
    ]);
    expect(byteTrust({ checks: [], damage: [] }, { space: 'absolute', address: 0n }).trust).toBe('unverifiable');
  });
});
