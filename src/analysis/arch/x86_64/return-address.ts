/** What is before an address that a function of x86_64 may return to. */
import { soleAddress, type KernelBytes, type KernelNames } from '../kernel-view.ts';

const before = 7;

/**
 * Whether the bytes before an address can be a call: e8 with 4 bytes of distance, or ff /2 of 2 to 7 bytes.
 * @returns undefined where they are not in the dump
 */
export function followsCall(memory: KernelBytes, address: bigint): boolean | undefined {
  const code = memory.bytes(address - BigInt(before), before);
  if (code === undefined) return undefined;
  if (code[2] === 0xe8) return true;
  return [5, 4, 3, 1, 0].some((at) => code[at] === 0xff && ((code[at + 1] ?? 0) & 0x38) === 0x10);
}

/** The opcode of lretq, as a 16-bit number. */
const farReturn = 0xcb48;

/**
 * Whether a function can return to an address: a call is before it, or a far return (by which the startup code of 5.10 goes to what it has
 * pushed an address for). Code that the kernel has freed after its start is believed: its memory holds something else by now.
 */
export function canBeReturnedTo(memory: KernelBytes, symbols: KernelNames | undefined, address: bigint): boolean {
  if (followsCall(memory, address) !== false || memory.u16(address - 2n) === farReturn) return true;
  if (symbols === undefined) return false;
  const [start, end] = [soleAddress(symbols, '_sinittext'), soleAddress(symbols, '_einittext')];
  return start === undefined || end === undefined || (address > start && address <= end);
}
