/** A cursor in a dump: the one selection that all views of the dump share. */
import type { AddressSpace } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';

export interface Position {
  readonly space: AddressSpace;
  /** CPU of `real` and `virtual`, numbered as in the engine's `cpus` answer. */
  readonly cpu?: number;
  readonly address: bigint;
  /** Selected bytes from `address` on; 0 for a cursor without selection. */
  readonly length: number;
}

/** Bytes at a kernel address, as written by the engine. */
export const kernelPosition = (address: string, length = 8): Position => ({ space: 'virtual', address: BigInt(address), length });

export const samePosition = (left: Position | undefined, right: Position | undefined): boolean =>
  left?.space === right?.space && left?.cpu === right?.cpu && left?.address === right?.address && left?.length === right?.length;

/** In the form that the go-to box reads: `absolute:0x1f00`, `real(2):0x200`. */
export const positionText = (position: Position): string => `${spaceText(position)}:${hex(position.address)}`;

/** `absolute`, `real(2)`. */
export function spaceText({ space, cpu }: Pick<Position, 'space' | 'cpu'>): string {
  return cpu !== undefined && (space === 'real' || space === 'virtual') ? `${space}(${cpu})` : space;
}
