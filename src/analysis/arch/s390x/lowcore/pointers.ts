/** Where the values of a lowcore lead, so that a door can go there. */
import { asceBits } from '../asce.ts';

export interface PointerTarget {
  readonly space: 'absolute' | 'real' | 'virtual';
  readonly address: bigint;
}

const mask64 = (1n << 64n) - 1n;
/** PSW bit 5, counted from the left in its mask. */
const datBit = 1n << 58n;
const pageMask = ~0xfffn & mask64;

/** Kinds of field that hold an address -> the address in a value of theirs. */
const targets: Readonly<Record<string, (value: bigint) => PointerTarget | undefined>> = {
  'absolute pointer': (value) => ({ space: 'absolute', address: value }),
  'kernel pointer': (value) => ({ space: 'virtual', address: value }),
  // Its address is one of the space that the PSW's own CPU was in.
  psw: (value) => ({ space: ((value >> 64n) & datBit) === 0n ? 'real' : 'virtual', address: value & mask64 }),
  asce: (value) => ((value & asceBits.realSpace) === 0n ? { space: 'absolute', address: value & asceBits.origin } : undefined),
  'translation-exception id': (value) => ({ space: 'virtual', address: value & pageMask }),
};

/** @returns undefined for kinds of field that hold no address, and for none */
export function pointerTarget(type: string, value: bigint): PointerTarget | undefined {
  const target = Object.hasOwn(targets, type) ? targets[type]?.(value) : undefined;
  return target === undefined || target.address === 0n ? undefined : target;
}
