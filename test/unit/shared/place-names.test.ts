import { describe, expect, it } from 'vitest';
import { fieldAddress, instructionName, namedRegisters, placeNames } from '../../../src/shared/place-names.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';

const names = placeNames([{ address: '0x1000', name: 'panic', offset: 18 }]);
const cpu = (problemState: boolean): CpuJson =>
  ({ id: 0, source: 'note', psw: { mask: '0x0', address: '0x1000', decoded: { problemState } }, gprs: ['0x0', '0x1000'] }) as unknown as CpuJson;

describe('names of addresses', () => {
  it('are next to what the kernel was doing', () => {
    expect(instructionName(cpu(false), names)).toBe('panic+0x12');
    expect(namedRegisters(cpu(false), names)).toEqual([
      ['PSW', 'panic+0x12'],
      ['r1', 'panic+0x12'],
    ]);
  });

  it('are not those of a program, whose addresses may be the same numbers', () => {
    expect(instructionName(cpu(true), names)).toBeUndefined();
    expect(namedRegisters(cpu(true), names)).toEqual([]);
    const psw = (mask: string) => ({
      name: 'svc_old_psw',
      offset: 0,
      size: 16,
      value: `0x${mask}0000000000001000`,
      pointsTo: { space: 'virtual' as const, address: '0x1000' },
    });
    expect(fieldAddress(psw('705200180000000'))).toBeUndefined();
    expect(fieldAddress(psw('704c00180000000'))).toBe(0x1000n);
  });
});
