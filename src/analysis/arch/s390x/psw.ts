/** Program status word of 16 bytes (lowcore.md section 4; arch/s390/include/asm/ptrace.h). */
import type { PswJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import { explainWaitAddress } from './wait-codes.ts';

export interface Psw {
  readonly mask: bigint;
  readonly address: bigint;
}

const spaces = ['primary', 'access-register', 'secondary', 'home'] as const;

/** IBM numbers bits from the most significant one. */
const bit = (mask: bigint, number: number): boolean => ((mask >> BigInt(63 - number)) & 1n) === 1n;
const field = (mask: bigint, first: number, last: number): number => Number((mask >> BigInt(63 - last)) & ((1n << BigInt(last - first + 1)) - 1n));

function addressingMode(mask: bigint): '24' | '31' | '64' | 'invalid' {
  const extended = bit(mask, 31);
  const basic = bit(mask, 32);
  if (extended) return basic ? '64' : 'invalid';
  return basic ? '31' : '24';
}

export const isDisabledWait = (psw: Psw): boolean => bit(psw.mask, 14) && !bit(psw.mask, 6) && !bit(psw.mask, 7) && !bit(psw.mask, 13);

/** What the PSW says in words. */
function stateText(psw: Psw): string {
  if (psw.mask === 0n && psw.address === 0n) return 'not stored';
  if (isDisabledWait(psw)) return `disabled wait at ${hex(psw.address)}${explanation(psw.address)}`;
  if (bit(psw.mask, 14)) return 'enabled wait (idle)';
  const where = bit(psw.mask, 15) ? 'user code' : 'kernel code';
  const interrupts = bit(psw.mask, 6) || bit(psw.mask, 7) ? 'interrupts enabled' : 'interrupts disabled';
  return `running ${where}, ${interrupts}`;
}

function explanation(address: bigint): string {
  const meaning = explainWaitAddress(address);
  return meaning === undefined ? ': the system stopped itself' : `, ${meaning}`;
}

/** Bits that must be zero in a PSW: 0, 2 to 4, 12, 25 to 30, 33 to 63 (Principles of Operation, chapter 4, "Program-Status-Word Format"). */
const reservedBits = 0xb808_007e_7fff_ffffn;

/** Whether 16 bytes can be a PSW that a CPU would take: one that is zero says nothing. */
export function isPlausiblePsw({ mask, address }: Psw): boolean {
  if (mask === 0n || (mask & reservedBits) !== 0n) return false;
  const mode = addressingMode(mask);
  if (mode === 'invalid') return false;
  // An odd address is not an instruction; in a wait it is a code.
  if (!bit(mask, 14) && (address & 1n) !== 0n) return false;
  return mode === '64' || address < 1n << (mode === '31' ? 31n : 24n);
}

/** One line for a PSW that is not running: an old, new or saved one. */
export function pswText(psw: Psw): string | undefined {
  const { mask } = psw;
  if (mask === 0n && psw.address === 0n) return 'zero';
  const words = [
    `${hex(mask)} ${hex(psw.address)}`,
    bit(mask, 14) ? stateText(psw) : bit(mask, 15) ? 'user code' : 'kernel code',
    bit(mask, 5) ? `${spaces[field(mask, 16, 17)] ?? ''} space` : 'DAT off',
  ];
  if (!bit(mask, 14)) words.push(bit(mask, 6) || bit(mask, 7) ? 'interrupts enabled' : 'interrupts disabled');
  const mode = addressingMode(mask);
  if (mode !== '64') words.push(mode === 'invalid' ? 'invalid addressing mode' : `${mode}-bit`);
  if (field(mask, 8, 11) !== 0) words.push(`key ${field(mask, 8, 11)}`);
  if (bit(mask, 1)) words.push('PER');
  return words.join(', ');
}

export function decodePsw(psw: Psw): PswJson {
  const { mask } = psw;
  return {
    mask: hex(mask),
    address: hex(psw.address),
    decoded: {
      per: bit(mask, 1),
      dat: bit(mask, 5),
      io: bit(mask, 6),
      external: bit(mask, 7),
      key: field(mask, 8, 11),
      machineCheck: bit(mask, 13),
      wait: bit(mask, 14),
      problemState: bit(mask, 15),
      addressSpace: spaces[field(mask, 16, 17)] ?? 'primary',
      conditionCode: field(mask, 18, 19),
      programMask: field(mask, 20, 23),
      addressingMode: addressingMode(mask),
      text: stateText(psw),
    },
  };
}
