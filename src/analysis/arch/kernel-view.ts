/**
 * A kernel as an architecture sees it: memory by virtual address, names, types. What gives these lies in `kernel`, above this folder, so
 * the unwinders ask for no more than these shapes.
 */
import type { VirtualAddress } from '../../shared/units.ts';

export interface KernelBytes {
  /** The bytes if all of them are in the dump, else undefined. */
  bytes(address: VirtualAddress, length: number): Uint8Array | undefined;
  u8(address: VirtualAddress): number | undefined;
  u16(address: VirtualAddress): number | undefined;
  u32(address: VirtualAddress): number | undefined;
  s32(address: VirtualAddress): number | undefined;
  u64(address: VirtualAddress): bigint | undefined;
  /** A pointer or an unsigned long. */
  pointer(address: VirtualAddress): bigint | undefined;
  /** Why `bytes` gives nothing; undefined when it does. */
  absence(address: VirtualAddress, length: number): { readonly detail: string } | undefined;
}

export interface KernelNames {
  /** Every symbol of that name: static functions may share one. `type` is the letter of nm. */
  lookup(name: string): readonly { readonly address: VirtualAddress; readonly type: string }[];
  /** The symbol that an address lies in. */
  at(address: VirtualAddress): { readonly name: string; readonly offset: number; readonly module?: string } | undefined;
}

/** One address of a symbol that only one object has. */
export function soleAddress(names: Pick<KernelNames, 'lookup'>, name: string): VirtualAddress | undefined {
  const found = names.lookup(name);
  return found.length === 1 ? found[0]?.address : undefined;
}

export interface StructTypes {
  /** Bytes of a struct or union. */
  size(struct: string): number | undefined;
  /** Byte offset of a member by its path ("arch.num_orcs"); undefined for bit-fields and unknown members. */
  offset(struct: string, path: string): number | undefined;
  /** A bit-field: its first bit from the start of the struct, and its width. */
  bits(struct: string, member: string): { readonly at: number; readonly bits: number } | undefined;
}
