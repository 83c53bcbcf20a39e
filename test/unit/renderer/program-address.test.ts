/** Which numbers of an s390x dump are addresses of a program, and so not kernel addresses. */
import { describe, expect, it } from 'vitest';
import { isProgramPswMask, isRegisterOfProgram } from '../../../src/renderer/views/hex/program-address.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';

const cpu = (problemState: boolean): CpuJson =>
  ({ id: 0, source: 'note', prefix: '0x2000', psw: { mask: '0x0', address: '0x1000', decoded: { problemState } } }) as unknown as CpuJson;

describe('addresses of programs', () => {
  it('follow a PSW mask with problem state', () => {
    // Linux's PSW of a program with condition code 2, and of one with 31-bit addresses.
    expect(isProgramPswMask(0x0705_2001_8000_0000n)).toBe(true);
    expect(isProgramPswMask(0x0705_0000_8000_0000n)).toBe(true);
    // A PSW of the kernel, one without DAT, two with bits that no PSW has, and zero.
    for (const mask of [0x0404_2001_8000_0000n, 0x0305_0001_8000_0000n, 0x0705_2001_8000_0001n, 0x8705_2001_8000_0000n, 0n])
      expect(isProgramPswMask(mask), mask.toString(16)).toBe(false);
  });

  it('are in the registers that a CPU saved while a program ran', () => {
    const at = (address: bigint) => ({ space: 'absolute', address, length: 0 }) as const;
    expect(isRegisterOfProgram([cpu(true)], at(0x3280n))).toBe(true);
    expect(isRegisterOfProgram([cpu(true)], at(0x32ffn))).toBe(true);
    expect(isRegisterOfProgram([cpu(false)], at(0x3280n))).toBe(false);
    for (const address of [0x327fn, 0x3300n, 0x1280n, 0x5280n]) expect(isRegisterOfProgram([cpu(true)], at(address))).toBe(false);
    expect(isRegisterOfProgram([cpu(true)], { ...at(0x1280n), space: 'real', cpu: 0 })).toBe(true);
  });
});
